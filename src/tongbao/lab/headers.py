"""What a column's name says of its amounts: their currency, their unit, the name without either."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from tongbao.lab.problems import LabError
from tongbao.lab.signs import meanings_together
from tongbao.plans.names import one_spelling
from tongbao.plans.words import Text

MONEY_ROLES: Final = (
    *("amount", "amount_minor", "line_amount", "unit_price", "unit_price_milli", "refunded"),
    *("taken_off", "outstanding", "gift_card", "profit"),
)
"""The roles whose columns hold money."""

_WORDS_TOO: Final = frozenset(
    {
        *("ALL", "ANG", "BAM", "BOB", "COP", "CUP", "DOP", "GEL", "ISK", "LAK", "MAD"),
        *("MOP", "NAD"),
        *("PAB", "PEN", "PHP", "RON", "RUB", "SHP", "SOS", "STN", "SVC", "TOP", "TRY", "WST"),
    }
)
"""Codes of currencies that are words or shortenings too: read as codes only where they stand out."""

_NEVER_SHOUTED: Final = frozenset({"ALL", "TOP"})
_NAMES: Final = frozenset({"euro", "euros", "dollar", "dollars"})

_IN_BRACKETS: Final = re.compile(r"[(\[{]\s*([^()\[\]{}]*?)\s*[)\]}]")
_BETWEEN: Final = re.compile(r"[\s_/:,;()\[\]{}|-]+")
_LESSER: Final = frozenset(
    {"分", "分钱", "cent", "cents", "pence", "fen", "kopeks", "minor units", "in cents"}
)
_GREATER: Final = frozenset(
    {
        *("万", "万元", "萬", "萬元", "千元", "百万", "百万元", "亿", "亿元", "百萬", "億"),
        *("thousand", "thousands", "in thousands", "mio", "million", "millions", "lakh"),
        *("lakhs", "crore", "千円", "万円"),
    }
)


def currencies_named(column: str) -> frozenset[str]:
    """Return the currencies that a column's name may mean, none if it names none.

    >>> currencies_named("Total (EUR)"), sorted(currencies_named("金额（元）")), currencies_named("Total all")
    (frozenset({'EUR'}), ['CNY', 'HKD', 'TWD'], frozenset())
    """
    name = one_spelling(column)
    shouted = name.isupper()
    found: frozenset[str] = frozenset()
    for part, in_brackets in _parts(name):
        meant = _meant(part, in_brackets=in_brackets, shouted=shouted)
        if meant:
            found = found & meant or meant
    return found


def name_without_unit(column: str) -> str:
    """Return a column's name without the currency that it names.

    >>> name_without_unit("Total (EUR)"), name_without_unit("金额（元）"), name_without_unit("amount_usd")
    ('Total', '金额', 'amount')
    """
    name = one_spelling(column)
    shouted = name.isupper()
    bare = _IN_BRACKETS.sub(
        lambda match: "" if _meant(match[1], in_brackets=True, shouted=shouted) else match[0], name
    )
    parts = [
        part
        for part in _BETWEEN.split(bare)
        if part and not _meant(part, in_brackets=False, shouted=shouted)
    ]
    return " ".join(parts) or name


def currencies_of_columns(columns: Mapping[str, str], currency: str, file: str) -> frozenset[str]:
    """Return the currencies that the names of the money's columns may mean, none if none says.

    Raises:
        LabError: where such a name says another currency than the plan's, or hundredths or
            thousands of it.
    """
    found: frozenset[str] = frozenset()
    for role in MONEY_ROLES:
        column = columns.get(role)
        if column is None:
            continue
        unit = _unit_of(column)
        if unit in _GREATER or (unit in _LESSER and not role.endswith(("minor", "milli"))):
            way_out = _LESSER_OUT if unit in _LESSER else _GREATER_OUT
            raise LabError(_UNIT.fill(unit=unit), way_out, file=file, field=column)
        meant = currencies_named(column)
        if meant and currency not in meant:
            codes = "/".join(sorted(meant))
            reason = _OTHER.fill(named=codes, currency=currency)
            raise LabError(reason, _OTHER_OUT.fill(named=codes), file=file, field=column)
        found |= meant
    return found


def _unit_of(column: str) -> str:
    """Return the word in brackets or behind the last bar of a name, in small letters."""
    name = one_spelling(column).casefold()
    bracketed = _IN_BRACKETS.search(name)
    if bracketed is not None:
        return bracketed[1]
    return re.split(r"[/_|]", name)[-1].strip() if re.search(r"[/_|]", name) else ""


def _parts(name: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a name that may be a sign or a code, and whether it stands in brackets."""
    for match in _IN_BRACKETS.finditer(name):
        yield match[1], True
        for part in _BETWEEN.split(match[1]):
            yield part, True
    for part in _BETWEEN.split(_IN_BRACKETS.sub(" ", name)):
        yield part, False
        if part and unicodedata.category(part[-1]) == "Sc":
            yield part[-1], False


def _meant(part: str, *, in_brackets: bool, shouted: bool) -> frozenset[str]:
    """Return what a part of a name means: a code or a sign anywhere, a word where it stands out."""
    meant = meanings_together(part)
    code = part.upper()
    if meant == {code}:
        stands_out = not shouted or (in_brackets and code not in _NEVER_SHOUTED)
        return meant if code not in _WORDS_TOO or (part.isupper() and stands_out) else frozenset()
    if part.isascii() and part.strip(".").isalpha() and part.casefold() not in _NAMES:
        stands_out = in_brackets or (part.isupper() and not shouted)
        return meant if stands_out and len(part) > 1 else frozenset()
    return meant


_OTHER: Final = Text(
    "by its name this column is in {named}, the plan in {currency}",
    "按列名，这一列的货币是 {named}，方案的货币是 {currency}",
)
_OTHER_OUT: Final = Text(
    'Set currency = "{named}" in the plan (mind that its amounts are then meant in it), map a column '
    "in the plan's currency, or, if the name is wrong, correct it in the file.",
    '请在方案中写 currency = "{named}"（注意方案里的金额也就以它计），改用方案货币的列；'
    "如果列名写错了，请在文件中改正。",
)
_UNIT: Final = Text(
    "by its name this column counts in «{unit}», not in whole units of the currency",
    "按列名，这一列以“{unit}”为单位，而不是货币的基本单位",
)
_LESSER_OUT: Final = Text(
    "If the amounts are whole numbers of the smallest unit, map amount_minor= instead of amount=; "
    "otherwise correct the name in the file.",
    "如果金额是以最小单位计的整数，请用 amount_minor= 代替 amount=；否则请在文件中改正列名。",
)
_GREATER_OUT: Final = Text(
    "Write the amounts out in the file, in whole units of the currency.",
    "请在文件中把金额改写成以货币基本单位计的完整数额。",
)
