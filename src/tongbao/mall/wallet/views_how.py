"""How points work, in plain words from the plan's own figures: for everybody, logged in or not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongbao.mall.wallet.explained import explained
from tongbao.mall.wallet.views import shop_of


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """Show the risks first, then how it works, then how to check it."""
    return render(request, "wallet/how.html", {"told": explained(shop_of(request))})
