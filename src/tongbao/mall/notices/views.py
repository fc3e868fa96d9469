"""Pages: messages, and which of them somebody wants."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongbao.mall.notices.choices import choose, shown, wanted
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import Kind
from tongbao.mall.notices.words import LABELS, worded
from tongbao.mall.people.models import User
from tongbao.mall.shop.dividends import pays_dividends
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pages import paged

SIZE = 20


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show somebody's messages, and count them as seen."""
    user = cast("User", request.user)
    shop = the_shop()
    page = paged(request, shown(user), SIZE)
    items = [(notice, worded(notice, shop)) for notice in page.object_list]
    new = [notice.pk for notice, _words in items if notice.read_at is None]
    response = render(request, "notices/home.html", {"items": items, "page_obj": page})
    if new:
        Notice.objects.filter(pk__in=new).update(read_at=timezone.now())
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """Let somebody choose which messages to get, and where."""
    user = cast("User", request.user)
    shared = pays_dividends(the_shop().ledger.standing())
    offered = [kind for kind in Kind if shared or kind is not Kind.DIVIDEND]
    if request.method == "POST":
        choose(user, request.POST.getlist("in_mall"), request.POST.getlist("by_mail"), offered)
        messages.success(request, _("Saved."))
        return redirect("notices:choices")
    kinds = [(one, LABELS[one.kind]) for one in wanted(user) if one.kind in offered]
    return render(request, "notices/choices.html", {"kinds": kinds})
