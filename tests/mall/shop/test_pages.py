"""The pages of goods: what they say, what they cost, what they refuse."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from tests.mall.shop.stock import LONG, fill
from tests.mall.stage import Mall
from tongbao.mall.people.members import enrolled

HOME, LIST, PRODUCT = "/", "/catalogue/", "/catalogue/tea-1_1/"


def queries(mall: Mall, path: str, *, logged_in: bool = False) -> list[str]:
    """Return what a page asks the database, once the shelf has been read."""
    client = mall.client(mall.user() if logged_in else None)
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(path).status_code == 200
    return [one["sql"] for one in caught.captured_queries]


@pytest.mark.parametrize(
    ("path", "stranger", "shopper"),
    [(HOME, 8, 11), (LIST, 4, 7), (PRODUCT, 16, 19), ("/search/?q=tea", 4, 7)],
)
def test_a_page_asks_for_little_and_never_more(
    mall: Mall, path: str, stranger: int, shopper: int
) -> None:
    assert len(queries(mall, path)) <= stranger
    assert len(queries(mall, path, logged_in=True)) <= shopper
    fill(mall, 60)
    assert len(queries(mall, path)) <= stranger + (2 if path == PRODUCT else 0)


def test_a_product_says_what_it_brings(mall: Mall) -> None:
    page = mall.client().get(PRODUCT).content.decode()
    # Of 100.00 paid 30.00 go to the reserve, 70 % of it in points at 1.00; a tenth is the fee.
    assert 'About <b class="figure">¥21.00</b> in points' in page
    assert 'sold now they would bring about <b class="figure">¥18.90</b>' in page
    assert "They come 7 days after you received the goods." in page
    assert "21 points at today's price" in page


@pytest.mark.parametrize("path", [HOME, PRODUCT, LIST])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_page_of_goods_shows_the_ceiling_or_dividends(
    mall: Mall, path: str, language: str
) -> None:
    page = mall.client(mall.user(), language).get(path).content.decode()
    for word in ("quota", "at most", "¥200.00", "分红", "额度", "上限"):
        assert word not in page


def test_a_product_says_so_in_chinese(mall: Mall) -> None:
    page = mall.client(language="zh-hans").get(PRODUCT).content.decode()
    assert '约 <b class="figure">¥21.00</b> 积分，现在卖出得约 <b class="figure">¥18.90</b>' in page
    assert "确认收货 7 天后到账" in page


def test_an_enrolled_member_sees_the_same_promise_of_nothing_more(mall: Mall) -> None:
    user = mall.user()
    enrolled(user, mall.ledger)
    assert "21 points at today's price" in mall.client(user).get(PRODUCT).content.decode()


def test_an_address_with_an_old_name_leads_to_the_new_one(mall: Mall) -> None:
    answer = mall.client().get("/catalogue/old-name_1/")
    assert answer.status_code == 301
    assert answer["Location"] == PRODUCT


def test_hidden_products_are_not_found(mall: Mall) -> None:
    get_model("catalogue", "Product").objects.filter(upc="tea-1").update(is_public=False)
    assert mall.client().get(PRODUCT).status_code == 404


def test_what_is_sold_out_cannot_be_bought(mall: Mall) -> None:
    mall.product().stockrecords.update(num_in_stock=0)
    page = mall.client().get(PRODUCT).content.decode()
    assert "Sold out" in page
    assert "Buy now" not in page


def test_the_last_ones_are_counted(mall: Mall) -> None:
    mall.product().stockrecords.update(num_in_stock=3, num_allocated=1)
    page = mall.client().get(PRODUCT).content.decode()
    assert "Only 2 left" in page
    assert 'max="2"' in page


def test_a_closed_merchant_sells_nothing(mall: Mall) -> None:
    merchant = mall.merchant("tea")
    merchant.is_open = False
    merchant.save()
    assert "Buy now" not in mall.client().get(PRODUCT).content.decode()


def test_a_product_without_seller_says_so(mall: Mall) -> None:
    mall.product().stockrecords.all().delete()
    page = mall.client().get(PRODUCT).content.decode()
    assert "Currently unavailable." in page


def test_the_title_and_description_of_a_merchant_are_only_words(mall: Mall) -> None:
    bad = "<script>alert(1)</script><b onclick=x>Tea</b>"
    get_model("catalogue", "Product").objects.filter(upc="tea-1").update(
        title=bad, description=f"<p>One</p>{bad}<p>Two &amp; three</p>"
    )
    for path in (PRODUCT, HOME, "/search/?q=tea", "/suggestions/?q=tea"):
        page = mall.client().get(path, follow=True).content.decode()
        assert "<script>alert" not in page
        assert "<b onclick" not in page
    assert "<p>Two &amp; three</p>" in mall.client().get(PRODUCT).content.decode()


def test_a_category_shows_its_goods_and_moves_with_its_name(mall: Mall) -> None:
    root = fill(mall, 12, aisles=3)[0]
    page = mall.client().get(f"/catalogue/category/aisle-0_{root.pk}/").content.decode()
    assert "4 items" in page
    moved = mall.client().get(f"/catalogue/category/old_{root.pk}/")
    assert moved["Location"] == f"/catalogue/category/aisle-0_{root.pk}/"
    assert mall.client().get("/catalogue/category/none_99/").status_code == 404


def test_a_search_says_for_what_it_took_the_words(mall: Mall) -> None:
    page = mall.client().get("/search/?q=winne").content.decode()
    assert "No exact match. These are results for “wine”." in page
    assert "2 items" in page


def test_filters_stay_while_one_turns_pages(mall: Mall) -> None:
    fill(mall, 100)
    page = mall.client().get("/search/?min=10&max=90&sort=dear&stock=1").content.decode()
    assert "?min=10&amp;max=90&amp;sort=dear&amp;stock=1&amp;page=2" in page
    assert page.index("¥89.00") < page.index("¥88.00")
    assert "¥90.00" not in page  # the tenth ones are sold out


@pytest.mark.parametrize(
    "query",
    [
        "min=abc", "max=-1", "min=1e9", "merchant=x", "merchant=99999999999999999999999",
        "in=%01", "page=zzz", "page=-4", "page=99999", "sort=%27;--", "q=%01%ff", "q=" + "a " * 500,
        "stock=2", "q=%E2%80%AE", "min=9&max=1",
    ],
)  # fmt: skip
def test_an_address_with_nonsense_shows_a_page_all_the_same(mall: Mall, query: str) -> None:
    assert mall.client().get(f"/search/?{query}").status_code == 200


def test_a_price_that_cannot_be_read_is_told(mall: Mall) -> None:
    page = mall.client().get("/search/?min=cheap").content.decode()
    assert "Enter an amount in digits, such as 12.50." in page
    assert "4 items" in page


def test_htmx_gets_the_part_that_changes(mall: Mall) -> None:
    part = mall.client().get("/search/?q=tea", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="listing">')
    assert "<html" not in part


def test_what_is_chosen_with_a_good_is_asked_for_as_its_kind_wants(mall: Mall) -> None:
    product = mall.product("tea-1")
    group = get_model("catalogue", "AttributeOptionGroup").objects.create(name="Sizes")
    for size in ("Small", "Large"):
        group.options.create(option=size)
    option = get_model("catalogue", "Option").objects
    kinds = {"select": group, "checkbox": group, "boolean": None, "date": None, "integer": None}
    for kind, choices in kinds.items():
        product.product_options.add(
            option.create(name=f"Kind {kind}", code=kind, type=kind, option_group=choices)
        )
    page = mall.client().get(PRODUCT).content.decode()
    assert '<select class="form-select buy-option" id="option-select" name="select">' in page
    assert page.count('type="checkbox" id="option-checkbox-') == 2
    for kind, typed in {"boolean": "checkbox", "date": "date", "integer": "number"}.items():
        assert f'type="{typed}" id="option-{kind}"' in page
    client = mall.client(mall.user())
    chosen = {"select": "Large", "checkbox": ["Small", "Large"], "date": "2026-12-24", "integer": 3}
    client.post(f"/basket/add/{product.pk}/", {"quantity": 1, **chosen})
    basket = client.get("/basket/").content.decode()
    for text in ("Large", "Small", "2026-12-24", "3"):
        assert text in basket
    client.post(f"/basket/add/{product.pk}/", {"quantity": 1, "select": "Giant"})
    again = client.get(product.get_absolute_url()).content.decode()
    assert "Giant is not one of the available choices." in again
    basket = client.get("/basket/").content.decode()
    assert basket.count("2026-12-24") == 1  # nothing was added


def test_suggestions_are_links(mall: Mall) -> None:
    part = mall.client().get("/suggestions/?q=win").content.decode()
    assert part.count("<a ") == 2
    assert 'href="/catalogue/wine-1_3/"' in part
    assert mall.client().get("/suggestions/").content.decode().strip() == ""


def test_an_empty_mall_has_a_designed_front_page(mall: Mall) -> None:
    get_model("catalogue", "Product").objects.all().delete()
    page = mall.client().get(HOME).content.decode()
    assert "There are no goods yet. Come back soon." in page
    assert 'translate="no">Test Mall</h1>' in page


def test_long_titles_and_large_prices_are_shown(mall: Mall) -> None:
    get_model("catalogue", "Product").objects.filter(upc="tea-1").update(title=LONG)
    mall.product().stockrecords.update(price="9999999999.99")
    page = mall.client().get(PRODUCT).content.decode()
    assert "¥9,999,999,999.99" in page


def test_variants_are_chosen_by_name_and_the_price_is_the_least(mall: Mall) -> None:
    model = get_model("catalogue", "Product")
    parent = model.objects.get(upc="tea-1")
    record = parent.stockrecords.get()
    parent.structure = "parent"
    parent.save()
    for name, price in (("250 g", "80.00"), ("500 g", "150.00")):
        child = model.objects.create(title=name, structure="child", parent=parent, upc=name)
        child.stockrecords.create(
            partner=record.partner, partner_sku=name, price_currency="CNY", price=price,
            num_in_stock=5,
        )  # fmt: skip
    record.delete()
    page = mall.client().get(PRODUCT).content.decode()
    assert "250 g · ¥80.00" in page
    assert "500 g · ¥150.00" in page
    assert 'About <b class="figure">¥16.80</b> in points' in page  # 80.00 × 30 % × 70 %
    assert mall.client().get(HOME).content.decode().count("¥80.00") == 1
    moved = mall.client().get(model.objects.get(upc="250 g").get_absolute_url())
    assert moved["Location"] == PRODUCT


def test_pages_only_show(mall: Mall) -> None:
    for path in (HOME, LIST, PRODUCT, "/suggestions/", "/sw.js", "/offline/"):
        assert mall.client().post(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/offers/", "/wishlists/abc/", "/catalogue/ranges/all/", "/nowhere/"]
)
def test_pages_that_are_not_there_are_ours(mall: Mall, path: str) -> None:
    answer = mall.client(language="zh-hans").get(path)
    assert answer.status_code == 404
    assert "此地址没有内容" in answer.content.decode()
