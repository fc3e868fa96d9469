"""Paying an order that waits for it, cancelling one, ordering again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongbao.ledger.values import LedgerError
from tongbao.mall.paying import charges, providers
from tongbao.mall.paying.models import Charge
from tongbao.mall.paying.providers import PayingError
from tongbao.mall.sales import attempts, cancelling, discounts
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.once import taken
from tongbao.mall.sales.refusals import NotNow
from tongbao.mall.sales.untyped import Request
from tongbao.mall.sales.views import own
from tongbao.mall.sales.ways_back import BY_SHOPPER
from tongbao.mall.shop.troubles import told


@login_required
@require_POST
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Go to the page of a provider, as long as the order waits for that; again, or of another."""
    sale = own(request, number)
    chosen = request.POST.get("provider", "") or (sale.charge.provider if sale.charge else "")
    try:
        sale.charge = attempts.begin(sale, chosen)
    except NotNow as error:
        if own(request, number).state == Sale.State.PENDING:
            messages.warning(request, str(error))
        return redirect("sales:detail", number)
    except providers.UnknownProvider:
        messages.warning(request, _("That payment method is no longer offered. Choose another."))
        return redirect("sales:detail", number)
    return redirect(onward(request, sale))


@login_required
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel an order that was not sent off; what was paid goes back."""
    sale = own(request, number)
    is_unpaid = sale.state == Sale.State.PENDING and sale.order is not None
    if sale.state != Sale.State.CANCELLED:
        try:
            done = cancelling.cancel(sale, BY_SHOPPER)
        except NotNow as error:
            messages.warning(request, str(error))
        except LedgerError as error:
            messages.warning(request, told(error))
        else:
            if done and is_unpaid:
                text = _("The order is cancelled. What you chose is back in your basket.")
                messages.success(request, text)
            elif done:
                messages.success(request, _("The order is cancelled."))
            else:
                messages.warning(request, _("This order can no longer be cancelled."))
    return redirect("sales:detail", number)


@login_required
@require_POST
def again(request: Request, number: str) -> HttpResponse:
    """Put an order's goods into the basket, as far as they are still for sale, and its codes."""
    sale = own(request, number)
    added = missing = 0
    if taken(request):
        return redirect("basket:summary")
    for line in sale.order.lines.all() if sale.order is not None else ():
        allowed = False
        if line.product is not None and line.product.is_public:
            info = request.strategy.fetch_for_product(line.product)
            there = request.basket.product_quantity(line.product)
            wanted = there + line.quantity
            allowed, _why = info.availability.is_purchase_permitted(wanted)
        if allowed:
            options = [
                {"option": one.option, "value": one.value}
                for one in line.attributes.all()
                if one.option is not None
            ]
            request.basket.add_product(line.product, line.quantity, options)
            added += 1
        else:
            missing += 1
    if added:
        discounts.bring_back(request.basket, sale)
    if missing:
        messages.warning(request, _("Some of these items are currently unavailable."))
    if added:
        messages.success(request, _("Added to your basket again."))
    return redirect("basket:summary")


def onward(request: HttpRequest, sale: Sale) -> str:
    """Return where to go on with a sale: the provider's page while it waits for that, or its own."""
    here = reverse("sales:detail", args=[sale.number])
    charge = sale.charge
    if sale.state != Sale.State.PENDING:
        return here
    if charge is None or charge.state != Charge.State.STARTED or charges.is_held(charge):
        return here
    try:
        return charges.page(charge)
    except PayingError:
        messages.warning(
            request,
            _("The payment provider is not responding at the moment. Try again in a minute."),
        )
        return here
