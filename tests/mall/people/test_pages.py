"""«Me», settings, addresses, leaving, and where Oscar's own pages went."""

from typing import Any

import pytest
from django.utils.translation import override
from oscar.core.loading import get_model

from tests.mall.checkout.way import pay, put, review, rich
from tests.mall.sales.buying import bought, buyer
from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.addresses import address_line
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.wallet.models import Withdrawal

CHINESE = {
    "first_name": "李娜", "phone_number": "138 1234 5678", "country": "CN", "state": "上海市",
    "line4": "上海市", "line1": "浦东新区世纪大道88号", "line2": "", "postcode": "200120",
}  # fmt: skip


def addresses(user: User) -> list[Any]:
    """Return the address book, the default first."""
    found = get_model("address", "UserAddress").objects.filter(user=user)
    return list(found.order_by("-is_default_for_shipping", "id"))


def test_me_leads_staff_to_their_desk_and_operators_to_the_dashboard(mall: Mall) -> None:
    for user, desk, dashboard in (
        (mall.user(), False, False), (mall.staff(), True, False), (mall.operator(), True, True),
    ):  # fmt: skip
        text = mall.client(user).get("/me/").text
        assert ('href="/desk/"' in text) == desk
        assert ('href="/dashboard/"' in text) == dashboard


def test_name_and_language_are_changed(mall: Mall) -> None:
    user = mall.user()
    mall.client(user).post("/me/settings/", {"name": "Ann", "language": "zh-hans"})
    found = User.objects.get(pk=user.pk)
    assert (found.name, found.language) == ("Ann", "zh-hans")


def test_switching_the_language_is_kept_for_letters(mall: Mall) -> None:
    user = mall.user()
    mall.client(user).post("/language/", {"language": "zh-hans", "next": "/me/"})
    assert User.objects.get(pk=user.pk).language == "zh-hans"


def test_the_first_address_is_the_default_and_is_written_as_at_home(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user, language="zh-hans")
    client.post("/me/addresses/add/", CHINESE)
    (address,) = addresses(user)
    assert address.is_default_for_shipping
    assert str(address.phone_number) == "+8613812345678"
    text = client.get("/me/addresses/").text
    assert "上海市浦东新区世纪大道88号" in text
    assert "中国" in text


