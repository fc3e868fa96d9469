"""What the frame of every page says: troubles, errors, tokens."""

import re

import pytest
from django.template import Context, Template
from django.utils.translation import override

from tests.mall.stage import Mall
from tongbao.engine.receipts import Receipt, Rejection
from tongbao.ledger.values import (
    BadArgument,
    LedgerError,
    NotSettled,
    Outcome,
    ProgramPaused,
    Refusal,
)
from tongbao.mall.shop.troubles import told

SERVICE = "This is not possible at the moment. Please contact customer service."


@pytest.mark.parametrize("rejection", list(Rejection))
def test_every_rejection_is_told_in_both_languages(rejection: Rejection) -> None:
    outcome = Outcome("x", Receipt("x", rejection))
    with override("en"):
        english = told(outcome)
    with override("zh-hans"):
        chinese = told(outcome)
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert str(rejection) not in english


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_is_told(refusal: Refusal) -> None:
    assert told(Outcome("x", None, refusal)).endswith(".")


def test_the_engines_reason_goes_before_the_groups() -> None:
    outcome = Outcome("x", Receipt("x", Rejection.INSUFFICIENT_FUNDS), Refusal.GROUP)
    assert told(outcome) == "There is not enough money in your wallet."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ProgramPaused("secret name"), "Points are paused at the moment. Try again later."),
        (
            NotSettled("secret", may_still_settle=True),
            "This is taking longer than usual. Check again in a minute.",
        ),
        (
            NotSettled("secret", may_still_settle=False),
            "The mall is busy at the moment. Try again in a minute.",
        ),
        (BadArgument("secret"), SERVICE),
    ],
)
def test_what_the_ledger_raises_is_told_without_its_insides(error: LedgerError, words: str) -> None:
    assert told(error) == words


def test_each_form_has_a_token_of_its_own() -> None:
    page = Template("{% load mall %}{% once %}{% once %}").render(Context())
    first, second = re.findall(r'name="once" value="([0-9a-f]{32})"', page)
    assert first != second


def test_a_page_without_its_token_says_in_plain_words_that_nothing_was_done(mall: Mall) -> None:
    client = mall.client(language="zh-hans")
    client.handler.enforce_csrf_checks = True
    answer = client.post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_a_failure_shows_our_page(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("tongbao.mall.shop.views.the_shelf", broken)
    client = mall.client()
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "The fault is ours" in answer.content.decode()


def test_the_bars_count_a_basket_and_a_stranger_has_none(mall: Mall) -> None:
    client = mall.client(mall.user())
    shown = re.compile(r'<b class="count" id="basket-count-(\w+)">([^<]*)</b>')  # hidden: not
    assert not shown.findall(client.get("/").content.decode())
    client.post("/basket/add/1/", {"quantity": "3", "once": "a" * 32})
    assert shown.findall(client.get("/").content.decode()) == [("top", "3"), ("tabs", "3")]
    assert not shown.findall(mall.client().get("/").content.decode())
