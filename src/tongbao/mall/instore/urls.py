"""Addresses."""

from django.urls import URLPattern

app_name = "instore"
urlpatterns: list[URLPattern] = []
