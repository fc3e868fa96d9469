"""Addresses of the demo's own page."""

from django.urls import path

from tongbao.mall.demo import views

app_name = "demo"
urlpatterns = [path("", views.about, name="about")]
