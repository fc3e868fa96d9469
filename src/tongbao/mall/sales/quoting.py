"""What a return would give back, and why no more: exactly, before anybody confirms it.

Before the part is settled its worth comes back tender by tender (`leftover`), as if it had not
been bought. Afterwards (a late one) the purchase is in the program: the ``refund`` command takes
back what it can of what the purchase put in and gave out, and tells the shortfall. The buyer then
gets, over all late returns of the part together, at most what was paid less that. Each of them
brings the rest up to a bound, or nothing where that is passed already:

    max(0, sum of amounts − sum of shortfalls, both with this one) − what came back before

A slice's shortfall may be more than its amount. Then the bound sinks, perhaps below what came back
before: of that nothing is claimed back, later slices bring nothing until the bound has risen above
it again. So after each return the sum of what came back is at most the highest that the bound has
been, and equal to the bound whenever that return brought anything.

Where the shop bears the shortfall all of it comes back; such a return stands for itself.

What was paid in credit and points was in no purchase, so it has no shortfall. Credit comes back
whole, points as wallet money less their share of the goods fee, which the reserve has kept: before
and after the settlement alike, exact over slices, and whole where the shop bears it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tongbao.ledger.statements import purchase_bodies
from tongbao.mall.sales.leftover import Slice, fee_share, goods_fee, share, slices, taken
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.refusals import NotNow, Refused, Why
from tongbao.mall.sales.splitting import allocate
from tongbao.mall.shop.models import Shop, the_shop

SCALE: Final = 10**18  # of the dividend index (spec: «Units»)
RETURNABLE: Final = (Part.State.WAITING, Part.State.RECEIVED, Part.State.SETTLED)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a return of that worth does; money in minor units, points in atoms.

    ``back`` is what the buyer gets, points' part as wallet money. Of a late one: the points and
    the quota that go, what of the purchase is refunded (``refund_minor``: of what was bought at
    its face value the share that counted), what the program gives back (``recovered_minor``), the
    shortfall and what it comes from: ``unfetched_minor`` that the purchase put in and that cannot be fetched back,
    ``drawn_minor`` dividends that its points may have drawn; or, where that is more,
    ``taken_minor``: what was taken out on its account already. ``fee_minor`` is the share of the
    goods fee in what was paid in points. ``bears_minor`` is what the shop bears if it chooses to:
    the fee and what else is withheld; ``merchant_minor`` what the merchant gives back in any case: all but what
    the program, the platform and the supplier had of it (each rounded down), so its own part and
    what the payment provider keeps.
    """

    amount_minor: int
    back: Slice
    is_late: bool = False
    shop_bears: bool = False
    points_atoms: int = 0
    quota_minor: int = 0
    recovered_minor: int = 0
    shortfall_minor: int = 0
    unfetched_minor: int = 0
    drawn_minor: int = 0
    taken_minor: int = 0
    fee_minor: int = 0
    refund_minor: int = 0
    bears_minor: int = 0
    merchant_minor: int = 0

    @property
    def withheld_minor(self) -> int:
        """What of the worth the buyer does not get."""
        return self.amount_minor - self.back.total_minor

    def keeps_to(self, shown: "Quote") -> bool:
        """Say whether nobody is worse off by this one than by what was shown."""
        same = (self.amount_minor, self.is_late, self.shop_bears)
        return (
            same == (shown.amount_minor, shown.is_late, shown.shop_bears)
            and self.shortfall_minor <= shown.shortfall_minor
            and self.points_atoms <= shown.points_atoms
            and self.back.total_minor >= shown.back.total_minor
            and self.merchant_minor <= shown.merchant_minor
            and (not self.shop_bears or self.bears_minor <= shown.bears_minor)
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A quote, and what carrying it out needs besides: the worth by tenders."""

    quote: Quote
    worth: Slice

    @property
    def refund(self) -> int:
        """What of the purchase is refunded."""
        return self.quote.refund_minor


def quote(part: Part, amount_minor: int, shop_bears: bool = False) -> Quote:  # noqa: FBT001, FBT002  # so it was agreed
    """Return what giving back that worth of a part would do now; nothing is written.

    Raises:
        NotNow: it cannot be returned as things stand.
        Refused: the ledger would not accept it.
        LedgerError: as `Ledger.preview` does.
    """
    row = Part.objects.select_related("sale__user", "merchant").get(pk=part.pk)
    return planned(the_shop(), row, amount_minor, shop_bears=shop_bears).quote


def planned(shop: Shop, part: Part, amount_minor: int, *, shop_bears: bool) -> Planned:
    """Work out a return of a part as it stands; errors as in `quote`."""
    check(part, amount_minor)
    before = taken(part)
    *earlier, worth = slices(Slice.of(part), [*(r.amount_minor for r in before), amount_minor])
    fee = fee_share(part, goods_fee(part), earlier, worth)
    told = Quote(amount_minor, worth, shop_bears=shop_bears)
    if part.state == Part.State.SETTLED:
        late = [pair for pair in zip(before, earlier, strict=True) if pair[0].is_late]
        told = _late(shop, part, late, worth, amount_minor, shop_bears=shop_bears)
    return Planned(_less_fee(told, fee), worth)


def check(part: Part, amount_minor: int, *, is_goods: bool = True) -> None:
    """Raise NotNow if that worth of a part cannot be returned as things stand.

    Goods may be worth nothing (a code or an offer covered them), an amount may not.
    """
    if part.sale.state != Sale.State.PAID:
        raise NotNow(Why.NOT_PAID)
    if part.state not in RETURNABLE:
        raise NotNow(Why.CLOSED)
    if part.settling_at is not None:
        raise NotNow(Why.SETTLING)
    if amount_minor < 0 or (amount_minor == 0 and not is_goods):
        raise NotNow(Why.TOO_LITTLE)
    gone = sum(one.amount_minor for one in taken(part))
    if amount_minor and gone == part.total_minor:
        raise NotNow(Why.CLOSED)
    if amount_minor > part.total_minor - gone:
        raise NotNow(Why.TOO_MUCH)


def back_of(late: Sequence[tuple[Return, Slice]], worth: Slice, shortfall: int) -> tuple[int, int]:
    """Return what of the real money comes back, by provider and by wallet, if the buyer bears it.

    Over this and all late returns before it that the shop did not bear. What is withheld is
    spread over both tenders in proportion to what of them could still come back.
    """
    own = [pair for pair in late if not pair[0].shop_bears]
    allowed = sum(one.paid_minor for _, one in own) + worth.paid_minor
    allowed -= sum(row.shortfall_minor for row, _ in own) + shortfall
    gone = sum(row.paid_minor for row, _ in own)
    could = [
        sum(one.provider_minor for _, one in own)
        + worth.provider_minor
        - sum(row.provider_minor for row, _ in own),
        sum(one.wallet_minor for _, one in own)
        + worth.wallet_minor
        - sum(row.wallet_minor for row, _ in own),
    ]
    provider, wallet = allocate(max(0, max(0, allowed) - gone), could)
    return provider, wallet


def _less_fee(told: Quote, fee: int) -> Quote:
    """Take the goods fee's share off what comes back for points, unless the shop bears it.

    It is never more than that: the fee is less than what was paid in points, and so are shares.
    """
    kept = 0 if told.shop_bears else fee
    back = replace(told.back, points_minor=told.back.points_minor - kept)
    return replace(told, back=back, fee_minor=fee, bears_minor=told.bears_minor + fee)


def _late(
    shop: Shop,
    part: Part,
    late: Sequence[tuple[Return, Slice]],
    worth: Slice,
    amount_minor: int,
    *,
    shop_bears: bool,
) -> Quote:
    paid, before = worth.paid_minor, sum(one.paid_minor for _, one in late)
    refund = share(part.earning_minor, before, paid, part.settled_minor)
    figures = {"points": 0, "recovered": 0, "shortfall": 0}
    why = _Why()
    if refund:
        outcome = shop.ledger.preview(
            {"id": "~return", "type": "refund", "purchase": part.purchase_id, "amount": refund}
        )
        if not outcome.ok:
            raise Refused(outcome)
        figures = dict(outcome.fields)
        refunded = share(part.earning_minor, 0, before, part.settled_minor)
        why = _why(shop, part, refunded, refund, figures)
    provider, wallet = back_of(late, worth, figures["shortfall"])
    bears = paid - provider - wallet
    if shop_bears:
        provider, wallet = worth.provider_minor, worth.wallet_minor
    return Quote(
        amount_minor=amount_minor,
        back=Slice(provider, wallet, worth.credit_minor, worth.points_minor),
        is_late=True,
        shop_bears=shop_bears,
        points_atoms=figures["points"],
        quota_minor=why.quota,
        refund_minor=refund,
        recovered_minor=figures["recovered"],
        shortfall_minor=figures["shortfall"],
        unfetched_minor=why.unfetched,
        drawn_minor=why.drawn,
        taken_minor=why.taken,
        bears_minor=max(0, bears),
        merchant_minor=_merchant_gives(shop, part, [one.paid_minor for _, one in late], paid),
    )


def _merchant_gives(shop: Shop, part: Part, before: Sequence[int], paid: int) -> int:
    """Return what the merchant gives back with a slice of real money, after those before it.

    It answers for all but what the program, the platform and the supplier had, each line rounded
    down as the engine and the platform give it back: for its own part and for what the payment
    provider keeps. Rounding may let that sink by some units from one slice to the next; nobody is
    given them, and nothing is asked again until it is above what was given.
    """
    lines = [part.to_platform, part.to_supplier]
    purchase: list[int] = []
    if part.purchase_id:
        record = purchase_bodies(shop.ledger, [part.purchase_id])[part.purchase_id]["purchase"]
        commissions = [commission for _, _, commission in record["chain"]]
        purchase = [record["contribution"], record["dividend"], *commissions]

    def answers_for(returned: int) -> int:
        earned = share(part.earning_minor, 0, returned, part.settled_minor)
        had = sum(share(line, 0, returned, part.settled_minor) for line in lines)
        had += sum(share(line, 0, earned, part.earning_minor) for line in purchase)
        return returned - had

    sums = [sum(before[:count]) for count in range(len(before) + 1)]
    given = max(answers_for(one) for one in sums)
    return max(0, answers_for(sums[-1] + paid) - given)


@dataclass(frozen=True, slots=True)
class _Why:
    """What a shortfall comes from, and the quota that goes, in minor units."""

    quota: int = 0
    unfetched: int = 0
    drawn: int = 0
    taken: int = 0


def _why(shop: Shop, part: Part, before: int, paid: int, figures: dict[str, int]) -> _Why:
    """Explain a shortfall by the purchase's record in the journal (spec: «refund»)."""
    body = purchase_bodies(shop.ledger, [part.purchase_id])[part.purchase_id]
    record: dict[str, Any] = body["purchase"]

    def shared(whole: int) -> int:
        return share(whole, before, paid, record["paid"])

    put_in = shared(record["contribution"]) + shared(record["dividend"])
    put_in += sum(shared(commission) for _, _, commission in record["chain"])
    granted = shared(record["granted"]) + sum(shared(points) for _, points, _ in record["chain"])
    index = shop.ledger.standing().figures.dividend_index
    drawn = granted * (index - record["index"]) // SCALE
    unfetched = put_in - figures["recovered"]
    taken_out = figures["shortfall"] if figures["shortfall"] > unfetched + drawn else 0
    return _Why(shared(record["gained"]), unfetched, drawn, taken_out)
