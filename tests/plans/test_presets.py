"""The presets are sound, commented, honest, and what their names say."""

import json
from pathlib import Path

import pytest

from tongbao.engine.plan import plan_fields
from tongbao.engine.program import Program
from tongbao.plans.lint import lint
from tongbao.plans.presets import PRESETS, preset, preset_text
from tongbao.plans.words import LANGS, Lang

VECTORS = Path(__file__).parents[1] / "vectors"
REMAINING = {
    "wine": {
        "quota-not-fillable",
        "supply-limit-out-of-reach",
        "cash-out",
    },
    "dividend": {"sale-loses", "quota-not-fillable", "cash-out", "dividends-on-points"},
    "mall": {"quota-not-fillable", "cash-out", "dividends-on-points"},
    "green": {"quota-not-fillable"},
    "cooperative": {"quota-not-fillable", "cash-out", "dividends-on-points"},
}


def test_the_presets_are_those_five() -> None:
    assert PRESETS == ("wine", "dividend", "mall", "green", "cooperative")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_the_same_plan_in_both_languages(name: str) -> None:
    assert preset(name, "en").plan == preset(name, "zh").plan


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_writes_every_field_with_a_comment(name: str, lang: Lang) -> None:
    lines = preset_text(name, lang).split("\n")
    assert not preset(name, lang).defaulted
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith(("#", "name")):
            assert line.startswith("currency") or lines[number - 1].startswith("# ")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_leaves_only_the_warnings_that_it_explains(name: str) -> None:
    warnings = {f.code for f in lint(preset(name)) if f.level == "warning"}
    assert warnings == REMAINING[name]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_at_most_one_referral_level_and_no_cash_commission(name: str) -> None:
    plan = preset(name).plan
    assert len(plan.referral_points_bps) <= 1
    assert plan.referral_cash_bps == ()


def test_wine_is_the_founding_example_with_a_goods_fee_and_a_small_least_supply() -> None:
    founding = json.loads((VECTORS / "wine" / "plan.json").read_text())
    assert (founding["goods_fee_bps"], founding["min_supply"]) == (0, 1_000_000)
    assert plan_fields(preset("wine").plan) == founding | {
        "goods_fee_bps": 1000,
        "min_supply": 10_000,
    }


@pytest.mark.parametrize("name", PRESETS)
def test_goods_paid_with_points_cost_what_selling_points_costs(name: str) -> None:
    plan = preset(name).plan
    assert plan.goods_fee_bps == plan.exit_fee_bps > 0


ENOUGH = {"wine": 5, "dividend": 10, "mall": 9, "green": 6, "cooperative": 10}
"""What has to stay of the first order, in fen: 0.01 points at 21, 12.25, 18 and 10 points for
100.00, 0.0005 points at half a point for 100.00."""


