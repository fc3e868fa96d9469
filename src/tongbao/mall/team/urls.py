"""Addresses of the team pages."""

from django.urls import path

from tongbao.mall.team import views

app_name = "team"
urlpatterns = [
    path("", views.home, name="home"),
    path("poster.png", views.picture, name="poster"),
]
