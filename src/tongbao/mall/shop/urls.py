"""Addresses. Those under catalogue/ and search/ stand before Oscar's own, which they replace."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from tongbao.mall.shop import views, views_device, views_goods, views_reviews

_REVIEWS = r"^catalogue/(?P<product_slug>[\w-]*)_(?P<product_pk>[0-9]{1,18})/reviews/"

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("suggestions/", views.suggestions, name="suggest"),
    path("search/", views_goods.listing, name="search"),
    path("catalogue/", views_goods.listing, name="goods"),
    re_path(
        r"^catalogue/category/(?P<category_slug>[\w-]+(?:/[\w-]+)*)_(?P<pk>[0-9]{1,18})/$",
        views_goods.listing,
        name="category",
    ),
    re_path(
        r"^catalogue/(?P<product_slug>[\w-]*)_(?P<pk>[0-9]{1,18})/$",
        views_goods.product,
        name="product",
    ),
    re_path(rf"{_REVIEWS}$", views_reviews.listing, name="reviews"),
    re_path(rf"{_REVIEWS}add/$", views_reviews.add, name="add_review"),
    re_path(rf"{_REVIEWS}(?P<pk>[0-9]{{1,18}})/vote/$", views_reviews.vote, name="vote"),
    re_path(rf"{_REVIEWS}.+$", views.nothing),
    re_path(r"^catalogue/ranges/", views.nothing),
    path("manifest.webmanifest", views_device.manifest, name="manifest"),
    path("sw.js", views_device.worker, name="worker"),
    path("offline/", views_device.offline, name="offline"),
    # Oscar's pages that the mall does without.
    re_path(r"^(?:offers|wishlists)/", views.nothing),
    re_path(r"^password-reset/", RedirectView.as_view(pattern_name="account_reset_password")),
    path("favicon.ico", RedirectView.as_view(url="/static/mall/icon-192.png", permanent=True)),
]
