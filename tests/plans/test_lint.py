"""Each rule of the linter speaks on its canary and is silent on a plan beside it."""

import json
import re
from pathlib import Path

import pytest

from tests.plans.plans import plan_file, refusal_of, toml
from tongbao.engine.plan import plan_fields
from tongbao.plans.documents import decode
from tongbao.plans.files import PlanFile, plan_of
from tongbao.plans.findings import Finding
from tongbao.plans.lint import RULES, lint, refused
from tongbao.plans.words import LANGS, Lang

Lines = dict[str, str]
FACE_FIGURE = (
    "¥100.00 for a top-up that costs ¥98.00: ¥30.00 of the price would go to reserve and dividends, "
    "of the ¥2.00 that is left it is ¥0.60."
)

CASES: list[tuple[str, str, Lines, Lines]] = [
    ("error", "overspent-possible", {"dividend_base": '"profit"', "dividend": '"71%"'},
     {"dividend_base": '"profit"', "dividend": '"70%"'}),
    ("error", "overspent-possible",
     {"dividend_base": '"profit"', "dividend": '"66%"', "referral_cash": '["5%"]'},
     {"dividend_base": '"profit"', "dividend": '"65%"', "referral_cash": '["5%"]'}),
    ("error", "overspent-always", {"dividend": '"71%"'}, {"dividend": '"70%"'}),
    ("error", "nothing-left", {"dividend": '"70%"'}, {"dividend": '"67%"'}),
    ("error", "nothing-left", {"dividend": '"67.01%"'}, {"dividend": '"71%"'}),
    ("error", "nothing-left", {"backing": '"98%"'}, {"backing": '"97%"'}),
    ("error", "nothing-left", {"dividend_base": '"profit"', "dividend": '"70%"'},
     {"dividend_base": '"profit"', "dividend": '"67%"'}),
    ("warning", "backing-zero", {"backing": '"0%"'}, {"backing": '"0.01%"'}),
    ("warning", "grant-zero", {"grant": '"0%"'}, {"grant": '"0.01%"'}),
    ("warning", "quota-zero", {"quota": '"0%"'}, {"quota": '"0.01%"'}),
    ("warning", "quota-within-contribution", {"quota": '"30%"'}, {"quota": '"30.01%"'}),
    ("warning", "quota-within-contribution",
     {"quota_base": '"contribution"', "quota": '"100%"'},
     {"quota_base": '"contribution"', "quota": '"101%"'}),
    ("warning", "quota-not-fillable", {"quota": '"60%"', "dividend": '"29.99%"'},
     {"quota": '"60%"', "dividend": '"30%"'}),
    ("note", "quota-soon-reached", {"quota": '"60%"', "dividend": '"30%"'},
     {"quota": '"60%"', "dividend": '"29.99%"'}),
    ("warning", "exit-fee-zero", {"exit_fee": '"0%"'}, {"exit_fee": '"0.01%"'}),
    ("warning", "goods-fee-below-exit-fee", {"goods_fee": '"0%"'}, {"goods_fee": '"10%"'}),
    ("warning", "goods-fee-below-exit-fee", {"goods_fee": '"9.99%"'}, {"goods_fee": '"11%"'}),
    ("warning", "merchant-quota-above-members", {"quota": '"199%"'}, {"quota": '"200%"'}),
    ("warning", "merchant-quota-below-credit", {"merchant_quota": '"99.99%"'},
     {"merchant_quota": '"100%"'}),
    ("warning", "supply-limit-out-of-reach", {"max_supply": '"100,000,000"'},
     {"max_supply": '"1,000,000"'}),
    ("note", "supply-limit-in-reach", {"max_supply": '"1,000,000"'},
     {"max_supply": '"100,000,000"'}),
    ("warning", "linear-rule-fades", {"spend_per_point": '"200.00"'},
     {"spend_per_point": '"200.00"', "grant": '"100%"'}),
    ("warning", "linear-rule-never", {"spend_per_point": '"200.00"', "issue_price": '"42.01"'},
     {"spend_per_point": '"200.00"', "issue_price": '"42.00"'}),
    ("warning", "sale-loses", {"dividend": '"5%"'}, {"dividend": '"4.99%"'}),
    ("warning", "sale-loses", {"referral_cash": '["5%"]'}, {"referral_cash": '["4.99%"]'}),
    ("warning", "sale-loses", {"dividend_base": '"profit"', "dividend": '"15%"'},
     {"dividend_base": '"profit"', "dividend": '"14%"'}),
    ("warning", "young-program-wound-up", {"min_supply": '"1.06"'}, {"min_supply": '"1.05"'}),
    ("warning", "young-program-wound-up",
     {"min_supply": '"0.01"', "spend_per_point": '"1000.00"'},
     {"min_supply": '"0.01"', "spend_per_point": '"500.00"'}),
    ("note", "young-program-bound", {"min_supply": '"1.05"'},
     {"min_supply": '"0.002"', "min_holding": '"0.002"'}),
    ("note", "young-program-bound", {"min_supply": '"0.0022"', "min_holding": '"0.002"'},
     {"min_supply": '"0.0021"', "min_holding": '"0.002"'}),
    ("note", "face-value-earns-margin", {}, {"grant": '"0%"'}),
    ("note", "face-value-earns-margin", {}, {"backing": '"0%"'}),
    ("warning", "min-supply-above-limit", {"min_supply": '"1,000,001"'},
     {"min_supply": '"1,000,000"'}),
    ("warning", "min-holding-above-min-supply", {"min_holding": '"1.01"'},
     {"min_holding": '"1"'}),
    ("warning", "rest-without-fee", {"min_holding": '"1.01"', "min_supply": '"2"'},
     {"min_holding": '"1"'}),
    ("warning", "wind-up-without-fee", {"min_supply": '"1001"'}, {"min_supply": '"1000"'}),
    ("note", "wallet-locked", {"cash_withdrawal": "false"},
     {"cash_withdrawal": "false", "cash_redemption": "false"}),
    ("warning", "cash-to-non-buyers", {"referral_cash": '["1%"]'},
     {"referral_points": '["1%"]'}),
    ("warning", "cash-on-second-level", {"referral_cash": '["0%", "1%"]'},
     {"referral_cash": '["1%", "0%"]'}),
    ("warning", "second-level", {"referral_points": '["10%", "1%"]'},
     {"referral_points": '["10%"]'}),
    ("note", "referral", {"referral_points": '["10%"]'}, {}),
    ("note", "referral", {"referral_cash": '["10%"]'}, {"referral_points": '["10%", "5%"]'}),
    ("warning", "cash-out", {"cash_withdrawal": "false"},
     {"cash_withdrawal": "false", "cash_redemption": "false"}),
    ("warning", "cash-out", {"cash_redemption": "false"},
     {"cash_withdrawal": "false", "cash_redemption": "false"}),
    ("warning", "dividends-on-points", {"dividend": '"0.01%"'}, {"dividend": '"0%"'}),
    ("note", "appreciation", {"grant": '"99.99%"'}, {"grant": '"100%"'}),
    ("note", "appreciation", {"referral_points": '["29.99%"]'}, {"referral_points": '["30%"]'}),
]  # fmt: skip


