"""Addresses."""

from django.urls import path

from tongbao.mall.services import views

app_name = "services"
urlpatterns = [
    path("", views.index, name="index"),
    path("vouchers/<int:number>/", views.voucher, name="voucher"),
    path("vouchers/<int:number>/give-back/", views.give_back, name="give_back"),
    path("topups/<uuid:number>/", views.topup, name="topup"),
]
