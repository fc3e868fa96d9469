"""The report: what it says, that it stands alone, and that odd results don't break it."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.lab.report_pages import (
    DIVIDEND,
    Maker,
    busy,
    closed,
    five,
    flat,
    founding,
    no_cash,
    no_fee_all_granted_but_leaving,
    overspent,
    page_of,
    paid_out,
    paying,
    result_of,
    returned,
    text_of,
    words_of,
)
from tests.lab.report_stage import emptied, played, steady_rows
from tests.tidy.vocabulary import find_unwanted
from tongbao.lab import plots, plots_canvas, report, report_answers, report_voice
from tongbao.lab.report import report_html, write_report
from tongbao.lab.report_words import WORDS
from tongbao.lab.result import BacktestResult
from tongbao.plans.words import LANGS, Lang, Text

SECTIONS = (
    *("money", "price", "members", "quota", "gains", "leave"),
    *("exits", "cost", "refunds", "left-out", "how"),
)
HOSTILE = "<script>alert('x')</script>\"&"
NAMES_IN_CHINESE_TEXT = {
    *("tongbao", "replay", "plan", "receipts", "again", "gunzip", "commands", "jsonl", "json"),
    *("summary", "days", "members", "parquet", "plots", "Founding", "orders"),
}


class Tags(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("lang", LANGS)
def test_every_section_is_there_in_both_languages(lang: Lang) -> None:
    page = page_of(busy, lang)
    titles = [f"{name.replace('-', '_')}_title" for name in SECTIONS]
    for name, title in zip(SECTIONS, titles, strict=True):
        assert f'<h2 id="{name}">{WORDS[title].say(lang)}</h2>' in page
    assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}">' in page


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("make", [busy, closed, flat, five, founding, no_cash, overspent, paying])
def test_the_report_has_no_word_that_we_do_not_use(make: Maker, lang: Lang) -> None:
    assert list(find_unwanted("report", text_of(make, lang))) == []


def test_the_answer_says_the_founding_examples_figures() -> None:
    # By hand: 3 orders of 100.00 put 90.00 into the reserve, 30%. 21 + 14.7 + 12.495 = 48.195
    # points share it: 39.21, 27.45 and 23.33. Mean 89.99 / 3; two of three are below it.
    # Quota 3 x 200.00; 90.00 of 600.00 is 15%.
    text = text_of(founding)
    assert "the shop would have given up 30% of its sales: ¥90.00 of ¥300.00" in text
    assert "the average member would have ¥29.99. Half of the 3 members" in text
    assert "would have ¥27.45 or less, and 66.7% would have less than the average" in text
    assert "allow members to take out ¥600.00" in text
    assert "brought for them fills 15% of that at most" in text


def test_the_table_of_the_sales_is_exact() -> None:
    text = text_of(founding)
    assert "Reserve behind the points ¥90.00 30.00" in text
    assert "Kept by the shop ¥210.00 70.00" in text


def test_the_chinese_answer_says_the_same_figures() -> None:
    text = text_of(founding, "zh")
    assert "店铺要让出销售额的 30%：¥300.00（已减退款）里的 ¥90.00。" in text
    assert "平均每位会员有 ¥29.99；3 位会员中有一半不超过 ¥27.45，66.7% 的会员低于平均数" in text


def test_groups_by_age_show_who_gains_from_whom() -> None:
    # By hand, five orders: points 21, 14.7, 12.495, 11.2455, 10.40209; supply 69.84259, reserve
    # 150.00. The first has 21 x 150 / 69.84259 = 45.10 for the 30.00 brought in, the last 22.34.
    text = text_of(five)
    assert (
        "first fifth to join brought ¥30.00 into the reserve and received ¥45.10 (+¥15.10)" in text
    )
    assert "newest fifth brought ¥30.00 and received ¥22.34 (−¥7.66)" in text


def test_the_order_within_a_day_and_the_replay_are_told() -> None:
    text = text_of(founding)
    assert "Within one day commands run by time, then by order id" in text
    assert "tongbao replay --plan plan.json" in text


def test_what_was_left_out_is_counted() -> None:
    text = text_of(busy)
    assert "Without a customer 1 " in text
    assert "Without an amount 1 –" in text
    assert "Refunds that fit no earlier order 1 ¥5.00" in text


def test_refunds_are_told_apart_by_the_window() -> None:
    text = text_of(busy)
    assert "of these inside the return window 1 ¥20.00" in text
    assert "of these later 1 ¥90.00" in text
    assert "Refunds of known customers 3 ¥115.00" in text


@pytest.mark.parametrize("lang", LANGS)
def test_no_key_and_no_brace_is_left_in_the_text(lang: Lang) -> None:
    text = text_of(busy, lang)
    assert not re.search(r"[{}]", text)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", text)


def test_the_chinese_page_has_no_english_words() -> None:
    page = page_of(busy, "zh")
    latin = set(re.findall(r"[A-Za-z]{4,}", words_of(page))) - NAMES_IN_CHINESE_TEXT
    assert not {word for word in latin if not re.fullmatch(r"m\d+", word)}


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_loads_nothing_and_runs_nothing(lang: Lang) -> None:
    page = page_of(busy, lang)
    for tag, attributes in Tags(page).found:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "action", "data", "poster", "srcset"}:
                assert (value or "").startswith("#"), (tag, name, value)
    assert not re.search(r"https?://|@import|url\((?!#)", page)


def test_names_from_files_are_escaped(tmp_path: Path) -> None:
    rows = [(f"o{n}", HOSTILE, f"2024-01-0{n}T10:00:00", 10_000) for n in (1, 2)]
    result = played(tmp_path, rows, name=HOSTILE, source=HOSTILE)
    page = report_html(result, "en", citation=HOSTILE)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") >= 4  # title too


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first", "second"))
    for folder in (first, second):
        write_report(result_of(busy), folder, "zh")
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(names) > 10
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_ids_are_unique_and_every_picture_has_words() -> None:
    tags = Tags(page_of(busy)).found
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pictures = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(pictures) > 10
    assert all(p.get("role") == "img" and p.get("aria-label") for p in pictures)
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")


def test_the_page_is_light() -> None:
    assert len(page_of(busy, "zh").encode()) < 1_500_000


def test_without_a_chinese_font_the_pictures_are_english_and_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots_canvas, "chinese_fonts", lambda: ())
    note = WORDS["plots_english"]
    cases: tuple[tuple[Lang, bool], ...] = (("zh", True), ("en", False))
    for lang, told in cases:
        page = write_report(result_of(founding), tmp_path, lang).read_text(encoding="utf-8")
        assert (note.say(lang) in page) is told


def huge(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(12, 24, paid=10**14), plan=DIVIDEND)


def no_fee_all_granted(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(6, 12), plan={"exit_fee_bps": 0, "grant_bps": 10_000})


def small_quota(folder: Path) -> BacktestResult:
    changes = {"quota_bps": 3_200, "dividend_base": "profit", "dividend_bps": 3_000}
    return played(folder, steady_rows(11, 60), profit_bps=3_500, plan=changes)


def no_quota(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(3, 6), plan={"quota_bps": 0})


def nothing(folder: Path) -> BacktestResult:
    return emptied(played(folder, steady_rows(2, 2)))


def quiet_days(folder: Path) -> BacktestResult:
    return emptied(played(folder, steady_rows(2, 9)), days=9)


def long_words(folder: Path) -> BacktestResult:
    rows = [(f"o{n}", "W" * 99 + str(n), f"2024-01-0{n}T10:00:00", 10_000) for n in range(1, 7)]
    return played(folder, rows, name="N" * 80, source="s" * 200 + ".csv", currency="KWD")


def yen(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(1, 1, paid=500), currency="JPY")


def spend_only(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(2, 4), plan={"cash_withdrawal": False})


def credit_for_points(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(2, 4), plan={"cash_redemption": False})


EDGES: tuple[Maker, ...] = (
    *(huge, closed, no_cash, no_fee_all_granted, small_quota, no_quota, nothing, quiet_days),
    *(long_words, yen, paying, paid_out, flat, returned, overspent, no_fee_all_granted_but_leaving),
    *(spend_only, credit_for_points),
)


@pytest.mark.parametrize("make", EDGES)
@pytest.mark.parametrize("lang", LANGS)
def test_odd_results_make_a_whole_page(make: Maker, lang: Lang) -> None:
    page = page_of(make, lang)
    assert page.rstrip().endswith("</html>")
    text = words_of(page)
    assert not re.search(r"\b(nan|inf|None|NaN|Decimal)\b", text)
    assert all(f'<h2 id="{name}">' in page for name in SECTIONS)


def test_one_member_is_no_distribution() -> None:
    text = text_of(yen)
    assert "The only member would have JP¥150 at the end" in text
    assert "Gini" not in text


def test_a_closed_pool_has_no_price() -> None:
    text = text_of(closed)
    assert "At the end there are no points, so there is no price" in text


def test_a_plan_without_dividends_says_so() -> None:
    assert "Dividends: this plan pays none" in text_of(founding)


def test_a_plan_without_cash_out_says_so() -> None:
    text = text_of(no_cash)
    assert "they would receive store credit" in text
    assert "This plan does not let members sell points for cash" in text


def test_nobody_buying_is_told_in_one_sentence() -> None:
    assert "No order could be posted to a customer" in text_of(nothing)


def test_the_citation_stands_at_the_end(tmp_path: Path) -> None:
    page = report_html(result_of(founding), "en", citation="Shop Data (2020), CC BY 4.0")
    text = words_of(page)
    assert "Source of the orders: Shop Data (2020), CC BY 4.0" in text


class Recorded(Mapping[str, Text]):
    """The words, noting which were said."""

    def __init__(self) -> None:
        self.said: set[str] = set()

    def __getitem__(self, key: str) -> Text:
        found = WORDS[key]
        self.said.add(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(WORDS)

    def __len__(self) -> int:
        return len(WORDS)


def test_every_word_is_said_by_some_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only what takes a broken file or a pool wound up by accident to be said is excused.
    excused = {
        *("reading_notes", "bad_rows", "row_rejected_refunds", "exits_wound_up", "cost_months"),
        *("row_skipped_by_status", "row_skipped_other_currency", "row_skipped_bad_rows"),
        *("quota_enough", "leave_left", "answer_early_late_equal", "plots_english"),
        *(key for key in WORDS if key.startswith(("rejected_", "answer_profit_"))),
        *("under_share", "card_dividends", "says_exits", "settle_none"),
    }
    words = Recorded()
    monkeypatch.setattr(report_voice, "WORDS", words)
    monkeypatch.setattr(report, "WORDS", words)
    monkeypatch.setattr(report_answers, "WORDS", words)
    monkeypatch.setattr(plots, "svg", lambda _: "")  # quicker, and it says nothing of its own
    for make in (busy, *EDGES):
        report_html(result_of(make), "zh", citation="x")
    assert not set(WORDS) - words.said - excused
