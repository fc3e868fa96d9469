"""Merchants: the operator opens and changes them, and says who works for them."""

import pytest

from tests.mall.stage import Mall
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.merchants.opening import UnusableName, open_merchant

NEW = {
    "account": "noodle-bar",
    "name_en": "Noodle Bar",
    "name_zh": "面馆",
    "margin_bps": "12.5",
    "knows_loss": "on",
    "is_open": "on",
}


def test_an_operator_opens_a_merchant_with_its_account(mall: Mall) -> None:
    client = mall.client(mall.operator())
    assert client.post("/desk/merchants/new/", NEW)["Location"] == "/desk/merchants/noodle-bar/"
    merchant = mall.merchant("noodle-bar")
    assert (merchant.margin_bps, merchant.name_zh, merchant.is_open) == (1250, "面馆", True)
    account = mall.ledger.account("noodle-bar")
    assert account is not None
    assert account.kind == "merchant"


@pytest.mark.parametrize("who", ["shopper", "staff"])
def test_nobody_else_gets_there(mall: Mall, who: str) -> None:
    client = mall.client(mall.user() if who == "shopper" else mall.staff("tea"))
    for path in ("/desk/merchants/", "/desk/merchants/new/", "/desk/merchants/tea/"):
        assert client.get(path).status_code == 404
    assert client.post("/desk/merchants/new/", NEW).status_code == 404
    assert client.post("/desk/merchants/tea/staff/", {"reach": "x"}).status_code == 404


@pytest.mark.parametrize(
    "account", ["tea", "merchants", "voucher", "A b", "-x", "x-", "x-return1", ""]
)
def test_an_account_that_cannot_be_is_told(mall: Mall, account: str) -> None:
    client = mall.client(mall.operator())
    page = client.post("/desk/merchants/new/", {**NEW, "account": account})
    assert page.status_code == 200
    assert "field-error" in page.content.decode()
    assert Merchant.objects.count() == 2


@pytest.mark.parametrize(
    "account",
    [
        *("x-return1", "x-return", "return12", "x-return1-y", "back", "back-y", "x-back"),
        *("X", "1x", "x--y", "x-", "-x", "x_y", "x y", "茶", "x\n", "x" * 41),
    ],
)
def test_of_some_names_no_account_is_made_for_ids_would_clash(mall: Mall, account: str) -> None:
    with pytest.raises(UnusableName) as refused:
        open_merchant(mall.shop, account, name_en="X", name_zh="X")
    assert refused.value.reason
    assert mall.ledger.account(account) is None


@pytest.mark.parametrize("account", ["x", "x-1", "returns", "x-returned", "backs", "a1-b2-c3"])
def test_words_that_only_look_like_those_are_good_names(mall: Mall, account: str) -> None:
    assert open_merchant(mall.shop, account, name_en="X", name_zh="X").account == account


@pytest.mark.parametrize(
    ("typed", "bps"),
    [
        ("0", 0),
        ("100", 10000),
        ("35", 3500),
        ("7.05", 705),
        ("100.01", None),
        ("1e1", None),
        ("-1", None),
        ("12.345", None),
    ],
)
def test_a_margin_is_read_exactly(mall: Mall, typed: str, bps: int | None) -> None:
    client = mall.client(mall.operator())
    post = {"name_en": "Tea", "name_zh": "茶", "margin_bps": typed, "is_open": "on"}
    post |= {"knows_loss": "on"}
    answer = client.post("/desk/merchants/tea/", post)
    assert answer.status_code == (200 if bps is None else 302)
    assert mall.merchant("tea").margin_bps == (3500 if bps is None else bps)


def test_staff_come_and_go(mall: Mall) -> None:
    client, user = mall.client(mall.operator()), mall.user("zoe", phone="+8613800138000")
    client.post("/desk/merchants/tea/staff/", {"reach": " 138 0013 8000 "})
    assert mall.client(user).get("/desk/tea/").status_code == 200
    client.post("/desk/merchants/tea/staff/", {"dismiss": str(user.pk)})
    assert mall.client(user).get("/desk/tea/").status_code == 404
    page = client.post("/desk/merchants/tea/staff/", {"reach": "no@example.com"}, follow=True)
    assert "Nobody is registered" in page.content.decode()
