"""The checkout: where it goes, then one page with everything on it, then the order."""

from collections.abc import Mapping
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import DeleteView, UpdateView, View
from oscar.apps.checkout.mixins import OrderPlacementMixin
from oscar.apps.checkout.session import CheckoutSessionMixin
from oscar.core.loading import get_model

from tongbao.ledger.values import LedgerError
from tongbao.mall.checkout.alone import address_of, is_alone, use_alone
from tongbao.mall.checkout.basket import shipping_for
from tongbao.mall.checkout.bill import Bill, bill
from tongbao.mall.checkout.buying import CannotBuy, Choice, bought, buy
from tongbao.mall.checkout.forms import ShippingAddressForm
from tongbao.mall.checkout.lines import loaded
from tongbao.mall.checkout.pending import expected
from tongbao.mall.people.addresses import known_address
from tongbao.mall.people.models import User
from tongbao.mall.sales.exact import to_minor
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.tenders import TenderForm
from tongbao.mall.sales.untyped import Address, Basket, Method, Request, Rows
from tongbao.mall.sales.views_paying import onward
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.troubles import told

UserAddress = get_model("address", "UserAddress")
_LONGEST: Final = 18  # digits of a number that a page sends back


class IndexView(View):
    """The way in: straight to the page where one pays."""

    def get(self, request: Request) -> HttpResponse:
        """Go there."""
        return redirect("checkout:preview")


class _OfOneBasket(CheckoutSessionMixin, View):
    """A page of the checkout: of the basket, or of the one thing that is bought now."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401  # Django's
        """See the basket that the page is about, whatever else looks at it."""
        if is_alone(request):
            use_alone(cast("Request", request))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class ShippingAddressView(_OfOneBasket):
    """Pick one of one's addresses, or add one."""

    pre_conditions = ("check_basket_is_not_empty",)

    def get(self, request: Request) -> HttpResponse:
        """Show them."""
        return self._page(request, ShippingAddressForm(request.user, prefix="new"))

    def post(self, request: Request) -> HttpResponse:
        """Take the one that was picked, or keep a new one and take it."""
        if "address" in request.POST:
            address = get_object_or_404(_addresses(request.user), pk=_number(request, "address"))
        else:
            form = ShippingAddressForm(request.user, request.POST, prefix="new")
            if not form.is_valid():
                return self._page(request, form)
            address = _kept(form)
        self.checkout_session.ship_to_user_address(address)
        return redirect(address_of(request, "checkout:preview"))

    def _page(self, request: Request, form: ShippingAddressForm) -> HttpResponse:
        addresses = list(_addresses(request.user))
        chosen = self.checkout_session.shipping_user_address_id()
        if chosen is None and addresses:
            chosen = addresses[0].pk
        context = {"addresses": addresses, "form": form, "chosen": chosen}
        return render(request, "checkout/address.html", context)


class UserAddressUpdateView(UpdateView):  # type: ignore[type-arg]  # Oscar has no types
    """Change an address of one's own."""

    template_name = "checkout/address_change.html"
    form_class = ShippingAddressForm

    def get_queryset(self) -> Rows:
        """Only one's own."""
        return UserAddress.objects.filter(user_id=self.request.user.pk)

    def get_success_url(self) -> str:
        """Go back to the addresses."""
        return address_of(self.request, "checkout:shipping-address")

    def get_form_kwargs(self) -> dict[str, object]:
        """Hand the form its owner."""
        return {**super().get_form_kwargs(), "user": self.request.user}


class UserAddressDeleteView(DeleteView):  # type: ignore[type-arg]  # Oscar has no types
    """Forget an address of one's own."""

    template_name = "checkout/address_delete.html"

    def get_queryset(self) -> Rows:
        """Only one's own."""
        return UserAddress.objects.filter(user_id=self.request.user.pk)

    def get_success_url(self) -> str:
        """Go back to the addresses."""
        return address_of(self.request, "checkout:shipping-address")


