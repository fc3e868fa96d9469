"""A real order history, played into the ledger day by day as if the mall had been there.

What the history cannot tell is assumed, and the demo's pages say so: a share of each sale is
profit; who has not bought for `QUIET_DAYS` sells all points, every `CONVERTS`-th turns them into
credit instead; merchants are paid their goods' share of each day's sales, and take it out at each
month's end. All dates are shifted by the same number of whole days.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from tongbao.ledger.door import Ledger
from tongbao.ledger.values import LedgerError, Outcome
from tongbao.mall.demo.source import Event
from tongbao.mall.sales.split import Fees, Figures, Taken, split
from tongbao.mall.sales.splitting import allocate

PROFIT_BPS: Final = 6000
"""Gifts are sold at more than twice their cost: less would not pay for the plan and the fees."""

QUIET_DAYS: Final = 90
CONVERTS: Final = 5
_BPS: Final = 10_000
_WAIT: Final = 600.0
_DAY: Final = timedelta(days=1)
# What may be refused: a seller whose points are gone or too few to sell, a refund of an order
# that was refunded to its last penny.
_MAY_FAIL: Final = frozenset({"redeem", "convert", "refund"})

Command = dict[str, object]


class NotPlayed(LedgerError):
    """A command of the history was refused that never should be; the message has the reason."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a history is played.

    It ends with ``last_day``, in ``zone``. ``merchants`` gives the account of each category's
    merchant. The ``people``'s orders (by their member accounts) are settled as the mall does it,
    by merchant, and they never fall quiet.
    """

    last_day: date
    zone: ZoneInfo
    merchants: Mapping[str, str]
    people: frozenset[str] = frozenset()
    profit_bps: int = PROFIT_BPS
    fees: Fees = field(default_factory=Fees)


@dataclass(frozen=True, slots=True)
class Settled:
    """One merchant's part of an order of the people, as it was settled; money in minor units."""

    order: str
    merchant: str
    member: str
    purchase_id: str
    paid: int
    points: int
    figures: Figures
    at: datetime


@dataclass(slots=True)
class Played:
    """What came of it: counts, and the people's orders."""

    accepted: int = 0
    refused: int = 0
    settled: list[Settled] = field(default_factory=list)


def account_of(member: str) -> str:
    """Return the member account of a customer of the history."""
    return f"m-{member}"


def shift_of(events: Sequence[Event], last_day: date) -> timedelta:
    """Return by how many days the history is shifted so that it ends with that day."""
    return last_day - max(event.at for event in events).date()


def play(
    ledger: Ledger,
    events: Sequence[Event],
    terms: Terms,
    told: Callable[[int, int], None],
) -> Played:
    """Settle a history, by time, and close its days; ``told`` hears of the days done and all.

    Raises:
        NotPlayed: something was refused that should not be.
        LedgerError: as `Ledger.submit_many` does.
    """
    return _Player(ledger, events, terms).run(told)


