"""The engine against the naive model on a seeded corpus, and where that corpus gets to."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.model.fuzz import ModelAlone, grow, one_stream

LENGTH = 120
EACH = 4
REACH = range(1, 1001)
LONG = range(10_001, 20_001)

# Every rejection that spec/engine.md's table and its paragraphs on purchase and refund name.
REJECTIONS = {
    "enroll": ("already_enrolled", "not_a_member", "unknown_member"),
    "open_merchant": ("already_open", "not_a_merchant"),
    "purchase": ("not_a_member", "profit_required", "profit_exceeds_paid", "overspent"),
    "refund": ("unknown_purchase", "exceeds_purchase"),
    "redeem": (
        *("unknown_account", "not_allowed", "insufficient_points"),
        *("dust_remaining", "too_small"),
    ),
    "pay_points": (
        *("unknown_member", "unknown_merchant", "insufficient_points"),
        *("dust_remaining", "too_small"),
    ),
    "pay_wallet": ("unknown_account", "not_allowed", "insufficient_funds"),
    "convert": ("unknown_member", "insufficient_points", "dust_remaining", "too_small"),
    "pay_credit": ("unknown_account", "not_allowed", "insufficient_credit"),
    "redeem_credit": ("unknown_merchant", "insufficient_credit", "too_small"),
    "withdraw": ("unknown_account", "not_allowed", "insufficient_funds"),
    "deposit": ("unknown_account",),
    "change_plan": ("plan_refused",),
    "close_day": ("day_closed", "too_far"),
}

# Where the rules can lead, as the model names it, with the command that led there.
ROUTES = (
    "exit (purchase)",
    "exit (refund)",
    "exit (redeem)",
    "exit (pay_points)",
    "exit (redeem_credit)",
    "exit (close_day)",
    "exit while dividends are distributed (close_day)",
    "exit: worth nothing (redeem_credit)",
    "wind-up: redeem (redeem)",
    "wind-up: pay_points (pay_points)",
    "wind-up: refund (refund)",
    "wind-up: release (close_day)",
    "wind-up: exit (purchase)",
    "wind-up: exit (close_day)",
    "wind-up with credit (redeem)",
    "wind-up with credit (refund)",
    "wind-up with credit (close_day)",
    "rejected after wind-up: release (redeem_credit)",
    "redeem_credit released a surplus (redeem_credit)",
    "refund: a rest went too (refund)",
    "refund: quota owed (refund)",
    "rejected after redeem_credit of less than an atom (redeem_credit)",
    "mint: capped by max_supply (purchase)",
    "linear rule cap (purchase)",
)


@pytest.fixture(scope="module")
def reached() -> dict[str, list[int]]:
    """The first seeds that reach each outcome and each route, by the model alone."""
    seeds: dict[str, list[int]] = {}
    for seed in REACH:
        seen = Counter[str]()
        for _ in grow(seed, LENGTH, seen, ModelAlone):
            pass
        for what in seen:
            seeds.setdefault(what, []).append(seed)
    return {what: found[:EACH] for what, found in seeds.items()}


def test_the_corpus_reaches_every_command_every_rejection_and_every_route(
    reached: dict[str, list[int]],
) -> None:
    expected = ["line: malformed", *ROUTES]
    for kind, errors in REJECTIONS.items():
        expected += [f"{kind}: {outcome}" for outcome in ("ok", "id_reused", *errors)]
        expected.append(f"sent again ({kind})")
    assert [what for what in expected if what not in reached] == []


def test_the_engine_agrees_with_the_naive_model_wherever_the_corpus_gets_to(
    reached: dict[str, list[int]],
) -> None:
    for seed in sorted({seed for seeds in reached.values() for seed in seeds}):
        plan, lines, wrong = one_stream(seed, LENGTH, Counter())
        assert not wrong, (seed, wrong, plan, lines)


@pytest.mark.long
def test_the_engine_agrees_with_the_naive_model_on_a_long_corpus() -> None:
    for seed in LONG:
        plan, lines, wrong = one_stream(seed, LENGTH, Counter())
        assert not wrong, (seed, wrong, plan, lines)
