"""Voucher codes: short enough to read aloud, too many to guess, a slip of the pen is noticed."""

import secrets
import unicodedata
from typing import Final

LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # 31, a prime; none looks like another
LENGTH: Final = 12  # the last is the check letter: 31**11 codes, more than 10**16


def fresh() -> str:
    """Return a new random code."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH - 1))
    return drawn + check_letter(drawn)


def check_letter(drawn: str) -> str:
    """Return the letter that ends a code.

    Weights are 2, 3, … modulo the prime 31, so that one wrong letter and two that changed places
    always show.

    >>> check_letter("22222222222"), check_letter("32222222222")
    ('2', 'y')
    """
    total = sum(weight * LETTERS.index(letter) for weight, letter in enumerate(drawn, start=2))
    return LETTERS[-total % len(LETTERS)]


def read(text: str) -> str | None:
    """Return the code in what somebody typed or scanned, None if it cannot be one.

    Blanks, dashes and capitals do not matter, full-width letters are read as plain ones.

    >>> read(" 2222-2222 2222"), read("2222-2222-2223")
    ('222222222222', None)
    """
    plain = unicodedata.normalize("NFKC", text[:200]).lower()
    code = "".join(letter for letter in plain if not letter.isspace() and letter not in "-–—−")
    if len(code) != LENGTH or any(letter not in LETTERS for letter in code):
        return None
    return code if check_letter(code[:-1]) == code[-1] else None
