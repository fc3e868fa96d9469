"""A plan file gives a checked plan, or says file, line, field, reason and way out."""

import json
import time
from pathlib import Path

import pytest

from tests.plans.plans import BASE, plan_file, refusal_of, toml
from tongbao.plans.files import PlanFileError, load_plan
from tongbao.plans.lint import refused
from tongbao.plans.verdict import verdict_page
from tongbao.plans.words import LANGS

ENGINE = {
    "issue_price": 100,
    "max_supply": 10**14,
    "backing_base": "sales",
    "backing_bps": 3000,
    "grant_bps": 7000,
    "dividend_base": "sales",
    "dividend_bps": 0,
    "quota_base": "sales",
    "quota_bps": 20000,
    "merchant_quota_bps": 20000,
    "exit_fee_bps": 1000,
    "goods_fee_bps": 0,
    "referral_points_bps": [],
    "referral_cash_bps": [],
    "cash_redemption": True,
    "cash_withdrawal": True,
    "min_supply": 10**6,
    "min_holding": 10**4,
}


def written(folder: Path, text: str, name: str = "plan.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_field_is_read_into_the_engines_units() -> None:
    plan = plan_file(spend_per_point='"200.00"', referral_points='["10%", "0.5%"]').plan
    assert (plan.issue_price, plan.max_supply, plan.spend_per_point) == (100, 10**12, 20000)
    assert (plan.backing_base, plan.backing_bps, plan.grant_bps) == ("sales", 3000, 7000)
    assert (plan.dividend_base, plan.dividend_bps) == ("sales", 0)
    assert (plan.quota_base, plan.quota_bps, plan.merchant_quota_bps) == ("sales", 6000, 20000)
    assert (plan.exit_fee_bps, plan.goods_fee_bps) == (1000, 1000)
    assert (plan.referral_points_bps, plan.referral_cash_bps) == ((1000, 50), ())
    assert (plan.cash_redemption, plan.cash_withdrawal) == (True, True)
    assert (plan.min_supply, plan.min_holding) == (10**6, 10**4)


def test_money_follows_the_currency() -> None:
    assert plan_file(currency='"JPY"', issue_price='"100"').plan.issue_price == 100
    assert plan_file(currency='"KWD"', issue_price='"1"').plan.issue_price == 1000


def test_rarely_needed_fields_have_usual_values_and_are_named() -> None:
    file = plan_file(
        max_supply=None, min_supply=None, min_holding=None, referral_points=None, referral_cash=None
    )
    assert (file.plan.max_supply, file.plan.min_supply, file.plan.min_holding) == (
        10**14,
        10**6,
        10**4,
    )
    assert file.defaulted == (
        "max_supply",
        "referral_points",
        "referral_cash",
        "min_supply",
        "min_holding",
    )


@pytest.mark.parametrize("key", sorted(set(BASE) - {"name"}))
def test_a_missing_field_is_named_unless_it_is_rarely_needed(key: str, tmp_path: Path) -> None:
    if key in ("max_supply", "min_supply", "min_holding", "referral_points", "referral_cash"):
        return
    error = refusal_of(tmp_path, toml(**{key: None}))
    assert [(p.code, p.field) for p in error.problems] == [("missing_field", key)]
    assert f"{key} = " in str(error)


def test_json_has_the_engines_fields_and_counts_in_yuan(tmp_path: Path) -> None:
    file = load_plan(written(tmp_path, json.dumps(ENGINE), "plan.json"))
    assert (file.plan.grant_bps, file.currency, file.format) == (7000, "CNY", "json")


def test_json_is_known_by_its_first_sign_whatever_the_files_name(tmp_path: Path) -> None:
    assert load_plan(written(tmp_path, "\n " + json.dumps(ENGINE))).plan.grant_bps == 7000


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(b"\xef\xbb\xbf" + toml().replace("\n", "\r\n").encode())
    assert load_plan(tmp_path / "plan.toml").plan.grant_bps == 7000


def test_a_misspelt_key_is_named_with_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    error = refusal_of(tmp_path, toml(backing=None) + 'baking = "30%"\n')
    assert [(p.field, p.line) for p in error.problems] == [("baking", 20)]
    assert "Did you mean backing?" in str(error)


def test_an_engine_name_in_toml_is_answered_with_the_key_for_people(tmp_path: Path) -> None:
    error = refusal_of(tmp_path, toml(grant=None) + "grant_bps = 7000\n")
    assert 'Did you mean grant = "70%"?' in str(error)
    assert len(error.problems) == 1


def test_a_misspelt_json_field_is_named_with_the_nearest_name(tmp_path: Path) -> None:
    fields = {("bakcing_bps" if k == "backing_bps" else k): v for k, v in ENGINE.items()}
    error = refusal_of(tmp_path, json.dumps(fields, indent=1), "plan.json")
    assert "line 5, bakcing_bps" in str(error)
    assert "Did you mean backing_bps?" in str(error)


@pytest.mark.parametrize(
    ("line", "way_out"),
    [
        ({"backing": "0.3"}, 'If you mean "30%", write backing = "30%"'),
        ({"backing": "30"}, 'If you mean "30%", write backing = "30%"'),
        ({"exit_fee": "0.005"}, 'write exit_fee = "0.5%"'),
        ({"referral_points": "[0.1]"}, 'write referral_points = ["10%"]'),
        ({"issue_price": "1.00"}, 'issue_price = "1.00"'),
        ({"max_supply": "1000"}, 'max_supply = "100,000,000"'),
        ({"backing": "nan"}, 'backing = "30%"'),
        ({"backing": "1e999"}, 'backing = "30%"'),
        ({"backing": "true"}, 'backing = "30%"'),
        ({"backing": "1979-05-27"}, 'backing = "30%"'),
        ({"backing": "0x" + "f" * 5000}, 'backing = "30%"'),
    ],
)
def test_a_bare_number_is_refused_with_the_way_out(
    line: dict[str, str], way_out: str, tmp_path: Path
) -> None:
    error = refusal_of(tmp_path, toml(**line))
    assert [p.field for p in error.problems] == list(line)
    assert way_out in str(error)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"exit_fee": '"100%"'}, "a fee of 100% or more"),
        ({"goods_fee": '"250%"'}, "a fee of 100% or more"),
        ({"backing": '"-1%"'}, "may not be below zero"),
        ({"issue_price": '"0"'}, "at least one minor unit"),
        ({"max_supply": '"0"'}, "at least 0.000001 points"),
        ({"quota": '"100,000.01%"'}, "at most 100000%"),
        ({"referral_cash": '["100.01%"]'}, "at most 100%"),
        ({"max_supply": '"1,000,000,000,000.000001"'}, "figures end at"),
        ({"referral_points": '["1%","1%","1%"]'}, "a third level makes a pyramid"),
        ({"referral_cash": '["1%","1%","1%"]'}, "a third level makes a pyramid"),
        ({"grant": '"95%"', "referral_points": '["5%","1%"]'}, "are 101% of the contribution"),
        ({"backing_base": '"profit"'}, "backing comes from profit but the ceiling from sales"),
        ({"quota_base": '"profit"'}, 'Write one of "sales" / "contribution"'),
        ({"cash_redemption": '"yes"'}, "Write true or false"),
        ({"currency": '"RMB"'}, "no currency has the code 'RMB'"),
        ({"currency": "156"}, "a currency is an ISO 4217 code in quotes, not 156"),
        ({"name": r'"\u001b[2J"'}, "printable characters"),
    ],
)
def test_each_fault_is_said_in_plain_words(line: dict[str, str], said: str, tmp_path: Path) -> None:
    error = refusal_of(tmp_path, toml(**line))
    assert len(error.problems) == 1
    assert said in str(error)
    assert error.problems[0].way_out.say("en")
    assert error.problems[0].way_out.say("zh")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("backing_bps", "3000", "wrong_type"),
        ("backing_bps", 3000.0, "wrong_type"),
        ("backing_bps", True, "wrong_type"),
        ("backing_bps", None, "wrong_type"),
        ("backing_bps", {"a": 1}, "wrong_type"),
        ("backing_bps", -1, "negative"),
        ("issue_price", 0, "below_one"),
        ("max_supply", 10**18 + 1, "too_large"),
        ("quota_bps", 10**7 + 1, "rate_too_high"),
        ("referral_points_bps", [10001], "rate_too_high"),
        ("referral_cash_bps", 5, "wrong_type"),
        ("referral_cash_bps", [1, 1, 1], "too_many_levels"),
        ("exit_fee_bps", 10000, "fee_too_high"),
        ("grant_bps", 10001, "dilution"),
        ("backing_base", "profit", "quota_without_backing"),
        ("backing_base", [], "wrong_type"),
        ("cash_withdrawal", 1, "wrong_type"),
    ],
)
def test_each_fault_is_found_in_json_too(
    field: str, value: object, code: str, tmp_path: Path
) -> None:
    error = refusal_of(tmp_path, json.dumps(ENGINE | {field: value}), "plan.json")
    assert [p.code for p in error.problems] == [code]
    assert not error.unreadable


