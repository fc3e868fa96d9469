"""Addresses of accounts; Oscar's own account pages lead here too."""

from django.urls import path

from tongbao.mall.people import views, views_addresses
from tongbao.mall.people.elsewhere import moved

app_name = "people"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/settings/", views.settings, name="settings"),
    path("me/settings/inviter/", views.give_code, name="give_code"),
    path("me/settings/log-out-elsewhere/", views.log_out_elsewhere, name="log_out_elsewhere"),
    path("me/leave/", views.leave, name="leave"),
    path("me/addresses/", views_addresses.home, name="addresses"),
    path("me/addresses/add/", views_addresses.add, name="add_address"),
    path("me/addresses/<int:pk>/", views_addresses.edit, name="address"),
    path("me/addresses/<int:pk>/delete/", views_addresses.delete, name="delete_address"),
    path("me/addresses/<int:pk>/default/", views_addresses.make_default, name="default_address"),
    path("terms/", views.terms, name="terms"),
    path("privacy/", views.privacy, name="privacy"),
    path("r/<slug:code>/", views.follow, name="invite"),
    path("accounts/", moved),
    path("accounts/<path:rest>", moved),
    path("dashboard/login/", moved, {"rest": "login/"}),
    path("password-reset/<path:rest>", moved, {"rest": "password-reset/"}),
    path("password-reset/", moved, {"rest": "password-reset/"}),
]
