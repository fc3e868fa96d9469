"""What one journal entry did to one account: changes of its balances, each with its cause.

Read from the entry's body alone: movements of points, wallet and credit from the postings, in
their order; quota from the deltas and from what the receipt says was taken out.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, structs

from tongbao.engine.units import check

Unit = Literal["points", "quota", "wallet", "credit"]
UNITS: Final[tuple[Unit, ...]] = ("points", "quota", "wallet", "credit")


class CauseCode(StrEnum):
    """Why an account's balances changed; beside each the facts that its `Cause` may have.

    Where a fact is an account's name or a purchase's id it is text, else it is in minor units.
    """

    PURCHASE = "purchase"  # purchase, paid, owed_paid
    REFERRAL = "referral"  # purchase, buyer, level
    DIVIDEND = "dividend"  # first_day, last_day, days
    REDEMPTION = "redemption"  # gross, fee
    EXIT = "exit"  # gross, fee, forfeited
    WIND_UP = "wind_up"  # gross, credit
    REST = "rest"  # purchase
    GOODS_PAID = "goods_paid"  # merchant, amount
    GOODS_SOLD = "goods_sold"  # member, amount, fee
    PAYMENT_MADE = "payment_made"  # payee
    PAYMENT_RECEIVED = "payment_received"  # payer
    CREDIT_PAID = "credit_paid"  # payee
    CREDIT_RECEIVED = "credit_received"  # payer
    CONVERSION = "conversion"
    CREDIT_REDEMPTION = "credit_redemption"  # owed_paid
    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    REFUND = "refund"  # purchase, amount, owed
    REFERRAL_REFUND = "referral_refund"  # purchase, buyer, level


class Amounts(Struct, frozen=True):
    """Amounts of an account's four units: points in atoms, the others in minor units."""

    points: int = 0
    quota: int = 0
    wallet: int = 0
    credit: int = 0

    def plus(self, other: "Amounts") -> "Amounts":
        """Return the sums, unit by unit."""
        return Amounts(
            self.points + other.points,
            self.quota + other.quota,
            self.wallet + other.wallet,
            self.credit + other.credit,
        )

    def minus(self, other: "Amounts") -> "Amounts":
        """Return the differences, unit by unit."""
        return Amounts(
            self.points - other.points,
            self.quota - other.quota,
            self.wallet - other.wallet,
            self.credit - other.credit,
        )

    def moved(self, unit: Unit, amount: int) -> "Amounts":
        """Return these amounts with one of them changed."""
        return structs.replace(self, **{unit: getattr(self, unit) + amount})

    @property
    def some(self) -> bool:
        """Whether any of them is not zero."""
        return bool(self.points or self.quota or self.wallet or self.credit)


class Cause(Struct, frozen=True):
    """Why balances changed: a code, and the facts that `CauseCode` names beside it."""

    code: CauseCode
    facts: Mapping[str, int | str] = {}


class Effect(Struct, frozen=True):
    """One change of an account's balances, with its cause."""

    cause: Cause
    change: Amounts


class _Group(Struct):
    """Postings of one cause that follow one another among those of the account."""

    cause: str
    change: Amounts
    others: list[str]


def read_body(text: str) -> dict[str, Any]:
    """Return the entry that a body tells of."""
    try:
        body: dict[str, Any] = msgspec.json.decode(text)
    except msgspec.DecodeError:  # half of a surrogate pair in a name, which JSON can hold
        body = json.loads(text)
    return body


def refunded_purchase(body: Mapping[str, Any]) -> str | None:
    """Return the id of the purchase whose body `effects` needs besides this one."""
    command = body["command"]
    return str(command["purchase"]) if command["type"] == "refund" else None


def effects(
    account: str, body: Mapping[str, Any], purchase: Mapping[str, Any] | None = None
) -> list[Effect]:
    """Return what an entry did to an account, in order; changes of nothing are left out.

    ``purchase`` is the body of the purchase that the entry refunds, if it is a refund. Dividends
    come without the days that they are of; see `tongbao.ledger.dividends`.

    Raises:
        InvariantBroken: the quota of the parts does not add up to the entry's.
    """
    deltas = {field: amount for name, field, amount in body["deltas"] if name == account}
    groups = list(_grouped(account, body["postings"]))
    _add_quota(account, body, purchase, groups, deltas)
    told = [Effect(_cause(account, body, purchase, g, deltas), g.change) for g in groups]
    quota = sum(effect.change.quota for effect in told)
    check(quota == deltas.get("quota", 0), "a statement's changes of quota are the entry's")
    return [effect for effect in told if effect.change.some]


_OWNED: Final[tuple[Literal["points", "wallet", "credit"], ...]] = ("points", "wallet", "credit")
_TOGETHER: Final = MappingProxyType({"grant": "purchase", "commission": "referral_grant"})
"""Postings that have one cause under two names."""


def _grouped(account: str, postings: Sequence[Sequence[Any]]) -> Iterator[_Group]:
    own: dict[str, Unit] = {f"{unit}:{account}": unit for unit in _OWNED}
    group: _Group | None = None
    for named, _, source, target, amount in postings:
        if source in own:
            unit, change, other = own[source], -amount, target
        elif target in own:
            unit, change, other = own[target], amount, source
        else:
            continue
        cause = _TOGETHER.get(named, named)
        if group is None or group.cause != cause:
            if group is not None:
                yield group
            group = _Group(cause, Amounts(), [])
        group.change = group.change.moved(unit, change)
        group.others.append(other)
    if group is not None:
        yield group


