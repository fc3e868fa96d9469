"""The basket's pages: one page for everything in it, by merchant, with htmx or without."""

import re
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.generic import View
from oscar.apps.basket import views as oscar
from oscar.core.loading import get_model
from oscar.core.utils import safe_referrer

from tongbao.mall.checkout import alone
from tongbao.mall.checkout.bill import Bill, bill
from tongbao.mall.checkout.lines import loaded
from tongbao.mall.checkout.shipping import Repository
from tongbao.mall.sales import goods
from tongbao.mall.sales.once import taken
from tongbao.mall.sales.untyped import Address, BasketLine, Method, OscarForm, Request
from tongbao.mall.services.faces import is_for_sale
from tongbao.mall.shop import refused
from tongbao.mall.shop.models import the_shop

Product, Option = (get_model("catalogue", name) for name in ("Product", "Option"))
_REMOVED: Final = "basket_removed"  # in the session: what was taken out last
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_QUANTITY: Final = re.compile(r"[0-9]{1,6}")
_SHOWN: Final = 12  # letters of a wrong quantity that are shown again


class BasketView(View):
    """What is in the basket. A post changes one line's quantity; zero takes it out, and can be undone."""

    def get(self, request: Request) -> HttpResponse:
        """Show it."""
        return render(request, "checkout/basket.html", _context(request))

    def post(self, request: Request) -> HttpResponse:
        """Change a line to the quantity that is sent, so that sending it twice changes nothing."""
        wrong = None
        if "undo" in request.POST:
            _put_back(request)
        else:
            wrong = _changed_line(request)
        loaded(request.basket, request.user, request)
        if request.htmx:
            return render(request, "checkout/_basket.html", _context(request, wrong))
        if wrong is None:
            return redirect("basket:summary")
        return render(request, "checkout/basket.html", _context(request, wrong))


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a typed quantity, to be shown at its field."""

    line: int
    words: str
    typed: str


class AddView(oscar.BasketAddView):
    """Put something into the basket, or buy it now; the same post twice puts it in once."""

    def get_form_class(self) -> type[OscarForm]:
        """Give the form that knows what each kind of product needs."""
        found: type[OscarForm] = import_string(settings.MALL_BASKET_FORM)
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the form the basket that it is for: what is bought now goes into one of its own."""
        given: dict[str, Any] = super().get_form_kwargs()
        if self._is_now():
            given["basket"] = alone.empty_basket(self.request)
        return given

    def form_invalid(self, form: OscarForm) -> HttpResponse:
        """Show the product again, with what was typed and what is wrong with it."""
        refused.keep(self.request, self.product, form)
        return redirect(self.product.get_absolute_url())

    def form_valid(self, form: OscarForm) -> HttpResponse:
        """Add it and say so; or go and pay for it alone."""
        if self._is_now():
            alone.keep(self.request, form)
            return redirect(f"{reverse('checkout:preview')}?{alone.NOW}=1")
        if not taken(self.request):
            self.request.basket.add_product(
                form.product, form.cleaned_data["quantity"], form.cleaned_options()
            )
            self.add_signal.send(
                sender=self, product=form.product, user=self.request.user, request=self.request
            )
            title = form.product.get_title()
            messages.success(self.request, _("Added to your basket: %(title)s") % {"title": title})
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        """Go where the post asks for, or back to where it came from."""
        asked = self.request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(asked, self.request.get_host()):
            return str(asked)
        return str(safe_referrer(self.request, "basket:summary"))

    def _is_now(self) -> bool:
        return alone.NOW in self.request.POST


class AddVoucherView(oscar.VoucherAddView):
    """Give a code that takes something off."""


class RemoveVoucherView(oscar.VoucherRemoveView):
    """Take a code back."""

    def post(self, request: Request, **kwargs: int) -> HttpResponse:
        """Only a code that is in this basket can be taken out of it."""
        basket = request.basket
        if basket.id is None:
            raise Http404
        get_object_or_404(basket.vouchers.all(), pk=kwargs["pk"])
        answer: HttpResponse = super().post(request, **kwargs)
        return answer


