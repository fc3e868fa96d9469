"""Words of titles and of searches, in Latin letters and in Chinese ones."""

import re
import unicodedata
from typing import Final

_RUN: Final = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff]+")
_SHORTEST_PLURAL: Final = 4


def spoken(text: str) -> list[str]:
    """Return the words of a text as an index keeps them, in their order.

    Latin words lose their case, their accents and a plural's s; a run of Chinese gives each of
    its letters and each pair of neighbours, so that any part of it is found.

    >>> spoken("Crème Mugs 红酒杯")
    ['creme', 'mug', '红', '红酒', '酒', '酒杯', '杯']
    """
    found: list[str] = []
    for run in _RUN.findall(plain(text)):
        if run[0] < "\u3400":
            found.append(_singular(run))
            continue
        for at, letter in enumerate(run):
            found.append(letter)
            if at + 1 < len(run):
                found.append(run[at : at + 2])
    return found


def asked(text: str) -> list[str]:
    """Return the words of a search: as `spoken`, of a run of Chinese only its pairs.

    >>> asked("红酒杯 mugs"), asked("茶")
    (['红酒', '酒杯', 'mug'], ['茶'])
    """
    found: list[str] = []
    for run in _RUN.findall(plain(text)):
        if run[0] < "\u3400":
            found.append(_singular(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
    return found


def typed(text: str) -> list[tuple[str, str]]:
    """Return the words of a search as `asked`, each with how it was typed, a run of Chinese once.

    >>> typed("Trees 红酒杯")
    [('tree', 'trees'), ('红酒', '红酒杯'), ('酒杯', '')]
    """
    return [
        (word, run if number == 0 else "")
        for run in _RUN.findall(plain(text))
        for number, word in enumerate(asked(run))
    ]


def spellings(text: str) -> list[tuple[str, str]]:
    """Return a text's Latin words as `spoken` keeps them, each with how it is written there.

    >>> spellings("Christmas Trees 红酒杯")
    [('christma', 'christmas'), ('tree', 'trees')]
    """
    runs = [run for run in _RUN.findall(plain(text)) if is_latin(run)]
    return [(_singular(run), run) for run in runs]


def plain(text: str) -> str:
    """Return a text without case, accents and full-width forms."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def is_latin(word: str) -> bool:
    """Say whether a word is in Latin letters or digits."""
    return word.isascii()


def _singular(word: str) -> str:
    ends = word.endswith("s") and not word.endswith("ss")
    return word[:-1] if ends and len(word) >= _SHORTEST_PLURAL else word
