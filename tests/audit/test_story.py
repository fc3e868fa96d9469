"""An entry that contradicts itself is named, although its chain is good and its postings balance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.audit.exports import (
    Body,
    audited,
    bodies,
    brief,
    chain_of,
    forged,
    found,
    journal_of,
)
from tests.audit.test_promises import change, move
from tongbao.cli.audit_page import said as said_in_words

LINES = journal_of(
    {"type": "open_merchant", "merchant": "shop"},  # 1
    {"type": "enroll", "member": "ann"},  # 2
    {"type": "enroll", "member": "bob", "referrer": "ann"},  # 3
    {"type": "purchase", "member": "ann", "paid": 100_000},  # 4
    {"type": "purchase", "member": "bob", "paid": 100_000},  # 5
    {"type": "refund", "purchase": "c5", "amount": 10_000},  # 6
    {"type": "redeem", "account": "ann", "points": 1_000_000},  # 7
    {"type": "pay_points", "member": "ann", "merchant": "shop", "amount": 500},  # 8
    {"type": "convert", "member": "ann", "points": 1_000_000},  # 9
    {"type": "pay_credit", "payer": "ann", "payee": "shop", "amount": 100},  # 10
    {"type": "redeem_credit", "merchant": "shop", "amount": 50},  # 11
    {"type": "pay_wallet", "payer": "ann", "payee": "shop", "amount": 5},  # 12
    {"type": "withdraw", "account": "shop", "amount": 5},  # 13
    {"type": "deposit", "account": "shop", "amount": 5},  # 14
    {"type": "close_day", "day": "2026-01-02"},  # 15
    {"type": "close_day", "day": "2026-01-03"},  # 16
    dividend_bps=100,
    goods_fee_bps=100,
    grant_bps=5000,
    referral_points_bps=[1000],
    referral_cash_bps=[100],
)
Forge = Callable[[Body], object]


def said(**figures: int) -> Forge:
    """Change the receipt's figures alone."""

    def forge(body: Body) -> None:
        for name, value in figures.items():
            assert body["receipt"][name] != value
            body["receipt"][name] = value

    return forge


def asked(**fields: object) -> Forge:
    """Change the command alone."""
    return lambda body: body["command"].update(fields)


def kept(**fields: object) -> Forge:
    """Change the purchase's record alone."""
    return lambda body: body["purchase"].update(fields)


def changed(*delta: object) -> Forge:
    return lambda body: change(body, *delta)  # type: ignore[arg-type]  # account, field, amount


def posted(*posting: object) -> Forge:
    return lambda body: body["postings"].append([*posting])


def test_the_journal_that_is_forged_here_is_sound_and_has_every_entry() -> None:
    assert found(LINES) == []
    assert len(LINES) == 17


