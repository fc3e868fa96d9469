"""Addresses of messages."""

from django.urls import path

from tongbao.mall.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.home, name="home"),
    path("choices/", views.choices, name="choices"),
]
