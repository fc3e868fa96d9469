"""A merchant's receivables: what came into wallet and credit, what left them, day by day.

A day is the program's: all entries after the close before, up to its own close. Who paid what is
in the merchant's statement (`tongbao.ledger.statements`), item by item.
"""

from bisect import bisect_left
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from tongbao.ledger.arguments import check_kind, check_text
from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import Amounts, CauseCode
from tongbao.ledger.fields import stored
from tongbao.ledger.reading import check_span, rows
from tongbao.ledger.statements import Item, walk
from tongbao.ledger.values import LedgerError, UnknownAccount


class NotAMerchant(LedgerError):
    """The account is a member's."""


class Receivables(Struct, frozen=True):
    """What a merchant received and passed on in a day, or in all days together.

    ``day`` is empty for the day still open, and for the total. ``sums`` has every change by its
    cause, and ``opening`` plus all of them is ``closing``.
    """

    day: str
    opening: Amounts
    sums: Mapping[CauseCode, Amounts]
    closing: Amounts

    @property
    def received(self) -> Amounts:
        """What came from members and others for goods, and from outside: wallet and credit."""
        return self._total(_RECEIVED)

    @property
    def paid_out(self) -> int:
        """What was withdrawn, in minor units."""
        return -self._total((CauseCode.WITHDRAWAL,)).wallet

    @property
    def credit_redeemed(self) -> int:
        """The credit that was turned into points, in minor units."""
        return -self._total((CauseCode.CREDIT_REDEMPTION,)).credit

    @property
    def points_for_credit(self) -> int:
        """The points that were had for it, in atoms."""
        return self._total((CauseCode.CREDIT_REDEMPTION,)).points

    def _total(self, causes: tuple[CauseCode, ...]) -> Amounts:
        total = Amounts()
        for cause in causes:
            total = total.plus(self.sums.get(cause, Amounts()))
        return total


class Report(Struct, frozen=True):
    """A merchant's receivables by day, oldest first (days without any change are left out)."""

    days: tuple[Receivables, ...]
    total: Receivables


def receivables(
    ledger: Ledger, merchant: str, *, first: str | None = None, last: str | None = None
) -> Report:
    """Return a merchant's receivables of these days, both with them; else from the beginning on.

    Without a last day the open one is in it. Costs in proportion to the merchant's own entries.

    Raises:
        UnknownAccount, NotAMerchant.
        BadPage: they are not written as days, or the first is after the last.
    """
    check_kind("ledger", ledger, Ledger)
    check_text("merchant", merchant)
    check_span(first, last)
    account = ledger.account(merchant)
    if account is None:
        raise UnknownAccount(f"The program {ledger.name!r} has no account {merchant!r}.")
    if account.kind != "merchant":
        raise NotAMerchant(f"{merchant!r} is a member; only a merchant has receivables.")
    query = "SELECT day, number FROM ledger_day WHERE program = %s ORDER BY number"
    days = rows(ledger.using, query, (ledger.program_id,))
    after = max((number for day, number in days if first is not None and day < first), default=-1)
    up_to = None
    if last is not None:
        up_to = max((number for day, number in days if day <= last), default=-1)
    total = _Tally("", _standing(ledger, merchant, after))
    tallies: dict[str, _Tally] = {}
    numbers = [number for _, number in days]
    for item in walk(ledger, merchant, after=after, up_to=up_to):
        place = bisect_left(numbers, item.number)
        day = days[place][0] if place < len(days) else ""
        if day not in tallies:
            tallies[day] = _Tally(day, item.balance.minus(item.change))
        tallies[day].add(item)
        total.add(item)
    return Report(tuple(tally.told() for tally in tallies.values()), total.told())


_RECEIVED: Final = (
    *(CauseCode.PAYMENT_RECEIVED, CauseCode.CREDIT_RECEIVED),
    *(CauseCode.GOODS_SOLD, CauseCode.DEPOSIT),
)


class _Tally(Struct):
    """Sums of items that follow one another."""

    day: str
    opening: Amounts
    sums: dict[CauseCode, Amounts] = {}

    def add(self, item: Item) -> None:
        code = item.cause.code
        self.sums[code] = self.sums.get(code, Amounts()).plus(item.change)

    def told(self) -> Receivables:
        closing = self.opening
        for change in self.sums.values():
            closing = closing.plus(change)
        return Receivables(self.day, self.opening, MappingProxyType(self.sums), closing)


def _standing(ledger: Ledger, account: str, number: int) -> Amounts:
    """Return how the account stood after that entry."""
    query = (
        "SELECT points, quota, wallet, credit FROM ledger_line "
        "WHERE program = %s AND account = %s AND number <= %s ORDER BY number DESC LIMIT 1"
    )
    for found in rows(ledger.using, query, (ledger.program_id, stored(account), number)):
        return Amounts(*map(int, found))
    return Amounts()
