"""Whatever the bytes are, reading a plan gives a plan or a message, and no traceback."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plans.plans import BASE, toml
from tests.plans.test_files import ENGINE
from tongbao.plans.explain import page
from tongbao.plans.files import PlanFile, PlanFileError, load_plan
from tongbao.plans.lint import lint, refused
from tongbao.plans.verdict import verdict_json, verdict_page
from tongbao.plans.words import LANGS

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIGURES = st.sampled_from(
    [
        *('"0%"', '"100%"', '"-1%"', '"99.99%"', '"0.01%"', '"100000%"', '"1"', '"0"', '"-0"'),
        *("0.3", "nan", "-inf", "1e999", "[]", '["1%"]', '["1%","2%","3%"]', "true", "{}"),
        *('"profit"', '"sales"', '"contribution"', "1979-05-27"),
        *("9" * 100, "0x" + "f" * 100, '"' + "9" * 39 + '"'),
    ]
)


def read(raw: bytes, name: str) -> PlanFile | None:
    """Read the bytes as a plan and print all there is to print about them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        try:
            file = load_plan(path)
        except PlanFileError as refusal:
            error = refusal
        else:
            assert verdict_page(file.name, lint(file), "en").encode()
            assert page(file, "zh").encode()
            return file
    assert error.problems
    for lang in LANGS:
        assert all(line.startswith(str(path)) for line in error.say(lang).split("\n"))
        assert error.say(lang).encode()
        assert verdict_page(str(path), refused(error), lang).encode()
        assert json.loads(verdict_json(str(path), refused(error), lang))
    return None


@given(st.binary(max_size=300), st.sampled_from(["plan.toml", "plan.json", "plan"]))
def test_any_bytes_are_read_without_a_traceback(raw: bytes, name: str) -> None:
    read(raw, name)


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_traceback(text: str) -> None:
    read(text.encode("utf-8", "surrogatepass"), "plan.toml")


@given(st.dictionaries(st.sampled_from(sorted(ENGINE)) | st.text(), JSON_VALUES, max_size=5))
def test_any_json_values_are_read_without_a_traceback(changes: dict[str, object]) -> None:
    read(json.dumps(ENGINE | changes).encode(), "plan.json")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(BASE)), FIGURES | st.none(), max_size=3))
def test_any_figures_are_read_checked_and_explained(lines: dict[str, str | None]) -> None:
    read(toml(**lines).encode(), "plan.toml")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_plan_is_read_without_a_traceback(data: st.DataObject) -> None:
    raw = bytearray(toml(), "utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    read(bytes(raw), "plan.toml")


def rates(most: int) -> st.SearchStrategy[str]:
    """Percentages up to so many basis points."""
    return st.integers(0, most).map(lambda bps: f'"{bps // 100}.{bps % 100:02d}%"')


def lists(most: int) -> st.SearchStrategy[str]:
    return st.lists(rates(most), max_size=2).map(lambda items: f"[{', '.join(items)}]")


BASES = st.sampled_from(
    [('"sales"', '"sales"'), ('"sales"', '"contribution"'), ('"profit"', '"contribution"')]
)


@settings(max_examples=80, deadline=None)
@given(
    BASES,
    st.fixed_dictionaries(
        {
            "backing": rates(12_000),
            "grant": rates(6_000),
            "dividend": rates(12_000),
            "quota": rates(12_000),
            "merchant_quota": rates(12_000),
            "exit_fee": rates(9_999),
            "referral_cash": lists(10_000),
            "referral_points": lists(2_000),
            "dividend_base": st.sampled_from(['"sales"', '"profit"']),
            "max_supply": st.sampled_from(['"0.000001"', '"5"', '"1,000,000,000,000"']),
            "min_supply": st.sampled_from(['"0.000001"', '"100"']),
            "issue_price": st.sampled_from(['"0.01"', '"1.00"', '"9,999,999.99"']),
            "spend_per_point": st.sampled_from([None, '"0.01"', '"200.00"']),
            "cash_redemption": st.sampled_from(["true", "false"]),
            "cash_withdrawal": st.sampled_from(["true", "false"]),
        }
    ),
)
def test_any_sound_plan_is_accepted_linted_and_explained(
    bases: tuple[str, str], lines: dict[str, str | None]
) -> None:
    both = {"backing_base": bases[0], "quota_base": bases[1]}
    assert read(toml(**lines, **both).encode(), "plan.toml") is not None
