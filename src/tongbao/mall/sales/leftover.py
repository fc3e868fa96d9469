"""What of a part is left, tender by tender, after what came back: exact however it is sliced.

A slice of a part's worth is divided over the tenders in proportion to what of each is left, by
largest remainder (ties: provider, wallet, credit, points). A slice so never takes more of a tender
than there is, and slices that make up the whole part give back each tender whole:

>>> whole = Slice(provider_minor=60, wallet_minor=40)
>>> [one.provider_minor for one in slices(whole, [33, 33, 34])]
[20, 20, 20]
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Self

from tongbao.mall.sales.models import Part, Return, Tenders
from tongbao.mall.sales.splitting import allocate

TAKEN = (Return.State.APPROVED, Return.State.DONE)
"""The returns that count: one that is only asked for may be refused."""


@dataclass(frozen=True, slots=True)
class Slice:
    """An amount by its tenders, in minor units; points by what they paid."""

    provider_minor: int = 0
    wallet_minor: int = 0
    credit_minor: int = 0
    points_minor: int = 0

    @classmethod
    def of(cls, row: Tenders) -> Self:
        """Read it from a row."""
        return cls(row.provider_minor, row.wallet_minor, row.credit_minor, row.points_minor)

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.paid_minor + self.credit_minor + self.points_minor

    @property
    def paid_minor(self) -> int:
        """What counts as paid: real money."""
        return self.provider_minor + self.wallet_minor

    def less(self, other: "Slice") -> "Slice":
        """Return what is left when that much is taken."""
        return Slice(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Left:
    """What of a part is left: by tenders, and of the fee that its points' payment cost."""

    tenders: Slice
    goods_fee_minor: int


def slices(whole: Slice, amounts: Iterable[int]) -> list[Slice]:
    """Divide amounts that come back one after the other over the tenders.

    Raises:
        ValueError: one is negative, or more than is left.
    """
    left, told = whole, []
    for amount in amounts:
        if amount > left.total_minor:
            raise ValueError("More comes back than is left.")
        one = Slice(*allocate(amount, astuple(left)))
        left = left.less(one)
        told.append(one)
    return told


def share(whole: int, before: int, amount: int, out_of: int) -> int:
    """Return the part of ``whole`` that goes with ``amount`` after ``before``, ``out_of`` all.

    By the floors of the running sums, so that the parts of all of it add up to the whole.

    >>> [share(10, before, 1, 3) for before in range(3)]
    [3, 3, 4]
    """
    return whole * (before + amount) // out_of - whole * before // out_of if out_of else 0


def taken(part: Part) -> list[Return]:
    """Return the part's returns that count, in the order in which they were decided.

    Only one is open at a time, so that is the order in which they were asked for.
    """
    return list(part.returns.filter(state__in=TAKEN).order_by("pk"))


def goods_fee(part: Part) -> int:
    """Return the part's share of the fee that the sale's payment in points cost."""
    if not part.points_minor or not part.sale.goods_fee_minor:
        return 0
    parts = part.sale.parts.order_by("pk").values_list("pk", "points_minor")
    numbers, weights = zip(*parts, strict=True)
    fees = allocate(part.sale.goods_fee_minor, weights)
    return fees[numbers.index(part.pk)]


def fee_share(part: Part, fee: int, before: Sequence[Slice], one: Slice) -> int:
    """Return what of the part's goods fee goes with one slice, after those before it."""
    points = sum(other.points_minor for other in before)
    return share(fee, points, one.points_minor, part.points_minor)


def fees(part: Part) -> dict[int, int]:
    """Return the goods fee's share in each of the part's returns that count, by its key."""
    whole, fee = Slice.of(part), goods_fee(part)
    if not fee:
        return {}
    rows = taken(part)
    worths = slices(whole, [row.amount_minor for row in rows])
    return {
        row.pk: fee_share(part, fee, worths[:place], worths[place])
        for place, row in enumerate(rows)
    }


def left(part: Part) -> Left:
    """Return what of a part is left, by what its returns gave back in worth.

    A late return pays back less than its worth where there is a shortfall; what is left here is
    by its worth all the same.
    """
    whole = Slice.of(part)
    before = slices(whole, [one.amount_minor for one in taken(part)])
    rest = whole
    for one in before:
        rest = rest.less(one)
    fee = goods_fee(part)
    points = whole.points_minor - rest.points_minor
    return Left(rest, fee - share(fee, 0, points, part.points_minor))