def test_several_problems_come_at_once_in_the_files_order(tmp_path: Path) -> None:
    error = refusal_of(tmp_path, toml(issue_price="1", grant='"70"', exit_fee='"100%"', quota=None))
    assert [(p.line, p.field) for p in error.problems] == [
        (3, "issue_price"),
        (7, "grant"),
        (12, "exit_fee"),
        (None, "quota"),
    ]


def test_a_refusal_names_file_line_field_reason_and_way_out(tmp_path: Path) -> None:
    error = refusal_of(tmp_path, toml(exit_fee='"100%"'))
    assert str(error) == (
        f"{tmp_path / 'plan.toml'}, line 13, exit_fee: "
        "a fee of 100% or more would leave members nothing. "
        'Write a fee below it, for example "10%".'
    )
    assert error.say("zh") == (
        f"{tmp_path / 'plan.toml'}，第 13 行，exit_fee："
        '手续费达到 100% 会让会员一分也拿不到。请填更低的手续费，例如 "10%"。'
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (b"name = '\xff'", "line 1: the text is not UTF-8"),
        (b"\n\nname = '\xb0'\n", "line 3: the text is not UTF-8"),
        (b"x" * 70_000, "larger than 64 KiB"),
        (b"backing = 30%\n", "line 1: this is not TOML"),
        (b"backing = 30%\n", 'Put the value in quotes: backing = "30%"'),
        ("backing = “30%”\n".encode(), "Use plain ASCII quotes"),
        ('backing ＝ "30%"\n'.encode(), "Use plain ASCII quotes"),
        (b'a = "1"\na = "2"\n', "line 2: this is not TOML"),
        (b"a = " + b"[" * 30_000, "nested too deeply"),
        (b"\na = " + b"9" * 5_000, "line 2: a number in it has thousands of digits"),
        (b'{"a":' * 12_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1, "a": 2}', "stands there twice"),
        (b'{\n"a": ' + b"9" * 5_000 + b"}", "line 2: a number in it has thousands of digits"),
        (b'{\n"a": 1,\n"b": }', "line 3: this is not JSON"),
        (b"{", "this is not JSON"),
        (b"\x00\x01\x02", "this is not TOML"),
    ],
)
def test_what_cannot_be_parsed_is_called_unreadable(raw: bytes, said: str, tmp_path: Path) -> None:
    error = refusal_of(tmp_path, raw)
    assert error.unreadable
    assert said in str(error)


