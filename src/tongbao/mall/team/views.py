"""Pages: my code, my poster, whom I invited."""

from typing import NamedTuple, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongbao.mall.people.masking import masked
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pages import paged
from tongbao.mall.team.earnings import Earned, earnings, levels, pending
from tongbao.mall.team.poster import poster

SIZE = 20


class Invited(NamedTuple):
    """Somebody whom the reader invited, as the reader may see it."""

    name: str
    since: object
    settled: Earned
    waiting: Earned


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show a member's code and whom they invited, level by level as far as the plan goes."""
    user, shop = cast("User", request.user), the_shop()
    given = levels(shop.ledger)
    level = 1 if request.GET.get("level") == "2" and len(given) > 1 else 0
    found = earnings(shop.ledger, user.account)
    page = paged(request, _invited(user, level), SIZE)
    buyers = list(page.object_list)
    waiting = pending(shop, buyers, level)
    people = [
        Invited(
            masked(one),
            one.referred_at or one.date_joined,
            found.by_buyer.get(one.account, Earned()),
            waiting.get(one.pk, Earned()),
        )
        for one in buyers
    ]
    context = {
        "address": _address(user),
        "rates": [tuple(map(_percent, given.of(number))) for number in range(len(given))],
        "level": level,
        "people": people,
        "page_obj": page,
        "found": found,
        "bound": user.referrer is not None,
        "referrer": masked(user.referrer) if user.referrer is not None else "",
    }
    return render(request, "team/home.html", context)


@require_safe
@login_required
def picture(request: HttpRequest) -> HttpResponse:
    """Give a member's poster as a PNG."""
    user, shop = cast("User", request.user), the_shop()
    host = str(settings.ADDRESS).partition("://")[2]
    lines = (_("Shop together"), _("Scan the code or enter it when you register."), host)
    image = poster(_address(user), shop.name, lines, user.code)
    response = HttpResponse(image, content_type="image/png")
    response["Content-Disposition"] = 'inline; filename="poster.png"'
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _percent(bps: int) -> str:
    """Write basis points as a percentage; nothing for none."""
    whole, rest = divmod(bps, 100)
    return "" if not bps else f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def _address(user: User) -> str:
    return f"{settings.ADDRESS}{reverse('people:invite', args=[user.code])}"


def _invited(user: User, level: int) -> QuerySet[User]:
    people = User.objects.filter(is_active=True).order_by("-referred_at", "-pk")
    return people.filter(referrer=user) if level == 0 else people.filter(referrer__referrer=user)
