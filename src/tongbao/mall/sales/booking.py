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
from tongbao.mall.sales.models import Sale

Command = Mapping[str, object]
BY_SHOPPER = "shopper"
"""Why a sale was cancelled, where the shopper did it."""
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
        commands.append(_pay("wallet", f"{number}-wallet", member, shop, amounts.wallet_minor))
    if amounts.credit_minor:
        commands.append(_pay("credit", f"{number}-credit", member, shop, amounts.credit_minor))
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


def kept_fee(sale: Sale) -> int:
    """Return what of a cancelled sale's payment in points does not come back, in minor units.

    That is the plan's fee on goods, which is in the reserve, where it was the shopper who
    cancelled; nothing where it was the merchant or the mall.
    """
    return sale.goods_fee_minor if sale.why_cancelled == BY_SHOPPER else 0


def back(sale: Sale, shop: str) -> list[Command]:
    """Return the group that gives a cancelled sale back; what was paid in points as wallet money.

    The shop received the points' worth less the plan's fee on goods. So much comes back, and all
    of it only where the shopper did not cancel (`kept_fee`): then the mall deposits the fee first.
    """
    member, number, kept = sale.user.account, sale.number, kept_fee(sale)
    commands: list[Command] = []
    if sale.goods_fee_minor > kept:
        commands.append(
            {
                "id": f"{number}-back-fee",
                "type": "deposit",
                "account": shop,
                "amount": sale.goods_fee_minor,
            }
        )
    for name, unit, amount in (
        ("wallet", "wallet", sale.wallet_minor),
        ("points", "wallet", sale.points_minor - kept),
        ("credit", "credit", sale.credit_minor),
    ):
        if amount:
            commands.append(_pay(unit, f"{number}-back-{name}", shop, member, amount))
    return commands


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


def _pay(unit: str, command_id: str, payer: str, payee: str, amount: int) -> Command:
    return {
        "id": command_id,
        "type": f"pay_{unit}",
        "payer": payer,
        "payee": payee,
        "amount": amount,
    }
