"""Where each fen is: a bookkeeping of sales written from the contract, not from the code.

It knows what was paid by which tender, and moves it between a handful of places by rules that a
clerk could follow. What the program itself works out (points, shortfalls, contributions) it is
told, as a clerk reads it from a receipt. Places hold minor units; «outside» is the operator's
pocket and everybody's bank beyond the mall.
"""

from dataclasses import dataclass, field
from fractions import Fraction

MARGIN = Fraction(35, 100)
GOODS_FEE = Fraction(10, 100)
PLATFORM = Fraction(2, 100)
PROVIDER = Fraction(6, 1000)
TENDERS = ("provider", "wallet", "credit", "points")


@dataclass
class Bought:
    """One part: what is left of it by tenders, and what became of it."""

    tenders: dict[str, int]
    left: dict[str, int]
    fee_left: int
    state: str = "waiting"
    settled_paid: int = 0
    merchant_given: int = 0
    others: tuple[int, ...] = ()  # what everybody but the merchant and the provider had of it
    refunded: int = 0
    late_paid: int = 0
    late_short: int = 0
    late_back: int = 0


@dataclass
class Books:
    """All the places."""

    member: int = 0
    member_credit: int = 0
    shop: int = 0
    shop_credit: int = 0
    merchant: int = 0
    merchant_credit: int = 0
    provider: int = 0  # collected and not sent back
    parts: dict[str, Bought] = field(default_factory=dict)

    def pay(self, number: str, tenders: dict[str, int]) -> None:
        """The member pays; what is inside waits in the shop's account."""
        fee = -(-tenders["points"] // 10)  # the fee on goods is 10 %, rounded up
        self.provider += tenders["provider"]
        self.member -= tenders["wallet"]
        self.member_credit -= tenders["credit"]
        self.shop += tenders["wallet"] + tenders["points"] - fee
        self.shop_credit += tenders["credit"]
        self.parts[number] = Bought(dict(tenders), dict(tenders), fee)

    def cancel(self, number: str) -> None:
        """All of it goes back; what was paid in points as money, less the fee on goods."""
        part = self.parts[number]
        assert part.left == part.tenders
        self._give_back(part.left, part.fee_left)
        self.shop -= part.left["wallet"] + part.left["points"] - part.fee_left
        self.shop_credit -= part.left["credit"]
        part.left = dict.fromkeys(TENDERS, 0)
        part.state = "cancelled"

    def return_early(self, number: str, slice_: dict[str, int], *, borne: bool = False) -> None:
        """A slice goes back as it was paid; the shop's account gives what it had for it.

        Where the mall bears the fee on goods, it brings it from outside.
        """
        part = self.parts[number]
        gone = part.tenders["points"] - part.left["points"]
        fees = -(-part.tenders["points"] // 10)
        points = part.tenders["points"]
        before = fees * gone // points if points else 0
        after = fees * (gone + slice_["points"]) // points if points else 0
        fee = after - before
        for name in TENDERS:
            part.left[name] -= slice_[name]
            assert part.left[name] >= 0
        part.fee_left -= fee
        self._give_back(slice_, 0 if borne else fee)
        self.shop -= slice_["wallet"] + slice_["points"] - fee
        self.shop_credit -= slice_["credit"]
        if not any(part.left.values()):
            part.state = "returned"

    def settle(self, number: str, *taken: int) -> None:
        """The purchase takes ``taken`` of what was paid, fees theirs, the merchant the rest."""
        part = self.parts[number]
        left = part.left
        paid = left["provider"] + left["wallet"]
        rest = paid - sum(taken)
        exact = {
            "merchant": rest - paid * PLATFORM - left["provider"] * PROVIDER,
            "platform": paid * PLATFORM,
            "provider": left["provider"] * PROVIDER,
        }
        shares = {name: int(share) for name, share in exact.items()}
        order = sorted(exact, key=lambda name: shares[name] - exact[name])
        for name in order[: rest - sum(shares.values())]:
            shares[name] += 1
        part.settled_paid, part.others = paid, (*taken, shares["platform"])
        self.merchant += shares["merchant"] + left["points"] - part.fee_left
        self.merchant_credit += left["credit"]
        self.shop -= left["wallet"] + left["points"] - part.fee_left
        self.shop_credit -= left["credit"]
        part.state = "settled"

    def return_late(
        self,
        number: str,
        slice_: dict[str, int],
        back: dict[str, int],
        short: int,
        *,
        borne: bool = False,
    ) -> None:
        """The member gets ``back`` of the real money, all credit, for points all but their fee.

        The merchant gives its share of what was refunded, and of the provider's fee, which stays
        with the provider; the shop's account is left as it was.
        Where the mall bears shortfall and fee, all of the slice comes back, and it counts for no other.
        """
        part = self.parts[number]
        paid = slice_["provider"] + slice_["wallet"]
        part.refunded += paid
        if borne:
            assert back == {name: slice_[name] for name in back}
        else:
            part.late_paid += paid
            part.late_short += short
            before = part.late_back
            part.late_back += back["provider"] + back["wallet"]
            assert part.late_back == max(before, part.late_paid - part.late_short, 0)
        owed = part.refunded
        if part.settled_paid:
            owed -= sum(had * part.refunded // part.settled_paid for had in part.others)
        gives = max(0, owed - part.merchant_given)
        part.merchant_given += gives
        gone = part.tenders["points"] - part.left["points"]
        points = part.tenders["points"]
        fees = -(-points // 10)
        fee = fees * (gone + slice_["points"]) // points - fees * gone // points if points else 0
        for name in TENDERS:
            part.left[name] -= slice_[name]
            assert part.left[name] >= 0
        self.merchant -= gives + slice_["points"] - fee
        self.merchant_credit -= slice_["credit"]
        self._give_back({**slice_, **back}, 0 if borne else fee)

    def _give_back(self, amounts: dict[str, int], fee: int) -> None:
        self.provider -= amounts["provider"]
        self.member += amounts["wallet"] + amounts["points"] - fee
        self.member_credit += amounts["credit"]