class _Player:
    """Goes through the days."""

    def __init__(self, ledger: Ledger, events: Sequence[Event], terms: Terms) -> None:
        self._ledger = ledger
        self._terms = terms
        self._shift = shift_of(events, terms.last_day)
        self._days = {
            day: list(those) for day, those in groupby(events, key=lambda event: event.at.date())
        }
        self._first = min(self._days)
        self._last_bought: dict[str, date] = {}
        self._owed: Counter[str] = Counter()  # to merchants, since they last took it out
        self._played = Played()

    def run(self, told: Callable[[int, int], None]) -> Played:
        count = (self._terms.last_day - (self._first + self._shift)).days + 1
        carried: list[Command] = []
        for number in range(count):
            day = self._first + number * _DAY
            purchases = list(self._purchases(day))
            outcomes = self._submit([*carried, *(command for _, command in purchases)])
            receipts = outcomes[len(carried) :]
            # The evening's commands go together with the next day's: half as many transactions.
            carried = [*self._payouts(day, purchases, receipts), *self._evening(day)]
            told(number + 1, count)
        self._submit(carried)
        return self._played

    def _submit(self, commands: list[Command]) -> list[Outcome]:
        outcomes = self._ledger.submit_many(commands, wait=_WAIT)
        for command, outcome in zip(commands, outcomes, strict=True):
            if outcome.ok:
                self._played.accepted += 1
            elif command["type"] in _MAY_FAIL:
                self._played.refused += 1
            else:
                why = outcome.refusal or (outcome.receipt and outcome.receipt.error)
                raise NotPlayed(f"{command['id']}: {why}")
        return outcomes

    def _purchases(self, day: date) -> Iterator[tuple[Event, Command]]:
        """Yield a day's purchases and refunds; the people's orders by merchant."""
        for event in self._days.get(day, ()):
            account = account_of(event.member)
            if event.kind == "refund":
                yield (
                    event,
                    self._command(
                        event.id, "refund", event.at, purchase=event.of, amount=event.amount_minor
                    ),
                )
            elif account in self._terms.people:
                for merchant, paid in self._by_merchant(event.goods).items():
                    yield event, self._purchase(f"{event.id}-{merchant}-purchase", event, paid)
            else:
                self._last_bought[event.member] = day
                yield event, self._purchase(event.id, event, event.amount_minor)

    def _purchase(self, command_id: str, event: Event, paid: int) -> Command:
        profit = paid * self._terms.profit_bps // _BPS  # floor: what is cut off is no profit
        member = account_of(event.member)
        return self._command(
            command_id, "purchase", event.at, member=member, paid=paid, profit=profit
        )

    def _payouts(
        self, day: date, purchases: list[tuple[Event, Command]], receipts: list[Outcome]
    ) -> Iterator[Command]:
        """Yield what merchants get for a day, and at a month's end take out."""
        shares: Counter[str] = Counter()
        for (event, command), outcome in zip(purchases, receipts, strict=True):
            if command["type"] != "purchase":
                continue
            paid, figures = int(str(command["paid"])), outcome.fields
            taken = Taken(figures["contribution"], figures["dividend"])
            parts = split(paid, paid, taken, self._terms.fees)
            rest = parts.to_merchant
            if account_of(event.member) not in self._terms.people:
                shares.update(_divided(rest, self._by_merchant(event.goods)))
                continue
            merchant = str(command["id"]).split("-")[1]
            self._played.settled.append(_settled(event, command, outcome, merchant, parts))
            if rest:
                self._owed[merchant] += rest
                part = f"{event.id}-{merchant}-part"
                yield self._command(part, "deposit", event.at, account=merchant, amount=rest)
        evening = datetime.combine(day, time(18))
        for merchant, amount in sorted(shares.items()):
            if amount:
                self._owed[merchant] += amount
                yield self._command(
                    f"sales-{day + self._shift}-{merchant}",
                    "deposit",
                    evening,
                    account=merchant,
                    amount=amount,
                )
        if (day + self._shift + _DAY).day == 1:
            for merchant, amount in sorted(self._owed.items()):
                yield self._command(
                    f"payout-{day + self._shift}-{merchant}",
                    "withdraw",
                    evening + timedelta(hours=1),
                    account=merchant,
                    amount=amount,
                )
            self._owed.clear()

    def _evening(self, day: date) -> Iterator[Command]:
        """Yield the day's close, and what those do who fell quiet."""
        shown = day + self._shift
        midnight = datetime.combine(day + _DAY, time())
        yield self._command(f"close-{shown}", "close_day", midnight, day=str(shown))
        for member, last in self._last_bought.items():
            if (day - last).days != QUIET_DAYS:
                continue
            account = account_of(member)
            if int(member) % CONVERTS == 0:
                yield self._command(
                    f"quiet-{account}-{shown}", "convert", midnight, member=account, points="all"
                )
            else:
                yield self._command(
                    f"quiet-{account}-{shown}", "redeem", midnight, account=account, points="all"
                )

    def _by_merchant(self, goods: Mapping[str, int]) -> dict[str, int]:
        """Add categories up to their merchants, by name."""
        sums: Counter[str] = Counter()
        for category, amount in goods.items():
            sums[self._terms.merchants[category]] += amount
        return dict(sorted(sums.items()))

    def _command(self, command_id: str, kind: str, at: datetime, **fields: object) -> Command:
        moment = (at + self._shift).replace(tzinfo=self._terms.zone).isoformat()
        return {"id": command_id, "type": kind, **fields, "at": moment}


def _settled(
    event: Event, command: Command, outcome: Outcome, merchant: str, figures: Figures
) -> Settled:
    return Settled(
        order=event.id,
        merchant=merchant,
        member=account_of(event.member),
        purchase_id=str(command["id"]),
        paid=int(str(command["paid"])),
        points=outcome.fields["points"],
        figures=figures,
        at=datetime.fromisoformat(str(command["at"])),
    )


def _divided(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount by weights to the last unit; nobody gets anything where all are 0."""
    if not any(weights.values()):
        return {}
    return dict(zip(weights, allocate(amount, list(weights.values())), strict=True))