ABSURD = {
    "a key of many parts": "x." * 20_000 + "x = 1",
    "a quoted key of many parts": '"x".' * 15_000 + "x = 1",
    "a header of many parts": "[" + "x." * 20_000 + "x]",
    "an inline table of many parts": "a = {" + "x." * 20_000 + "x = 1}",
    "many keys": "".join(f"k{n} = 1\n" for n in range(6_000)),
    "many tables": "".join(f"[k{n}]\n" for n in range(6_000)),
    "a line of blanks": "a = 1" + " " * 64_000 + '"',
    "empty lines": "\n" * 64_000 + "a = 1",
    "a list without end": "referral_points = [" + "1," * 30_000 + "]",
    "many keys in JSON": "{" + ",\n".join(f'"k{n}": 1' for n in range(5_000)) + "}",
    "a key twice in JSON": "{" + ",".join(f'"k{n}": 1' for n in [*range(5_000), 4_999]) + "}",
}


@pytest.mark.parametrize("name", ABSURD)
def test_an_absurd_file_is_answered_within_a_second(name: str, tmp_path: Path) -> None:
    assert len(ABSURD[name]) < 65_536
    start = time.process_time()
    error = refusal_of(tmp_path, ABSURD[name])
    verdict_page("a plan", refused(error), "en")
    assert time.process_time() - start < 1


