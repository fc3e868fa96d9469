"""Money, points and percentages: between what people write and the engine's integers.

Reading is strict and exact: nothing is rounded, and no float is ever made. What
does not fit is a `FigureError`, which says why in both languages.
"""

import re
from typing import Final

from tongbao.engine.units import ATOMS
from tongbao.plans.currencies import MINOR_DIGITS, SIGNS
from tongbao.plans.words import Lang, Text, plain

_FIGURE: Final = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_LONGEST: Final = 40
_POINT_DIGITS: Final = len(str(ATOMS)) - 1
_PERCENT_DIGITS: Final = 2


class FigureError(ValueError):
    """A text is no amount, no number of points or no percentage; ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.say("en"))


def minor_digits(currency: str) -> int:
    """Return how many digits the currency has after the decimal point (ISO 4217).

    >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)

    Raises:
        FigureError: if no currency has this code.
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise FigureError(_NO_CURRENCY.fill(currency=_quoted(currency)))
    return digits


def parse_money(text: str, currency: str) -> int:
    """Return an amount in minor units; thousands may be grouped with commas.

    >>> parse_money("1,234.50", "CNY"), parse_money("200", "JPY")
    (123450, 200)

    Raises:
        FigureError: if it is no amount, or finer than the currency's minor unit.
    """
    digits = minor_digits(currency)
    return _scaled(text, digits, _TOO_FINE_MONEY.fill(currency=currency, digits=digits))


def format_money(minor: int, currency: str, lang: Lang = "en") -> str:
    """Return minor units as an amount with its sign, or with its code where no sign is common.

    >>> format_money(123450, "CNY"), format_money(-5, "GBP"), format_money(1234, "KWD", "zh")
    ('¥1,234.50', '-£0.05', 'KWD 1.234')
    >>> format_money(99, "USD"), format_money(99, "USD", "zh")
    ('$0.99', 'US$0.99')
    """
    sign = "$" if (currency, lang) == ("USD", "en") else SIGNS.get(currency, f"{currency} ")
    amount = amount_text(abs(minor), currency, grouped=True)
    return f"{'-' if minor < 0 else ''}{sign}{amount}"


def amount_text(minor: int, currency: str, *, grouped: bool = False) -> str:
    """Return minor units as the bare decimal that `parse_money` reads.

    >>> amount_text(123450, "CNY"), amount_text(7, "JPY")
    ('1234.50', '7')
    """
    digits = minor_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    shown = f"{whole:,}" if grouped else str(whole)
    return f"{shown}.{rest:0{digits}d}" if digits else shown


def parse_points(text: str) -> int:
    """Return points in atoms; the word points (or 积分) may follow the number.

    >>> parse_points("100,000,000 points"), parse_points("0.01")
    (100000000000000, 10000)

    Raises:
        FigureError: if it is no number of points, or finer than one atom.
    """
    number = re.sub(r"\s*(points?|积分)\s*\Z", "", text, count=1)
    return _scaled(number, _POINT_DIGITS, _TOO_FINE_POINTS)


def format_points(atoms: int) -> str:
    """Return atoms as points, exactly.

    >>> format_points(579925594), format_points(10**14), format_points(-500000)
    ('579.925594', '100,000,000', '-0.5')
    """
    whole, rest = divmod(abs(atoms), ATOMS)
    fraction = f"{rest:0{_POINT_DIGITS}d}".rstrip("0")
    sign = "-" if atoms < 0 else ""
    return f"{sign}{whole:,}.{fraction}" if fraction else f"{sign}{whole:,}"


def parse_percent(text: str) -> int:
    """Return a percentage in basis points, exactly.

    >>> parse_percent("30%"), parse_percent("0.5 %"), parse_percent("1,000%")
    (3000, 50, 100000)

    Raises:
        FigureError: without a percent sign, or finer than 0.01%.
    """
    number = text.strip()
    if not number.endswith(("%", "％")):  # the full-width sign that a Chinese keyboard gives
        raise FigureError(_NO_PERCENT_SIGN)
    return _scaled(number[:-1], _PERCENT_DIGITS, _TOO_FINE_PERCENT)


def format_percent(bps: int) -> str:
    """Return basis points as a percentage.

    >>> format_percent(3000), format_percent(50), format_percent(25), format_percent(20000)
    ('30%', '0.5%', '0.25%', '200%')
    """
    whole, rest = divmod(abs(bps), 10**_PERCENT_DIGITS)
    fraction = f"{rest:0{_PERCENT_DIGITS}d}".rstrip("0")
    sign = "-" if bps < 0 else ""
    return f"{sign}{whole}.{fraction}%" if fraction else f"{sign}{whole}%"


def _scaled(text: str, digits: int, too_fine: Text) -> int:
    """Return the decimal × 10^digits, refusing what would have to be rounded."""
    number = text.strip()
    match = _FIGURE.fullmatch(number) if len(number) <= _LONGEST else None
    if match is None:
        raise FigureError(_NO_NUMBER)
    sign, whole, fraction = match[1], match[2].replace(",", ""), (match[3] or "").rstrip("0")
    if len(fraction) > digits:
        raise FigureError(too_fine)
    value = int(whole + fraction.ljust(digits, "0"))
    return -value if sign else value


def _quoted(text: str) -> Text:
    return plain(ascii(text[:_LONGEST]) if not text.isprintable() else repr(text[:_LONGEST]))


_NO_CURRENCY: Final = Text(
    "no currency has the code {currency}; write one of ISO 4217, such as CNY, GBP or EUR",
    "没有代码为 {currency} 的货币；请填写 ISO 4217 代码，例如 CNY、GBP 或 EUR",
)
_NO_NUMBER: Final = Text(
    "this is no plain decimal number (digits, at most one point, commas only between thousands)",
    "这不是普通的十进制数（只能用数字、最多一个小数点，逗号只能作千位分隔）",
)
_TOO_FINE_MONEY: Final = Text(
    "{currency} has {digits} digits after the point, and nothing is rounded",
    "{currency} 小数点后最多 {digits} 位，系统不做四舍五入",
)
_TOO_FINE_POINTS: Final = Text(
    "points have at most 6 digits after the point, and nothing is rounded",
    "积分小数点后最多 6 位，系统不做四舍五入",
)
_TOO_FINE_PERCENT: Final = Text(
    "percentages have at most 2 digits after the point, and nothing is rounded",
    "百分比小数点后最多 2 位，系统不做四舍五入",
)
_NO_PERCENT_SIGN: Final = Text(
    "the percent sign is missing",
    "缺少百分号",
)
