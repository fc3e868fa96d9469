"""How sales look to whoever bought: their state in a word, and each part's way as a timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from oscar.core.loading import get_model

from tongbao.mall.people.models import User
from tongbao.mall.sales import goods, holds, leftover
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.shop.models import Shop

OrderLine = get_model("order", "Line")

TABS: Final = {
    "all": gettext_lazy("All"),
    "pay": pgettext_lazy("an order that waits for it", "To pay"),
    "receive": gettext_lazy("To receive"),
    "window": gettext_lazy("Returnable"),
    "done": gettext_lazy("Done"),
}
WHY: Final = {
    "expired": gettext_lazy("It was not paid in time."),
    "provider": gettext_lazy("The payment did not go through."),
    "shopper": gettext_lazy("You cancelled it."),
    "merchant": gettext_lazy("The merchant cancelled it."),
    "mall": gettext_lazy("The mall cancelled it."),
    "insufficient_funds": gettext_lazy("There was no longer enough money in the wallet."),
    "insufficient_credit": gettext_lazy("There was no longer enough credit."),
    "insufficient_points": gettext_lazy("The points were no longer worth enough."),
    "dust_remaining": gettext_lazy("Too few points would have been left."),
    "frozen": gettext_lazy("The account is frozen."),
}
WHY_PART: Final = {
    "merchant": gettext_lazy("The merchant cancelled this part."),
    "mall": gettext_lazy("The mall cancelled this part."),
}
OTHERWISE: Final = gettext_lazy("The part from wallet, credit or points could not be taken.")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a part's way: its name, whether it is done, when, and a word on it."""

    label: str
    done: bool
    at: datetime | None = None
    word: str = ""
    note: str = ""  # what the merchant wrote
    day_only: bool = False


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part with its goods, its way, and what may be done with it now."""

    part: Part
    lines: tuple[goods.Line, ...]
    steps: tuple[Step, ...]
    left_minor: int
    returns: tuple[Return, ...]
    ships: bool  # whether something of it is sent by post
    serves: bool  # whether something of it is a voucher, a top-up or the like
    open_return: Return | None
    fees: Mapping[int, int]  # the goods fee in each return, by its key
    asks_left: int = 0  # how many more returns may be asked for
    least_minor: int = 0  # of an amount
    price: int = 0  # of a point when its points settled, in minor units, rounded down

    @property
    def backs(self) -> list[tuple[Return, int]]:
        """The returns, each with the goods fee's share in it, in minor units."""
        return [(one, self.fees.get(one.pk, 0)) for one in self.returns]

    @property
    def has_fee(self) -> bool:
        """Whether a goods fee was taken on what of it was paid in points."""
        return bool(self.part.points_minor and self.part.sale.goods_fee_minor)

    @property
    def can_receive(self) -> bool:
        """Whether the shopper may say that the goods are there."""
        return (
            self.part.sale.state == Sale.State.PAID
            and self.part.state == Part.State.WAITING
            and self.part.shipped_at is not None
        )

    @property
    def is_free_left(self) -> bool:
        """Whether it cost nothing, and some of its goods could still come back."""
        return not self.part.total_minor and any(line.left for line in self.lines)

    @property
    def can_return(self) -> bool:
        """Whether a return may be asked for now."""
        return (
            self.part.sale.state == Sale.State.PAID
            and self.part.state in {Part.State.WAITING, Part.State.RECEIVED, Part.State.SETTLED}
            and self.open_return is None
            and (self.left_minor > 0 or self.is_free_left)
            and self.asks_left > 0
        )


def of_user(user: User) -> "QuerySet[Sale]":
    """Return a user's sales, the newest first, with everything that pages show of them."""
    rows = OrderLine.objects.select_related(
        "product__product_class", "product__parent__product_class", "face_line", "voucher_line"
    ).prefetch_related("attributes__option", "product__images", "product__parent__images")
    # A cancellation that the ledger did not accept has never been.
    returns = Return.objects.exclude(~Q(cancelled_by=""), state=Return.State.REFUSED)
    parts = Part.objects.select_related("merchant", "terms").prefetch_related(
        Prefetch("returns", returns.order_by("id"))
    )
    return (
        Sale.objects.filter(user=user)
        .select_related("order__shipping_address__country", "charge")
        .prefetch_related(
            Prefetch("parts", parts.order_by("id")), Prefetch("order__lines", rows.order_by("id"))
        )
        .order_by("-id")
    )


def in_tab(sales: "QuerySet[Sale]", tab: str) -> "QuerySet[Sale]":
    """Narrow them to a tab of the list; an unknown one is all."""

    def some(*states: str) -> Exists:
        return Exists(Part.objects.filter(sale=OuterRef("pk"), state__in=states))

    if tab == "pay":
        return sales.filter(state=Sale.State.PENDING)
    if tab == "receive":
        return sales.filter(some(Part.State.WAITING), state=Sale.State.PAID)
    if tab == "window":
        return sales.filter(some(Part.State.RECEIVED), state=Sale.State.PAID)
    if tab == "done":
        return sales.exclude(state=Sale.State.PENDING).exclude(
            some(Part.State.WAITING, Part.State.RECEIVED), state=Sale.State.PAID
        )
    return sales


