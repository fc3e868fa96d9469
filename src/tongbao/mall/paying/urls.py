"""Addresses."""

from django.urls import path

from tongbao.mall.paying import sandbox_views, views

app_name = "paying"
urlpatterns = [
    path("callback/<slug:provider>/", views.callback, name="callback"),
    path("back/<uuid:charge_id>/", views.back, name="back"),
    path("sandbox/<uuid:charge_id>/", sandbox_views.pay, name="sandbox"),
]
