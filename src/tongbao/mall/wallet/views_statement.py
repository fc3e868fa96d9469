"""The statement: every change with its cause, narrowed down, page by page, or as a file."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tongbao.ledger.door import Ledger
from tongbao.ledger.reading import BadPage
from tongbao.ledger.statements import Filters, Page, statement
from tongbao.ledger.values import UnknownAccount
from tongbao.mall.shop.dividends import pays_dividends
from tongbao.mall.wallet.causes import GROUPS, lines
from tongbao.mall.wallet.forms import FilterForm
from tongbao.mall.wallet.sheet import sheet
from tongbao.mall.wallet.views import shop_of, user_of

SIZE: Final = 30
_TRIES: Final = 5
"""So many stretches of the journal one page looks through for what the filters ask for."""


@require_safe
@login_required
def statement_page(request: HttpRequest) -> HttpResponse:
    """Show a page of the statement, or for htmx only its lines."""
    shop, user = shop_of(request), user_of(request)
    form = FilterForm(request.GET or None)
    if not pays_dividends(shop.ledger.standing()):
        form.leave_out("dividends")
    cleaned = form.cleaned_data if form.is_bound and form.is_valid() else {}
    cursor = request.GET.get("cursor") or None
    try:
        page = _page(shop.ledger, user.account, cursor, filters_of(cleaned, shop.zone))
    except UnknownAccount:
        page = Page(user.account, (), None)
    except BadPage:  # an address that no page gave
        return redirect("wallet:statement")
    given = {
        "form": form,
        "lines": lines(shop, user, page.items),
        "more": _more(request, page.cursor),
        "is_narrowed": any(cleaned.values()),
    }
    part = "wallet/statement_lines.html" if getattr(request, "htmx", False) else ""
    return render(request, part or "wallet/statement.html", given)


@require_safe
@login_required
def statement_file(request: HttpRequest) -> HttpResponseBase:
    """Give all of the statement as a spreadsheet file."""
    shop, user = shop_of(request), user_of(request)
    name = f"{user.account}-{timezone.now().astimezone(shop.zone):%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        sheet(shop, user, get_language() or "en"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def filters_of(cleaned: Mapping[str, Any], zone: ZoneInfo) -> Filters:
    """Return the ledger's filters for what was chosen; days are the mall's, both included."""
    since, until = cleaned.get("since"), cleaned.get("until")
    return Filters(
        units=(cleaned["unit"],) if cleaned.get("unit") else (),
        causes=GROUPS.get(cleaned.get("kind") or "", ()),
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
    )


def _more(request: HttpRequest, cursor: str | None) -> str:
    """Return the query of the next page, with the same filters; empty at the end."""
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return query.urlencode()


def _page(ledger: Ledger, account: str, cursor: str | None, filters: Filters) -> Page:
    """Return the next page that has anything on it, within a few tries."""
    page = statement(ledger, account, cursor=cursor, limit=SIZE, filters=filters)
    for _ in range(_TRIES - 1):
        if page.items or page.cursor is None:
            break
        page = statement(ledger, account, cursor=page.cursor, limit=SIZE, filters=filters)
    return page
