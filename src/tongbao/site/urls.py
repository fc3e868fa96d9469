"""The mall's addresses."""

from typing import Any

from django.apps import apps
from django.urls import include, path

from tongbao.mall.people.uploads import media
from tongbao.mall.people.views import language
from tongbao.mall.people.waiting import too_quick
from tongbao.mall.shop.urls import catalogue, search
from tongbao.site.oscar_urls import keep_served

_oscar: Any = apps.get_app_config("oscar")
handler429 = too_quick  # allauth's name for it
urlpatterns = [
    path("", include("tongbao.mall.shop.urls")),
    path("", include("tongbao.mall.people.urls")),
    path("auth/", include("allauth.urls")),
    path("orders/", include("tongbao.mall.sales.urls")),
    path("wallet/", include("tongbao.mall.wallet.urls")),
    path("pay/", include("tongbao.mall.paying.urls")),
    path("till/", include("tongbao.mall.instore.urls")),
    path("services/", include("tongbao.mall.services.urls")),
    path("team/", include("tongbao.mall.team.urls")),
    path("messages/", include("tongbao.mall.notices.urls")),
    path("demo/", include("tongbao.mall.demo.urls")),
    path("desk/", include("tongbao.mall.desk.urls")),
    path("language/", language, name="set_language"),
    path("media/<path:path>", media, name="media"),
    path("catalogue/", include((catalogue, "catalogue"))),
    path("search/", include((search, "search"))),
    *keep_served(_oscar.urls[0]),
]