FORGERIES: list[tuple[int, Forge, str]] = [
    (2, asked(member="shop"), "account_twice"),
    (3, asked(referrer="shop"), "unknown_account"),
    (3, asked(referrer="nobody"), "unknown_account"),
    (4, asked(member="shop"), "account_twice"),
    (4, asked(paid=100_001), "purchase"),
    (4, said(points=1), "receipt"),
    (4, said(contribution=1), "receipt"),
    (4, said(dividend=1), "receipt"),
    (4, lambda body: body.pop("purchase"), "purchase"),
    (4, lambda body: body["receipt"].pop("points"), "receipt"),
    (4, lambda body: body["receipt"].update(net=1), "receipt"),
    (4, lambda body: body["receipt"].update(id="c5"), "receipt"),
    *(
        (5, kept(**{field: 1}), "purchase")
        for field in ("paid", "contribution", "dividend", "gained", "granted", "index", "closes")
    ),
    (5, kept(buyer="ann"), "purchase"),
    (5, lambda body: body["purchase"]["chain"][0].__setitem__(0, "bob"), "purchase"),
    (5, lambda body: body["purchase"]["chain"][0].__setitem__(1, 1), "receipt"),
    (5, lambda body: body["purchase"]["chain"][0].__setitem__(2, 1), "receipt"),
    (5, lambda body: body["purchase"].update(chain=[]), "unexplained"),
    (5, changed("ann", "gained", 1), "gained"),
    (5, changed("bob", "gained", 1), "purchase"),
    (6, asked(purchase="c9"), "refund"),
    (6, asked(purchase="nothing"), "refund"),
    (6, asked(amount=100_001), "refund"),
    (6, said(points=1), "receipt"),
    (6, said(recovered=1), "receipt"),
    (6, said(shortfall=-1), "receipt"),
    (7, said(gross=1), "receipt"),
    (7, said(net=1), "receipt"),
    (7, said(fee=1), "receipt"),
    (7, asked(points=1), "receipt"),
    (7, asked(account="bob"), "receipt"),
    (7, changed("ann", "taken", 1), "taken"),
    (7, lambda body: body.update(deltas=[d for d in body["deltas"] if d[1] != "taken"]), "taken"),
    (8, asked(amount=1), "receipt"),
    (8, asked(merchant="bob"), "receipt"),
    (8, said(points=1), "receipt"),
    (8, said(fee=1), "receipt"),
    (9, said(credit=1), "receipt"),
    (9, asked(points=1), "receipt"),
    (10, asked(amount=1), "receipt"),
    (10, asked(payee="bob"), "receipt"),
    (11, asked(amount=1), "receipt"),
    (11, said(points=1), "receipt"),
    (11, changed("shop", "lost", 1), "gained"),
    (11, changed("shop", "owed", 1), "gained"),
    (12, asked(payer="bob"), "receipt"),
    (13, asked(amount=1), "receipt"),
    (14, asked(account="ann"), "receipt"),
    (14, changed("shop", "forfeited", 1), "gained"),
    (14, changed("nobody", "quota", 1), "unknown_account"),
    (14, changed("", "closes", 1), "delta"),
    (14, changed("", "dividend_index", 1), "delta"),
    (15, changed("", "closes", -1), "delta"),
    (15, changed("", "closes", 1), "delta"),
    (14, lambda body: body["deltas"].append(["ann", "quota", 0]), "delta"),
    (14, lambda body: body["deltas"].append(["ann", "hope", 1]), "delta"),
    (14, lambda body: body["deltas"].append(["", "quota", 1]), "delta"),
    (14, lambda body: body["deltas"].append(["ann", "taken", -1]), "delta"),
    (14, lambda body: body["deltas"].append(["ann", "fraction", 10**18]), "delta"),
    (14, lambda body: body["deltas"].append(["ann", "mark", 10**30]), "delta"),
    (14, posted("deposit", "money", "deposits", "wallet:nobody", 1), "unknown_account"),
    (14, posted("deposit", "money", "deposits", "wallet:ann", 1), "unexplained"),
    (14, posted("deposit", "money", "deposits", "reserve", 1), "posting"),
    (14, lambda body: body["postings"][0].__setitem__(2, "deposits:ann"), "posting"),
    (13, lambda body: body["postings"][0].__setitem__(3, "paid_out:ann"), "posting"),
    (14, posted("deposit", "money", "reserve:ann", "wallet:ann", 1), "posting"),
    (14, posted("gift", "money", "deposits", "wallet:ann", 1), "posting"),
    (14, posted("deposit", "money", "moon", "wallet:ann", 1), "posting"),
    (14, posted("deposit", "points", "deposits", "wallet:ann", 1), "unit"),
    (14, posted("grant", "points", "issuance", "wallet:ann", 1), "unit"),
    (14, posted("deposit", "money", "deposits", "wallet:ann", 0), "amount"),
    (14, posted("deposit", "money", "deposits", "wallet:ann", -1), "amount"),
    (15, said(distributed=1), "receipt"),
    (15, said(burned=1), "receipt"),
    (16, asked(day="2026-01-02"), "day"),
    (16, asked(day="2026-01-01"), "day"),
    (16, asked(id="c15"), "id_twice"),
    (16, lambda body: body.update(recorded_at="2026-01-01T25:00:00.000000Z"), "recorded_at"),
    (16, lambda body: body.update(recorded_at="yesterday"), "recorded_at"),
    (16, lambda body: body.update(number=17), "number"),
    (16, lambda body: body["pool"].__setitem__(0, 1), "pool"),
    (16, lambda body: body["pool"].__setitem__(1, 1), "pool"),
    (16, asked(type="close_year"), "not_an_entry"),
    (16, lambda body: body["receipt"].update(status="rejected"), "not_an_entry"),
    (16, lambda body: body.update(note="hello"), "not_an_entry"),
    (16, lambda body: body.pop("pool"), "not_an_entry"),
    (0, lambda body: body["plan"].update(max_supply=0), "plan"),
    (0, lambda body: body["plan"].pop("max_supply"), "plan"),
    (0, lambda body: body.update(recorded_at="1"), "recorded_at"),
]