def shipping_for(request: Request, address: Address = None) -> list[Method]:
    """Return the ways of shipping that the basket can be sent by, to an address if one is known."""
    found: list[Method] = Repository().get_shipping_methods(
        basket=request.basket,
        user=request.user,
        request=request,
        shipping_addr=address,
    )
    return found


def _context(request: Request, wrong: Wrong | None = None) -> dict[str, Any]:
    shop = the_shop()
    basket = request.basket
    what: Bill = bill(shop, basket)
    method = None
    if what.groups and basket.is_shipping_required():
        methods = shipping_for(request)
        method = methods[0] if methods else None
        what = bill(shop, basket, method)
    codes = list(basket.vouchers.all()) if what.groups else []
    return {
        "bill": what,
        "method": method,
        "codes": codes,
        "basket": basket,
        "wrong": wrong,
        "removed": _just_removed(request),
    }


def _just_removed(request: Request) -> dict[str, Any] | None:
    """Return what was taken out just now, for the one page that offers to undo it."""
    removed: dict[str, Any] | None = request.session.get(_REMOVED)
    if removed is None or not removed["is_new"]:
        return None
    request.session[_REMOVED] = {**removed, "is_new": False}
    return removed


def _changed_line(request: Request) -> Wrong | None:
    """Do what a post asks for with one line; return what is wrong with it."""
    basket, pk = request.basket, request.POST.get("line", "")
    lines = {str(line.pk): line for line in basket.all_lines()} if basket.id else {}
    line = lines.get(pk)
    if line is None:
        messages.warning(request, _("This item is no longer in your basket."))
        return None
    text = request.POST.get("quantity", "")
    quantity = read_quantity(text)
    if quantity is None:
        return Wrong(line.pk, _("Enter a whole number, such as 2."), text[:_SHOWN])
    if quantity == 0:
        _remove(request, line)
        return None
    words = _change(line, quantity)
    return Wrong(line.pk, words, str(line.quantity)) if words else None


def read_quantity(text: str) -> int | None:
    """Return the quantity that somebody typed, full-width digits too; None where it is none.

    >>> read_quantity(" 3 "), read_quantity("-3"), read_quantity("1.5"), read_quantity("")
    (3, None, None, None)
    """
    plain = text.translate(_FULL_WIDTH).strip()
    return int(plain) if _QUANTITY.fullmatch(plain) else None


def _remove(request: Request, line: BasketLine) -> None:
    """Take a line out, and remember it for whoever wants it back."""
    request.session[_REMOVED] = {
        "is_new": True,
        "product": line.product_id,
        "title": line.product.get_title(),
        "quantity": line.quantity,
        "options": {one.option.code: one.value for one in line.attributes.select_related("option")},
    }
    line.delete()


def _put_back(request: Request) -> None:
    """Put back what was taken out last, once."""
    removed = request.session.pop(_REMOVED, None)
    product = Product.objects.filter(pk=removed["product"]).first() if removed else None
    if removed is None or product is None:
        messages.warning(request, _("This item is no longer in your basket."))
        return
    if not is_for_sale(the_shop(), product):
        messages.warning(request, _("Currently unavailable."))
        return
    chosen = removed["options"]
    options = Option.objects.filter(code__in=chosen)
    given = [{"option": option, "value": chosen[option.code]} for option in options]
    request.basket.add_product(product, removed["quantity"], given)


def _change(line: BasketLine, quantity: int) -> str:
    """Set a line's quantity, or the most that there is; return why it is less, or nothing."""
    trouble, most = "", goods.most_of(line.product)
    if quantity > most:
        trouble = _("You can order at most %(count)d of this item.") % {"count": most}
        quantity = most
    if quantity > line.quantity:
        allowed, _reason = line.purchase_info.availability.is_purchase_permitted(quantity)
        if not allowed:
            left = max(0, getattr(line.purchase_info.availability, "num_available", 0) or 0)
            trouble = _("Only %(count)d left.") % {"count": left}
            quantity = max(1, min(quantity, left))
    line.quantity = quantity
    line.save(update_fields=["quantity"])
    return trouble
