"""Times as files write them: wall times, with or without an offset.

A day closes at midnight, so it matters whose midnight. Without a time zone the
time that is written counts as it stands, and the clock remembers the offsets
that it saw; with one, a time that bears an offset is turned into that zone's.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from tongbao.lab.amounts import LONGEST_NUMBER
from tongbao.lab.cells import Cell, scaled, whole
from tongbao.lab.problems import CellError, LabError, quoted
from tongbao.plans.words import Text

EPOCH: Final = "epoch"
"""The time format of seconds since 1970, in UTC."""

_TIME: Final = re.compile(
    r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
    r"(?:(?:T|\s+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
    r"(?:\s*(?:(Z)|\(?(UTC|GMT)?(?:([+\u2212-])([0-9]{1,2})(?::?([0-9]{2}))?)?\)?))?",
    re.IGNORECASE,
)
_SHORT_OFFSET: Final = re.compile(r"(?<=[0-9 ])([+-])([0-9]{2})$")
_HOUR_PART: Final = 4
_UTC_PART: Final = 8
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999


class Clock:
    """Reads times by a format (strptime's, ``epoch``, or year first if None).

    ``offsets`` holds every offset from UTC that was seen.
    """

    __slots__ = ("_read", "_zone", "offsets")

    def __init__(self, time_format: str | None = None, zone: ZoneInfo | None = None) -> None:
        self._read = _reader(time_format)
        self._zone = zone
        self.offsets: set[timedelta] = set()

    def __call__(self, cell: Cell) -> datetime:
        """Return the wall time, in the zone if there is one and the cell has an offset.

        Raises:
            CellError: if it is no time.
        """
        found = self._read(cell)
        offset = found.utcoffset()
        if offset is not None:
            self.offsets.add(offset)
            if self._zone is not None:
                found = found.astimezone(self._zone)
        return found.replace(tzinfo=None)


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name, such as Asia/Shanghai.

    Raises:
        LabError: if there is none, or this machine knows no zones.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        out = _NO_ZONE_OUT if available_timezones() else _NO_ZONES_OUT
        raise LabError(_NO_ZONE.fill(name=quoted(name)), out) from None


def offset_text(offset: timedelta) -> str:
    """Return an offset as +08:00.

    >>> offset_text(timedelta(hours=-3, minutes=-30))
    '-03:30'
    """
    minutes = int(abs(offset).total_seconds()) // 60
    sign = "-" if offset < timedelta(0) else "+"
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


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
    return _written(cell).replace(tzinfo=None)


def _reader(time_format: str | None) -> Callable[[Cell], datetime]:
    if time_format is None:
        return _written
    if time_format == EPOCH:
        return _epoch
    return lambda cell: _in_reach(_by_format(cell, time_format))


def _written(cell: Cell) -> datetime:
    """Return the time with its offset, if it has one."""
    if isinstance(cell, datetime):
        return _in_reach(cell)
    if isinstance(cell, date):
        return _in_reach(datetime.combine(cell, time()))
    text = cell.strip() if isinstance(cell, str) else str(cell)
    match = _TIME.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if match is None:
        raise CellError(_NO_TIME.fill(value=quoted(text)), _NO_TIME_OUT)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match[7] or "")[:6].ljust(6, "0"))
    try:
        zone = _offset(match)
        found = datetime(year, month, day, hour, minute, second, micro, zone)
    except ValueError:
        raise CellError(_NO_SUCH_TIME.fill(value=quoted(text))) from None
    return _in_reach(found)


def _offset(match: re.Match[str]) -> timezone | None:
    zulu, name, sign, hours, minutes = match.groups()[_UTC_PART - 1 :]
    if not sign:
        return UTC if zulu or name else None
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if match[_HOUR_PART] is None and not minutes:
        raise ValueError  # a date with one more number, not a date with an offset
    return timezone(ahead if sign == "+" else -ahead)


def _by_format(cell: Cell, time_format: str) -> datetime:
    text = str(cell).strip()
    if time_format.endswith("%z"):
        text = _SHORT_OFFSET.sub(r"\1\g<2>00", text)  # PostgreSQL writes +08, strptime wants +0800
    try:
        return datetime.strptime(text, time_format)  # a wall time, or what %z says
    except (ValueError, re.error):
        raise CellError(
            _OTHER_FORMAT.fill(value=quoted(text), wanted=quoted(time_format))
        ) from None


def _epoch(cell: Cell) -> datetime:
    seconds = scaled(cell, 0) if isinstance(cell, float) else whole(cell)
    try:
        return _in_reach(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
    except OverflowError:
        raise CellError(_NO_SUCH_TIME.fill(value=seconds)) from None


def _in_reach(found: datetime) -> datetime:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise CellError(_FAR_YEAR.fill(year=found.year))
    return found


_NO_ZONE = Text("--time-zone: there is no time zone {name}", "--time-zone：没有时区 {name}")
_NO_ZONE_OUT = Text(
    "Write area and city, for example Asia/Shanghai or Europe/Berlin.",
    "请写成“地区/城市”，例如 Asia/Shanghai 或 Europe/Berlin。",
)
_NO_ZONES_OUT = Text(
    "This machine has no time zone data; on Debian and Ubuntu: apt-get install tzdata",
    "这台机器没有时区数据；Debian 和 Ubuntu 上请运行 apt-get install tzdata",
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
