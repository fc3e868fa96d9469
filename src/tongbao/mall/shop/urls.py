"""Addresses of what everybody sees; Oscar's own pages of goods and reviews are not served."""

from typing import Final

from django.urls import URLPattern, include, path, re_path
from django.views.generic import RedirectView

from tongbao.mall.shop import views, views_device, views_goods, views_reviews

_REVIEWS: Final = r"^(?P<product_slug>[\w-]*)_(?P<product_pk>[0-9]{1,18})/reviews/"
_GOODS: Final = [
    path("", views_goods.listing, name="goods"),
    re_path(
        r"^category/(?P<category_slug>[\w-]+(?:/[\w-]+)*)_(?P<pk>[0-9]{1,18})/$",
        views_goods.listing,
        name="category",
    ),
    re_path(
        r"^(?P<product_slug>[\w-]*)_(?P<pk>[0-9]{1,18})/$", views_goods.product, name="product"
    ),
    re_path(rf"{_REVIEWS}$", views_reviews.listing, name="reviews"),
    re_path(rf"{_REVIEWS}add/$", views_reviews.add, name="add_review"),
    re_path(rf"{_REVIEWS}(?P<pk>[0-9]{{1,18}})/vote/$", views_reviews.vote, name="vote"),
]
# The names by which Oscar's models and forms ask for these pages.
_OSCARS: Final = {
    "goods": "index",
    "category": "category",
    "product": "detail",
    "reviews": "reviews-list",
    "add_review": "reviews-add",
    "vote": "reviews-vote",
}

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("suggestions/", views.suggestions, name="suggest"),
    path("search/", views_goods.listing, name="search"),
    path("catalogue/", include(_GOODS)),
    path("manifest.webmanifest", views_device.manifest, name="manifest"),
    path("sw.js", views_device.worker, name="worker"),
    path("offline/", views_device.offline, name="offline"),
    path("favicon.ico", RedirectView.as_view(url="/static/mall/icon-192.png", permanent=True)),
]
catalogue = [
    URLPattern(one.pattern, one.callback, one.default_args, _OSCARS[str(one.name)])
    for one in _GOODS
]
search = [path("", views_goods.listing, name="search")]
