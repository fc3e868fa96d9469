"""Offers in one order, page after page, and the orders that used one."""

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from oscar.apps.dashboard.offers import views

from tongbao.mall.sales.exact import to_minor
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.spreadsheet import BOM, row
from tongbao.mall.wallet.sheet import plain_money


class OfferListView(views.OfferListView):
    """The offers, the newest first unless another order is asked for."""

    def get_queryset(self) -> Any:  # noqa: ANN401  # Oscar has no types
        """Order what Oscar leaves in no order."""
        found = super().get_queryset()
        return found if found.ordered else found.order_by("-pk")


class OfferDetailView(views.OfferDetailView):
    """An offer and the orders that used it; its file is written as all the mall's are."""

    def render_to_response(self, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # Oscar has no types
        """Give the page, or with ``?format=csv`` the orders and what each was given."""
        if self.request.GET.get("format") != "csv":
            return super().render_to_response(context, *args, **kwargs)
        return StreamingHttpResponse(
            _sheet(the_shop(), self.get_queryset()),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="offer-{self.offer.pk}.csv"'},
        )


def _sheet(shop: Shop, discounts: Any) -> Iterator[str]:  # noqa: ANN401  # Oscar has no types
    yield BOM + row([_("Order"), _("Time"), _("Total"), _("Taken off")])
    for one in discounts:
        yield row(
            [
                one.order.number,
                one.order.date_placed.astimezone(shop.zone).isoformat(sep=" ", timespec="seconds"),
                *(
                    plain_money(to_minor(amount, shop.currency), shop.currency)
                    for amount in (one.order.total_incl_tax, one.amount)
                ),
            ]
        )
