"""Orders of what is not shipped."""

from oscar.core.loading import get_model

from tests.mall.checkout.way import pay, put, rich
from tests.mall.stage import Mall
from tongbao.mall.merchants.opening import open_own
from tongbao.mall.sales.models import Sale
from tongbao.mall.services import kinds


def topup(mall: Mall) -> None:
    """Let the mall sell a phone top-up for 50.00."""
    kinds.open_kinds()
    product = get_model("catalogue", "Product").objects.create(
        title="Top-up 50",
        slug="top-50",
        upc="top-50",
        structure="standalone",
        product_class=get_model("catalogue", "ProductClass").objects.get(slug="topup"),
    )
    product.attr.topup_kind, product.attr.face = "phone", "50.00"
    product.save()
    product.stockrecords.create(
        partner=open_own(mall.shop).partner, partner_sku="top-50", price_currency="CNY", price="50"
    )


def test_a_top_up_needs_no_address_and_shows_its_number(mall: Mall) -> None:
    topup(mall)
    user = rich(mall)
    get_model("address", "UserAddress").objects.filter(user=user).delete()
    client = mall.client(user)
    put(client, mall, "top-50", target="138 0013 8000")
    assert "13800138000" in client.get("/basket/").content.decode()
    answer = pay(client, wallet="50.00")
    sale = Sale.objects.get(user=user)
    assert answer.headers["Location"] == f"/orders/{sale.number}/"
    text = client.get(f"/orders/{sale.number}/").content.decode()
    assert "13800138000" in text
    assert "To be shipped" not in text


def test_a_bad_number_puts_nothing_into_the_basket(mall: Mall) -> None:
    topup(mall)
    client = mall.client(rich(mall))
    path = f"/basket/add/{mall.product('top-50').pk}/"
    answer = client.post(path, {"quantity": 1, "target": "12"}, follow=True)
    assert "Enter a mobile number" in answer.content.decode()
    assert "Your basket is empty." in client.get("/basket/").content.decode()
