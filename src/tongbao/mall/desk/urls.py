"""Addresses. The fixed words come first; no merchant's account is one of `reserved.WORDS`."""

from django.urls import path

from tongbao.mall.desk import (
    charges,
    codes,
    home,
    merchants,
    money,
    orders,
    returns,
    terms,
    till,
    vouchers,
)

app_name = "desk"
urlpatterns = [
    path("", home.choose, name="choose"),
    path("charges/", charges.listed, name="charges"),
    path("unanswered/", returns.unanswered, name="unanswered"),
    path("charges/<uuid:charge>/back/", charges.send_back, name="charge_back"),
    path("refunds/<uuid:refund>/", charges.settle_refund, name="refund"),
    path("terms/", terms.terms, name="terms"),
    path("terms/shipping/", terms.add_shipping, name="shipping_add"),
    path("terms/shipping/<int:number>/drop/", terms.drop_shipping, name="shipping_drop"),
    path("merchants/", merchants.listed, name="merchants"),
    path("merchants/new/", merchants.new, name="merchant_new"),
    path("merchants/<str:account>/", merchants.edit, name="merchant"),
    path("merchants/<str:account>/staff/", merchants.staff, name="staff"),
    path("voucher/<str:code>/", vouchers.scanned, name="scanned"),
    path("<str:account>/", home.today, name="today"),
    path("<str:account>/orders/", orders.listed, name="orders"),
    path("<str:account>/orders/<int:part>/", orders.detail, name="order"),
    path("<str:account>/orders/<int:part>/ship/", orders.ship, name="ship"),
    path("<str:account>/orders/<int:part>/cancel/", orders.cancel, name="cancel"),
    path("<str:account>/returns/", returns.listed, name="returns"),
    path("<str:account>/returns/<int:number>/", returns.decide, name="return"),
    path("<str:account>/vouchers/", vouchers.verify, name="vouchers"),
    path("<str:account>/till/", till.screen, name="till"),
    path("<str:account>/till/feed/", till.feed, name="feed"),
    path("<str:account>/bills/new/", till.new_bill, name="bill_new"),
    path("<str:account>/bills/<str:token>/", till.bill, name="bill"),
    path("<str:account>/bills/<str:token>/close/", till.close_bill, name="bill_close"),
    path("<str:account>/codes/", codes.listed, name="codes"),
    path("<str:account>/codes/<int:number>/", codes.detail, name="code"),
    path("<str:account>/codes/<int:number>/renew/", codes.renew, name="code_renew"),
    path("<str:account>/codes/<int:number>/close/", codes.close, name="code_close"),
    path("<str:account>/codes/<int:number>/poster/", codes.poster, name="poster"),
    path("<str:account>/codes/<int:number>/qr.svg", codes.as_svg, name="code_svg"),
    path("<str:account>/codes/<int:number>/qr.png", codes.as_png, name="code_png"),
    path("<str:account>/money/", money.balances, name="money"),
]
