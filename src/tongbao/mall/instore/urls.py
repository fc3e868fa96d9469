"""Addresses. A code's own (letters only) stand beside the fixed ones, which have dashes."""

from django.urls import path

from tongbao.mall.instore import views

app_name = "instore"
urlpatterns = [
    path("", views.index, name="index"),
    path("my-payments/<str:number>/", views.payment, name="payment"),
    path("my-payments/<str:number>/go-on/", views.go_on, name="go_on"),
    path("my-payments/<str:number>/cancel/", views.cancel, name="cancel"),
    path("<str:code>/", views.at_code, name="code"),
    path("<str:code>/<str:token>/", views.at_bill, name="bill"),
]
