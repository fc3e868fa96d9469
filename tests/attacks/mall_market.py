"""A mall around a program, for attacks: orders are paid, wait, come back, settle.

Written from docs/mall.md as a clerk would, not from the mall's code; `tests/mall/test_gang.py` lets the
mall itself do the same, to the unit. Amounts are minor units. Whoever is paid outside (provider,
supplier of top-ups, the mall's own bank account) stands in `outside`; each person's pocket is
`Market.pocket`. Time is left out: what may be received is received, what may be due is due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.attacks.market import Market
from tongbao.engine.program import Outcome

TENDERS = ("provider", "wallet", "credit", "points")
BPS = 10_000


class State(StrEnum):
    """Where a part stands."""

    WAITING = "waiting"
    SETTLED = "settled"
    RETURNED = "returned"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Terms:
    """The mall's terms, in basis points."""

    platform_bps: int = 200
    provider_bps: int = 60
    margin_bps: int = 3500


@dataclass
class Part:
    """One order from one merchant: what was paid, what of it is left, what was settled.

    ``cost`` is what the supplier charges for what was bought at face value (``face``), 0 of goods.
    """

    number: str
    member: str
    merchant: str
    tenders: dict[str, int]
    fee: int
    face: int = 0
    cost: int = 0
    is_voucher: bool = False
    state: State = State.WAITING
    left: dict[str, int] = field(default_factory=dict)
    purchase: str = ""
    settled: int = 0
    shares: dict[str, int] = field(default_factory=dict)
    given: int = 0
    others: tuple[int, ...] = ()  # what all but merchant and provider had of it
    refunded: int = 0
    late: int = 0
    short: int = 0
    back: int = 0
    sent_back: int = 0
    gone: dict[str, int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.left = dict(self.tenders)

    @property
    def is_face(self) -> bool:
        """Whether it is a cash equivalent."""
        return self.face > 0

    @property
    def total(self) -> int:
        """What of it is left, by all tenders."""
        return sum(self.left.values())

    def fee_of(self, points: int) -> int:
        """Return the goods fee's share in so much of what was paid in points, after what went."""
        whole = self.tenders["points"]
        before = whole - self.left["points"]
        return share_of(self.fee, before, points, whole)


def share_of(whole: int, before: int, amount: int, out_of: int) -> int:
    """Return what of ``whole`` goes with ``amount`` after ``before``: floors of running sums."""
    return whole * (before + amount) // out_of - whole * before // out_of if out_of else 0


def by_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount as a clerk would, odd units to the largest remainders, first of equals."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    rests = [amount * weight % whole for weight in weights]
    for _ in range(amount - sum(shares)):
        winner = max(range(len(weights)), key=lambda place: rests[place])
        shares[winner] += 1
        rests[winner] = -1
    return shares


class MallMarket(Market):
    """A market with a mall: its own account «mall», merchants, orders on their way."""

    def __init__(self, terms: Terms, plan: Mapping[str, object], merchants: Sequence[str]) -> None:
        super().__init__(**plan)
        self.terms = terms
        self.outside = Counter[str]()
        self.paid_out: set[str] = set()  # whose credit a winding-up turned into money
        self.parts: list[Part] = []
        for name in ("mall", *merchants):
            self.ok("open_merchant", merchant=name)

    def submit(self, kind: str, **fields: object) -> Outcome:
        """Do a command; note whose credit became money, if it wound the program up."""
        there = self.program.accounts if self.program.figures.credit else {}
        before = {name: account.credit for name, account in there.items()}
        done = super().submit(kind, **fields)
        if before and not self.program.figures.supply:
            self.paid_out.update(name for name, credit in before.items() if credit)
        return done

    def _as_money(self, amount: int, payer: str, *before: str) -> bool:
        """Say whether credit moves as money: the payer, or who had it before, was paid out for it."""
        short = self.account(payer).credit < amount
        return short and not self.paid_out.isdisjoint((payer, *before))

    def _pay_credit(self, payer: str, payee: str, amount: int, *, as_money: bool) -> None:
        kind = "pay_wallet" if as_money else "pay_credit"
        self.ok(kind, payer=payer, payee=payee, amount=amount)

    # ---- paying

    def pay(
        self, member: str, merchant: str, tenders: Mapping[str, int], face: int = 0, cost: int = 0
    ) -> Part | None:
        """Order and pay; None, and nothing happens, where the member cannot pay so."""
        if not self._can_pay(member, tenders):
            return None
        fee = 0
        if tenders["wallet"]:
            self.ok("pay_wallet", payer=member, payee="mall", amount=tenders["wallet"])
        if tenders["credit"]:
            self.ok("pay_credit", payer=member, payee="mall", amount=tenders["credit"])
        if tenders["points"]:
            amount = tenders["points"]
            fee = self.ok("pay_points", member=member, merchant="mall", amount=amount)["fee"]
        self.pocket[member] -= tenders["provider"]
        self.outside["mall"] += tenders["provider"]
        number = f"K{len(self.parts)}"
        part = Part(number, member, merchant, dict(tenders), fee, face, cost)
        self.parts.append(part)
        return part

    def _can_pay(self, member: str, tenders: Mapping[str, int]) -> bool:
        account, plan = self.account(member), self.program.plan
        if tenders["wallet"] > account.wallet + self.due(member):
            return False
        if tenders["credit"] > account.credit:
            return False
        amount = tenders["points"]
        if not amount:
            return True
        figures = self.program.figures
        worth = int(self.value(member))
        if amount > worth or amount <= -(-amount * plan.goods_fee_bps // BPS):
            return False
        atoms = account.points
        if amount < worth:
            atoms = -(-amount * figures.supply // figures.reserve)
        return not 0 < account.points - atoms < plan.min_holding

    # ---- what goes back before the settlement

    def cancel(self, part: Part, *, by_merchant: bool = False) -> bool:
        """Cancel an untouched part; what was paid in points comes back as money, less its fee.

        Where the merchant cancels, its wallet pays the fee, or it cannot cancel.
        """
        if part.state is not State.WAITING or part.left != part.tenders:
            return False
        return self._back_early(part, dict(part.left), part.fee, by_merchant, State.CANCELLED)

    def return_slice(self, part: Part, amount: int, *, merchant_bears: bool = False) -> bool:
        """Return a slice of a part's worth, before or after its settlement."""
        if part.state not in {State.WAITING, State.SETTLED} or not 0 < amount <= part.total:
            return False
        shares = by_remainder(amount, [part.left[name] for name in TENDERS])
        slice_ = dict(zip(TENDERS, shares, strict=True))
        fee = part.fee_of(slice_["points"])
        if part.state is State.SETTLED:
            return self._back_late(part, slice_, fee, merchant_bears)
        return self._back_early(part, slice_, fee, merchant_bears, State.RETURNED)

    def _back_early(
        self, part: Part, slice_: Mapping[str, int], fee: int, borne: bool, end: State
    ) -> bool:
        if borne and fee and part.merchant != "mall":
            receipt = self.submit("pay_wallet", payer=part.merchant, payee="mall", amount=fee)
            if not receipt.receipt.ok:
                return False
        kept = 0 if borne else fee
        self._to_member(part, slice_, slice_["wallet"], slice_["points"] - kept)
        for name in TENDERS:
            part.left[name] -= slice_[name]
        if not part.total:
            part.state = end
        return True

    def _to_member(
        self,
        part: Part,
        slice_: Mapping[str, int],
        wallet: int,
        points: int,
        *,
        as_money: bool | None = None,
    ) -> None:
        member, credit = part.member, slice_["credit"]
        part.sent_back += slice_["provider"]
        for amount in (wallet, points):
            if amount:
                self.ok("pay_wallet", payer="mall", payee=member, amount=amount)
        if credit:
            money = self._as_money(credit, "mall") if as_money is None else as_money
            self._pay_credit("mall", member, credit, as_money=money)
        self.pocket[member] += slice_["provider"]
        self.outside["mall"] -= slice_["provider"]

    # ---- settling

    def settle(self, part: Part) -> bool:
        """Let a part's points come and its merchant be paid; what is left of it counts."""
        if part.state is not State.WAITING:
            return False
        left = part.left
        paid = left["provider"] + left["wallet"]
        if paid - part.cost > 0:
            self._post(part, paid - part.cost)
        if part.is_face:
            self.outside["mall"] -= part.cost
            self.outside["supplier"] += part.cost
        if left["wallet"]:
            self.ok("withdraw", account="mall", amount=left["wallet"])
            self.outside["mall"] += left["wallet"]
        points = left["points"] - part.fee_of(left["points"])
        if part.merchant != "mall":
            if left["credit"]:
                money = self._as_money(left["credit"], "mall")
                self._pay_credit("mall", part.merchant, left["credit"], as_money=money)
            if points:
                self.ok("pay_wallet", payer="mall", payee=part.merchant, amount=points)
        part.state = State.SETTLED
        return True

    def _post(self, part: Part, paid: int) -> None:
        """Post the purchase, and pay the merchant its part of it."""
        whole = part.tenders["provider"] + part.tenders["wallet"]
        profit = paid if part.is_face else whole * self.terms.margin_bps // BPS * paid // whole
        self.ok("purchase", member=part.member, paid=paid, profit=profit)
        part.purchase, part.settled = self.last_id, paid
        record = self.program.purchases[part.purchase]
        commissions = sum(party.commission for party in record.chain)
        taken = record.contribution + record.dividend + commissions
        shares = self._split(paid, part.left["provider"], taken)
        self.outside["mall"] -= taken + shares["merchant"] + shares["provider"]
        self.outside["provider"] += shares["provider"]
        if shares["merchant"]:
            self.ok("deposit", account=part.merchant, amount=shares["merchant"])
        lines = [record.contribution, record.dividend, *(p.commission for p in record.chain)]
        part.others = (*lines, shares["platform"])
        part.shares = shares

    def _split(self, paid: int, through: int, taken: int) -> dict[str, int]:
        """Divide what the program left among merchant, platform and provider."""
        rest = paid - taken
        platform, provider = paid * self.terms.platform_bps, through * self.terms.provider_bps
        merchant = rest * BPS - platform - provider
        if merchant < 0:
            to_provider = min(rest, provider // BPS)
            return {"merchant": 0, "platform": rest - to_provider, "provider": to_provider}
        shares = by_remainder(rest, [merchant, platform, provider])
        return dict(zip(("merchant", "platform", "provider"), shares, strict=True))

    # ---- what goes back after the settlement

    def _back_late(self, part: Part, slice_: Mapping[str, int], fee: int, borne: bool) -> bool:
        if part.is_face:
            return False  # what was put on an account stays there
        paid = slice_["provider"] + slice_["wallet"]
        returned = part.refunded + paid
        owed = returned - sum(share_of(had, 0, returned, part.settled) for had in part.others)
        gives = max(0, owed - part.given)
        gives += slice_["points"] - fee
        own = part.merchant == "mall"
        merchant = self.account(part.merchant)
        money = self._as_money(slice_["credit"], part.merchant, "mall")
        rich = own or (
            merchant.wallet + self.due(part.merchant) >= gives + slice_["credit"] * money
            and merchant.credit >= slice_["credit"] * (not money)
        )
        if borne or not rich:
            return False  # a merchant that bears it: not modelled; one that is short: refused
        short = 0
        if paid:
            figures = self.ok("refund", purchase=part.purchase, amount=paid)
            short = figures["shortfall"]
            self.outside["mall"] += figures["recovered"]
        back = self._allowed(part, slice_, paid, short)
        part.refunded += paid
        part.given = max(part.given, owed)
        if not own:
            if gives:
                self.ok("pay_wallet", payer=part.merchant, payee="mall", amount=gives)
            if slice_["credit"]:
                self._pay_credit(part.merchant, "mall", slice_["credit"], as_money=money)
        missing = back["wallet"] + slice_["points"] - fee - gives
        if missing > 0:
            self.ok("deposit", account="mall", amount=missing)
        self.outside["mall"] -= missing
        given = {**slice_, **back}
        self._to_member(part, given, back["wallet"], slice_["points"] - fee, as_money=money)
        if missing < 0:
            self.ok("withdraw", account="mall", amount=-missing)
        for name in TENDERS:
            part.left[name] -= slice_[name]
        return True

    def _allowed(
        self, part: Part, slice_: Mapping[str, int], paid: int, short: int
    ) -> dict[str, int]:
        """Return what of the real money the buyer gets: over all late slices, less shortfalls."""
        part.late += paid
        part.short += short
        for name in ("provider", "wallet"):
            part.gone[name] += slice_[name]
        amount = max(0, max(0, part.late - part.short) - part.back)
        shares = by_remainder(amount, [part.gone["provider"], part.gone["wallet"]])
        part.back += amount
        part.gone["provider"] -= shares[0]
        part.gone["wallet"] -= shares[1]
        return {"provider": shares[0], "wallet": shares[1]}
