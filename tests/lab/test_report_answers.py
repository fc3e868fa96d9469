"""The report's answers: cash if all leave, profit, rejections, who gains from whom, and terms."""

import re
from pathlib import Path

import pytest

from tests.lab.report_pages import (
    DIVIDEND,
    Maker,
    assumed,
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
    told,
    words_of,
)
from tests.lab.report_stage import Row, played, steady_rows
from tongbao.lab.report import report_html
from tongbao.lab.result import BacktestResult
from tongbao.plans.words import Lang

PAYING_ROWS: list[Row] = [
    ("o1", "m1", "2024-01-01T10:00:00", 10_000),
    ("o2", "m2", "2024-01-01T11:00:00", 10_000),
    ("o3", "m1", "2024-01-02T10:00:00", 10_000),
]


def spending(folder: Path) -> BacktestResult:
    """The history of ``paying`` where members may spend money but not take it out."""
    changes = {**DIVIDEND, "grant_bps": 10_000, "cash_withdrawal": False}
    return played(folder, PAYING_ROWS, plan=changes)


def spending_credit(folder: Path) -> BacktestResult:
    """The same where points turn into store credit only."""
    cash = {"cash_redemption": False, "cash_withdrawal": False}
    return played(folder, PAYING_ROWS, plan={**DIVIDEND, "grant_bps": 10_000, **cash})


def free_to_leave(folder: Path) -> BacktestResult:
    return played(folder, steady_rows(3, 3), plan={"exit_fee_bps": 0})


def test_everybody_leaving_takes_cash_for_points_wallets_and_dividends() -> None:
    # By hand: 5% dividends are 10.00 on the first day and 5.00 on the second. m1, who holds half
    # the points on the first, buys again and has 5.00 less a fen of rounding in the wallet; the
    # other 10.01 are due. Points are worth 90.00: m1 sells 60 for 60.00 - 6.00, then m2 sells 30
    # for 36.00 - 3.60. 54.00 + 32.40 + 4.99 + 10.01 = 101.40; 90.00 - 54.00 - 32.40 = 3.60 is left.
    text = text_of(paying)
    assert (
        "the shop would have needed ¥101.40 in cash: ¥86.40 for points, ¥4.99 in members' wallets "
        "and ¥10.01 of dividends not yet settled." in text
    )
    assert "Paid for points, in cash ¥86.40 In members' wallets ¥4.99" in text
    assert "Dividends not yet settled ¥10.01 Needed in cash, all in all ¥101.40" in text
    assert "Left over by the wind-up, in the dividend fund ¥3.60" in text
    assert "the shop must have ¥101.40 in cash" in text


def test_everybody_leaving_is_said_in_chinese_too() -> None:
    text = text_of(paying, "zh")
    assert "店铺需要现金 ¥101.40：积分 ¥86.40，会员余额 ¥4.99，尚未记入余额的分红 ¥10.01。" in text
    assert "合计需要的现金 ¥101.40" in text


def test_members_who_have_left_are_not_paid_twice() -> None:
    # By hand: 30 points each; 30.00 - 3.00, then 33.00 - 3.30: 56.70, all of it in wallets by now.
    text = text_of(paid_out)
    assert "the shop would have needed ¥56.70 in cash: ¥56.70 for points." in text
    assert "Left over by the wind-up, in the dividend fund ¥3.30" in text


def test_store_credit_is_told_apart_from_cash() -> None:
    text = words_of(report_html(result_of(no_cash), "en"))
    assert "of store credit, which merchants take for goods" in text
    assert "for points" not in text.partition("In short")[2].partition("Sales")[0]


@pytest.mark.parametrize(
    ("profit", "said"),
    [
        (6_000, "That is ¥30.00 more than all the profit in these orders, ¥60.00"),
        (30_000, "That is 30% of the profit in these orders, ¥300.00."),
        (9_000, "That is 100% of the profit in these orders, ¥90.00."),
        (0, "These orders made no profit (¥0.00)"),
        (-500, "These orders made no profit (−¥5.00)"),
    ],
)
def test_what_is_given_up_is_compared_with_the_profit(profit: int, said: str) -> None:
    assert said in told(result_of(founding), profit=profit)  # 90.00 was given up


def test_an_unknown_profit_is_not_compared() -> None:
    short = told(result_of(founding), profit=None).partition("In short")[2].partition("Sales")[0]
    assert "profit" not in short


def test_an_assumed_profit_is_called_so() -> None:
    assert "¥300.00 as assumed" in told(result_of(assumed), profit=30_000)
    assert "按假设为 ¥60.00）还多 ¥30.00" in told(result_of(assumed), "zh", profit=6_000)


def test_orders_that_the_rules_rejected_are_told_in_short() -> None:
    rejected = {"overspent": 12, "profit_exceeds_paid": 1_000}
    amounts = {"rejected_amount": 123_456, "rejected_orders_amount": 123_456}
    figures = {"rejected_commands": rejected, **amounts}
    text = told(result_of(founding), "en", **figures)
    assert "The rules rejected 1,012 orders, which cost ¥1,235" in text
    assert (
        "the profit is more than what was paid (1,000); the plan would give away more than the "
        "customer paid (12)." in text
    )
    assert "Orders rejected by the rules 1,012 ¥1,235" in text
    chinese = told(result_of(founding), "zh", **figures)
    assert "利润大于实付金额（1,000 笔）；按方案要付出的比顾客付的还多（12 笔）。" in chinese