def found(lines: Lines) -> dict[str, Finding]:
    return {finding.code: finding for finding in lint(plan_file(**lines))}


@pytest.mark.parametrize(("level", "code", "canary", "beside"), CASES)
def test_a_rule_speaks_on_its_canary_and_not_beside_it(
    level: str, code: str, canary: Lines, beside: Lines
) -> None:
    assert found(canary)[code].level == level
    assert code not in found(beside)


def test_every_rule_has_a_canary() -> None:
    always = {"credit-among-merchants"}
    codes = {code for _, code, _, _ in CASES} | always
    spoken = {f.code for _, _, canary, _ in CASES for f in lint(plan_file(**canary))}
    assert spoken <= codes
    for rule in RULES:
        assert any(rule_speaks(rule.__name__, canary) for _, _, canary, _ in CASES)


def rule_speaks(name: str, canary: Lines) -> bool:
    from tongbao.plans.findings import Subject  # noqa: PLC0415  # for this one test

    rule = next(rule for rule in RULES if rule.__name__ == name)
    return rule(Subject(plan_file(**canary))) is not None


def test_credit_is_noted_in_every_plan() -> None:
    assert found({})["credit-among-merchants"].level == "note"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_finding_is_said_whole_in_both_languages(lang: Lang) -> None:
    for _, _, canary, _ in CASES:
        for finding in lint(plan_file(**canary)):
            said = finding.text.say(lang)
            way_out = finding.way_out.say(lang)
            assert said
            assert way_out
            assert finding.sources
            assert not {"{", "}"} & set(said + way_out + finding.figure.say(lang))


def test_findings_name_the_field_and_its_line() -> None:
    finding = found({"exit_fee": '"0%"'})["exit-fee-zero"]
    assert (finding.field, finding.line) == ("exit_fee", 13)


def test_warnings_come_before_notes() -> None:
    levels = [f.level for f in lint(plan_file(referral_points='["1%"]', dividend='"1%"'))]
    assert levels == sorted(levels, key=["warning", "note"].index)


# ---- worked figures, by hand