def test_the_same_address_with_a_new_phone_number_brings_it_up_to_date(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    client.post("/me/addresses/add/", CHINESE)
    again = {**CHINESE, "phone_number": "139 8765 4321"}
    assert client.post("/me/addresses/add/", again).status_code == 302
    (address,) = addresses(user)
    assert str(address.phone_number) == "+8613987654321"
    assert address.is_default_for_shipping


def test_an_address_in_full_width_digits_is_read(mall: Mall) -> None:
    user = mall.user()
    typed = {**CHINESE, "postcode": "２００１２０", "phone_number": "１３８１２３４５６７８"}
    mall.client(user).post("/me/addresses/add/", typed)
    (address,) = addresses(user)
    assert (address.postcode, str(address.phone_number)) == ("200120", "+8613812345678")


HANGZHOU = {
    "first_name": "李娜", "line1": "西湖区文三路90号", "line2": "3幢502室", "line4": "杭州市",
    "state": "浙江省", "postcode": "310012", "country_id": "CN",
}  # fmt: skip
AT_HOME = "浙江省杭州市西湖区文三路90号 3幢502室"


def test_a_chinese_address_is_written_largest_first_wherever_it_is_read(mall: Mall) -> None:
    user = rich(mall)
    addresses(user)[0].delete()
    address = get_model("address", "UserAddress").objects.create(user=user, **HANGZHOU)
    shopper = mall.client(user, language="zh-hans")
    put(shopper, mall, "tea-1")
    choose = shopper.get("/checkout/shipping-address/").text
    shopper.post(
        "/checkout/shipping-address/", {"action": "ship_to", "address_id": address.pk}, follow=True
    )
    preview = review(shopper).text
    assert pay(shopper, wallet="100.00").status_code == 302
    sale = Sale.objects.get(user=user)
    assert sale.order is not None
    part = sale.parts.get()
    staff = mall.client(mall.staff("tea"), language="zh-hans")
    operator = mall.client(mall.operator(), language="zh-hans")
    pages = {
        "choose": choose,
        "preview": preview,
        "order": shopper.get(f"/orders/{sale.number}/").text,
        "receipt": shopper.get(f"/orders/{sale.number}/receipt/").text,
        "desk": staff.get(f"/desk/tea/orders/{part.pk}/").text,
        "dashboard": operator.get(f"/dashboard/orders/{sale.order.number}/").text,
        "book": shopper.get("/me/addresses/").text,
    }
    assert [name for name, text in pages.items() if AT_HOME not in text] == []


def test_other_addresses_keep_their_own_order(mall: Mall) -> None:
    make, country = get_model("order", "ShippingAddress"), get_model("address", "Country")
    britain = country(iso_3166_1_a2="GB", printable_name="United Kingdom")
    china = country(iso_3166_1_a2="CN", printable_name="China")
    london = make(line1="1 High Street", line4="London", postcode="N1 9GU", country=britain)
    latin = make(
        line1="88 Century Avenue", line4="Shanghai", state="Shanghai", postcode="200120",
        country=china,
    )  # fmt: skip
    with override("en"):
        assert address_line(london) == "1 High Street, London N1 9GU, United Kingdom"
        assert address_line(latin) == "China, Shanghai, 88 Century Avenue, 200120"


def test_a_british_address_needs_a_right_postcode(mall: Mall) -> None:
    get_model("address", "Country").objects.create(
        iso_3166_1_a2="GB", printable_name="United Kingdom", name="UK", is_shipping_country=True
    )
    user = mall.user()
    given = {
        "first_name": "Jo", "phone_number": "020 7946 0018", "country": "GB", "line1": "1 High St",
        "line4": "London", "postcode": "",
    }  # fmt: skip
    assert 'id="id_postcode_error"' in mall.client(user).post("/me/addresses/add/", given).text
    given["postcode"] = "1234"
    assert 'id="id_postcode_error"' in mall.client(user).post("/me/addresses/add/", given).text
    mall.client(user).post("/me/addresses/add/", {**given, "postcode": "sw1a 1aa"})
    (address,) = addresses(user)
    assert address.postcode == "SW1A 1AA"
    assert str(address.phone_number) == "+442079460018"


@pytest.mark.parametrize("phone", ["123", "abc", "+1 2", "99999999999999999999"])
def test_a_wrong_phone_number_is_told_at_the_field(mall: Mall, phone: str) -> None:
    user = mall.user()
    page = mall.client(user).post("/me/addresses/add/", {**CHINESE, "phone_number": phone})
    assert 'id="id_phone_number_error"' in page.text
    assert addresses(user) == []


def test_the_default_moves_and_passes_on_when_it_is_deleted(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    for number in (1, 2, 3):
        client.post("/me/addresses/add/", {**CHINESE, "line1": f"世纪大道{number}号"})
    first, second, third = addresses(user)
    client.post(f"/me/addresses/{second.pk}/default/")
    assert [one.pk for one in addresses(user)] == [second.pk, first.pk, third.pk]
    assert sum(one.is_default_for_shipping for one in addresses(user)) == 1
    client.post(f"/me/addresses/{second.pk}/delete/")
    assert [one.pk for one in addresses(user)] == [third.pk, first.pk]
    assert addresses(user)[0].is_default_for_shipping


def test_after_an_address_people_go_on_to_where_they_came_from(mall: Mall) -> None:
    client = mall.client(mall.user())
    inside = client.post("/me/addresses/add/", {**CHINESE, "next": "/basket/"})
    assert inside.headers["Location"] == "/basket/"
    outside = client.post(
        "/me/addresses/add/", {**CHINESE, "line1": "世纪大道1号", "next": "//evil.example/"}
    )
    assert outside.headers["Location"] == "/me/addresses/"


def test_whoever_leaves_is_erased_and_the_account_keeps_its_name(mall: Mall) -> None:
    user = mall.user("Ann", phone="+8613812345678")
    account = enrolled(user, mall.ledger)
    client = mall.client(user)
    client.post("/me/addresses/add/", CHINESE)
    email = user.email
    client.post("/me/leave/", {"password": PASSWORD})
    found = User.objects.get(pk=user.pk)
    assert (found.name, found.email, found.phone, found.account) == ("", None, None, account)
    assert addresses(user) == []
    assert client.get("/me/").status_code == 302
    answer = mall.client().post("/auth/login/", {"login": str(email), "password": PASSWORD})
    assert answer.status_code == 200
    assert User.objects.create_user(email, PASSWORD).pk != user.pk  # the address is free again


@pytest.mark.parametrize("password", ["", "wrong horse 1"])
def test_nobody_leaves_without_the_password(mall: Mall, password: str) -> None:
    user = mall.user()
    mall.client(user).post("/me/leave/", {"password": password})
    assert User.objects.get(pk=user.pk).is_active


def test_nobody_leaves_money_behind(mall: Mall) -> None:
    user = mall.user()
    account = enrolled(user, mall.ledger)
    deposit = {"id": "d-1", "type": "deposit", "account": account, "amount": 1}
    assert mall.ledger.submit(deposit).ok
    page = mall.client(user).post("/me/leave/", {"password": PASSWORD})
    assert "still money in your wallet" in page.text
    assert User.objects.get(pk=user.pk).is_active


def test_nobody_leaves_points_behind(mall: Mall) -> None:
    user = mall.user()
    account = enrolled(user, mall.ledger)
    purchase = {"id": "p-1", "type": "purchase", "member": account, "paid": 10_000, "profit": 3500}
    assert mall.ledger.submit(purchase).ok
    page = mall.client(user).post("/me/leave/", {"password": PASSWORD})
    assert "still have points" in page.text


def test_nobody_leaves_while_an_order_is_under_way(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=10_000), 10_000, Split(wallet=10_000))
    user = part.sale.user
    page = mall.client(user).post("/me/leave/", {"password": PASSWORD})
    assert "still in progress" in page.text
    assert User.objects.get(pk=user.pk).is_active


def test_nobody_leaves_while_a_withdrawal_is_under_way(mall: Mall) -> None:
    user = mall.user()
    account = {
        "amount_minor": 1,
        "target": "bank",
        "holder": "Ann",
        "number": "1",
        "command_id": "w",
    }
    withdrawal = Withdrawal.objects.create(user=user, **account)
    assert "still in progress" in mall.client(user).get("/me/leave/").text
    withdrawal.state = Withdrawal.State.PAID
    withdrawal.save()
    assert "still in progress" not in mall.client(user).get("/me/leave/").text


def test_staff_and_operators_do_not_leave_by_themselves(mall: Mall) -> None:
    for user in (mall.staff(), mall.operator()):
        page = mall.client(user).post("/me/leave/", {"password": PASSWORD})
        assert "You are on the staff of the mall" in page.text
        assert User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/accounts/login/?next=/basket/", "/auth/login/?next=%2Fbasket%2F"),
        ("/accounts/login/?next=//evil.example/", "/auth/login/"),
        ("/accounts/register/", "/auth/signup/"),
        ("/accounts/profile/", "/me/settings/"),
        ("/accounts/profile/delete/", "/me/leave/"),
        ("/accounts/addresses/1/", "/me/addresses/"),
        ("/accounts/orders/100/", "/orders/"),
        ("/accounts/", "/me/"),
        ("/accounts/alerts/", "/me/"),
        ("/dashboard/login/?next=/dashboard/", "/auth/login/?next=%2Fdashboard%2F"),
    ],
)
def test_oscars_account_pages_lead_to_ours(mall: Mall, old: str, new: str) -> None:
    assert mall.client().get(old).headers["Location"] == new
