"""The backtest's figures against hand-made expectations and against the money that came in."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.lab.shop import EXAMPLES, HEADER, MAPPING, played, wine, written
from tongbao.lab.result import BacktestResult


def founding(folder: Path, orders: int = 100) -> Path:
    """Return orders of 100.00 by different buyers, four a day."""
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 12, 31), eager=True)
    rows = (f"o{n:04d},m{n:04d},{days[n // 4]}T{n % 4:02d}:00,100.00\n" for n in range(orders))
    return written(folder, HEADER + "".join(rows))


def test_the_founding_example_has_its_price_and_supply_after_100_orders(tmp_path: Path) -> None:
    result = played(founding(tmp_path), settle_after=0)
    summary = result.summary
    assert summary["price"] == "517.307742"  # 300,000 fen / 579.925594 points; the spec's 5.1731
    assert summary["supply_atoms"] == 579_925_594
    assert (summary["reserve"], summary["contributed"], summary["sales"]) == (
        *(300_000, 300_000, 1_000_000),
    )
    assert (summary["orders"], summary["members"], summary["days"]) == (100, 100, 25)
    first = result.members.row(0, named=True)
    assert (first["points_atoms"], first["value"], first["has"]) == (21_000_000, 10863, 10863)


def test_leaving_today_pays_the_reserve_out_and_no_more(tmp_path: Path) -> None:
    summary = played(founding(tmp_path), settle_after=0).summary
    leaving: Any = summary["leave_today"]
    assert leaving["members"] == 100
    assert leaving["gross"] - leaving["fee"] == leaving["net"] <= 300_000
    assert leaving["left_in_reserve"] == 0
    # The example's first buyer has 108.63 before the fee and 97.76 after it, and sells first.
    assert leaving["gross"] > 10863


def test_leaving_today_changes_nothing(tmp_path: Path) -> None:
    result = played(founding(tmp_path), settle_after=0)
    assert result.summary["redemptions"] == 0
    assert result.days["holders"].to_list()[-1] == 100


def test_leaving_at_the_end_comes_to_what_leaving_today_foretold(tmp_path: Path) -> None:
    foretold: Any = played(founding(tmp_path), settle_after=0).summary["leave_today"]
    left = played(founding(tmp_path), settle_after=0, behaviour="leave-at-end").summary
    assert left["redemptions_net"] == foretold["net"]
    assert left["leave_today"] == foretold
    assert left["supply_atoms"] == 0


HAND_MADE = """\
1,ann,2024-01-01T09:00,100.00
2,bob,2024-01-01T10:00,50.00
3,,2024-01-01T11:00,70.00
4,ann,2024-01-02T09:00,0.00
5,ann,2024-01-03T09:00,-30.00
6,bob,2024-01-20T09:00,-20.00
7,cat,2024-01-04T09:00,40.00
8,cat,2024-01-05T09:00,-40.00
9,dan,2024-01-06T09:00,-15.00
10,bob,2024-01-06T09:00,10.00
11,bob,2024-01-25T09:00,-60.00
"""


def test_a_hand_made_history_is_counted_as_by_hand(tmp_path: Path) -> None:
    # Orders 1 (70.00 left, posted on day 8), 2 (posted on day 8, 20.00 back on day 20), 10
    # (posted on day 13). 7 is returned whole. 9 matches nothing. 11 wants 60.00: order 10 gives
    # 10.00, order 2 its last 30.00, 20.00 match nothing.
    summary = played(written(tmp_path, HEADER + HAND_MADE), settle_after=7).summary
    expected = {
        "rows": 11,
        "orders": 4,
        "refunds": 5,
        "skipped_without_customer": 1,
        "skipped_without_amount": 1,
        "refunds_in_window": 2,
        "refunds_in_window_amount": 7000,
        "refunds_late": 3,
        "refunds_late_amount": 6000,
        "unmatched_refunds": 2,
        "unmatched_refunds_wholly": 1,
        "unmatched_refunds_amount": 3500,
        "orders_wholly_returned": 1,
        "purchases": 3,
        "members": 2,
        "sales": 13000,
        "refunded_sales": 6000,
        "contributed": 3900,
        "first_day": "2024-01-01",
        "last_day": "2024-01-25",
        "days": 25,
    }
    assert {key: summary[key] for key in expected} == expected


def test_each_part_of_the_sales_has_gone_somewhere(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + HAND_MADE)
    plan_file = wine(dividend_bps=500, cash_redemption=True)
    summary = played(path, plan_file, settle_after=7).summary
    money: Any = summary["money"]
    assert sum(money.values()) == 13000 - 6000
    cost = 7000 - money["kept_by_shop"]
    assert summary["cost_share_of_sales"] == f"{cost / 7000:.6f}"
    now: Any = summary["program_money"]
    parts = sum(value for key, value in now.items() if key != "money_in")
    assert now["money_in"] == parts == 3900 + summary["dividend_in"]  # type: ignore[operator]  # an int


def test_the_days_add_up_to_the_summary(tmp_path: Path) -> None:
    result = played(
        founding(tmp_path), wine(dividend_bps=500), behaviour="hazard:3%", settle_after=2
    )
    pairs = (
        *(("orders", "purchases"), ("sales", "sales"), ("contributed", "contributed")),
        *(("dividend_in", "dividend_in"), ("distributed", "dividends_paid")),
        *(("exits", "exits"), ("redemptions", "redemptions")),
        ("redemptions_net", "redemptions_net"),
    )
    for column, key in pairs:
        assert result.days[column].sum() == result.summary[key], column
    last = result.days.row(-1, named=True)
    for key in ("reserve", "supply_atoms", "price", "wallets", "members"):
        assert last[key] == result.summary[key]
    assert result.summary["redemptions"] > 0  # type: ignore[operator]  # an int


def test_every_calendar_day_is_closed_once(tmp_path: Path) -> None:
    closed = []

    def sink(command: object, receipt: object) -> None:
        assert isinstance(command, dict)
        if command["type"] == "close_day":
            closed.append((command["day"], command["at"]))

    text = "1,ann,2024-02-27,5\n2,ann,2024-03-02,5\n"
    played(written(tmp_path, HEADER + text), settle_after=0, sink=sink)
    assert closed == [
        ("2024-02-27", "2024-02-28T00:00:00"),
        ("2024-02-28", "2024-02-29T00:00:00"),
        ("2024-02-29", "2024-03-01T00:00:00"),
        ("2024-03-01", "2024-03-02T00:00:00"),
        ("2024-03-02", "2024-03-03T00:00:00"),
    ]


def test_an_order_at_midnight_belongs_to_the_day_that_begins(tmp_path: Path) -> None:
    text = "1,ann,2024-01-01T23:59:59,5\n2,bob,2024-01-02T00:00:00,7\n"
    result = played(written(tmp_path, HEADER + text), settle_after=0)
    assert result.days["sales"].to_list() == [500, 700]


def test_members_statistics_agree_with_plain_arithmetic(tmp_path: Path) -> None:
    rows = [
        f"{n},m{n * n % 11},2024-01-{n % 28 + 1:02d},{(n * 37) % 900 + 1}.00\n"
        for n in range(1, 60)
    ]
    result = played(written(tmp_path, HEADER + "".join(rows)), wine(dividend_bps=500))
    has = result.members["has"].to_list()
    count, total = len(has), sum(has)
    summary = result.summary
    ranked = sorted(has)
    assert count == 6
    assert summary["members_mean"] == total // count
    assert summary["members_median"] == (ranked[2] + ranked[3]) // 2
    below = sum(1 for x in has if Fraction(x) < Fraction(total, count))
    assert summary["share_below_mean"] == f"{below / count:.6f}"
    pairs = sum(abs(x - y) for x in has for y in has)
    assert float(str(summary["gini"])) == pytest.approx(pairs / (2 * count * total), abs=1e-6)
    assert summary["newest_decile_mean"] == has[-1]
    assert summary["oldest_decile_mean"] == has[0]
    assert summary["top_decile_share"] == f"{ranked[-1] / total:.6f}"


def test_what_a_member_has_is_all_of_it(tmp_path: Path) -> None:
    result = played(founding(tmp_path, 40), wine(dividend_bps=500), behaviour="redeem-when-up:1.5")
    for row in result.members.iter_rows(named=True):
        assert row["has"] == row["value"] + row["wallet"] + row["credit"] + row["accrued"]
        assert row["wallet"] == row["dividends"] + row["redeemed_net"] + row["exit_net"]
        assert row["quota"] - row["owed"] == (
            row["quota_granted"] - row["quota_lost"] - row["quota_used"] - row["quota_forfeited"]
        )
        assert row["quota_granted"] == 2 * row["paid"]
    members = result.members
    assert members["wallet"].sum() == result.summary["wallets"]
    assert members["order_number"].to_list() == list(range(40))


def test_exits_are_counted_where_the_quota_is_small(tmp_path: Path) -> None:
    # A quota of 25% of 100.00: the first buyer's 21 points are worth 25.00 at a price of 1.1905,
    # so right at their own order, at 1.4286, they are sold for 25.00 less 10%.
    result = played(founding(tmp_path, 3), wine(quota_bps=2500), settle_after=0)
    first = result.members.row(0, named=True)
    assert (first["exits"], first["exit_net"], first["points_atoms"]) == (1, 2250, 0)
    assert result.summary["exits"] == result.days["exits"].sum() >= 1


def test_orders_that_the_plan_rejects_are_counted_with_their_money(tmp_path: Path) -> None:
    plan_file = wine(backing_bps=8000, dividend_bps=3000)  # 110% of every order
    text = "1,ann,2024-01-01,100\n2,ann,2024-01-20,-10\n"
    summary = played(written(tmp_path, HEADER + text), plan_file).summary
    assert summary["rejected_commands"] == {
        "purchase: overspent": 1,
        "refund: unknown_purchase": 1,
    }
    assert summary["rejected_amount"] == 11000
    assert (summary["sales"], summary["members"]) == (0, 0)


def test_every_figure_has_its_sentence_in_both_languages(tmp_path: Path) -> None:
    summary: Any = played(founding(tmp_path, 3)).summary
    named = {"plan", "currency", "source", "layout", "definitions", "definitions_zh"}
    named |= {"reading_notes", "reading_notes_zh", "bad_rows", "bad_rows_zh"}
    assert set(summary) - named == set(summary["definitions"]) == set(summary["definitions_zh"])


def test_money_is_whole_and_ratios_are_decimal_text(tmp_path: Path) -> None:
    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(floats(v) for v in value.values())
        return isinstance(value, float)

    assert not floats(dict(played(founding(tmp_path, 3)).summary))


def test_an_assumed_profit_feeds_the_dividends(tmp_path: Path) -> None:
    plan_file = wine(dividend_base="profit", dividend_bps=3000)
    summary = played(founding(tmp_path, 10), plan_file, profit_bps=3500).summary
    assert summary["dividend_in"] == 10 * 1050  # 30% of 35.00
    assert summary["profit_bps"] == 3500


def test_a_column_of_profit_feeds_the_dividends(tmp_path: Path) -> None:
    text = "no,who,when,total,gain\n1,ann,2024-01-01,100,20\n2,bob,2024-01-02,100,-5\n"
    plan_file = wine(dividend_base="profit", dividend_bps=3000)
    result: BacktestResult = played(
        written(tmp_path, text), plan_file, mapping=f"{MAPPING},profit=gain"
    )
    assert result.summary["dividend_in"] == 600
    assert result.summary["profit_bps"] is None


def test_the_bundled_history_keeps_its_money_together() -> None:
    plan_file = wine("GBP", dividend_base="profit", dividend_bps=3000)
    result = played(
        EXAMPLES / "online_retail_orders.csv.gz", plan_file, profit_bps=3500, mapping=None
    )
    summary: Any = result.summary
    # 18,532 orders of 8,911,407.90; the file's own sums, less what came back in the window.
    assert summary["sales"] + summary["refunds_in_window_amount"] == 891_140_790
    back = summary["refunds_in_window_amount"] + summary["refunds_late_amount"]
    assert back + summary["unmatched_refunds_amount"] == 61_134_209
    assert summary["contributed"] <= summary["sales"] * 3 // 10
    assert summary["contributed"] > summary["sales"] * 3 // 10 - summary["purchases"]
    assert summary["quota_granted"] == 2 * summary["sales"]
    assert sum(summary["money"].values()) == summary["sales"] - summary["refunded_sales"]
    assert summary["days"] == 381


def test_rejected_orders_are_counted_with_their_money(tmp_path: Path) -> None:
    # All of the sale and 20% more would be given away: overspent. The refund has no purchase.
    plan_file = wine(backing_bps=10000, dividend_bps=2000)
    path = written(tmp_path, HEADER + "1,ann,2024-01-01,100\n2,ann,2024-01-20,-30\n")
    summary = played(path, plan_file).summary
    expected = {
        "purchases": 0,
        "rejected_orders": 1,
        "rejected_orders_amount": 10000,
        "rejected_refunds": 1,
        "rejected_refunds_amount": 3000,
        "rejected_amount": 13000,
        "rejected_commands": {"purchase: overspent": 1, "refund: unknown_purchase": 1},
    }
    assert {key: summary[key] for key in expected} == expected


def test_the_profit_is_that_of_what_was_kept(tmp_path: Path) -> None:
    text = "no,who,when,total,gain\n1,ann,2024-01-01,100,33.33\n2,ann,2024-01-20,-50,\n"
    mapping = f"{MAPPING},profit=gain"
    path = written(tmp_path, text)
    assert played(path, mapping=mapping).summary["profit"] == 1666  # half of 3333, down
    assert played(path, mapping=mapping, settle_after=30).summary["profit"] == 1666
    assert played(path).summary["profit"] is None
    assert played(path, profit_bps=3000).summary["profit"] == 1500


def test_what_has_no_customer_is_told_with_its_amount(tmp_path: Path) -> None:
    summary = played(written(tmp_path, HEADER + HAND_MADE)).summary
    assert summary["skipped_without_customer_amount"] == 7000


def test_every_figure_has_a_definition_in_both_languages(tmp_path: Path) -> None:
    summary: Any = played(written(tmp_path, HEADER + HAND_MADE)).summary
    words = {"plan", "currency", "source", "layout", "definitions", "definitions_zh"}
    words |= {"reading_notes", "reading_notes_zh", "bad_rows", "bad_rows_zh"}
    assert set(summary) - words == set(summary["definitions"]) == set(summary["definitions_zh"])
    assert list(summary)[-2:] == ["definitions", "definitions_zh"]
