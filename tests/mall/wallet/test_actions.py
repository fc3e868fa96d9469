"""Selling points and turning them into credit: exactly what was shown, once."""

import re
from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.test import Client

from tests.mall.stage import Mall
from tests.mall.wallet.lives import lived_in
from tongbao.mall.people.models import User


@pytest.fixture
def ann(mall: Mall) -> User:
    """Return a member with points."""
    user = mall.user("ann")
    lived_in(mall, user)
    return user


def shown(page: str) -> dict[str, str]:
    """Return what a confirmation page's form would send."""
    form = page[page.index('class="wallet-confirm"') :]
    return dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', form))


def confirm(client: Client, kind: str, query: str) -> dict[str, str]:
    """Open a confirmation page and return its form."""
    answer = client.get(f"/wallet/{kind}/?{query}")
    assert answer.status_code == 200
    return shown(answer.content.decode())


def points_of(mall: Mall, user: User) -> int:
    """Return a member's points in atoms."""
    account = mall.ledger.account(user.account)
    assert account is not None
    return account.points


def entries(mall: Mall) -> int:
    """Return how many entries the journal has."""
    return mall.ledger.standing().number


def send(client: Client, kind: str, form: Mapping[str, str]) -> str:
    """Send a confirmation; return where it leads."""
    answer = client.post(f"/wallet/{kind}/", form)
    assert answer.status_code == 302
    return answer.headers["location"]