def part_shown(shop: Shop, part: Part) -> PartShown:
    """Return what the pages show of a part (of `of_user`)."""
    returns = list(part.returns.all())
    lines = tuple(goods.lines(part, shop.currency))
    shipped = [line.row.product is None or line.row.product.is_shipping_required for line in lines]
    opened = [one for one in returns if one.state in {Return.State.ASKED, Return.State.APPROVED}]
    return PartShown(
        part,
        lines,
        tuple(_steps(part, ships=any(shipped))),
        goods.left_minor(part),
        tuple(returns),
        any(shipped),
        not all(shipped),
        opened[0] if opened else None,
        leftover.fees(part) if returns else {},
        holds.asks_left(part),
        holds.least_minor(part),
    )


def state_of(sale: Sale) -> tuple[str, str]:
    """Return a sale's state in a word, and the colour of its badge (Bootstrap's name)."""
    if sale.state == Sale.State.PENDING:
        return pgettext("an order that waits for it", "To pay"), "warning"
    if sale.state == Sale.State.CANCELLED:
        return _("Cancelled"), "secondary"
    states = {part.state for part in sale.parts.all()}
    if Part.State.WAITING in states:
        waiting = [part for part in sale.parts.all() if part.state == Part.State.WAITING]
        if all(part.shipped_at for part in waiting):
            return _("On its way"), "info"
        if not any(_ships(part) for part in waiting):
            return _("To be used or delivered"), "info"
        return _("Being prepared"), "info"
    if Part.State.RECEIVED in states:
        sent = any(_ships(part) for part in sale.parts.all())
        return (_("Received") if sent else _("Used or delivered")), "success"
    if states <= {Part.State.RETURNED, Part.State.CANCELLED}:
        sent = any(_ships(part) for part in sale.parts.all())
        return (_("Returned") if sent else _("Refunded")), "secondary"
    return _("Done"), "success"


def _ships(part: Part) -> bool:
    """Say whether something of a part is sent by post; unlike vouchers and top-ups."""
    order = part.sale.order
    return order is None or any(
        line.product is None or line.product.is_shipping_required
        for line in goods.rows_of(part, order.lines.all())
    )


def why_cancelled(sale: Sale) -> str:
    """Return why a sale was cancelled, in words; nothing for one that was not."""
    return str(WHY.get(sale.why_cancelled, OTHERWISE)) if sale.state == Sale.State.CANCELLED else ""


def _steps(part: Part, *, ships: bool) -> Iterable[Step]:
    sale = part.sale
    if sale.state == Sale.State.PENDING:
        yield Step(pgettext("an order that waits for it", "To pay"), done=False)
        return
    if sale.paid_at is not None:
        yield Step(_("Paid"), done=True, at=sale.paid_at)
    if part.state == Part.State.CANCELLED:
        own = [one for one in part.returns.all() if one.cancelled_by]
        word = str(WHY_PART[own[-1].cancelled_by]) if own else why_cancelled(sale)
        at = own[-1].done_at if own else sale.cancelled_at
        yield Step(_("Cancelled"), done=True, at=at, word=word)
        return
    if ships and (part.shipped_at is not None or part.state == Part.State.WAITING):
        yield Step(
            _("Shipped") if part.shipped_at else _("To be shipped"),
            done=part.shipped_at is not None,
            at=part.shipped_at,
            note=part.shipping_note,
        )
    gone = part.received_at is None and part.total_minor > 0 and goods.left_minor(part) == 0
    gone = gone or (part.received_at is None and part.state == Part.State.RETURNED)
    if not gone:  # what went back before it was there will not come any more
        yield _received(part, ships=ships)
    if part.state == Part.State.RETURNED:
        word = _("Returned") if ships else _("Refunded")
        yield Step(word, done=True, at=_last_return(part))
    elif part.paid_minor > 0:
        yield _points(part, ships=ships)


def _received(part: Part, *, ships: bool) -> Step:
    if part.received_at is not None:
        word = _("Received") if ships else _("Used or delivered")
        return Step(word, done=True, at=part.received_at)
    if not ships:
        return Step(_("To be used or delivered"), done=False)
    if part.shipped_at is None or part.state != Part.State.WAITING:
        return Step(_("To be received"), done=False)
    at = part.shipped_at + timedelta(days=part.terms.receive_days)
    return Step(
        _("To be received"),
        done=False,
        at=at,
        word=_("received automatically then"),
        day_only=True,
    )


def _points(part: Part, *, ships: bool) -> Step:
    if part.settled_at is not None:
        return Step(_("Points settled"), done=True, at=part.settled_at)
    if part.due_at is not None:
        held = any(
            one.state == "approved" or (one.state == "asked" and one.holds)
            for one in part.returns.all()
        )
        word = _("they wait for the decision on your return") if held else ""
        return Step(_("Points settle"), done=False, at=part.due_at, word=word, day_only=True)
    text = (
        _("%(days)d days after you received everything")
        if ships
        else _("%(days)d days after everything was used or delivered")
    )
    return Step(_("Points settle"), done=False, word=text % {"days": part.terms.return_days})


def _last_return(part: Part) -> datetime | None:
    done = [one.done_at for one in part.returns.all() if one.done_at]
    return max(done) if done else None
