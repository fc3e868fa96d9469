"""Selling points and turning them into credit: looked at first, then done exactly as shown.

A quote comes from previews. Doing it hands the quote's own figures over as a guard, so that the
ledger refuses whatever would come out otherwise; and it does it under an id made of the form's
``once``, so that sending a form twice does it once. Money is in minor units, points in atoms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from tongbao.ledger.door import Ledger
from tongbao.ledger.prices import Price
from tongbao.ledger.statements import purchase_bodies
from tongbao.ledger.values import Guard, Outcome
from tongbao.mall.wallet.holdings import Holdings

Kind = Literal["redeem", "convert"]
KINDS: Final[tuple[Kind, ...]] = ("redeem", "convert")
FIGURES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "redeem": ("gross", "fee", "net"),
    "convert": ("credit",),
}
"""The figures of each kind's receipt, which its confirmation shows and its guard holds to."""

ONCE: Final = re.compile(r"[0-9a-f]{32}")
"""What a form's ``once`` looks like; nothing else becomes part of a command's id."""


@dataclass(frozen=True, slots=True)
class Exit:
    """All other points would be sold as well, because the quota is then used up."""

    points: int
    gross: int
    net: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What selling or turning points would bring now, and what would be left.

    ``figures`` are the receipt's. ``rest_worth`` is what the other points would be worth right
    after it; ``quota_after`` what may then still be taken out at most.
    """

    kind: Kind
    points: int
    figures: Mapping[str, int]
    price: Price
    rest: int
    rest_worth: int
    quota_after: int
    exit: Exit | None

    @property
    def worth(self) -> int:
        """What these points are worth before any fee."""
        return self.figures["gross" if self.kind == "redeem" else "credit"]


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was settled: what it was, what came of it, which entry of the journal."""

    command: Mapping[str, Any]
    figures: Mapping[str, int]
    exit: Exit | None
    number: int
    recorded_at: datetime


def command_id(account: str, kind: str, once: str) -> str:
    """Return the id of what that form does."""
    return f"{account}-{kind}-{once}"


def quote(ledger: Ledger, holdings: Holdings, kind: Kind, points: int) -> Quote | Outcome:
    """Return what so many points would bring now; if they would bring nothing, the refusal."""
    account, rest = holdings.account, holdings.points - points
    looks: list[dict[str, object]] = [_command(account, kind, "look", points)]
    if rest > 0:
        looks.append(
            {"id": f"{account}-look-rest", "type": "convert", "member": account, "points": rest}
        )
    outcome, *others = ledger.preview_many(looks)
    if not outcome.ok or outcome.receipt is None:
        return outcome
    figures = {name: outcome.fields[name] for name in FIGURES[kind]}
    sold = _exit(account, outcome)
    worth = figures["gross" if kind == "redeem" else "credit"]
    return Quote(
        kind,
        points,
        figures,
        holdings.price,
        0 if sold else rest,
        others[0].fields.get("credit", 0) if others and not sold else 0,
        0 if sold else holdings.quota - worth,
        sold,
    )


def carry_out(
    ledger: Ledger, account: str, kind: Kind, once: str, points: int, shown: Mapping[str, int]
) -> Outcome:
    """Do it if its figures are still those that were shown; nothing happens otherwise.

    Raises:
        LedgerError: as `Ledger.submit` does.
    """
    exact = {name: shown[name] for name in FIGURES[kind]}
    command = _command(account, kind, once, points)
    return ledger.submit(command, guard=Guard(at_least=exact, at_most=dict(exact)))


def found(ledger: Ledger, account: str, kind: str, once: str) -> Done | None:
    """Return what that form did; None if it did nothing, or has not yet."""
    name = command_id(account, kind, once)
    outcome = ledger.outcome(name)
    if outcome is None or not outcome.ok or outcome.receipt is None or outcome.number is None:
        return None
    body = purchase_bodies(ledger, [name])[name]
    return Done(
        body["command"],
        outcome.fields,
        _exit(account, outcome),
        outcome.number,
        datetime.fromisoformat(body["recorded_at"]),
    )


def _command(account: str, kind: Kind, once: str, points: int) -> dict[str, object]:
    who = "account" if kind == "redeem" else "member"
    return {
        "id": command_id(account, kind, once),
        "type": kind,
        who: account,
        "points": points,
    }


def _exit(account: str, outcome: Outcome) -> Exit | None:
    """Return the account's own forced sale among those that the command brings."""
    exits = () if outcome.receipt is None else outcome.receipt.exits
    own = [e for e in exits if e.account == account]
    return Exit(own[0].points, own[0].gross, own[0].net) if own else None