@pytest.mark.parametrize(
    ("number", "forge", "fault"),
    FORGERIES,
    ids=[f"{n}-{number}-{fault}" for n, (number, _, fault) in enumerate(FORGERIES)],
)
def test_a_forged_entry_is_named(number: int, forge: Forge, fault: str) -> None:
    lines = forged(LINES, number, forge)
    assert lines != LINES
    named = 17 if fault == "number" else number
    problems = audited(lines).problems
    assert (fault, named) in [brief(problem) for problem in problems]
    for problem in problems:
        assert said_in_words(problem, "en") != said_in_words(problem, "zh")


def test_a_new_account_begins_at_the_dividend_index() -> None:
    lines = journal_of(
        {"type": "purchase", "member": "ann", "paid": 100_000},
        {"type": "close_day", "day": "2026-01-02"},
        {"type": "enroll", "member": "bob"},
        dividend_bps=100,
    )
    assert bodies(lines)[3]["deltas"]
    assert found(forged(lines, 3, lambda body: body.update(deltas=[]))) == [("delta", 3)]


def test_slices_of_a_refund_may_not_pass_what_was_paid() -> None:
    again = {"type": "refund", "purchase": "c1", "amount": 60_000}
    lines = journal_of({"type": "purchase", "member": "ann", "paid": 100_000}, again)
    entries = bodies(lines)
    twice = {**entries[2], "number": 3, "command": {**entries[2]["command"], "id": "c3"}}
    assert ("refund", 3) in found(chain_of([*entries, twice]))


def test_money_moved_between_two_members_wallets_needs_a_command() -> None:
    def forge(body: Body) -> None:
        body["postings"].append(["payment", "money", "wallet:ann", "wallet:bob", 1])

    assert found(forged(LINES, 14, forge)) == [("unexplained", 14)]


def test_a_receipt_and_its_postings_forged_alike_are_left_to_the_replay() -> None:
    def forge(body: Body) -> None:
        move(body, "goods", "burned", 1)  # an atom more for the same goods: the price rises by it
        body["receipt"]["points"] += 1
        body["pool"][1] -= 1

    lines = journal_of(
        {"type": "open_merchant", "merchant": "shop"},
        {"type": "purchase", "member": "ann", "paid": 100_000},
        {"type": "pay_points", "member": "ann", "merchant": "shop", "amount": 500},
    )
    assert found(forged(lines, 3, forge)) == []


def test_an_order_may_not_give_away_more_than_was_paid() -> None:
    def forge(body: Body) -> None:
        body["command"]["paid"] = body["purchase"]["paid"] = 30_999  # 30,000 and 1,000 went in

    assert found(forged(LINES, 4, forge)) == [("purchase", 4)]


def test_a_fee_below_zero_is_none() -> None:
    def forge(body: Body) -> None:
        body["command"]["amount"], body["receipt"]["fee"] = 490, -5  # 495 went out for 500 less 5
        change(body, "ann", "taken", -10)
        change(body, "ann", "quota", 10)

    assert found(forged(LINES, 8, forge)) == [("receipt", 8)]


WOUND_UP = journal_of(
    {"type": "purchase", "member": "ann", "paid": 100_000},
    {"type": "purchase", "member": "bob", "paid": 10_000},
    {"type": "convert", "member": "bob", "points": 10_000_000},
    {"type": "redeem", "account": "ann", "points": "all"},
    min_supply=100_000_000,
)


def test_a_pool_that_is_wound_up_tells_one_story() -> None:
    assert found(WOUND_UP) == []
    routes = {tuple(posting[:4:3]) for posting in bodies(WOUND_UP)[4]["postings"]}
    assert {("wind_up", "credit_issued"), ("wind_up", "wallet:bob")} <= routes


@pytest.mark.parametrize("field", ["points", "gross", "net", "credit"])
def test_an_exit_that_was_not_posted_like_that_is_named(field: str) -> None:
    def forge(body: Body) -> None:
        body["receipt"]["exits"][0][field] += 1

    fault = "taken" if field == "gross" else "receipt"
    assert (fault, 4) in found(forged(WOUND_UP, 4, forge))
