"""«Buy now»: one thing in a basket of its own, beside the basket, which stays as it is.

Oscar keeps it as a saved basket, so that it is never brought together with the open one. Each
shopper has at most one: the next «Buy now» replaces it. A stranger's is remembered in the session
until somebody logs in there. The addresses of its checkout carry ``?now=1``.
"""

from typing import Final

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from oscar.core.loading import get_model

from tongbao.mall.checkout.lines import loaded
from tongbao.mall.people.models import User
from tongbao.mall.sales.untyped import Basket as BasketRow
from tongbao.mall.sales.untyped import OscarForm, Request, Rows

Basket = get_model("basket", "Basket")
NOW: Final = "now"
_STRANGERS: Final = "buy_now"  # in the session: the basket of somebody who has not logged in yet


def is_alone(request: HttpRequest) -> bool:
    """Say whether a page of the checkout is about the one thing, not about the basket."""
    return NOW in request.GET


def address_of(request: HttpRequest, name: str) -> str:
    """Return a page's address, of the same checkout as the page that is asked for."""
    return reverse(name) + (f"?{NOW}=1" if is_alone(request) else "")


def empty_basket(request: Request) -> BasketRow:
    """Return a basket with nothing in it, which is not kept."""
    basket = Basket(status=Basket.SAVED)
    basket.strategy = request.strategy
    return basket


@transaction.atomic
def keep(request: Request, form: OscarForm) -> None:
    """Put what the form says into a basket of its own, in place of an earlier one.

    Codes that were given for the basket count here too.
    """
    owner = _owner(request)
    _forget_earlier(request)
    basket = Basket.objects.create(owner=owner, status=Basket.SAVED)
    basket.strategy = request.strategy
    basket.add_product(form.product, form.cleaned_data["quantity"], form.cleaned_options())
    if request.basket.id is not None:
        basket.vouchers.add(*request.basket.vouchers.all())
    if owner is None:
        request.session[_STRANGERS] = basket.pk


def use_alone(request: Request) -> None:
    """Let the rest of the request see the basket of the one thing, empty where there is none."""
    _bring_home(request)
    basket = _saved(owner=request.user).order_by("-pk").first() or empty_basket(request)
    basket.owner = request.user
    basket.strategy = request.strategy
    request.basket = loaded(basket, request.user, request)


def _bring_home(request: Request) -> None:
    """Give what a stranger wanted to whoever has logged in since."""
    pk = request.session.get(_STRANGERS)
    if pk is None:
        return
    with transaction.atomic():
        strangers = _saved(pk=pk, owner=None).first()
        if strangers is not None:
            _forget_earlier(request)
            strangers.owner = request.user
            strangers.save(update_fields=["owner"])
    del request.session[_STRANGERS]


def _forget_earlier(request: Request) -> None:
    """Delete what was to be bought now before, one at a time for each shopper."""
    owner = _owner(request)
    if owner is None:
        _saved(owner=None, pk=request.session.get(_STRANGERS)).delete()
    else:
        User.objects.select_for_update().get(pk=owner.pk)
        _saved(owner=owner).delete()


def _owner(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _saved(**which: object) -> Rows:
    return Basket.objects.filter(status=Basket.SAVED, **which)
