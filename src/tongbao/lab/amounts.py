"""Amounts written as text: a decimal point, or in some files a decimal comma, never a guess.

Where one text could mean two amounts («1.250» is 1.25 or, in much of Europe,
one thousand two hundred and fifty) it is refused. A currency's sign or code may
stand before or behind the number; it is compared with the currency that is meant.
"""

import re
import unicodedata
from typing import Final

from msgspec import Struct

from tongbao.lab.problems import CellError, quoted
from tongbao.lab.signs import meanings_together
from tongbao.plans.words import Text

LONGEST_NUMBER: Final = 40
"""Characters that a number may have."""

_GROUP: Final = 3
_PLAIN: Final = re.compile(r"(-?)([0-9]+(?:\.[0-9]+)?)")
_SHAPE: Final = re.compile(r"([^0-9]*)([0-9](?:[0-9.,' ]*[0-9])?)([^0-9]*)")
_GROUPED: Final = (
    r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
    r"|[1-9][0-9]{0,2}(?:'[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]+"
)
_POINT: Final = re.compile(rf"({_GROUPED})(?:\.([0-9]+))?")
_COMMA: Final = re.compile(
    r"([1-9][0-9]{0,2}(?:(?P<group>[.' ])[0-9]{3})(?:(?P=group)[0-9]{3})*|[0-9]+)(?:,([0-9]+))?"
)
_ONE_GROUP: Final = re.compile(r"[1-9][0-9]{0,2}")
_ONE_COMMA: Final = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_BETWEEN: Final = re.compile(r"[.,' ]")
_MINUS: Final = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\u207b"
_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
_FOLDS: Final = {
    **{ord(sign): "-" for sign in _MINUS},
    **dict.fromkeys(map(ord, _INVISIBLE), ""),
    **dict.fromkeys(range(0x2066, 0x206A), ""),  # isolates of text that runs both ways
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full width
    0xFFE0: "¢",
    0xFFE1: "£",
    0xFFE5: "¥",
    0xFFE6: "₩",
    0xFE69: "$",
    0xFF04: "$",
    0x2019: "'",
    0x02BC: "'",
    0x066C: "'",
    0x066B: ".",
}


class Figure(Struct, frozen=True, gc=False):
    """A number as written, its minus and its signs of currency apart; both signs '' if bare."""

    number: str
    negative: bool = False
    before: str = ""
    behind: str = ""


