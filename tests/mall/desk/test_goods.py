"""Goods in Oscar's dashboard: what a sale leaves, and who may sell what has a face value.

The stage's plan takes 32 % and 30 % of the profit, the fees 2.6 %.
"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from tests.mall.services.goods import SANDBOX, offer
from tests.mall.stage import Mall
from tongbao.mall.desk.goods import work_out
from tongbao.mall.merchants.models import Cost, Merchant
from tongbao.mall.merchants.opening import open_own
from tongbao.mall.sales.leaves import Leaves
from tongbao.mall.services.kinds import open_kinds

Product = get_model("catalogue", "Product")
ONLY_OWN = "Only the mall&#x27;s own merchant (Test Mall) sells top-ups"


def category() -> Any:  # noqa: ANN401  # Oscar has no types
    model = get_model("catalogue", "Category")
    return model.objects.first() or model.add_root(name="All", slug="all")


def form(merchant: Merchant, title: str, price: str = "100.00", **more: str) -> dict[str, str]:
    """What the browser sends of a new product's form."""
    fields = {"title": title, "structure": "standalone", "is_public": "on", "action": "save"}
    for prefix, extra in (
        ("productcategory_set", {"category": str(category().pk)}),
        ("images", {}),
        ("primary_recommendations", {}),
        (
            "stockrecords",
            {
                "partner": str(merchant.partner_id),
                "partner_sku": title,
                "price_currency": "CNY",
                "price": price,
                "num_in_stock": "5",
            },
        ),
    ):
        fields |= {f"{prefix}-TOTAL_FORMS": str(min(1, len(extra))), f"{prefix}-INITIAL_FORMS": "0"}
        fields |= {f"{prefix}-0-{name}": value for name, value in extra.items()}
    return fields | more


def created(client: Client, kind: str, fields: dict[str, str]) -> tuple[Any, str]:
    response: Any = client.post(
        f"/dashboard/catalogue/products/create/{kind}/", fields, follow=True
    )
    product = Product.objects.filter(title=fields["title"]).first()
    return product, errors(response.content.decode())


def errors(text: str) -> str:
    """What a page says is wrong."""
    found = re.findall(r'class="error-block.*?</span>|class="errorlist.*?</ul>', text, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", " ".join(found))


@SANDBOX
def test_a_topup_is_made_for_the_malls_own_merchant_alone(mall: Mall) -> None:
    open_kinds()
    own, client = open_own(mall.shop), mall.client(mall.operator())
    facts = {"attr_topup_kind": "phone", "attr_face": "50.00"}
    product, text = created(client, "topup", form(mall.merchant(), "Top", "50.00", **facts))
    assert product is None
    assert ONLY_OWN in text
    chinese = mall.client(mall.operator(), "zh-hans")
    product, text = created(chinese, "topup", form(mall.merchant(), "Top", "50.00", **facts))
    assert product is None
    assert "（自营）" in text
    product, text = created(client, "topup", form(own, "Top", "50.00", **facts))
    assert product is not None, text
    assert ONLY_OWN not in text


@pytest.mark.parametrize("kind", ["goods", "voucher"])
def test_whatever_says_its_face_is_made_for_the_malls_own_merchant_alone(
    mall: Mall, kind: str
) -> None:
    open_kinds()
    own, client = open_own(mall.shop), mall.client(mall.operator())
    card = form(mall.merchant(), "Card", "50.00", attr_face="50.00")
    product, text = created(client, kind, card)
    assert product is None
    assert ONLY_OWN in text
    assert created(client, kind, form(own, "Card", "50.00", attr_face="50.00"))[0] is not None
    assert created(client, kind, form(mall.merchant(), "Plain"))[0] is not None


@SANDBOX
@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"attr_topup_kind": "phone"}, "Enter an amount in CNY"),
        ({"attr_topup_kind": "phone", "attr_face": "fifty"}, "Enter an amount in CNY"),
        ({"attr_topup_kind": "phone", "attr_face": "-5"}, "Enter an amount in CNY"),
        ({"attr_topup_kind": "phone", "attr_face": "0"}, "Enter an amount in CNY"),
        ({"attr_topup_kind": "phone", "attr_face": "5.001"}, "Enter an amount in CNY"),
        ({"attr_topup_kind": "boat", "attr_face": "50"}, "Enter what is topped up: phone"),
        ({"attr_face": "50"}, "Enter what is topped up: phone"),
    ],
)
def test_a_topup_that_could_never_be_sold_is_not_made(
    mall: Mall, facts: dict[str, str], says: str
) -> None:
    open_kinds()
    own, client = open_own(mall.shop), mall.client(mall.operator())
    product, text = created(client, "topup", form(own, "Top", "50.00", **facts))
    assert product is None
    assert says in text


