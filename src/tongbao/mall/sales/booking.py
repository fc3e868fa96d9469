"""The commands by which a sale is paid, and paid back, inside the program; what became of them.

Their ids hold the sale's number, so each counts once however often it is sent. The mall's own
account receives everything and keeps it until the sale is final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tongbao.ledger.door import Ledger
from tongbao.ledger.values import (
    DatabaseTrouble,
    NotSettled,
    Outcome,
    ProgramMoved,
    ProgramPaused,
)
from tongbao.mall.sales.leftover import Left, Slice, left
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.ways_back import BY_SHOPPER
from tongbao.mall.sales.winding import CREDIT, MONEY, payment_type

Command = Mapping[str, object]
STANDSTILL = (ProgramPaused, ProgramMoved, NotSettled, DatabaseTrouble)
"""What the ledger raises when a command that waits goes on waiting: nothing is lost."""


class Amounts(Protocol):
    """What is paid inside the program, in minor units."""

    @property
    def wallet_minor(self) -> int: ...  # noqa: D102
    @property
    def credit_minor(self) -> int: ...  # noqa: D102
    @property
    def points_minor(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a group: accepted with its figures by command id, or why it was not."""

    ok: bool
    why: str = ""
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def payment(number: str, member: str, shop: str, amounts: Amounts) -> list[Command]:
    """Return the group that pays a sale's internal tenders to the shop's account."""
    commands: list[Command] = []
    if amounts.wallet_minor:
        commands.append(_pay(MONEY, f"{number}-wallet", member, shop, amounts.wallet_minor))
    if amounts.credit_minor:
        commands.append(_pay(CREDIT, f"{number}-credit", member, shop, amounts.credit_minor))
    if amounts.points_minor:
        commands.append(
            {
                "id": f"{number}-points",
                "type": "pay_points",
                "member": member,
                "merchant": shop,
                "amount": amounts.points_minor,
            }
        )
    return commands


def payment_of(sale: Sale, shop: str) -> list[Command]:
    """Return the group that pays this sale."""
    return payment(sale.number, sale.user.account, shop, sale)


def rest_of(sale: Sale) -> Left:
    """Return what of a sale is still there to go back: without what its parts gave back already."""
    rests = [left(part) for part in sale.parts.select_related("sale").order_by("pk")]
    tenders = [rest.tenders for rest in rests]
    return Left(
        Slice(
            sum(one.provider_minor for one in tenders),
            sum(one.wallet_minor for one in tenders),
            sum(one.credit_minor for one in tenders),
            sum(one.points_minor for one in tenders),
        ),
        sum(rest.goods_fee_minor for rest in rests),
    )


def kept_fee(sale: Sale) -> int:
    """Return what of a cancelled sale's payment in points does not come back, in minor units.

    That is the plan's fee on goods, where the shopper pays it (`ways_back`): of what went back by
    the sale's cancellation. Whoever else cancels pays it, part by part.
    """
    if not sale.goods_fee_minor or sale.why_cancelled != BY_SHOPPER:
        return 0
    return rest_of(sale).goods_fee_minor


def back(sale: Sale, ledger: Ledger, shop: str) -> list[Command]:
    """Return the group that gives a cancelled sale back; what was paid in points as wallet money.

    The shop received the points' worth less the plan's fee on goods. So much comes back of what
    the shopper cancels; of what the merchant or the mall cancels nothing is left to come back here.
    """
    member, number, rest = sale.user.account, sale.number, rest_of(sale)
    held = payment_type(ledger, shop, rest.tenders.credit_minor)
    return [
        _pay(kind, f"{number}-back-{name}", shop, member, amount)
        for name, kind, amount in (
            ("wallet", MONEY, rest.tenders.wallet_minor),
            ("points", MONEY, rest.tenders.points_minor - rest.goods_fee_minor),
            ("credit", held, rest.tenders.credit_minor),
        )
        if amount
    ]


def verdict(ledger: Ledger, commands: Sequence[Command]) -> Verdict | None:
    """Return what became of a group, None while it waits."""
    outcomes = []
    for command in commands:
        outcome = ledger.outcome(str(command["id"]))
        if outcome is None:
            return None
        outcomes.append(outcome)
    return judged(outcomes)


def judged(outcomes: Sequence[Outcome]) -> Verdict:
    """Return what these outcomes of a group come to; `why` is a code as `why` has them."""
    if all(outcome.ok for outcome in outcomes):
        return Verdict(ok=True, figures={str(one.id): one.fields for one in outcomes})
    codes = [why(outcome) for outcome in outcomes if not outcome.ok]
    return Verdict(ok=False, why=next((code for code in codes if code != "group"), "group"))


def why(outcome: Outcome) -> str:
    """Return the code of why a command was not accepted: the engine's, or the ledger's."""
    if outcome.receipt is not None and outcome.receipt.error is not None:
        return str(outcome.receipt.error)
    return str(outcome.refusal or "")


def _pay(kind: str, command_id: str, payer: str, payee: str, amount: int) -> Command:
    return {"id": command_id, "type": kind, "payer": payer, "payee": payee, "amount": amount}
