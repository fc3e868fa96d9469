"""Amounts written as text: a decimal point, or in some files a decimal comma, never a guess.

Where one text could mean two amounts («1.250» is 1.25 or, in much of Europe,
one thousand two hundred and fifty) it is refused.
"""

import re
from typing import Final

from tongbao.lab.problems import CellError, quoted
from tongbao.plans.words import Text

LONGEST_NUMBER: Final = 40
"""Characters that a number may have."""

_GROUP: Final = 3
_SIGNS: Final = "¥￥$£€"
_SHAPE: Final = re.compile(r"(-?)(?:([A-Z]{3}) ?)?(-?)([0-9][0-9., \u00a0\u202f]*)")
_POINT: Final = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_COMMA: Final = re.compile(r"([1-9][0-9]{0,2}(?:[. \u00a0\u202f][0-9]{3})+|[0-9]+)(?:,([0-9]+))?")
_ONE_GROUP: Final = re.compile(r"[1-9][0-9]{0,2}")
_BETWEEN: Final = re.compile(r"[., \u00a0\u202f]")


def amount_of(text: str, digits: int, *, usual: int | None = None, comma: bool = False) -> int:
    """Return the number in a text × 10^digits, exactly.

    ``usual`` is how many decimals such amounts have, ``digits`` if not given:
    with less than three of them, three decimals after up to three digits are
    refused, for they may be thousands. With ``comma`` a comma may stand before
    the decimals, and points or blanks between thousands.

    >>> amount_of("1,234.5", 2), amount_of("-1.234,50", 2, comma=True), amount_of("12,00", 2, comma=True)
    (123450, -123450, 1200)

    Raises:
        CellError: if it is no such number, finer than that, or ambiguous.
    """
    number = text.strip()
    for sign in _SIGNS:
        if sign in number:
            number = number.replace(sign, "", 1).strip()
            break
    match = _SHAPE.fullmatch(number) if len(number) <= LONGEST_NUMBER else None
    if match is None or (match[1] and match[3]):
        raise CellError(NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
    few = (digits if usual is None else usual) < _GROUP
    whole, decimals = _parts(text, match[4], few=few, comma=comma)
    fraction = decimals.rstrip("0")
    if len(fraction) > digits:
        raise CellError(TOO_FINE.fill(value=quoted(text), digits=digits), TOO_FINE_OUT)
    value = int(_BETWEEN.sub("", whole) + fraction.ljust(digits, "0"))
    return -value if match[1] or match[3] else value


def _parts(text: str, number: str, *, few: bool, comma: bool) -> tuple[str, str]:
    """Return what stands before and behind the decimal sign, if there is only one reading."""
    point = _POINT.fullmatch(number)
    other = _COMMA.fullmatch(number) if comma else None
    if point is None and other is None:
        raise CellError(NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
    if point is not None and other is not None and point.groups() != other.groups():
        raise CellError(_AMBIGUOUS.fill(value=quoted(text)), _AMBIGUOUS_OUT)
    if (
        few
        and point is not None
        and len(point[2] or "") == _GROUP
        and _ONE_GROUP.fullmatch(point[1])
    ):
        raise CellError(_AMBIGUOUS.fill(value=quoted(text)), _AMBIGUOUS_OUT)
    found = point or other
    return (found[1], found[2] or "") if found is not None else ("0", "")


NO_NUMBER = Text("{value} is no amount", "{value} 不是金额")
_NO_NUMBER_OUT = Text(
    "An amount is written like 1234.50 or 1,234.50: a point before the decimals, commas only "
    "between thousands, no brackets, no exponent. Only where semicolons separate the columns may "
    "it be 1234,50 or 1.234,50. Change the file, or leave such rows out with --skip-bad-rows.",
    "金额应写成 1234.50 或 1,234.50：小数点用“.”，逗号只作千位分隔，不用括号和科学计数法。"
    "只有以分号分列的文件可以写成 1234,50 或 1.234,50。请修改文件，或用 --skip-bad-rows 跳过这些行。",
)
TOO_FINE = Text(
    "{value} has more than {digits} digits after the point, and nothing is rounded in silence",
    "{value} 小数点后超过 {digits} 位，系统不会悄悄四舍五入",
)
TOO_FINE_OUT = Text(
    "Round the amounts in the file, set the plan's currency to the file's, or leave such rows out "
    "with --skip-bad-rows.",
    "请先在文件中取整、把方案的币种改成与文件一致，或用 --skip-bad-rows 跳过这些行。",
)
_AMBIGUOUS = Text(
    "{value} can be read in two ways: the last three digits may be decimals or thousands",
    "{value} 有两种读法：最后三位可能是小数，也可能是千位分组",
)
_AMBIGUOUS_OUT = Text(
    "Write 1250.00 if one thousand two hundred and fifty is meant, 1.25 if one and a quarter, "
    "through the whole column (in a spreadsheet: give it a format with two decimals), or leave "
    "such rows out with --skip-bad-rows.",
    "如果是一千二百五十，请写成 1250.00；如果是一又四分之一，请写成 1.25。整列都要改"
    "（在表格软件中设为两位小数的格式），或用 --skip-bad-rows 跳过这些行。",
)
