"""The journal as beancount text: one transaction an entry, and what must balance day by day.

The pool is seen from its own books: cash it holds stands under Assets (also what it holds for
members and merchants, in their wallets), where it came from under Income, where it went under
Expenses. Points and store credit are commodities of their own under Equity. At each change of
date the reserve, the dividend fund and the supply are asserted to the last unit, reserve and
supply as the entry itself states them.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from tongbao.audit.entries import (
    Entry,
    Genesis,
    NoEntry,
    read_entry,
    read_genesis,
    split_line,
)
from tongbao.audit.opening import first_line_reason
from tongbao.audit.problems import Unusable
from tongbao.engine import commands

POINT_DIGITS: Final = 6
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,22}")
_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sales": "Income:Sales",
        "deposits": "Income:Deposits",
        "reserve": "Assets:Pool:Reserve",
        "dividend_fund": "Assets:Pool:Dividend-Fund",
        "dividend_payable": "Assets:Pool:Dividend-Payable",
        "wallet": "Assets:Wallets",
        "paid_out": "Expenses:Paid-Out",
        "refunded": "Expenses:Refunded",
        "issuance": "Equity:Points:Issued",
        "points": "Equity:Points:Supply:Held",
        "treasury": "Equity:Points:Supply:Treasury",
        "burned": "Equity:Points:Burned",
        "credit_issued": "Equity:Store-Credit:Issued",
        "credit": "Equity:Store-Credit:Held",
    }
)
_SUPPLY: Final = "Equity:Points:Supply"
_RESERVED: Final = ("POINTS", "CREDIT")
_EXPONENT: Final = 10


def beancount_lines(exported: Iterable[bytes], digits_of: Callable[[str], int]) -> Iterator[str]:
    """Yield an export as lines of beancount text, with their ends.

    The lines are converted, not verified. ``digits_of`` tells how many digits the currency's
    minor unit has.

    Raises:
        Unusable: a line is no entry, or the first one no genesis; ``detail`` is its number.
    """
    book: Beancount | None = None
    number = 0
    for number, line in enumerate(exported, start=1):
        try:
            parts = split_line(line)
            if parts is None and book is None:
                raise Unusable(first_line_reason(line), str(number))
            body, digest = parts or (b"", "")
            if book is None:
                genesis = read_genesis(body)
                book = Beancount(digits_of(genesis.currency))
                text = book.begin(genesis, digest)
            else:
                text = book.add(read_entry(body), digest)
            yield from [f"{one}\n" for one in text]
        except (NoEntry, ValueError, KeyError):
            reason = "line" if book is not None else "first_line"
            raise Unusable(reason, str(number)) from None
    if book is None:
        raise Unusable("empty")
    yield from [f"{one}\n" for one in book.end()]


class Beancount:
    """Writes entries as beancount text; ``digits`` are those of the currency's minor unit.

    >>> ledger = Beancount(2)
    >>> ledger.amount("money", -1234), ledger.amount("points", 21)
    ('-12.34 MONEY', '0.000021 POINTS')
    """

    def __init__(self, digits: int) -> None:
        """Begin a file; the genesis names the currency."""
        self._digits = digits
        self._codes = {"money": "MONEY", "points": "POINTS", "credit": "CREDIT"}
        self._opened: dict[str, None] = {}
        self._day = date.min
        self._pool = (0, 0)
        self._fund = 0
        self._asserts = False

    def begin(self, genesis: Genesis, digest: str) -> Iterator[str]:
        """Yield the lines of the genesis: options, commodities, the pool's accounts."""
        code = genesis.currency
        if _CODE.fullmatch(code) and code not in _RESERVED:
            self._codes["money"] = code
        self._day = _date_of(genesis.recorded_at)
        yield f'option "title" {_quoted(f"Tongbao, program {genesis.program}")}'
        yield f'option "operating_currency" "{self._codes["money"]}"'
        yield ""
        yield f"{self._day} commodity {self._codes['money']}"
        yield f"{self._day} commodity POINTS"
        yield f"{self._day} commodity CREDIT"
        for place in ("reserve", "dividend_fund"):
            yield from self._open(_PLACES[place], "money", None)
        yield from self._open(_SUPPLY, "points", None)
        yield ""
        yield f"{self._day} * {_quoted('launch')}"
        yield "  entry: 0"
        yield f'  hash: "{digest}"'

    def add(self, entry: Entry, digest: str) -> Iterator[str]:
        """Yield the lines of an entry, with what must balance where a new date begins."""
        day = max(_date_of(entry.recorded_at), self._day)  # a clock may be set back
        if day != self._day:
            yield from self._assertions(self._day + timedelta(days=1))
        self._day = day
        yield ""
        for _, unit, source, target, _ in entry.postings:
            for place in (source, target):
                kind, _, owner = place.partition(":")
                yield from self._open(account_name(place), unit, owner if kind != place else None)
        yield f"{day} * {_quoted(_KINDS[type(entry.command)])} {_quoted(entry.command.id)}"
        yield f"  entry: {entry.number}"
        yield f'  hash: "{digest}"'
        for cause, unit, source, target, amount in entry.postings:
            yield f"  {account_name(target)}  {self.amount(unit, amount)}"
            yield f"    cause: {_quoted(cause)}"
            yield f"  {account_name(source)}  {self.amount(unit, -amount)}"
            self._fund += amount * ((target == "dividend_fund") - (source == "dividend_fund"))
        self._pool = entry.pool

    def end(self) -> Iterator[str]:
        """Yield what must balance after the last entry."""
        yield from self._assertions(self._day + timedelta(days=1))

    def amount(self, unit: str, units: int) -> str:
        """Return minor units, atoms or credit as a decimal with its commodity."""
        digits = POINT_DIGITS if unit == "points" else self._digits
        whole, rest = divmod(abs(units), _EXPONENT**digits)
        sign = "-" if units < 0 else ""
        fraction = f".{rest:0{digits}}" if digits else ""
        return f"{sign}{whole}{fraction} {self._codes[unit]}"

    def _assertions(self, day: date) -> Iterator[str]:
        reserve, supply = self._pool
        yield ""
        for account, unit, units in (
            (_PLACES["reserve"], "money", reserve),
            (_PLACES["dividend_fund"], "money", self._fund),
            (_SUPPLY, "points", supply),
        ):
            number, _, code = self.amount(unit, units).partition(" ")
            yield f"{day} balance {account}  {number} ~ 0 {code}"

    def _open(self, account: str, unit: str, owner: str | None) -> Iterator[str]:
        if account in self._opened:
            return
        self._opened[account] = None
        yield f"{self._day} open {account} {self._codes[unit]}"
        if owner is not None:
            yield f"  owner: {_quoted(owner)}"


