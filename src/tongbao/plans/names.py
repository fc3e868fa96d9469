"""Names as people and machines spell them: one spelling for what looks and means the same.

The lab reads customers and order ids of files by it, the mall what people log in with.
The engine, the ledger and the audit take names as they are.
"""

import re
import unicodedata
from typing import Final

_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_WIDTHS: Final = re.compile("[\uff01-\uffee]+")
_BLANKS: Final = re.compile(r"\s+")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def one_spelling(text: str) -> str:
    """Return a name composed (NFC), in normal width, without characters that nobody sees.

    Blanks of every kind become one plain blank, outer ones go.

    >>> one_spelling("Rene\u0301"), one_spelling("１３８　００"), one_spelling("a\u200bb ")
    ('René', '138 00', 'ab')
    """
    if text.isascii():
        if " " not in text and text.isprintable():
            return text
        return _BLANKS.sub(" ", text).strip()
    seen = _UNSEEN.sub("", text)
    narrow = _WIDTHS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), seen)
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", narrow)).strip()


def person_name(text: str) -> str:
    """Return a person's name in one spelling; an e-mail address in small letters.

    >>> person_name(" Ann@Example.com"), person_name("Ann Lee")
    ('ann@example.com', 'Ann Lee')
    """
    name = one_spelling(text)
    if "@" not in name or not _EMAIL.fullmatch(name):
        return name
    lowered = name.lower()
    return name if lowered == name else lowered
