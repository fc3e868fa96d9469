"""The operator's page of terms and of what shipping costs."""

import pytest

from tests.mall.stage import Mall
from tongbao.mall.desk.terms import Charges

TERMS = {
    "name_en": "New Mall",
    "name_zh": "新商城",
    "country": "FR",
    "return_days": "0",
    "no_window": "on",
    "receive_days": "10",
    "pay_minutes": "15",
    "answer_days": "3",
    "returns_most": "2",
    "return_least_bps": "0.25",
    "unpaid_most": "4",
    "unpaid_share_bps": "20",
    "platform_fee_bps": "2.5",
    "provider_fee_bps": "0.6",
    "earn_least_bps": "7.5",
    "knows_loss": "on",
    "text_countries": "",
    "texts_per_place": "30",
    "texts_per_country": "500",
    "texts_per_mall": "1000",
}


def test_an_operator_changes_the_terms(mall: Mall) -> None:
    client = mall.client(mall.operator())
    assert client.post("/desk/terms/", TERMS).status_code == 302
    shop = mall.shop
    assert (shop.name_en, shop.return_days, shop.receive_days, shop.pay_minutes) == (
        *("New Mall", 0, 10, 15),
    )
    assert shop.country == "FR"
    assert (shop.unpaid_most, shop.unpaid_share_bps) == (4, 2000)
    assert (shop.answer_days, shop.returns_most, shop.return_least_bps) == (3, 2, 25)
    assert (shop.platform_fee_bps, shop.provider_fee_bps) == (250, 60)
    assert shop.earn_least_bps == 750
    page = client.get("/desk/terms/").content.decode()
    assert 'value="2.5"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("return_days", "-1"),
        ("return_days", "367"),
        ("receive_days", "0"),
        ("name_en", ""),
        ("country", "XX"),
    ]
    + [
        ("pay_minutes", "0"),
        ("answer_days", "0"),
        ("unpaid_most", "0"),
        ("unpaid_share_bps", "0"),
        ("platform_fee_bps", "100.1"),
        ("provider_fee_bps", "a lot"),
        ("earn_least_bps", "101"),
        ("earn_least_bps", ""),
        ("texts_per_place", "-1"),
        ("texts_per_mall", "1000001"),
        ("text_countries", "ZZ"),
        ("text_countries", "CN;LV"),
    ],
)
def test_terms_that_cannot_be_change_nothing(mall: Mall, field: str, value: str) -> None:
    before = mall.shop
    response = mall.client(mall.operator()).post("/desk/terms/", {**TERMS, field: value})
    assert response.status_code == 200
    assert "invalid" in response.content.decode()
    assert (mall.shop.name_en, mall.shop.return_days) == (before.name_en, before.return_days)


def test_an_operator_says_what_shipping_costs(mall: Mall) -> None:
    client = mall.client(mall.operator())
    asked = {"name": "Standard", "order_minor": "10.00", "free_minor": "99"}
    assert client.post("/desk/terms/shipping/", asked).status_code == 302
    (way,) = Charges.objects.all()
    assert (way.name, str(way.price_per_order), str(way.price_per_item)) == (
        *("Standard", "10.00", "0.00"),
    )
    assert str(way.free_shipping_threshold) == "99.00"
    assert "¥10.00" in client.get("/desk/terms/").content.decode()
    assert client.post(f"/desk/terms/shipping/{way.pk}/drop/").status_code == 302
    assert not Charges.objects.exists()


def test_only_operators_see_and_change_terms(mall: Mall) -> None:
    for user in (mall.staff("tea"), mall.user("ann")):
        client = mall.client(user)
        assert client.get("/desk/terms/").status_code == 404
        assert client.post("/desk/terms/", TERMS).status_code == 404
        assert client.post("/desk/terms/shipping/", {"name": "x"}).status_code == 404
    assert mall.client().get("/desk/terms/").status_code == 302