def test_what_a_long_number_is_answered_with_names_no_function_of_python(tmp_path: Path) -> None:
    for text in ("a = " + "9" * 5_000, '{"a": ' + "9" * 5_000 + "}"):
        error = refusal_of(tmp_path, text)
        for lang in LANGS:
            assert "int_max_str_digits" not in error.say(lang)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"max_supply": "true"}, "Here belongs a figure in quotes, not true."),
        ({"backing": "[]"}, "Here belongs a figure in quotes, not a list."),
        ({"backing_base": "false"}, "Here belongs one of the choices, not false."),
        ({"referral_points": "true"}, "Here belongs a list, not true."),
        ({"currency": "true"}, "A currency is an ISO 4217 code in quotes, not true."),
        ({"backing": "nan"}, "Without quotes the unit of nan is a guess"),
        ({"cash_redemption": "[]"}, "Here belongs true or false, not a list."),
    ],
)
def test_a_value_is_named_as_toml_writes_it(
    line: dict[str, str], said: str, tmp_path: Path
) -> None:
    assert said in verdict_page("", refused(refusal_of(tmp_path, toml(**line))), "en")


def test_a_json_plan_that_dilutes_is_told_the_engines_fields(tmp_path: Path) -> None:
    fields = ENGINE | {"grant_bps": 9_500, "referral_points_bps": [600]}
    error = refusal_of(tmp_path, json.dumps(fields), "plan.json")
    assert "Lower grant_bps or referral_points_bps until they add up to at most 10000" in str(error)


def test_json_that_is_no_object_is_unreadable(tmp_path: Path) -> None:
    assert refusal_of(tmp_path, "[1, 2]", "plan.json").unreadable


def test_a_number_beyond_all_floats_is_refused_as_no_whole_number(tmp_path: Path) -> None:
    text = json.dumps(ENGINE).replace("3000", "1e999")
    assert [p.field for p in refusal_of(tmp_path, text).problems] == ["backing_bps"]


@pytest.mark.parametrize("name", ["missing.toml", "", "a\x00b", "x" * 5000, "\udcff.toml"])
def test_a_path_to_nothing_is_unreadable(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanFileError) as caught:
        load_plan(f"{tmp_path}/{name}")
    assert caught.value.unreadable
    assert caught.value.say("zh")


def test_signs_that_could_command_a_terminal_are_never_echoed(tmp_path: Path) -> None:
    error = refusal_of(tmp_path, toml() + '"\\u001b[31mred" = 1\n"\\u202e" = "\\ud7ff\\u0007"\n')
    assert all(line.isprintable() for line in str(error).split("\n"))


def test_lone_surrogates_out_of_json_can_be_printed(tmp_path: Path) -> None:
    error = refusal_of(tmp_path, '{"\\ud800": 1, "backing_base": "\\udfff"}')
    assert str(error).encode()
    assert error.say("zh").encode()
