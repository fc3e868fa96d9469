"""Addresses."""

from django.urls import path

from tongbao.mall.wallet import (
    views,
    views_actions,
    views_how,
    views_payouts,
    views_statement,
    views_withdrawals,
)

app_name = "wallet"
urlpatterns = [
    path("", views.home, name="home"),
    path("curve/", views.curve_part, name="curve"),
    path("dividends/", views.dividends, name="dividends"),
    path("statement/", views_statement.statement_page, name="statement"),
    path("statement.csv", views_statement.statement_file, name="statement_csv"),
    path("redeem/", views_actions.redeem, name="redeem"),
    path("convert/", views_actions.convert, name="convert"),
    path("done/<str:kind>/<str:once>/", views_actions.done, name="done"),
    path("withdraw/", views_withdrawals.withdraw, name="withdraw"),
    path("withdrawals/", views_withdrawals.listed, name="withdrawals"),
    path("withdrawals/<uuid:pk>/", views_withdrawals.detail, name="withdrawal"),
    path("how/", views_how.how, name="how"),
    path("payouts/", views_payouts.desk, name="payouts"),
    path("payouts/<uuid:pk>/", views_payouts.decide, name="payout"),
]