@pytest.mark.parametrize("paid", [1_000, 9_990, 20_000, 123_456, 200_000, 10_000_000])
@pytest.mark.parametrize("name", PRESETS)
def test_a_partial_return_of_the_first_order_leaves_the_program_standing(
    name: str, paid: int
) -> None:
    enough = ENOUGH[name]
    amounts = {1, 3_333, paid // 6, paid // 3, paid // 2, paid * 9 // 10, paid - enough}
    for amount in sorted(a for a in amounts if 0 < a <= paid - enough):
        program = Program(preset(name).plan)
        order = {"id": "o", "type": "purchase", "member": "m", "paid": paid}
        program.submit(order | {"profit": paid * 35 // 100})
        program.submit({"id": "r", "type": "refund", "purchase": "o", "amount": amount})
        assert program.figures.supply >= program.plan.min_supply, amount
        assert program.accounts["m"].wallet == 0


@pytest.mark.parametrize("name", PRESETS)
def test_the_linter_says_how_much_of_the_first_order_has_to_stay(name: str) -> None:
    bound = next(f for f in lint(preset(name)) if f.code == "young-program-bound")
    assert f"leaves less than ¥{ENOUGH[name] / 100:.2f} of what was paid" in bound.text.say("en")


def test_dividend_brings_ten_points_for_two_thousand_to_the_first_and_to_the_tenth() -> None:
    program = Program(preset("dividend").plan)
    for number in range(10):
        order = {"id": f"o{number}", "type": "purchase", "member": f"m{number}"}
        receipt = program.submit(order | {"paid": 200_000, "profit": 70_000}).receipt
        assert receipt.fields == {
            "points": 10_000_000,
            "contribution": 60_000,  # 30% of 2,000.00
            "dividend": 21_000,  # 30% of 700.00
        }
        assert program.accounts[f"m{number}"].quota == 400_000


def test_dividend_brings_fewer_points_when_fees_have_raised_the_price() -> None:
    program = Program(preset("dividend").plan)
    for number in range(2):
        order = {"id": f"o{number}", "type": "purchase", "member": f"m{number}"}
        program.submit(order | {"paid": 200_000, "profit": 0})
    program.submit({"id": "r", "type": "redeem", "account": "m0", "points": "all"})
    # 600.00 − 10% leaves; 1,200.00 − 540.00 = 660.00 for 10 points: 66.00 each
    late = {"id": "o9", "type": "purchase", "member": "m9", "paid": 200_000, "profit": 0}
    assert program.submit(late).receipt.fields["points"] == 9_090_909  # 600 / 66


def test_mall_takes_half_of_the_margin_and_thirty_percent_of_it() -> None:
    program = Program(preset("mall").plan)
    order = {"id": "o", "type": "purchase", "member": "m", "paid": 10_000, "profit": 2_000}
    receipt = program.submit(order).receipt
    assert (receipt.fields["contribution"], receipt.fields["dividend"]) == (1_000, 600)
    assert receipt.fields["points"] == 7_000_000  # 70% of 10.00 at 1.00
    assert program.accounts["m"].quota == 3_000  # three times 10.00


def test_green_lets_no_member_have_cash() -> None:
    program = Program(preset("green").plan)
    program.submit({"id": "o", "type": "purchase", "member": "m", "paid": 10_000})
    redeem = {"id": "r", "type": "redeem", "account": "m", "points": "all"}
    assert str(program.submit(redeem).receipt.error) == "not_allowed"
    withdraw = {"id": "w", "type": "withdraw", "account": "m", "amount": 1}
    assert str(program.submit(withdraw).receipt.error) == "not_allowed"


def test_green_points_pay_for_goods_and_turn_into_credit() -> None:
    program = Program(preset("green").plan)
    program.submit({"id": "o", "type": "purchase", "member": "m", "paid": 10_000})
    program.submit({"id": "p", "type": "purchase", "member": "n", "paid": 10_000})
    program.submit({"id": "s", "type": "open_merchant", "merchant": "s"})
    pay = {"id": "g", "type": "pay_points", "member": "m", "merchant": "s", "amount": 100}
    assert program.submit(pay).receipt.ok
    assert program.submit({"id": "c", "type": "convert", "member": "m", "points": "all"}).receipt.ok


def test_cooperative_gives_everybody_the_same_points() -> None:
    program = Program(preset("cooperative").plan)
    for number in range(50):
        order = {"id": f"o{number}", "type": "purchase", "member": f"m{number}"}
        receipt = program.submit(order | {"paid": 10_000, "profit": 3_500}).receipt
        assert receipt.fields["points"] == 10_000_000


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_promises_a_gain(name: str, lang: Lang) -> None:
    text = preset_text(name, lang).lower()
    for promise in ("guarantee", "only rises", "can't lose", "保本", "只涨不跌", "稳赚", "必涨"):
        assert promise not in text


@pytest.mark.parametrize("name", PRESETS)
def test_the_chinese_file_is_commented_in_chinese_throughout(name: str) -> None:
    comments = [line for line in preset_text(name, "zh").split("\n") if line.startswith("# ")]
    chinese = [c for c in comments if any("一" <= sign <= "鿿" for sign in c)]
    assert len(comments) - len(chinese) <= 1  # the example of a switched-off line
