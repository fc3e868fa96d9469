"""The English demo: a real shop's goods, and its year in the ledger."""

from collections import Counter
from datetime import date
from pathlib import Path

from django.db.models import Sum

from tests.mall.demo.conftest import NOW, PASSWORD, SOURCE, audited
from tests.mall.stage import Mall
from tongbao.mall.demo import retail, source
from tongbao.mall.people.models import User
from tongbao.mall.sales.leaves import Leaves, of_merchants
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.reconcile import reconcile


def past_parts() -> "list[Part]":
    return list(Part.objects.filter(state="settled").select_related("sale", "merchant"))


def test_the_history_ends_yesterday(retail_mall: Mall) -> None:
    assert retail_mall.ledger.standing().figures.last_day == "2026-11-22"


def test_every_day_of_the_history_is_closed(retail_mall: Mall) -> None:
    # From 2010-12-08, a week after the first order, to 2011-12-16, a week after the last.
    days = (date(2011, 12, 16) - date(2010, 12, 8)).days + 1
    assert retail_mall.ledger.standing().figures.closes == days


def test_all_goods_of_the_source_are_for_sale_at_its_prices(retail_mall: Mall) -> None:
    product = retail_mall.product("22423")
    assert product.title == "Regency cakestand 3 tier"
    assert "REGENCY CAKESTAND 3 TIER" in product.description
    assert str(product.stockrecords.get().price) == "12.75"
    assert type(product).objects.filter(product_class__slug="goods").count() == 3791


def test_every_category_has_its_merchant_and_its_goods() -> None:
    goods = Counter(one.category for one in source.catalogue(SOURCE))
    assert goods.keys() <= retail.MERCHANT_OF.keys()
    assert goods["other"] * 100 < 15 * goods.total()
    assert min(goods.values()) > 10


def test_the_shoppers_orders_are_the_sources_to_the_penny(retail_mall: Mall) -> None:
    lines = [line for line in source.lines(SOURCE) if line.member == "14825"]
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.order] += line.amount_minor
    sales = Sale.objects.filter(user__email="ann@demo.example", number__in=totals)
    assert {sale.number: sale.total_minor for sale in sales} == dict(totals)


def test_parts_add_up_to_their_sale(retail_mall: Mall) -> None:
    for sale in Sale.objects.all():
        parts = sale.parts.aggregate(sum=Sum("provider_minor") + Sum("wallet_minor"))
        assert parts["sum"] == sale.paid_minor, sale.number


def test_settled_parts_say_what_the_ledger_says(retail_mall: Mall) -> None:
    parts = past_parts()
    assert len(parts) > 150
    for part in parts:
        outcome = retail_mall.ledger.outcome(part.purchase_id)
        assert outcome is not None
        assert outcome.ok
        told = outcome.fields
        assert int(part.points_atoms) == told["points"]
        assert (part.to_reserve, part.to_dividends) == (told["contribution"], told["dividend"])


def test_the_split_of_a_part_adds_up(retail_mall: Mall) -> None:
    for part in past_parts():
        engine = part.to_reserve + part.to_dividends + part.to_commissions
        others = part.to_platform + part.to_provider + part.to_merchant
        assert engine + others == part.settled_minor == part.paid_minor


def test_the_shopper_has_an_order_at_every_point(retail_mall: Mall) -> None:
    parts = Part.objects.filter(sale__user__email="ann@demo.example")
    states = set(parts.values_list("state", flat=True))
    assert states >= {"waiting", "received", "settled"}
    assert parts.filter(state="waiting", shipped_at__isnull=False).exists()
    assert Return.objects.filter(state="asked").count() == 1


def test_the_invited_stand_below_whoever_invited_them(retail_mall: Mall) -> None:
    dan, eve = (User.objects.get(email=f"{name}@demo.example") for name in ("dan", "eve"))
    account = retail_mall.ledger.account(eve.account)
    assert account is not None
    assert account.referrer == dan.account
    assert User.objects.get(email="ann@demo.example").invited.count() == 3


def test_everybody_logs_in_with_the_printed_password(retail_mall: Mall) -> None:
    for mail in ("ann", "pantry", "operator"):
        assert User.objects.get(email=f"{mail}@demo.example").check_password(PASSWORD)


def test_the_page_on_the_demo_names_source_and_licence(retail_mall: Mall) -> None:
    page = retail_mall.client().get("/demo/").content.decode()
    assert "doi.org/10.24432/C5BW33" in page
    assert "CC BY 4.0" in page
    assert "90 days" in page


def test_every_page_names_the_source_at_its_foot(retail_mall: Mall) -> None:
    assert "Chen, D. (2015)" in retail_mall.client().get("/").content.decode()


def test_a_real_mall_has_no_such_page(mall: Mall) -> None:
    client = mall.client()
    assert client.get("/demo/").status_code == 404
    assert "/demo/" not in client.get("/").content.decode()


def test_the_reconciler_finds_nothing(retail_mall: Mall) -> None:
    assert [str(finding) for finding in reconcile(NOW)] == []


def test_an_auditor_finds_its_journal_in_order(retail_mall: Mall, tmp_path: Path) -> None:
    assert audited(retail_mall, tmp_path) == 0


def test_each_merchant_earns_more_of_a_sale_than_the_terms_ask_for(retail_mall: Mall) -> None:
    # Of 100.00: 30.00 reserve, 18.00 of a profit of 60.00 dividends, 2.60 fees, 40.00 goods.
    assert retail_mall.shop.earn_least_bps == 500
    worked = of_merchants(retail_mall.shop)
    assert len(worked) == 6
    for merchant, left in worked:
        assert isinstance(left, Leaves)
        assert (merchant.account, left.earned) == (merchant.account, 940)
