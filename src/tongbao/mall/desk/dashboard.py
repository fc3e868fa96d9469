"""The operator's first page, and all that was sold, at orders and in person."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongbao.mall.desk.menu import MENU
from tongbao.mall.desk.waiting import midnight
from tongbao.mall.people.text_budgets import count_refused
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.shown import state_of
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.spreadsheet import BOM, row
from tongbao.mall.wallet.sheet import plain_money

_LONGEST: Final = 80  # letters of what is searched for
_BATCH: Final = 200
_TOTAL: Final = F("provider_minor") + F("wallet_minor") + F("credit_minor") + F("points_minor")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what was sold today and ever, and where everything is."""
    paid = Sale.objects.filter(state=Sale.State.PAID)
    today = paid.filter(paid_at__gte=midnight(the_shop()))
    sold = [(_("Paid today"), _figures(today)), (_("Paid in all"), _figures(paid))]
    known = {"sold": sold, "groups": _groups(), "texts_refused": count_refused(the_shop())}
    return render(request, "desk/running.html", known)


@require_safe
def orders(request: HttpRequest) -> HttpResponseBase:
    """Show all sales, the newest first, or those searched for; with ``?file=csv`` as a file."""
    text = request.GET.get("q", "").strip()[:_LONGEST]
    sales = _sales(text)
    if request.GET.get("file") == "csv":
        return StreamingHttpResponse(
            _sheet(the_shop(), sales, get_language() or "en"),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="orders.csv"'},
        )
    page = paged(request, sales)
    query = request.GET.copy()
    query["file"] = "csv"
    known = {
        "page_obj": page,
        "rows": [(sale, state_of(sale)[0]) for sale in page],
        "text": text,
        "download": query.urlencode(),
    }
    return render(request, "desk/sales.html", known)


def _sales(text: str) -> QuerySet[Sale]:
    sales = Sale.objects.select_related("user", "order__shipping_address")
    sales = sales.prefetch_related("parts__merchant", "parts__sale__order").order_by("-pk")
    if not text:
        return sales
    return sales.filter(
        Q(number__istartswith=text) | Q(user__name__icontains=text) | Q(user__email__iexact=text)
    )


def _figures(sales: QuerySet[Sale]) -> dict[str, int]:
    return sales.aggregate(
        count=Count("pk"),
        in_person=Count("pk", filter=Q(order__isnull=True)),
        total=Sum(_TOTAL, default=0),
    )


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what the dashboard's menu leads to: groups of addresses with their names."""
    return [
        (group["label"], [(reverse(one["url_name"]), one["label"]) for one in group["children"]])
        for group in MENU
    ]


def _sheet(shop: Shop, sales: QuerySet[Sale], language: str) -> Iterator[str]:
    with override(language):
        yield BOM + row(
            [_("Order"), _("Time"), _("State"), _("Buyer"), _("E-mail address"), _("Merchants"),
             _("Recipient"), _("Total")]
        )  # fmt: skip
    for sale in sales.iterator(chunk_size=_BATCH):
        address = sale.order.shipping_address if sale.order else None
        with override(language):
            yield row(
                [
                    sale.number,
                    sale.created_at.astimezone(shop.zone).isoformat(sep=" ", timespec="seconds"),
                    state_of(sale)[0],
                    sale.user.name,
                    sale.user.email or "",
                    "; ".join(part.merchant.name for part in sale.parts.all()),
                    address.name if address else "",
                    plain_money(sale.total_minor, shop.currency),
                ]
            )
