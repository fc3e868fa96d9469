"""One cell of an orders file: amounts, marks and names, read strictly and exactly.

Text is read without floats. A number that a Parquet file already holds as a
float is taken at its shortest decimal form and rounded half to even.
"""

import math
from decimal import Decimal
from typing import Final

from tongbao.lab.amounts import (
    LONGEST_NUMBER,
    NO_NUMBER,
    TOO_FINE,
    TOO_FINE_OUT,
    amount_of,
    figure_of,
)
from tongbao.lab.names import is_nothing
from tongbao.lab.problems import CellError, quoted
from tongbao.plans.words import Text

FINE: Final = 9
"""Digits after the decimal point that quantities and unit prices may have."""

LARGEST: Final = 10**15
"""The engine's largest amount, in minor units."""

_TRUE: Final = frozenset({"true", "yes", "y", "t", "1", "是", "已退款", "退款"})
_FALSE: Final = frozenset({"", "false", "no", "n", "f", "0", "否"})

Cell = object


class Rounded:
    """Counts the cells of a float column that had to be rounded."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


def is_blank(cell: Cell) -> bool:
    """Return whether the cell holds nothing, or says so: NULL, N/A, a dash."""
    if cell is None:
        return True
    return (
        is_nothing(cell) if isinstance(cell, str) else isinstance(cell, float) and math.isnan(cell)
    )


def shown(cell: Cell) -> str:
    """Return what the cell shows, outer blanks cut off."""
    return "" if cell is None else str(cell).strip()


def scaled(
    cell: Cell,
    digits: int,
    rounded: Rounded | None = None,
    *,
    usual: int | None = None,
    comma: bool = False,
    currency: str | None = None,
) -> int:
    """Return a decimal number × 10^digits, exactly; of a text, see `amount_of`.

    A float is rounded half to even (and counted in ``rounded``); a text with
    more digits than that is refused, for nothing in a text is rounded.

    >>> scaled("1,234.5", 2), scaled("-0.07", 2), scaled("¥12.00", 2), scaled(2.675, 2)
    (123450, -7, 1200, 268)

    Raises:
        CellError: if it is no such number.
    """
    if isinstance(cell, bool):
        raise CellError(NO_NUMBER.fill(value=quoted(cell)))
    if isinstance(cell, int):
        return cell * int(10**digits)
    if isinstance(cell, float):
        return _scaled_float(cell, digits, rounded)
    if isinstance(cell, Decimal):
        return _scaled_decimal(cell, digits)
    text = cell if isinstance(cell, str) else str(cell)
    return amount_of(text, digits, usual=usual, comma=comma, currency=currency)


def whole(cell: Cell) -> int:
    """Return a whole number of minor units.

    >>> whole("13912"), whole(-5)
    (13912, -5)

    Raises:
        CellError: if it is none.
    """
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    try:
        figure = figure_of(cell.strip() if isinstance(cell, str) else "")
    except CellError:
        raise CellError(_NO_WHOLE.fill(value=quoted(cell)), _NO_WHOLE_OUT) from None
    if figure.before or figure.behind or not figure.number.isdigit():
        raise CellError(_NO_WHOLE.fill(value=quoted(cell)), _NO_WHOLE_OUT)
    return -int(figure.number) if figure.negative else int(figure.number)


def in_range(minor: int) -> int:
    """Return the amount if the engine can hold it.

    Raises:
        CellError: if it is beyond 10^15 minor units.
    """
    if abs(minor) > LARGEST:
        raise CellError(_TOO_LARGE.fill(value=minor))
    return minor


def mark(cell: Cell) -> bool | None:
    """Return what a yes/no mark says, None if the cell is no such mark."""
    if isinstance(cell, bool):
        return cell
    text = "" if cell is None else str(cell).strip().casefold()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def _scaled_float(cell: float, digits: int, rounded: Rounded | None) -> int:
    exact = Decimal(repr(cell))
    if not exact.is_finite() or exact.adjusted() > LONGEST_NUMBER:
        raise CellError(NO_NUMBER.fill(value=quoted(cell)))
    moved = exact.scaleb(digits)
    nearest = int(moved.to_integral_value(rounding="ROUND_HALF_EVEN"))
    if rounded is not None and nearest != moved:
        rounded.count += 1
    return nearest


def _scaled_decimal(cell: Decimal, digits: int) -> int:
    if not cell.is_finite() or abs(cell.adjusted()) > LONGEST_NUMBER:
        raise CellError(NO_NUMBER.fill(value=quoted(cell)))
    sign, figures, exponent = cell.as_tuple()
    value = int("".join(map(str, figures)))
    power = int(exponent) + digits
    if power < 0:
        value, rest = divmod(value, 10**-power)
        if rest:
            raise CellError(TOO_FINE.fill(value=quoted(cell), digits=digits), TOO_FINE_OUT)
    else:
        value *= int(10**power)
    return -value if sign else value


_NO_WHOLE = Text("{value} is no whole number", "{value} 不是整数")
_NO_WHOLE_OUT = Text(
    "amount_minor is counted in the smallest unit (fen, pence), without a point; for amounts like "
    "12.50 map the column as amount=.",
    "amount_minor 以最小货币单位（分）计，不带小数点；像 12.50 这样的金额请用 amount= 指定该列。",
)
_TOO_LARGE = Text(
    "{value} is beyond the largest amount, 10^15 minor units",
    "{value} 超过了最大金额（10^15 个最小货币单位）",
)
