"""`plan show` says what a plan means, with the founding example's figures."""

import json
from pathlib import Path

import pytest

from tests.plans.plans import plan_file
from tongbao.plans.explain import page
from tongbao.plans.layout import width
from tongbao.plans.presets import PRESETS, preset
from tongbao.plans.words import LANGS, Lang
from tongbao.plans.worked import price_text, work_out

SPEC_PRICES = {1: "1.4286", 2: "1.6807", 3: "1.8674", 4: "2.0188", 100: "5.1731"}


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_founding_examples_prices_are_worked_out() -> None:
    steps = {step.orders: step for step in work_out(preset("wine")).steps}
    assert {n: steps[n].price for n in SPEC_PRICES} == SPEC_PRICES
    assert (steps[2].points, steps[3].points) == (14_700_000, 12_495_000)
    assert steps[100].first_value == 10863


def test_the_first_buyer_of_the_founding_example_would_receive_97_76() -> None:
    worked = work_out(preset("wine"))
    assert worked.early is not None
    assert (worked.early.points, worked.early.gross, worked.early.net) == (21_000_000, 10863, 9776)
    assert worked.first_exit == 768


def test_the_median_member_of_the_founding_example_is_below_the_average() -> None:
    worked = work_out(preset("wine"))
    assert (worked.reserve, worked.holders) == (300_000, 100)
    assert worked.below_average > 50


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_shows_the_founding_examples_figures(lang: Lang) -> None:
    text = page(preset("wine"), lang)
    for figure in (*SPEC_PRICES.values(), "14.7", "12.495", "¥108.63", "¥97.76", "768", "15%"):
        assert figure in text


def test_the_dividend_page_names_the_ten_points() -> None:
    assert "¥2,000.00 brings the first buyer 10 points" in squeezed(page(preset("dividend"), "en"))


def test_a_dividend_is_shared_by_points() -> None:
    # 100 orders with 35.00 profit each: 1,050.00, the same for all who hold the same
    worked = work_out(preset("dividend"))
    assert worked.distributed == 105_000
    assert worked.early is not None
    assert worked.late is not None
    assert (worked.early.dividend, worked.late.dividend) == (1050, 1050)


def test_a_referrers_part_is_worked_out_level_by_level() -> None:
    file = plan_file(referral_points='["10%", "5%"]', referral_cash='["5%", "2%"]', quota='"200%"')
    first, second = work_out(file).referred
    # 10% of 30.00 at 30 / 21: 2.1 points; half of that two levels up; 5% and 2% of 100.00
    assert (first.points, first.worth, first.cash) == (2_100_000, 300, 500)
    assert (second.points, second.worth, second.cash) == (1_050_000, 150, 200)
    assert (first.cash_without_purchase, second.cash_without_purchase) == (500, 200)


def test_cash_without_any_purchase_is_said_in_words() -> None:
    text = squeezed(page(plan_file(referral_cash='["5%"]'), "en"))
    assert "A gets the ¥5.00 in cash even without ever having bought anything." in text


def test_a_plan_whose_sample_order_is_refused_still_has_a_page() -> None:
    text = page(plan_file(backing='"120%"'), "en")
    assert "overspent" in text
    assert "All figures" in text


def test_the_page_says_which_usual_values_stand() -> None:
    assert "the usual values stand: min_holding" in squeezed(
        page(plan_file(min_holding=None), "en")
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", PRESETS)
def test_a_page_fits_a_terminal_and_promises_nothing(name: str, lang: Lang) -> None:
    text = page(preset(name, lang), lang)
    assert max(map(width, text.split("\n"))) <= 80
    assert "{" not in text
    for promise in ("guarantee", "only rises", "can't lose", "保本", "只涨不跌", "稳赚", "必涨"):
        assert promise not in text.lower()
    assert ("谁都不能指望的事" if lang == "zh" else "What nobody can count on") in text


def test_prices_are_rounded_half_up_to_four_digits() -> None:
    assert price_text(100, 10**6, "CNY") == "1.0000"
    assert price_text(3, 80_000_000, "CNY") == "0.0004"  # 0.000375
    assert price_text(5, 10**9, "CNY") == "0.0001"  # 0.00005
    assert price_text(150, 10**6, "JPY") == "150.0000"
    assert price_text(0, 0, "CNY") == "-"


def test_a_plan_in_json_is_explained_with_the_engines_names(tmp_path: Path) -> None:
    from tongbao.engine.plan import plan_fields  # noqa: PLC0415  # for this one test
    from tongbao.plans.files import load_plan  # noqa: PLC0415

    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_fields(preset("wine").plan)))
    assert "backing_bps" in page(load_plan(path), "en")