class PaymentDetailsView(_OfOneBasket, OrderPlacementMixin):
    """The one page: address, shipping, goods, how it is paid, what is expected, and the button."""

    pre_conditions: tuple[str, ...] = ()
    preview = False

    def get(self, request: Request) -> HttpResponse:
        """Show what would be ordered."""
        if request.basket.is_empty:
            return redirect("basket:summary")
        if self._needs_address(request):
            return redirect(address_of(request, "checkout:shipping-address"))
        return self._page(request, None)

    def post(self, request: Request) -> HttpResponse:
        """Place the order, or show the page again with what was chosen."""
        if "place" not in request.POST:
            if request.basket.is_empty:
                return redirect("basket:summary")
            return self._page(request, request.POST)
        before = bought(request.user, _number(request, "basket"))
        if before is not None:
            return _redirected(request, before)
        if request.basket.is_empty:
            messages.warning(request, _("Your basket has changed. Please check it again."))
            return redirect("basket:summary")
        if self._needs_address(request):
            return redirect(address_of(request, "checkout:shipping-address"))
        return self._buy(request)

    def _buy(self, request: Request) -> HttpResponse:
        shop = the_shop()
        shown = _number(request, "total")
        face = bill(shop, request.basket).face_minor
        form = TenderForm(shop, request.user, shown, request.POST, face)
        if not form.is_valid():
            return self._page(request, request.POST)
        choice = Choice(
            basket_id=_number(request, "basket"),
            total_minor=shown,
            split=form.split,
            provider=form.provider_code,
            method=request.POST.get("method", "")[:128],
            address=self.get_shipping_address(request.basket),
            keep_address=lambda address: self.create_shipping_address(request.user, address),
        )
        try:
            sale = buy(request, shop, choice)
        except CannotBuy as error:
            messages.error(request, str(error))
            loaded(request.basket, request.user, request)
            if request.basket.is_empty:
                return redirect("basket:summary")
            return self._page(request, request.POST)
        except LedgerError as error:
            messages.error(request, told(error))
            stands = bought(request.user, choice.basket_id)
            again = address_of(request, "checkout:preview")
            return redirect(again) if stands is None else _redirected(request, stands)
        return _redirected(request, sale)

    def _needs_address(self, request: Request) -> bool:
        """Say whether an address is missing; the one used by default is taken unasked."""
        basket = request.basket
        if not basket.is_shipping_required():
            return False
        chosen = self.checkout_session.shipping_user_address_id()
        if chosen is not None and _addresses(request.user).filter(pk=chosen).exists():
            return False
        first = _addresses(request.user).first()
        if first is None:
            return True
        self.checkout_session.ship_to_user_address(first)
        return False

    def _page(self, request: Request, data: Mapping[str, str] | None) -> HttpResponse:
        shop = the_shop()
        basket = request.basket
        address = self.get_shipping_address(basket)
        methods = shipping_for(request, address)
        wanted = (data or {}).get("method", "")
        method = next(
            (one for one in methods if one.code == wanted), methods[0] if methods else None
        )
        what = bill(shop, basket, method)
        if what.troubles:
            return _refused(request, what)
        form = TenderForm(shop, request.user, what.total_minor, data, what.face_minor)
        context = {
            "bill": what,
            "basket": basket,
            "address": address,
            "methods": [(one, _price(shop, one, basket)) for one in methods],
            "method": method,
            "form": form,
            "expected": expected(shop, request.user, what, form),
            "tender_url": address_of(request, "checkout:preview"),
            "address_url": address_of(request, "checkout:shipping-address"),
            "is_alone": is_alone(request),
        }
        template = "checkout/_review.html" if request.htmx else "checkout/review.html"
        return render(request, template, context)


def _refused(request: Request, what: Bill) -> HttpResponse:
    """Go to where the trouble can be mended: the basket marks it; the one thing has its own page."""
    if not is_alone(request):
        return redirect("basket:summary")
    messages.error(request, " ".join(what.troubles))
    return redirect(request.basket.all_lines()[0].product.get_absolute_url())


def _redirected(request: Request, sale: Sale) -> HttpResponse:
    return redirect(onward(request, sale))


def _price(shop: Shop, method: Method, basket: Basket) -> int:
    return to_minor(method.calculate(basket).incl_tax, shop.currency)


def _addresses(user: User) -> Rows:
    """Return a shopper's addresses to which goods are shipped, the usual one first."""
    found = UserAddress.objects.filter(user=user, country__is_shipping_country=True)
    return found.select_related("country").order_by(
        "-is_default_for_shipping", "-num_orders_as_shipping_address", "-pk"
    )


def _kept(form: ShippingAddressForm) -> Address:
    """Keep a new address; one that is there already is taken instead."""
    address = form.save(commit=False)
    there = known_address(address)
    if there is None:
        address.save()
        return address
    for field in ("phone_number", "notes"):
        setattr(there, field, getattr(address, field))
    there.save()
    return there


def _number(request: Request, name: str) -> int:
    """Return a whole number that the page sent hidden; 0 where it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST else 0