def account_name(place: str) -> str:
    r"""Return the beancount account of a place; different places have different ones.

    An owner's letters and digits of ASCII stay, and a hyphen between two of them; any other sign
    is written as its number in hexadecimal, between two hyphens and one.

    >>> account_name("reserve"), account_name("wallet:m-1"), account_name("points:m_1")
    ('Assets:Pool:Reserve', 'Assets:Wallets:Id-m-1', 'Equity:Points:Supply:Held:Id-m--5f-1')
    """
    kind, colon, owner = place.partition(":")
    if not colon:
        return _PLACES[kind]
    return f"{_PLACES[kind]}:Id-{_UNSAFE.sub(_spelled, owner)}"


def _spelled(found: re.Match[str]) -> str:
    return f"--{ord(found[0]):x}-"


_UNSAFE: Final = re.compile(r"[^A-Za-z0-9-]|(?<![A-Za-z0-9])-|-(?![A-Za-z0-9])")


def _quoted(text: str) -> str:
    """Return a string of beancount's; what cannot be printed is spelled out."""
    shown = text if text.isprintable() else json.dumps(text)[1:-1]
    doubled = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{doubled}"'


def _date_of(moment: str) -> date:
    return date.fromisoformat(moment[:10])


_KINDS: Final[Mapping[type, str]] = MappingProxyType(
    {
        kind: str(kind.__struct_config__.tag)
        for kind in (
            *(commands.Enroll, commands.OpenMerchant, commands.Purchase, commands.Refund),
            *(commands.Redeem, commands.PayPoints, commands.PayWallet, commands.Convert),
            *(commands.PayCredit, commands.RedeemCredit, commands.Withdraw, commands.Deposit),
            *(commands.ChangePlan, commands.CloseDay),
        )
    }
)
