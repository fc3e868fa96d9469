"""One cell of an orders file: amounts, times, marks and names, read strictly and exactly.

Text is read without floats. A number that a Parquet file already holds as a
float is taken at its shortest decimal form and rounded half to even.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from tongbao.lab.problems import CellError, quoted
from tongbao.plans.words import Text

FINE: Final = 9
"""Digits after the decimal point that quantities and unit prices may have."""

LONGEST_NAME: Final = 100
"""Characters that an order id or a customer may have."""

LARGEST: Final = 10**15
"""The engine's largest amount, in minor units."""

EPOCH: Final = "epoch"
"""The time format of seconds since 1970, read as UTC."""

_NUMBER: Final = re.compile(
    r"(-?)(?:([A-Z]{3}) ?)?(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?"
)
_LONGEST_NUMBER: Final = 40
_SIGNS: Final = "¥￥$£€"
_TIME: Final = re.compile(
    r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
    r"(?:(?:T|\s+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
    r"(?:\s*(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?",
)
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999
_TRUE: Final = frozenset({"true", "yes", "y", "t", "1", "是", "已退款", "退款"})
_FALSE: Final = frozenset({"", "false", "no", "n", "f", "0", "否"})

Cell = object


class Rounded:
    """Counts the cells of a float column that had to be rounded."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


def is_blank(cell: Cell) -> bool:
    """Return whether the cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def name(cell: Cell) -> str:
    """Return an id or a customer's name as text, outer blanks cut off; '' if there is none."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # an id in a float column, as tables with gaps have it: 17850.0
    text = (cell if isinstance(cell, str) else str(cell)).strip()
    if len(text) > LONGEST_NAME:
        raise CellError(_NAME_TOO_LONG.fill(longest=LONGEST_NAME, length=len(text)))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CellError(_NOT_TEXT.fill(value=quoted(text))) from None
    return text


def scaled(cell: Cell, digits: int, rounded: Rounded | None = None) -> int:
    """Return a decimal number × 10^digits, exactly.

    A float is rounded half to even (and counted in ``rounded``); a text with
    more digits than that is refused, for nothing in a text is rounded.

    >>> scaled("1,234.5", 2), scaled("-0.07", 2), scaled("¥12.00", 2), scaled(2.675, 2)
    (123450, -7, 1200, 268)

    Raises:
        CellError: if it is no such number.
    """
    if isinstance(cell, bool):
        raise CellError(_NO_NUMBER.fill(value=quoted(cell)))
    if isinstance(cell, int):
        return cell * int(10**digits)
    if isinstance(cell, float):
        return _scaled_float(cell, digits, rounded)
    if isinstance(cell, Decimal):
        return _scaled_decimal(cell, digits)
    return _scaled_text(cell if isinstance(cell, str) else str(cell), digits)


def whole(cell: Cell) -> int:
    """Return a whole number of minor units.

    >>> whole("13912"), whole(-5)
    (13912, -5)

    Raises:
        CellError: if it is none.
    """
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    text = cell.strip() if isinstance(cell, str) else ""
    if len(text) > _LONGEST_NUMBER or not re.fullmatch(r"-?[0-9]+", text):
        raise CellError(_NO_WHOLE.fill(value=quoted(cell)), _NO_WHOLE_OUT)
    return int(text)


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


def clock(time_format: str | None) -> Callable[[Cell], datetime]:
    """Return the reader of times: `moment`, or for a format (strptime's, or ``epoch``)."""
    if time_format is None:
        return moment
    if time_format == EPOCH:
        return _epoch
    return lambda cell: _in_reach(_by_format(cell, time_format))


def moment(cell: Cell) -> datetime:
    """Return the wall time that is written, without its offset.

    Year, month and day in this order, with or without a time, in the ways of
    ISO 8601, of exports («2023-01-02 10:11:12 +0800») and of spreadsheets
    («2023/1/2 10:11»).

    >>> moment("2023-01-02 10:11:12 +0800"), moment("2023/1/2")
    (datetime.datetime(2023, 1, 2, 10, 11, 12), datetime.datetime(2023, 1, 2, 0, 0))

    Raises:
        CellError: if it is no such time.
    """
    if isinstance(cell, datetime):
        return _in_reach(cell.replace(tzinfo=None))
    if isinstance(cell, date):
        return _in_reach(datetime.combine(cell, time()))
    text = cell.strip() if isinstance(cell, str) else str(cell)
    match = _TIME.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        raise CellError(_NO_TIME.fill(value=quoted(text)), _NO_TIME_OUT)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match[7] or "")[:6].ljust(6, "0"))
    try:
        return _in_reach(
            datetime(year, month, day, hour, minute, second, micro)  # wall time
        )
    except ValueError as fault:
        if isinstance(fault, CellError):
            raise
        raise CellError(_NO_SUCH_TIME.fill(value=quoted(text))) from None


