"""What leaves a merchant less than it should is warned of; a loss is refused unless it is meant.

The stage's plan takes 32 % and 30 % of the profit, the fees 2.6 %: of a sale of 100.00 a margin of
35 % loses 10.10, 55 % leaves 3.90, 60 % leaves 7.40.
"""

from typing import Any

import pytest
from django.test import Client

from tests.mall.desk.test_terms import TERMS
from tests.mall.stage import Mall
from tongbao.mall.merchants.models import Merchant

KNOWN = {"knows_loss": "on"}
LOSS = "a loss of ¥10.10 on each sale"


def merchant(margin: str, **more: str) -> dict[str, str]:
    return {"name_en": "Tea", "name_zh": "茶", "margin_bps": margin, "is_open": "on", **more}


def page(client: Client, address: str, fields: dict[str, str]) -> tuple[int, str]:
    response: Any = client.post(address, fields, follow=True)
    return len(response.redirect_chain), response.content.decode()


def margins(mall: Mall, margin_bps: int) -> None:
    Merchant.objects.update(margin_bps=margin_bps)


def test_a_merchant_that_would_lose_is_not_opened_until_that_is_meant(mall: Mall) -> None:
    client = mall.client(mall.operator())
    asked = merchant("35", account="loser")
    sent, text = page(client, "/desk/merchants/new/", asked)
    assert (sent, Merchant.objects.filter(account="loser").exists()) == (0, False)
    assert LOSS in text
    assert 'type="checkbox" name="knows_loss"' in text
    sent, text = page(client, "/desk/merchants/new/", asked | KNOWN)
    assert (sent, Merchant.objects.filter(account="loser").exists()) == (1, True)
    assert LOSS in text


def test_a_merchant_that_earns_little_is_opened_with_a_warning(mall: Mall) -> None:
    client = mall.client(mall.operator())
    sent, text = page(client, "/desk/merchants/new/", merchant("55", account="small"))
    assert sent == 1
    assert "it earns ¥3.90, and the mall&#x27;s terms ask for 5%" in text
    sent, text = page(client, "/desk/merchants/new/", merchant("60", account="good"))
    assert sent == 1
    assert "alert-warning" not in text


def test_a_merchant_that_is_opened_closed_may_have_any_margin(mall: Mall) -> None:
    client = mall.client(mall.operator())
    asked = merchant("35", account="later")
    del asked["is_open"]
    assert page(client, "/desk/merchants/new/", asked)[0] == 1
    sent, text = page(client, "/desk/merchants/later/", asked | {"is_open": "on"})
    assert (sent, LOSS in text) == (0, True)
    assert not Merchant.objects.get(account="later").is_open


@pytest.mark.parametrize("margin", ["0", "20", "49.41"])
def test_a_margin_at_which_a_merchant_loses_is_refused_until_that_is_meant(
    mall: Mall, margin: str
) -> None:
    margins(mall, 6_000)
    client = mall.client(mall.operator())
    sent, text = page(client, "/desk/merchants/tea/", merchant(margin))
    assert (sent, mall.merchant().margin_bps) == (0, 6_000)
    assert "on each sale" in text
    assert page(client, "/desk/merchants/tea/", merchant(margin) | KNOWN)[0] == 1
    assert mall.merchant().margin_bps != 6_000


def test_a_margin_that_just_covers_everything_is_taken(mall: Mall) -> None:
    # Profit 49.42, dividends 14.82, 30.00 + 2.00 + 2.60 besides, goods 50.58: nothing is left.
    client = mall.client(mall.operator())
    sent, text = page(client, "/desk/merchants/tea/", merchant("49.42"))
    assert sent == 1
    assert "it earns ¥0.00" in text


def test_who_loses_already_is_renamed_or_closed_without_being_asked(mall: Mall) -> None:
    client = mall.client(mall.operator())
    assert page(client, "/desk/merchants/tea/", merchant("35", name_en="New"))[0] == 1
    closed = merchant("30")
    del closed["is_open"]
    assert page(client, "/desk/merchants/tea/", closed)[0] == 1
    assert (mall.merchant().name_en, mall.merchant().is_open) == ("Tea", False)


def test_fees_at_which_a_merchant_loses_are_refused_until_that_is_meant(mall: Mall) -> None:
    margins(mall, 6_000)
    client = mall.client(mall.operator())
    dear = {key: value for key, value in TERMS.items() if key != "knows_loss"}
    dear |= {"platform_fee_bps": "12"}
    sent, text = page(client, "/desk/terms/", dear)
    assert (sent, mall.shop.platform_fee_bps) == (0, 200)
    assert "a merchant pays to sell: Tea House and Wine Cellar" in text
    assert "a loss of ¥2.60 on each sale" in text  # 7.40 less 10.00
    sent, text = page(client, "/desk/terms/", dear | KNOWN)
    assert (sent, mall.shop.platform_fee_bps) == (1, 1_200)
    assert "loses ¥2.60 of ¥100.00" in text


def test_the_terms_name_who_earns_less_than_they_ask_for(mall: Mall) -> None:
    margins(mall, 6_000)
    client = mall.client(mall.operator())
    assert 'id="below"' not in client.get("/desk/terms/").content.decode()
    more = TERMS | {"platform_fee_bps": "2", "earn_least_bps": "8"}
    sent, text = page(client, "/desk/terms/", more)
    assert (sent, mall.shop.earn_least_bps) == (1, 800)
    assert "Merchants that earn less than 8% of a sale" in text
    assert text.count("earns ¥7.40 of ¥100.00") == 2
    chinese = mall.client(mall.operator(), "zh-hans").get("/desk/terms/").content.decode()
    assert "¥7.40" in chinese


def test_other_terms_change_without_being_asked_about_losses(mall: Mall) -> None:
    client = mall.client(mall.operator())
    same = {key: value for key, value in TERMS.items() if key != "knows_loss"}
    same |= {"platform_fee_bps": "2", "provider_fee_bps": "0.60", "return_days": "9"}
    assert page(client, "/desk/terms/", same)[0] == 1
    assert mall.shop.return_days == 9


def test_the_desk_says_which_kinds_of_goods_earn_points(mall: Mall) -> None:
    client, staff = mall.client(mall.operator()), mall.client(mall.staff())
    for who, address in (
        (client, "/desk/terms/"),
        (client, "/desk/merchants/new/"),
        (client, "/desk/merchants/tea/"),
        (staff, "/desk/tea/money/"),
    ):
        text = who.get(address).content.decode()
        assert "Only what their provider leaves of the price." in text, address
