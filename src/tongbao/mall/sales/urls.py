"""Addresses."""

from django.urls import path

from tongbao.mall.sales import views, views_paying, views_returns

app_name = "sales"
urlpatterns = [
    path("", views.orders, name="orders"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/receipt/", views.receipt, name="receipt"),
    path("<str:number>/pay/", views_paying.pay, name="pay"),
    path("<str:number>/cancel/", views_paying.cancel, name="cancel"),
    path("<str:number>/again/", views_paying.again, name="again"),
    path("<str:number>/parts/<int:part>/received/", views.received, name="received"),
    path("<str:number>/parts/<int:part>/return/", views_returns.ask, name="return"),
    path(
        "<str:number>/parts/<int:part>/return/<int:pk>/back/",
        views_returns.take_back,
        name="take-back",
    ),
]