def _scaled_text(text: str, digits: int) -> int:
    number = text.strip()
    for sign in _SIGNS:
        if sign in number:
            number = number.replace(sign, "", 1).strip()
            break
    match = _NUMBER.fullmatch(number) if len(number) <= _LONGEST_NUMBER else None
    if match is None or (match[1] and match[3]):
        raise CellError(_NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
    fraction = (match[5] or "").rstrip("0")
    if len(fraction) > digits:
        raise CellError(_TOO_FINE.fill(value=quoted(text), digits=digits), _TOO_FINE_OUT)
    value = int(match[4].replace(",", "") + fraction.ljust(digits, "0"))
    return -value if match[1] or match[3] else value


def _scaled_float(cell: float, digits: int, rounded: Rounded | None) -> int:
    exact = Decimal(repr(cell))
    if not exact.is_finite() or exact.adjusted() > _LONGEST_NUMBER:
        raise CellError(_NO_NUMBER.fill(value=quoted(cell)))
    moved = exact.scaleb(digits)
    nearest = int(moved.to_integral_value(rounding="ROUND_HALF_EVEN"))
    if rounded is not None and nearest != moved:
        rounded.count += 1
    return nearest


def _scaled_decimal(cell: Decimal, digits: int) -> int:
    if not cell.is_finite() or abs(cell.adjusted()) > _LONGEST_NUMBER:
        raise CellError(_NO_NUMBER.fill(value=quoted(cell)))
    sign, figures, exponent = cell.as_tuple()
    value = int("".join(map(str, figures)))
    power = int(exponent) + digits
    if power < 0:
        value, rest = divmod(value, 10**-power)
        if rest:
            raise CellError(_TOO_FINE.fill(value=quoted(cell), digits=digits), _TOO_FINE_OUT)
    else:
        value *= int(10**power)
    return -value if sign else value


def _by_format(cell: Cell, time_format: str) -> datetime:
    text = str(cell).strip()
    try:
        found = datetime.strptime(text, time_format)  # wall time is wanted
    except (ValueError, re.error):
        raise CellError(
            _OTHER_FORMAT.fill(value=quoted(text), wanted=quoted(time_format))
        ) from None
    return found.replace(tzinfo=None)


def _epoch(cell: Cell) -> datetime:
    seconds = scaled(cell, 0) if isinstance(cell, float) else whole(cell)
    try:
        since = timedelta(seconds=seconds)
        return _in_reach((datetime(1970, 1, 1, tzinfo=UTC) + since).replace(tzinfo=None))
    except OverflowError:
        raise CellError(_NO_SUCH_TIME.fill(value=seconds)) from None


def _in_reach(found: datetime) -> datetime:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise CellError(_FAR_YEAR.fill(year=found.year))
    return found


_NAME_TOO_LONG = Text(
    "{length} characters are too many, at most {longest} are possible",
    "共 {length} 个字符，太长了，最多 {longest} 个",
)
_NOT_TEXT = Text("{value} holds characters that are no text", "{value} 含有非文字字符")
_NO_NUMBER = Text("{value} is no amount", "{value} 不是金额")
_NO_NUMBER_OUT = Text(
    "An amount is written like 1234.50 or 1,234.50: a point before the decimals, commas only "
    "between thousands, no brackets, no exponent. Change the file, or leave such rows out with "
    "--skip-bad-rows.",
    "金额应写成 1234.50 或 1,234.50：小数点用“.”，逗号只作千位分隔，不用括号和科学计数法。"
    "请修改文件，或用 --skip-bad-rows 跳过这些行。",
)
_TOO_FINE = Text(
    "{value} has more than {digits} digits after the point, and nothing is rounded in silence",
    "{value} 小数点后超过 {digits} 位，系统不会悄悄四舍五入",
)
_TOO_FINE_OUT = Text(
    "Round the amounts in the file, set the plan's currency to the file's, or leave such rows out "
    "with --skip-bad-rows.",
    "请先在文件中取整、把方案的币种改成与文件一致，或用 --skip-bad-rows 跳过这些行。",
)
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
_NO_TIME = Text("{value} is no time", "{value} 不是时间")
_NO_TIME_OUT = Text(
    "Times are written year first, like 2023-01-02 10:11:12 or 2023/1/2. For others give the "
    'format, for example --time-format "%d/%m/%Y %H:%M" or --time-format epoch.',
    "时间应以年份开头，如 2023-01-02 10:11:12 或 2023/1/2。其他写法请指定格式，例如 "
    '--time-format "%d/%m/%Y %H:%M" 或 --time-format epoch。',
)
_NO_SUCH_TIME = Text("{value} does not exist as a time", "{value} 这个时间不存在")
_OTHER_FORMAT = Text(
    "{value} is not in the time format {wanted}", "{value} 不符合时间格式 {wanted}"
)
_FAR_YEAR = Text(
    "the year {year} is out of reach (1900 to 2999)", "年份 {year} 超出范围（1900 至 2999）"
)