def test_only_rejected_orders_are_told_in_short_and_rejected_refunds_below() -> None:
    text = told(
        result_of(founding),
        rejected_commands={"purchase: overspent": 2, "refund: unknown_purchase": 1, "redeem: x": 9},
        rejected_amount=300,
        rejected_orders_amount=250,
        rejected_refunds=1,
        rejected_refunds_amount=50,
    )
    assert "The rules rejected 2 orders, which cost ¥2.50" in text
    assert "customer paid (2)." in text
    assert "Orders rejected by the rules 2 ¥2.50" in text
    assert "Refunds rejected by the rules 1 ¥0.50" in text


def test_orders_rejected_one_and_all_are_told_although_nothing_else_is() -> None:
    text = text_of(overspent)
    assert "No order could be posted to a customer" in text
    assert "The rules rejected 4 orders, which cost ¥400.00" in text


def test_what_has_no_customer_is_given_with_its_amount_where_it_is_known() -> None:
    text = told(result_of(busy), skipped_without_customer_amount=70_000)
    assert "Without a customer 1 ¥700.00" in text


def test_differences_above_zero_are_put_down_to_refunds() -> None:
    text = text_of(returned)
    assert "above zero: the contributions of returned orders that could not be fetched back" in text
    assert "left behind in fees" not in text


def test_differences_below_zero_are_put_down_to_what_was_left_behind() -> None:
    text = text_of(closed)
    assert re.search(r"below zero: that much went into the dividend fund", text)


def test_differences_that_cancel_out_are_not_explained() -> None:
    text = text_of(five)
    assert "above zero" not in text
    assert "below zero" not in text


def test_a_price_that_stood_still_is_told_in_few_words() -> None:
    page, text = page_of(flat), text_of(flat)
    assert "nobody's points gained from another's" in text
    assert "orders do not move the price" in text
    for noise in ("first fifth to join", "then the price can stand still", "Paired bars"):
        assert noise not in page
    assert "It needs new orders" not in text
    assert "when sales stop, it stands still" not in text
    assert "every later order raises it" not in text


def test_a_price_that_leavers_moved_is_compared_by_groups_in_spite_of_a_full_grant() -> None:
    text = text_of(no_fee_all_granted_but_leaving)
    assert "first fifth to join" in text
    assert "Orders and fees left behind move it" not in text


def test_the_chinese_page_has_the_glossarys_words() -> None:
    for make in (busy, five, flat, closed, no_cash):
        text = text_of(make, "zh")
        for other in ("单价", "投入", "商户", "清盘"):
            assert other not in text
        assert "计提额" in text
        assert not re.search("资金池|托底", text)


def test_money_that_cannot_be_taken_out_is_owed_and_no_cash() -> None:
    text = text_of(spending)  # the amounts are those of ``paying``, by hand above
    assert (
        "the shop would have owed members ¥101.40, which they may spend at merchants but not take "
        "out: ¥86.40 for points, ¥4.99 in members' wallets and ¥10.01 of dividends" in text
    )
    assert "Owed for points ¥86.40" in text
    assert "Owed to members, for them to spend ¥101.40" in text
    assert "On that day the shop owes members ¥101.40: a claim against the shop" in text


def test_money_that_cannot_be_taken_out_is_owed_in_chinese_too() -> None:
    text = text_of(spending, "zh")
    assert "店铺欠会员 ¥101.40，会员只能在商家花掉，不能提现：积分 ¥86.40，会员余额 ¥4.99" in text
    assert "合计欠会员，可购物 ¥101.40" in text
    assert "那一天店铺欠会员 ¥101.40" in text


def test_wallets_and_dividends_beside_store_credit_are_owed_as_well() -> None:
    text = text_of(spending_credit)  # 4.99 + 10.01
    assert "the shop would have owed members ¥15.00" in text
    assert "Owed to members, for them to spend ¥15.00" in text


@pytest.mark.parametrize("make", [spending, spending_credit])
def test_no_cash_is_asked_for_where_none_can_be_taken_out(make: Maker) -> None:
    english, chinese = text_of(make), text_of(make, "zh")
    for words in ("would have needed", "asked for", "in cash:", "in cash,", "¥101.40 in cash"):
        assert words not in english
    for words in ("店铺需要现金", "取走", "拿得出现金", "合计需要的现金", "付出的现金"):
        assert words not in chinese


@pytest.mark.parametrize(
    ("lang", "short", "beside"),
    [
        (
            "en",
            "of that at most. Fees count as taken out too, but they are not money received.",
            "the used part of the ceilings can be more than the money brought in",
        ),
        (
            "zh",
            "手续费也占用收益上限，但会员并没有收到这笔钱。",
            "已用收益上限可以多于订单为会员带来的钱",
        ),
    ],
)
def test_fees_are_told_from_money_received(lang: Lang, short: str, beside: str) -> None:
    text = text_of(returned, lang)
    assert short in text
    assert beside in text


def test_fees_are_not_told_beside_the_quotas_of_a_plan_without_them() -> None:
    text = text_of(free_to_leave)
    assert "that at most. A ceiling is a limit" in text
    assert "Fees count as taken out" not in text
    assert "do not receive the fees" not in text