def test_a_double_quota_with_thirty_and_thirty_percent_fills_at_most_thirty_percent() -> None:
    finding = found({"quota": '"200%"', "dividend": '"30%"'})["quota-not-fillable"]
    assert "at most 30% of all ceilings" in finding.text.say("en")
    assert finding.figure.say("en").endswith("(30% + 30%) / 200% = 30%")
    assert "最多只能覆盖所有收益上限之和的 30%" in finding.text.say("zh")


def test_the_founding_examples_quota_is_filled_to_fifteen_percent_at_most() -> None:
    finding = found({"quota": '"200%"'})["quota-not-fillable"]
    assert "at most 15% of all ceilings" in finding.text.say("en")


def test_a_share_of_profit_is_said_for_all_profit_and_for_a_usual_one() -> None:
    # (30% + 30%) / 200% = 30%; with 35% profit (30% + 10.5%) / 200% = 20.25%
    lines = {"quota": '"200%"', "dividend": '"30%"', "dividend_base": '"profit"'}
    said = found(lines)["quota-not-fillable"].text.say("en")
    assert "at most 30% of all ceilings" in said
    assert "at most 20.25%" in said


def test_the_profit_that_would_fill_a_quota_is_named() -> None:
    # 30% + 30% m = 45% at m = 50%; at 35%: 40.5 / 45 = 90%
    lines = {"quota": '"45%"', "dividend": '"30%"', "dividend_base": '"profit"'}
    said = found(lines)["quota-not-fillable"].text.say("en")
    assert "only where the profit is at least 50% of the price" in said
    assert "at most 90%" in said


def test_a_plan_on_profit_alone_fills_the_same_share_at_any_profit() -> None:
    # (50% + 30%) m / (300% × 50% m) = 53.34%, rounded up
    lines = {"backing_base": '"profit"', "backing": '"50%"', "dividend": '"30%"'}
    more = {"dividend_base": '"profit"', "quota_base": '"contribution"', "quota": '"300%"'}
    said = found(lines | more)["quota-not-fillable"].text.say("en")
    assert "at most 53.34% of all ceilings" in said
    assert "35%" not in said


def test_the_goods_fee_warning_works_the_detour_out() -> None:
    figure = found({"goods_fee": '"2%"'})["goods-fee-below-exit-fee"].figure.say("en")
    assert "sold they bring ¥90.00, ordered with and cancelled ¥98.00" in figure


def test_the_goods_fee_warning_needs_no_friend() -> None:
    said = found({"goods_fee": '"2%"'})["goods-fee-below-exit-fee"].text
    assert "orders with points and cancels" in said.say("en")
    assert "下单再取消" in said.say("zh")


def test_a_sale_that_loses_is_worked_out_with_the_margin_that_it_takes() -> None:
    # 35.00 earned; 30.00 and 30% of 35.00 taken; 30 / (1 − 0.3) = 42.857…
    loses = found({"dividend_base": '"profit"', "dividend": '"30%"'})["sale-loses"]
    assert "a margin of more than 42.86%" in loses.text.say("en")
    assert loses.figure.say("en") == (
        "¥100.00 paid, margin 35%: the goods cost ¥65.00; ¥30.00 to the reserve, ¥10.50 to "
        "dividends, ¥0.00 to commissions at most; ¥5.50 is lost."
    )


def test_a_plan_that_gives_away_all_profit_leaves_nothing_at_any_margin() -> None:
    lines = {"backing_base": '"profit"', "quota_base": '"contribution"', "quota": '"300%"'}
    shares = {"backing": '"60%"', "dividend_base": '"profit"', "dividend": '"40%"'}
    loses = found(lines | shares)["sale-loses"]
    assert "No margin leaves anything" in loses.text.say("en")
    assert "nothing is left" in loses.figure.say("en")


def test_the_young_programs_bound_is_worked_out() -> None:
    # 21 points for 100.00: 1 point is left of 4.7619…, so of 4.77 but not of 4.76
    said = found({})["young-program-bound"].text.say("en")
    assert "leaves less than ¥4.77 of what was paid brings" in said
    # 1.06 points of 5.0477: 94.96 back leaves 5.04 of 100.00
    warned = found({"min_supply": '"1.06"'})["young-program-wound-up"].figure.say("en")
    assert "¥100.00 brings 21 points; after returning ¥94.96 of it, 1.0584 are left" in warned


def test_the_supply_limit_names_the_orders_that_it_takes() -> None:
    # 21 n^0.7 / Γ(1.7) = 100,000,000 at n = 3.02 thousand million
    said = found({"max_supply": '"100,000,000"'})["supply-limit-out-of-reach"].text.say("en")
    assert "about 3,000,000,000 orders of ¥100.00" in said


