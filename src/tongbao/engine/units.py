"""Units of the engine and the one rounding helper (spec: «Units»).

Everything is an integer of arbitrary precision. Floor is ``//``; its
counterpart is `ceil_div`.
"""

from typing import Final

ATOMS: Final = 1_000_000
"""Atoms in one point."""

BPS: Final = 10_000
"""Basis points in one."""

SCALE: Final = 10**18
"""Scale of the dividend index, price, keys and fractions (minor units per atom × SCALE)."""


class InvariantBroken(AssertionError):
    """The engine found one of its own promises broken: a defect, never a user's error."""


def ceil_div(a: int, b: int) -> int:
    """Return ceil(a / b) for integers, b > 0.

    >>> ceil_div(7, 2), ceil_div(8, 2), ceil_div(0, 3)
    (4, 4, 0)
    """
    return -(-a // b)


def check(condition: object, promise: str) -> None:
    """Raise InvariantBroken naming the promise unless the condition holds; survives ``-O``."""
    if not condition:
        raise InvariantBroken(promise)
