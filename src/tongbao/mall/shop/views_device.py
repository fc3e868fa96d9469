"""The mall as a web app on somebody's device: its manifest, its worker, its page without a net."""

import hashlib
import json
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tongbao.mall.shop.context import shop_of

_STYLES: Final = (
    "bootstrap/css/bootstrap.min.css",
    "mall/tokens.css",
    "mall/layout.css",
    "mall/parts.css",
    "mall/shop.css",
    "mall/theme.js",
    "mall/mall.js",
    "mall/mark.svg",
    "django_htmx/htmx-2.min.js",
)


@require_safe
@cache_control(max_age=3600, private=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """Tell a device how to install the mall: name and words in the reader's language."""
    shop = shop_of(request)
    icons = [
        {"src": static(f"mall/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    masked = static("mall/icon-maskable.png")
    icons.append({"src": masked, "sizes": "512x512", "type": "image/png", "purpose": "maskable"})
    return JsonResponse(
        {
            "id": "/",
            "name": shop.name,
            "short_name": shop.name[:12],
            "description": _("Shop, earn points, see what they are worth."),
            "lang": "zh-Hans" if (get_language() or "").startswith("zh") else "en",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f5f1",
            "theme_color": "#f6f5f1",
            "icons": icons,
            "shortcuts": [
                {"name": _("Wallet"), "url": "/wallet/"},
                {"name": _("Orders"), "url": "/orders/"},
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
@cache_control(max_age=0, must_revalidate=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker; it keeps only files that are the same for everybody."""
    files = json.dumps([static(name) for name in _STYLES])  # with the marks of their content
    cache = f"mall-{hashlib.sha256(files.encode()).hexdigest()[:12]}"
    known = {"CACHE": json.dumps(cache), "OFFLINE": json.dumps("/offline/"), "FILES": files}
    return render(request, "mall/sw.js", known, content_type="text/javascript")


@require_safe
@cache_control(max_age=0, must_revalidate=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Show what there is to say without a net: nothing about the reader is on this page."""
    return render(request, "mall/offline.html", {"shop": shop_of(request)})
