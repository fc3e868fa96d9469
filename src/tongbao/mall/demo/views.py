"""The page that tells what is real in a demo, and what is made up."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongbao.mall.demo import cellar, marker, retail
from tongbao.mall.demo.play import CONVERTS, PROFIT_BPS, QUIET_DAYS


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Tell where a demo comes from; a real mall has no such page."""
    facts = marker.facts(marker.path())
    if facts is None:
        raise Http404("This mall is no demo.")
    told = {
        "facts": facts,
        "quiet_days": QUIET_DAYS,
        "converts": CONVERTS,
        "profit_percent": PROFIT_BPS // 100,
        "stalls": [stall.name_zh for stall in retail.STALLS],
        "buyers": cellar.BUYERS,
        "referral_percent": cellar.REFERRAL_BPS // 100,
        "is_sandbox": settings.SANDBOX,
    }
    return render(request, "demo/about.html", told)
