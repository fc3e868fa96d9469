"""Addresses."""

from django.urls import URLPattern

app_name = "paying"
urlpatterns: list[URLPattern] = []