def _add_quota(
    account: str,
    body: Mapping[str, Any],
    purchase: Mapping[str, Any] | None,
    groups: list[_Group],
    deltas: Mapping[str, int],
) -> None:
    """Add to the account's groups what each took of its quota, or brought to it."""
    command = body["command"]
    for group in groups:
        group.change = group.change.moved("quota", -_taken_out(account, body, group, deltas))
    # What is gained first pays what is owed; owed is negative or nothing in the deltas then.
    gained = deltas.get("gained", 0) + (deltas.get("owed", 0) if "gained" in deltas else 0)
    if command["type"] == "purchase" and command["member"] == account:
        _first(groups, "purchase").change = _first(groups, "purchase").change.moved("quota", gained)
    elif command["type"] == "redeem_credit" and command["merchant"] == account:
        redeemed = _first(groups, "credit_redemption")
        redeemed.change = redeemed.change.moved("quota", gained)
    elif purchase is not None and purchase["command"]["member"] == account:
        cut = deltas.get("lost", 0) - deltas.get("owed", 0)
        refunded = _first(groups, "refund")
        refunded.change = refunded.change.moved("quota", -cut)


def _first(groups: list[_Group], cause: str) -> _Group:
    """Return the first group of that cause; one without postings comes after the dividends due."""
    for group in groups:
        if group.cause == cause:
            return group
    group = _Group(cause, Amounts(), [])
    groups.insert(1 if groups and groups[0].cause == "dividend" else 0, group)
    return group


def _taken_out(
    account: str, body: Mapping[str, Any], group: _Group, deltas: Mapping[str, int]
) -> int:
    match group.cause:
        case "dividend" | "rest":
            return group.change.wallet
        case "redemption":
            return int(body["receipt"]["gross"])
        case "goods" if group.change.points:
            return int(body["command"]["amount"])
        case "conversion":
            return group.change.credit
        case "exit":
            return int(_exit(account, body)["gross"]) + deltas.get("forfeited", 0)
        case "wind_up":
            return int(_exit(account, body, wound_up=True)["gross"])
    return 0


def _exit(account: str, body: Mapping[str, Any], *, wound_up: bool = False) -> Mapping[str, Any]:
    """Return the receipt's record of the account's exit, or of its part in a wind-up."""
    return next(
        e
        for e in body["receipt"]["exits"]
        if e["account"] == account and ("credit" in e) == wound_up
    )


def _cause(
    account: str,
    body: Mapping[str, Any],
    purchase: Mapping[str, Any] | None,
    group: _Group,
    deltas: Mapping[str, int],
) -> Cause:
    match group.cause:
        case "referral_grant":
            return Cause(CauseCode.REFERRAL, _referred(account, body))
        case "goods":
            return _goods(body, group)
        case "payment":
            return _payment(group)
        case "refund":
            return _refund(account, body["command"], purchase, deltas)
    return Cause(CauseCode(group.cause), _facts(account, body, group.cause, deltas))


def _facts(
    account: str, body: Mapping[str, Any], cause: str, deltas: Mapping[str, int]
) -> dict[str, int | str]:
    """Return the facts of the causes whose code is the postings' own name."""
    command = body["command"]
    facts: dict[str, int | str] = {}
    match cause:
        case "purchase":
            facts = {"purchase": command["id"], "paid": command["paid"], **_owed_paid(deltas)}
        case "credit_redemption":
            facts = _owed_paid(deltas)
        case "redemption":
            facts = _only(body["receipt"], "gross", "fee")
        case "exit":
            sold = _exit(account, body)
            facts = {"gross": sold["gross"], "fee": sold["gross"] - sold["net"]}
            facts["forfeited"] = deltas.get("forfeited", 0)
        case "wind_up":
            facts = _only(_exit(account, body, wound_up=True), "gross", "credit")
        case "rest":
            facts = _only(command, "purchase")
    return facts


def _goods(body: Mapping[str, Any], group: _Group) -> Cause:
    command = body["command"]
    if group.change.points:
        return Cause(CauseCode.GOODS_PAID, _only(command, "merchant", "amount"))
    facts = {**_only(command, "member", "amount"), "fee": body["receipt"]["fee"]}
    return Cause(CauseCode.GOODS_SOLD, facts)


def _payment(group: _Group) -> Cause:
    place, _, other = group.others[0].partition(":")
    made = min(group.change.wallet, group.change.credit) < 0
    if place == "credit":
        code = CauseCode.CREDIT_PAID if made else CauseCode.CREDIT_RECEIVED
    else:
        code = CauseCode.PAYMENT_MADE if made else CauseCode.PAYMENT_RECEIVED
    return Cause(code, {"payee" if made else "payer": other})


def _refund(
    account: str,
    command: Mapping[str, Any],
    purchase: Mapping[str, Any] | None,
    deltas: Mapping[str, int],
) -> Cause:
    check(purchase is not None, "a refund is told with its purchase")
    if purchase is None or purchase["command"]["member"] == account:
        facts = _only(command, "purchase", "amount")
        owed = deltas.get("owed", 0)
        return Cause(CauseCode.REFUND, {**facts, "owed": owed} if owed else facts)
    return Cause(CauseCode.REFERRAL_REFUND, _referred(account, purchase))


def _referred(account: str, purchase: Mapping[str, Any]) -> dict[str, int | str]:
    command, names = purchase["command"], [party[0] for party in purchase["purchase"]["chain"]]
    facts = {"purchase": command["id"], "buyer": command["member"]}
    return {**facts, "level": names.index(account) + 1}


def _owed_paid(deltas: Mapping[str, int]) -> dict[str, int | str]:
    owed = deltas.get("owed", 0)
    return {"owed_paid": -owed} if owed else {}


def _only(record: Mapping[str, Any], *names: str) -> dict[str, int | str]:
    return {name: record[name] for name in names}