def test_goods_of_another_merchant_are_not_given_a_face_afterwards(mall: Mall) -> None:
    open_kinds()
    open_own(mall.shop)
    client, product = mall.client(mall.operator()), mall.product("tea-1")
    record = product.stockrecords.get()
    fields = form(mall.merchant(), product.title, attr_face="100.00") | {
        "stockrecords-INITIAL_FORMS": "1",
        "stockrecords-0-id": str(record.pk),
        "stockrecords-0-partner_sku": record.partner_sku,
    }
    address = f"/dashboard/catalogue/products/{product.pk}/"
    text = errors(client.post(address, fields, follow=True).content.decode())
    assert ONLY_OWN in text
    assert not mall.product("tea-1").attribute_values.exists()
    del fields["attr_face"]
    assert client.post(address, fields).status_code == 302


def test_a_variant_of_a_face_value_is_not_made_for_another_merchant(mall: Mall) -> None:
    card = offer(mall, "voucher", "card", "50.00", face="50.00")
    card.stockrecords.all().delete()
    open_own(mall.shop)
    client = mall.client(mall.operator())
    fields = form(mall.merchant(), "Variant", "50.00") | {"structure": "child"}
    del fields["productcategory_set-0-category"]
    address = f"/dashboard/catalogue/products/{card.pk}/create-variant/"
    text = errors(client.post(address, fields, follow=True).content.decode())
    assert ONLY_OWN in text
    assert not Product.objects.filter(title="Variant").exists()


def test_the_form_says_what_a_sale_leaves_and_follows_the_cost_that_is_known(mall: Mall) -> None:
    # 14.85 at 35 %: profit 5.19; 4.45, 1.55, 0.29 and 0.39 are taken, 8.17 left.
    client, product = mall.client(mall.operator()), mall.product("tea-1")
    record = product.stockrecords.get()
    record.price = "14.85"
    record.save()
    address = f"/dashboard/catalogue/products/{product.pk}/"
    text = client.get(address).content.decode()
    assert "Tea House: a sale at ¥14.85" in text
    assert "Cost of the goods, at a margin of 35%" in text
    assert "¥8.17" in text
    assert "¥1.49" in text  # the loss, for goods of 9.66
    fields = form(mall.merchant(), product.title, "14.85") | {
        "stockrecords-INITIAL_FORMS": "1",
        "stockrecords-0-id": str(record.pk),
        "stockrecords-0-partner_sku": record.partner_sku,
        "stockrecords-0-cost_minor": "4.00",
    }
    assert client.post(address, fields).status_code == 302
    assert Cost.objects.get(record=record).minor == 400
    text = client.get(address).content.decode()
    assert 'value="4.00"' in text
    assert "¥4.17" in text
    assert "loses money" not in text
    there = str(product.productcategory_set.get().pk)
    fields |= {"productcategory_set-INITIAL_FORMS": "1", "productcategory_set-0-id": there}
    fields["stockrecords-0-cost_minor"] = ""
    assert client.post(address, fields).status_code == 302
    assert not Cost.objects.exists()


def test_the_list_of_goods_says_what_a_sale_of_each_leaves(mall: Mall) -> None:
    Merchant.objects.filter(account="wine").update(margin_bps=6_000)
    client = mall.client(mall.operator())
    text = client.get("/dashboard/catalogue/").content.decode()
    assert "A sale leaves" in text
    assert "a loss of ¥10.10" in text  # tea-1
    assert "¥7.40" in text  # wine-1
    chinese = mall.client(mall.operator(), "zh-hans").get("/dashboard/catalogue/")
    assert "亏 ¥10.10" in chinese.content.decode()


def test_a_list_of_goods_costs_as_many_reads_whatever_its_length(mall: Mall) -> None:
    counts = []
    for products in (Product.objects.filter(upc="tea-1"), Product.objects.all()):
        with CaptureQueriesContext(connection) as queries:
            assert len(work_out(list(products))) == len(products)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@SANDBOX
def test_a_topup_leaves_what_its_provider_does_not_charge(mall: Mall) -> None:
    # Of 100.00 the sandbox charges 98.00; of 2.00: 0.60, 0.60, 0.04, the provider 0.60, us 0.04.
    phone = offer(mall, "topup", "phone", "100.00", topup_kind="phone")
    ((one,),) = work_out([phone]).values()
    assert one.is_face
    assert isinstance(one.worked, Leaves)
    assert (one.worked.figures.to_supplier, one.worked.figures.to_provider) == (9_800, 60)
    assert (one.worked.figures.to_platform, one.worked.earned) == (4, 12)
    cheap = offer(mall, "topup", "cheap", "97.00", topup_kind="phone", face="100.00")
    ((one,),) = work_out([cheap]).values()
    assert isinstance(one.worked, Leaves)
    assert one.worked.lost == 100
