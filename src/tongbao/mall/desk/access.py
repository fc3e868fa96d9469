"""Who is at the desk, and for which merchant."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tongbao.mall.merchants.access import merchant_for, merchants_of
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator


def worker(request: HttpRequest) -> User:
    """Return who is logged in.

    Raises:
        Http404: nobody is.
    """
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def at(request: HttpRequest, account: str) -> Merchant:
    """Return the merchant of that account, if the user works for it.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    return merchant_for(worker(request), account)


def operator(request: HttpRequest) -> User:
    """Return who is logged in, if that is an operator.

    Raises:
        Http404: it is not.
    """
    user = worker(request)
    if not is_operator(user):
        raise Http404
    return user


def shown(
    request: HttpRequest,
    merchant: Merchant,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Show a page of a merchant's desk, with its menu."""
    several = merchants_of(worker(request)).count() > 1
    page = {"merchant": merchant, "has_several": several, **context}
    return render(request, template, page, status=status)
