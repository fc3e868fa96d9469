"""Addresses."""

from django.urls import path

from tongbao.mall.shop import views, views_device

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("suggest/", views.suggest, name="suggest"),
    path("manifest.webmanifest", views_device.manifest, name="manifest"),
    path("sw.js", views_device.worker, name="worker"),
    path("offline/", views_device.offline, name="offline"),
]
