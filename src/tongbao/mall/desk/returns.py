"""Returns at the desk: what exactly would go back, and the decision."""

from dataclasses import asdict
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tongbao.ledger.values import LedgerError
from tongbao.mall.desk.access import at, operator, shown, worker
from tongbao.mall.desk.waiting import open_returns
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.masking import masked
from tongbao.mall.people.roles import is_operator
from tongbao.mall.sales import goods, leftover, returns, stock
from tongbao.mall.sales import unanswered as sales_unanswered
from tongbao.mall.sales.leftover import Slice
from tongbao.mall.sales.models import Return
from tongbao.mall.sales.quoting import Quote
from tongbao.mall.sales.refusals import NotNow
from tongbao.mall.services import units
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told

_SALT: Final = "desk.return"
_LATEST: Final = 20


@login_required
@require_GET
def listed(request: HttpRequest, account: str) -> HttpResponse:
    """List what is to be decided, and what was."""
    merchant = at(request, account)
    decided = Return.objects.filter(part__merchant=merchant, cancelled_by="")
    decided = decided.exclude(state=Return.State.ASKED)
    decided = decided.select_related("part__sale", "decided_by").order_by("-pk")
    context = {
        "at": "returns",
        "asked": [(one, masked(one.part.sale.user)) for one in open_returns(merchant)],
        "page_obj": paged(request, decided, _LATEST),
    }
    return shown(request, merchant, "desk/returns.html", context)


@login_required
@require_GET
def unanswered(request: HttpRequest) -> HttpResponse:
    """List, for the operator, the returns that merchants have not answered in time."""
    operator(request)
    page = paged(request, sales_unanswered.waiting(timezone.now()))
    rows = [(one, masked(one.part.sale.user)) for one in page.object_list]
    return render(request, "desk/unanswered.html", {"page_obj": page, "rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Show what approving would do, to the unit; a post approves exactly that, or refuses."""
    merchant = at(request, account)
    return_ = _own(merchant, number)
    if request.method == "POST":
        _decided(request, return_)
        return redirect("desk:return", account, number)
    lines = _lines(return_)
    context: dict[str, Any] = {
        "at": "returns",
        "return": return_,
        "part": return_.part,
        "payer": masked(return_.part.sale.user),
        "lines": lines,
        "units": units.concerned(return_),
        "had": units.had(return_.part),
        "fee_minor": leftover.fees(return_.part).get(return_.pk, 0),
        "is_automatic": return_.vouchers.exists() or return_.topups.exists(),
        "runs_it": is_operator(worker(request)),
        "can_restock": bool(lines) and stock.is_handed_over(return_.part),
    }
    if return_.state == Return.State.ASKED and not context["is_automatic"]:
        try:
            context["quotes"] = _quotes(return_)
        except NotNow as error:
            context["trouble"] = str(error)
        except LedgerError as error:
            context["trouble"] = told(error)
    return shown(request, merchant, "desk/return.html", context)


def _decided(request: HttpRequest, return_: Return) -> None:
    by = worker(request)
    answer = request.POST.get("answer", "").strip()[:500]
    try:
        if request.POST.get("decision") == "refuse":
            returns.refuse(return_, by, answer)
            messages.success(request, _("The return is refused. The shopper has been told why."))
            return
        quote = _read(return_, request.POST.get("quote", ""))
        if quote is None:
            messages.warning(request, _("The figures have changed. Please check the new ones."))
            return
        restocks = request.POST.get("restocks") == "1"
        done = returns.approve(return_, by, quote, restocks=restocks)
    except NotNow as error:
        messages.warning(request, str(error))
    except LedgerError as error:
        messages.warning(request, told(error))
    else:
        if done.state == Return.State.DONE:
            messages.success(request, _("The return is approved and the money refunded."))
        else:
            messages.info(request, _("The return is approved and in progress."))


def _quotes(return_: Return) -> list[tuple[Quote, str]]:
    """Return what approving would do, without and, where it differs, with bearing what is withheld."""
    first = returns.quote(return_.part, return_.amount_minor)
    found = [first]
    if first.shortfall_minor or first.withheld_minor or first.fee_minor:
        found.append(returns.quote(return_.part, return_.amount_minor, shop_bears=True))
    return [(one, _write(return_, one)) for one in found]


def _write(return_: Return, quote: Quote) -> str:
    return signing.dumps([return_.pk, asdict(quote)], salt=_SALT)


def _read(return_: Return, text: str) -> Quote | None:
    """Return the quote that a form showed, None if it is none of this return's."""
    try:
        number, fields = signing.loads(text, salt=_SALT)
        if number != return_.pk:
            return None
        return Quote(**{**fields, "back": Slice(**fields["back"])})
    except (signing.BadSignature, TypeError, ValueError, KeyError):
        return None


def _lines(return_: Return) -> list[tuple[goods.Line, int]]:
    counts = {int(line): int(count) for line, count in return_.lines.items()}
    there = goods.lines(return_.part, the_shop().currency)
    return [(line, counts[line.row.pk]) for line in there if counts.get(line.row.pk)]


def _own(merchant: Merchant, number: int) -> Return:
    rows = Return.objects.select_related(
        "part__merchant", "part__sale__user", "part__sale__order", "decided_by"
    )
    return get_object_or_404(rows, pk=number, part__merchant=merchant)