def test_half_the_points_are_sold_for_what_was_shown(mall: Mall, ann: User) -> None:
    client, before = mall.client(ann), points_of(mall, ann)
    figures = mall.ledger.standing().figures
    form = confirm(client, "redeem", "share=half")
    half = before // 2
    gross = half * figures.reserve // figures.supply
    assert form["points"] == str(half)
    assert form["gross"] == str(gross)
    assert form["net"] == str(gross - -(-gross // 10))
    receipt = client.get(send(client, "redeem", form)).content.decode()
    assert f'data-net="{form["net"]}"' in receipt
    assert points_of(mall, ann) == before - half


def test_what_the_page_says_remains_does_remain(mall: Mall, ann: User) -> None:
    client = mall.client(ann)
    page = client.get("/wallet/redeem/?share=half").content.decode()
    rest = re.search(r"Afterwards you have.*?Value</dt><dd>¥([\d,.]+)", page, re.DOTALL)
    assert rest
    send(client, "redeem", shown(page))
    figures = mall.ledger.standing().figures
    worth = points_of(mall, ann) * figures.reserve // figures.supply
    assert int(re.sub(r"[,.]", "", rest[1])) == worth


def test_sent_twice_it_is_done_once_and_leads_to_the_same_page(mall: Mall, ann: User) -> None:
    client = mall.client(ann)
    form = confirm(client, "redeem", "points=1")
    first, count = send(client, "redeem", form), entries(mall)
    assert send(client, "redeem", form) == first
    assert entries(mall) == count


def test_when_the_price_has_moved_nothing_happens_and_the_new_figures_are_shown(
    mall: Mall, ann: User
) -> None:
    client, before = mall.client(ann), points_of(mall, ann)
    form = confirm(client, "redeem", "share=all")
    mall.ledger.submit(
        {"id": "big", "type": "purchase", "member": "else", "paid": 90_000, "profit": 1}
    )
    count = entries(mall)
    answer = client.post("/wallet/redeem/", form)
    assert answer.status_code == 409
    assert points_of(mall, ann) == before
    assert entries(mall) == count
    page = answer.content.decode()
    assert "The figures have changed" in page
    again = shown(page)
    assert int(again["net"]) > int(form["net"])
    send(client, "redeem", again)
    assert points_of(mall, ann) == 0


def test_the_same_form_with_other_figures_leads_to_what_was_done_first(
    mall: Mall, ann: User
) -> None:
    client = mall.client(ann)
    form = confirm(client, "redeem", "points=1")
    first, count = send(client, "redeem", form), entries(mall)
    assert send(client, "redeem", {**form, "points": "2000000"}) == first
    assert entries(mall) == count


def test_points_become_credit_without_a_fee(mall: Mall, ann: User) -> None:
    client, figures = mall.client(ann), mall.ledger.standing().figures
    form = confirm(client, "convert", "points=2")
    assert form["credit"] == str(2_000_000 * figures.reserve // figures.supply)
    client.get(send(client, "convert", form))
    account = mall.ledger.account(ann.account)
    assert account is not None
    assert str(account.credit) == form["credit"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("points=100000", "You have "),
        ("points=0.000001", "are worth too little"),
        ("points=x", "Enter an amount in digits"),
        ("points=", "Enter how many points"),
        ("points=-1", "Enter an amount in digits"),
    ],
)
def test_what_cannot_be_sold_is_told_with_the_way_out(
    mall: Mall, ann: User, query: str, words: str
) -> None:
    page = mall.client(ann).get(f"/wallet/redeem/?{query}").content.decode()
    assert words in page
    assert 'id="confirm"' not in page


def test_dust_is_told_with_what_would_go(mall: Mall, ann: User) -> None:
    held = points_of(mall, ann)
    most = held - 10_000
    wanted = f"{(held - 1) // 10**6}.{(held - 1) % 10**6:06d}"
    page = mall.client(ann).get(f"/wallet/redeem/?points={wanted}").content.decode()
    assert "or at least 0.01" in page
    assert f"{most // 10**6}.{most % 10**6:06d}".rstrip("0") in page


def test_a_frozen_account_sells_nothing_and_is_told_so(mall: Mall, ann: User) -> None:
    client, form = mall.client(ann), confirm(mall.client(ann), "redeem", "points=1")
    mall.ledger.freeze(ann.account, who="operator", why="asked for")
    before = entries(mall)
    answer = client.post("/wallet/redeem/", form)
    assert answer.status_code == 409
    assert "frozen" in answer.content.decode()
    assert entries(mall) == before
    assert "Your account is frozen" in client.get("/wallet/").content.decode()


def test_nobody_sees_what_another_did(mall: Mall, ann: User) -> None:
    client = mall.client(ann)
    place = send(client, "redeem", confirm(client, "redeem", "points=1"))
    page = mall.client(mall.user("eve")).get(place).content.decode()
    assert "Not done yet" in page
    assert "data-net" not in page


def test_a_confirmation_that_is_opened_again_afterwards_shows_what_was_done(
    mall: Mall, ann: User
) -> None:
    client, once = mall.client(ann), uuid4().hex
    form = confirm(client, "redeem", f"points=1&once={once}")
    assert form["once"] == once
    place = send(client, "redeem", form)
    again = client.get(f"/wallet/redeem/?points=1&once={once}")
    assert (again.status_code, again.headers["location"]) == (302, place)
    other = confirm(client, "redeem", f"points=2&once={once}")
    assert other["once"] != once


@pytest.mark.parametrize("once", ["x", "", "0" * 31, "0" * 32 + "-"])
def test_a_token_that_no_form_has_does_nothing(mall: Mall, ann: User, once: str) -> None:
    client, before = mall.client(ann), entries(mall)
    form = {**confirm(client, "redeem", "points=1"), "once": once}
    assert send(client, "redeem", form) == "/wallet/redeem/"
    assert entries(mall) == before


def test_the_sale_that_uses_up_the_quota_tells_that_the_rest_goes_with_it(mall: Mall) -> None:
    user = mall.user("ann")
    lived_in(mall, user, days=1, each_day=1)
    nearly_out(mall, user)
    client = mall.client(user)
    page = client.get("/wallet/redeem/?points=10").content.decode()
    assert "You then reach your ceiling" in page
    receipt = client.get(send(client, "redeem", shown(page))).content.decode()
    assert "You reached your ceiling" in receipt
    assert points_of(mall, user) == 0


def nearly_out(mall: Mall, user: User) -> None:
    """Let others buy, less at a time at last, until selling ten points would use up the quota."""
    mall.ledger.submit_many([others_buy(number, 10_000) for number in range(600)])
    sale = {"id": "look", "type": "redeem", "account": user.account, "points": 10_000_000}
    for number in range(600, 2000):
        outcome = mall.ledger.preview(sale)
        assert outcome.receipt is not None
        assert outcome.ok, "the purchase itself used the quota up"
        if outcome.receipt.exits:
            return
        mall.ledger.submit(others_buy(number, 1000))
    pytest.fail("the quota is never nearly used up")


def others_buy(number: int, paid: int) -> dict[str, object]:
    """Return somebody else's purchase."""
    return {
        "id": f"others-{number}",
        "type": "purchase",
        "member": f"x{number}",
        "paid": paid,
        "profit": 0,
    }