def test_the_linear_rule_names_the_price_up_to_which_it_holds() -> None:
    # 200.00 brings 60.00 into the reserve; 70% of that is 42.00
    said = found({"spend_per_point": '"200.00"'})["linear-rule-fades"].text.say("en")
    assert "at most ¥42.00" in said
    assert "to ¥60.00" in said


def test_a_cash_commission_is_worked_out() -> None:
    figure = found({"referral_cash": '["5%", "2%"]'})["cash-on-second-level"].figure.say("en")
    assert "A is paid ¥2.00 in cash" in figure


def test_the_second_level_cites_the_article_that_names_it() -> None:
    finding = found({"referral_cash": '["5%", "2%"]'})["cash-on-second-level"]
    assert "禁止传销条例" in finding.sources[0].name.say("zh")
    assert "第七条第（三）项" in finding.sources[0].name.say("zh")
    assert "art. 7(iii)" in finding.sources[0].name.say("en")


def test_a_yen_plan_is_worked_out_in_ten_thousand_yen() -> None:
    file = plan_file(currency='"JPY"', issue_price='"100"', goods_fee='"0%"')
    figure = next(f for f in lint(file) if f.code == "goods-fee-below-exit-fee").figure
    assert "JP¥10,000" in figure.say("en")


# ---- errors


@pytest.mark.parametrize(
    ("lines", "code", "cited"),
    [
        ({"grant": '"90%"', "referral_points": '["11%"]'}, "dilution", "rules-holds"),
        ({"referral_cash": '["1%","1%","1%"]'}, "too-many-levels", "pyramid-7-3"),
        ({"backing_base": '"profit"'}, "quota-without-backing", "rules-plan"),
        ({"exit_fee": '"100%"'}, "fee-too-high", "rules-plan"),
    ],
)
def test_what_breaks_a_promise_is_an_error_with_its_source(
    lines: Lines, code: str, cited: str, tmp_path: Path
) -> None:
    findings = refused(refusal_of(tmp_path, toml(**lines)))
    assert [(f.level, f.code) for f in findings] == [("error", code)]
    assert findings[0].sources[0].code == cited


def test_a_topup_on_its_price_would_take_what_its_provider_does_not_leave() -> None:
    # 30 % of 100.00, and of the 2.00 that are left.
    figure = found({})["face-value-earns-margin"].figure.say("en")
    assert figure == FACE_FIGURE


# ---- plans in JSON

TOML_ONLY = re.compile(
    r"\b(backing|grant|dividend|quota|merchant_quota|exit_fee|goods_fee|referral_points"
    r"|referral_cash)\b = "
)


def in_json(lines: Lines) -> PlanFile:
    """Return the same plan as a file in the engine's fields."""
    fields = json.dumps(plan_fields(plan_file(**lines).plan))
    return plan_of(decode(fields.encode()), "plan.json")


@pytest.mark.parametrize("lang", LANGS)
def test_ways_out_of_a_json_plan_name_the_engines_fields(lang: Lang) -> None:
    for _, _, canary, _ in CASES:
        if "currency" in canary:
            continue
        for finding in lint(in_json(canary)):
            said = finding.way_out.say(lang)
            assert not TOML_ONLY.search(said)
            assert not re.search(r"[a-z_]+ = ", said)


@pytest.mark.parametrize(
    ("code", "lines", "said"),
    [
        ("exit-fee-zero", {"exit_fee": '"0%"'}, 'For example: "exit_fee_bps": 1000'),
        ("goods-fee-below-exit-fee", {"goods_fee": '"0%"'}, 'Set "goods_fee_bps": 1000'),
        ("quota-within-contribution", {"quota": '"30%"'}, "Set quota_bps well above"),
        ("wallet-locked", {"cash_withdrawal": "false"}, 'set "cash_redemption": false too'),
        ("cash-to-non-buyers", {"referral_cash": '["1%"]'}, 'Set "referral_cash_bps": [] and'),
        ("second-level", {"referral_points": '["9%", "1%"]'}, '"referral_points_bps": [1000]'),
        ("wind-up-without-fee", {"min_supply": '"1001"'}, '"min_supply": 1000000'),
        ("rest-without-fee", {"min_holding": '"1.01"', "min_supply": '"2"'},
         '"min_holding": 10000'),
        ("supply-limit-in-reach", {}, "or raise max_supply in time"),
    ],
)  # fmt: skip
def test_a_way_out_in_json_is_in_the_engines_figures(code: str, lines: Lines, said: str) -> None:
    finding = next(f for f in lint(in_json(lines)) if f.code == code)
    assert said in finding.way_out.say("en")


def test_a_way_out_in_toml_stays_as_it_is() -> None:
    assert (
        found({"exit_fee": '"0%"'})["exit-fee-zero"].way_out.say("en").endswith('exit_fee = "10%"')
    )