def figure_of(text: str) -> Figure:
    """Return a number's figures, its minus and what stands about them.

    A minus may be written in several ways, before or behind; brackets are one,
    and an apostrophe that keeps a spreadsheet from reckoning is cut off.

    >>> figure_of("(€45.00)"), figure_of("'-70").negative, figure_of("１２元").behind
    (Figure(number='45.00', negative=True, before='€', behind=''), True, '元')

    Raises:
        CellError: if it is no number.
    """
    bare = _PLAIN.fullmatch(text)
    if bare is not None and len(text) <= LONGEST_NUMBER:
        return Figure(bare[2], bool(bare[1]))
    folded = _folded(text)
    match = _SHAPE.fullmatch(folded) if len(folded) <= LONGEST_NUMBER else None
    if match is None:
        raise CellError(NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
    before, number, behind = match.groups()
    brackets = before.count("("), behind.count(")")
    minus = before.count("-") + behind.count("-")
    plus = before.count("+")
    if brackets not in {(0, 0), (1, 1)} or brackets[0] + minus + plus > 1:
        raise CellError(NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
    before = before.translate({40: None, 43: None, 45: None}).strip()
    behind = behind.translate({41: None, 45: None}).strip()
    return Figure(number, bool(brackets[0] or minus), before, behind)


def currencies_of(text: str) -> frozenset[str]:
    """Return the currencies that the signs about an amount may mean, none if it is bare.

    Raises:
        CellError: if it is no number, or a sign is not known or contradicts another.
    """
    bare = text.strip()
    if not bare or (bare[-1].isascii() and bare[-1].isdigit() and bare[0] in "-0123456789"):
        return frozenset()
    figure = figure_of(bare)
    found: frozenset[str] = frozenset()
    for sign in (figure.before, figure.behind):
        if not sign:
            continue
        meant = meanings_together(sign)
        if not meant:
            if any(letter.isalpha() or unicodedata.category(letter) == "Sc" for letter in sign):
                raise CellError(_NO_SIGN.fill(value=quoted(text), sign=quoted(sign)), _NO_SIGN_OUT)
            raise CellError(NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
        if found and not found & meant:
            raise CellError(_TWO_SIGNS.fill(value=quoted(text)), _NO_SIGN_OUT)
        found = found & meant if found else meant
    return found


def plain_amount(text: str, digits: int) -> int | None:
    """Return a number in the plainest form × 10^digits; None if it has to be looked at closely.

    >>> plain_amount("12.5", 2), plain_amount("7", 2), plain_amount("1.250", 2), plain_amount("-7", 2)
    (1250, 700, None, None)
    """
    whole, _, decimals = text.partition(".")
    count = len(decimals)
    if count == _GROUP or count > digits or len(text) > LONGEST_NUMBER or not text.isascii():
        return None
    if not whole.isdigit() or (count and not decimals.isdigit()) or (not count and "." in text):
        return None
    return int(whole + decimals) * int(10 ** (digits - count))


def amount_of(
    text: str,
    digits: int,
    *,
    usual: int | None = None,
    comma: bool = False,
    currency: str | None = None,
) -> int:
    """Return the number in a text × 10^digits, exactly.

    ``usual`` is how many decimals such amounts have, ``digits`` if not given:
    with less than three of them, three decimals after up to three digits are
    refused, for they may be thousands; with just three, one group of thousands,
    for it may be decimals. With ``comma`` a comma may stand before
    the decimals, and points or blanks between thousands. A sign about the
    amount has to fit ``currency``: any known one if that is None, none if it is ''.

    >>> amount_of("1,234.5", 2), amount_of("-1.234,50", 2, comma=True), amount_of("12,00", 2, comma=True)
    (123450, -123450, 1200)

    Raises:
        CellError: if it is no such number, finer than that, ambiguous, or of another currency.
    """
    signed = currencies_of(text)
    if signed and currency is not None and currency not in signed:
        _refuse_sign(text, signed, currency)
    figure = figure_of(text.strip())
    usual = digits if usual is None else usual
    whole, decimals = _parts(text, figure.number, usual=usual, comma=comma)
    fraction = decimals.rstrip("0")
    if len(fraction) > digits:
        raise CellError(TOO_FINE.fill(value=quoted(text), digits=digits), TOO_FINE_OUT)
    value = int(_BETWEEN.sub("", whole) + fraction.ljust(digits, "0"))
    return -value if figure.negative else value


def _folded(text: str) -> str:
    """Return a number's text with the usual digits, minus, blanks and apostrophes."""
    letters = []
    for letter in text.translate(_FOLDS).strip().removeprefix("'"):
        if letter.isdecimal():
            letters.append(str(unicodedata.decimal(letter)))
        else:
            letters.append(" " if letter.isspace() else letter)
    return "".join(letters).strip()


def _refuse_sign(text: str, signed: frozenset[str], currency: str) -> None:
    if not currency:
        raise CellError(_BARE.fill(value=quoted(text)), _BARE_OUT)
    codes = "/".join(sorted(signed)[:_GROUP]) + ("…" if len(signed) > _GROUP else "")
    reason = _OTHER_SIGN.fill(value=quoted(text), signed=codes, currency=currency)
    raise CellError(reason, _OTHER_SIGN_OUT.fill(currency=currency))


def _parts(text: str, number: str, *, usual: int, comma: bool) -> tuple[str, str]:
    """Return what stands before and behind the decimal sign, if there is only one reading."""
    point = _POINT.fullmatch(number)
    other = _COMMA.fullmatch(number) if comma else None
    readings = {
        (_BETWEEN.sub("", match[1]), match[match.re.groups] or "")
        for match in (point, other)
        if match is not None
    }
    if not readings:
        raise CellError(NO_NUMBER.fill(value=quoted(text)), _NO_NUMBER_OUT)
    whole, decimals = min(readings)
    bare = point is not None and _ONE_GROUP.fullmatch(point[1])
    thousands = usual < _GROUP and bare and len(decimals) == _GROUP
    if len(readings) > 1 or thousands or (usual == _GROUP and _ONE_COMMA.fullmatch(number)):
        raise CellError(_AMBIGUOUS.fill(value=quoted(text)), _AMBIGUOUS_OUT)
    return whole, decimals


NO_NUMBER = Text("{value} is no amount", "{value} 不是金额")
_NO_NUMBER_OUT = Text(
    "An amount is written like 1234.50 or 1,234.50: a point before the decimals, commas only "
    "between thousands, no exponent; a currency's sign or code may stand before or behind it, and "
    "a minus, or brackets. Only where semicolons separate the columns may "
    "it be 1234,50 or 1.234,50. Change the file, or leave such rows out with --skip-bad-rows.",
    "金额应写成 1234.50 或 1,234.50：小数点用“.”，逗号只作千位分隔，不用科学计数法；"
    "前后可以有货币符号或代码，也可以有负号或括号。"
    "只有以分号分列的文件可以写成 1234,50 或 1.234,50。请修改文件，或用 --skip-bad-rows 跳过这些行。",
)
TOO_FINE = Text(
    "{value} has more than {digits:digit|digits} after the point, and nothing is rounded in silence",
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
_NO_SIGN = Text(
    "{value} bears {sign}, which is no sign or code of a currency that is known here",
    "{value} 带有 {sign}，这不是已知的货币符号或代码",
)
_NO_SIGN_OUT = Text(
    "Write the amounts without it, or with the code of their currency (12.50 EUR), or leave such "
    "rows out with --skip-bad-rows.",
    "请去掉它，或改写货币代码（如 12.50 EUR），或用 --skip-bad-rows 跳过这些行。",
)
_TWO_SIGNS = Text("{value} bears the signs of two currencies", "{value} 带有两种货币的符号")
_BARE = Text("{value} bears a currency's sign, and is a quantity", "{value} 是数量，却带有货币符号")
_BARE_OUT = Text(
    "See which column holds the quantity, and which the price.",
    "请检查哪一列是数量，哪一列是价格。",
)
_OTHER_SIGN = Text(
    "{value} is in {signed} by its sign, where {currency} is meant",
    "{value} 的符号表示 {signed}，而这里应为 {currency}",
)
_OTHER_SIGN_OUT = Text(
    "A plan has one currency. Take the orders in {currency} alone with --only-currency {currency} "
    "(the others are counted), set the plan's currency to the file's, correct the sign, or leave "
    "such rows out with --skip-bad-rows. A column with the currency is named as currency=.",
    "一个方案只用一种货币。请用 --only-currency {currency} 只取这种货币的订单（其余计数），"
    "把方案的币种改成与文件一致，改正符号，或用 --skip-bad-rows 跳过这些行。"
    "币种单独成列时，用 currency= 指定该列。",
)
