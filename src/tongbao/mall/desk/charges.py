"""The operator's list of payments in trouble: what was paid wrongly, what did not go back."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.desk.access import operator
from tongbao.mall.paying import charges, refused
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.shop.money import money
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told

TROUBLES: Final = {
    Charge.Trouble.MISMATCH: gettext_lazy("Another amount or currency was paid"),
    Charge.Trouble.LATE: gettext_lazy("Paid after it had failed; refunded in full automatically"),
    Charge.Trouble.TAKEN_BACK: gettext_lazy(
        "The provider withdrew its confirmation; here it still counts as paid"
    ),
}
STATES: Final = {
    Charge.State.STARTED: gettext_lazy("not paid"),
    Charge.State.CONFIRMED: gettext_lazy("counts as paid"),
    Charge.State.FAILED: gettext_lazy("failed"),
}
REFUNDS: Final = {
    ChargeRefund.State.WANTED: gettext_lazy("being refunded"),
    ChargeRefund.State.DONE: gettext_lazy("refunded"),
    ChargeRefund.State.FAILED: gettext_lazy("refund refused by the provider"),
    ChargeRefund.State.WALLET: gettext_lazy("paid into the wallet instead"),
    ChargeRefund.State.OUTSIDE: gettext_lazy("settled outside, by hand"),
}


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the charges of which the provider told what does not fit, or did not refund."""
    operator(request)
    stuck = ChargeRefund.objects.filter(charge=OuterRef("pk"), state=ChargeRefund.State.FAILED)
    found = Charge.objects.filter(~Q(trouble="") | Exists(stuck)).select_related("user", "sale")
    page = paged(
        request, found.prefetch_related("refunds__decided_by").order_by("-created_at", "pk")
    )
    context = {"page_obj": page, "rows": [_row(one) for one in page.object_list]}
    return render(request, "desk/charges.html", context)


@login_required
@require_POST
def send_back(request: HttpRequest, charge: UUID) -> HttpResponse:
    """Send back what was paid instead of what was asked for; a second press changes nothing."""
    operator(request)
    row = get_object_or_404(Charge, pk=charge)
    try:
        refund = charges.send_back(row)
    except charges.NotPaid:
        messages.warning(request, _("There is nothing to refund."))
    except PayingError:
        messages.warning(request, _("The payment provider is not responding. Try again later."))
    else:
        amount = money(refund.amount_minor, refund.currency)
        if refund.state == ChargeRefund.State.FAILED:
            messages.error(
                request,
                _("The provider refused to refund %(amount)s. Please sort it out with them.")
                % {"amount": amount},
            )
        elif refund.state == ChargeRefund.State.DONE:
            messages.success(request, _("%(amount)s refunded.") % {"amount": amount})
        else:
            messages.info(
                request,
                _("%(amount)s will be refunded as soon as the provider responds.")
                % {"amount": amount},
            )
    return redirect("desk:charges")


@login_required
@require_POST
def settle_refund(request: HttpRequest, refund: UUID) -> HttpResponse:
    """Ask again for a refused refund, pay it into the wallet, or note that it was settled."""
    user = operator(request)
    row = get_object_or_404(ChargeRefund.objects.select_related("charge__user"), pk=refund)
    amount = {"amount": money(row.amount_minor, row.currency)}
    try:
        match request.POST.get("way"):
            case "wallet":
                refused.into_wallet(row)
            case "outside":
                refused.settle_outside(row, user, request.POST.get("reference", ""))
            case _:
                refused.again(row)
    except refused.NotRefused:
        messages.warning(request, _("Someone has already dealt with this."))
    except refused.NoReference:
        text = _("Say in at most %(count)s characters how it was settled.")
        messages.warning(request, text % {"count": refused.LONGEST})
    except LedgerError as error:
        messages.warning(request, told(error))
    else:
        row.refresh_from_db()
        if row.state == ChargeRefund.State.DONE:
            messages.success(request, _("%(amount)s refunded.") % amount)
        elif row.state == ChargeRefund.State.WALLET:
            messages.success(request, _("%(amount)s paid into the wallet.") % amount)
        elif row.state == ChargeRefund.State.OUTSIDE:
            messages.success(request, _("%(amount)s noted as settled outside.") % amount)
        elif row.state == ChargeRefund.State.WANTED:
            text = _("%(amount)s will be refunded as soon as the provider responds.")
            messages.info(request, text % amount)
        else:
            text = _("The provider refused to refund %(amount)s. Please sort it out with them.")
            messages.error(request, text % amount)
    return redirect("desk:charges")


def _row(charge: Charge) -> dict[str, Any]:
    paid = "" if charge.told_minor is None else money(charge.told_minor, charge.told_currency)
    return {
        "charge": charge,
        "trouble": TROUBLES[Charge.Trouble(charge.trouble)] if charge.trouble else "",
        "state": STATES[Charge.State(charge.state)],
        "told": paid,
        "refunds": [
            (one, money(one.amount_minor, one.currency), REFUNDS[ChargeRefund.State(one.state)])
            for one in charge.refunds.all()
        ],
        "is_held": charges.is_held(charge),
        "is_stuck": any(one.state == ChargeRefund.State.FAILED for one in charge.refunds.all()),
    }
