"""The words of the report's charts and tables."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

FIGURE_WORDS: Final[Mapping[str, Text]] = {
    "under_share": Text("under 0.1%", "不到 0.1%"),
    "chart_money": Text("Of every {hundred} of sales", "每 {hundred} 销售额"),
    "chart_price": Text("Price of a point ({unit})", "积分价格（{unit}）"),
    "says_price": Text(
        "Line: from {first} to {last}.",
        "折线图：从 {first} 到 {last}。",
    ),
    "chart_supply": Text("Points in existence", "流通量（积分）"),
    "says_supply": Text("Line: {last:point|points} at the end.", "折线图：最后有 {last} 个积分。"),
    "chart_reserve": Text("Cash held for members ({unit})", "为会员备好的现金（{unit}）"),
    "says_reserve": Text(
        "Stacked areas: at the end {reserve} in the reserve and {cash} as dividends and wallets.",
        "堆积面积图：最后积分准备金 {reserve}，分红和余额 {cash}。",
    ),
    "line_reserve": Text("reserve", "积分准备金"),
    "line_cash": Text("dividends, wallets", "分红与余额"),
    "chart_spread": Text("How members compare with the average", "会员与平均数相比"),
    "says_spread": Text(
        "Bars: {below} have less than the average.", "条形图：{below} 低于平均数。"
    ),
    "spread_0": Text("less than a quarter of the average", "不到平均数的四分之一"),
    "spread_1": Text("a quarter to half", "四分之一到一半"),
    "spread_2": Text("half to the average", "一半到平均数"),
    "spread_3": Text("once to twice the average", "平均数的 1 到 2 倍"),
    "spread_4": Text("2 to 5 times", "2 到 5 倍"),
    "spread_5": Text("5 times and more", "5 倍及以上"),
    "chart_cohorts": Text(
        "What a member has, by month of joining ({unit})", "人均拥有，按加入月份（{unit}）"
    ),
    "says_cohorts": Text(
        "Bars by month: those who joined in {first_month} have {first} on average, "
        "those of {last_month} {last}.",
        "按月柱形图：{first_month} 加入的人均 {first}，{last_month} 加入的人均 {last}。",
    ),
    "bar_mean": Text("average", "平均"),
    "dot_median": Text("half have less", "一半的人低于"),
    "chart_hundred": Text(
        "For every {hundred} paid, by month of joining", "每付 {hundred} 所得，按加入月份"
    ),
    "says_hundred": Text(
        "Bars by month: {first} for those of {first_month}, {last} for those of {last_month}, "
        "{all} for everybody.",
        "按月柱形图：{first_month} 加入的 {first}，{last_month} 加入的 {last}，全体 {all}。",
    ),
    "bar_cohort": Text("this month's", "当月加入"),
    "level_all": Text("everybody", "全体"),
    "chart_lorenz": Text("How equally it is spread", "分配是否平均"),
    "says_lorenz": Text(
        "Lorenz curve: members with least first against their share of everything; "
        "the half with least has {half}.",
        "洛伦兹曲线：从最少的会员排起，累计占全部的比例；最少的一半会员占 {half}。",
    ),
    "lorenz_curve": Text("members", "会员"),
    "lorenz_equal": Text("equal shares", "人人相同"),
    "chart_fifths": Text(
        "Brought in and received per member ({unit})", "人均计提额与所得（{unit}）"
    ),
    "says_fifths": Text(
        "Paired bars, averages: the first fifth brought {brought_first} and received "
        "{received_first}, the newest fifth brought {brought_last} and received {received_last}.",
        "成对柱形图，人均：最早的五分之一计提额 {brought_first}、所得 {received_first}，"
        "最晚的五分之一计提额 {brought_last}、所得 {received_last}。",
    ),
    "bar_brought": Text("brought in", "计提额"),
    "bar_received": Text("received", "所得"),
    "fifth_1": Text("first", "最早"),
    "fifth_2": Text("2nd", "第二"),
    "fifth_3": Text("3rd", "第三"),
    "fifth_4": Text("4th", "第四"),
    "fifth_5": Text("newest", "最晚"),
    "fifth_all": Text("All", "全体"),
    "chart_quota": Text("Ceilings and the money for them", "收益上限与可用的钱"),
    "says_quota": Text(
        "Bars: {granted} granted, {fillable} brought in for members, {used} used.",
        "条形图：发放 {granted}，为会员带来 {fillable}，已用 {used}。",
    ),
    "quota_granted": Text("allowed by the ceilings", "收益上限允许"),
    "quota_fillable": Text("brought in for members", "为会员带来的钱"),
    "quota_used": Text("used so far, fees included", "已用（含手续费）"),
    "chart_exits": Text("Exits and sales of points, so far", "累计自动卖出与主动卖出次数"),
    "says_exits": Text(
        "Lines: {exits:exit|exits} and {sold} sales by the end.",
        "折线图：到最后到达上限自动卖出 {exits} 次，主动卖出 {sold} 次。",
    ),
    "line_exits": Text("exits", "到达上限自动卖出"),
    "line_sold": Text("sales by choice", "自愿卖出"),
    "chart_cost": Text("Cost as a share of each month's sales", "成本占当月销售额"),
    "says_cost": Text(
        "Bars by month, and a line at {share} for the whole period.",
        "按月柱形图，横线是整段时间的 {share}。",
    ),
    "bar_month": Text("by month", "当月"),
    "level_whole": Text("whole period", "整段时间"),
    "chart_dividends": Text("Dividends given, by month ({unit})", "每月分红（{unit}）"),
    "says_dividends": Text(
        "Bars by month: the best month gave {best}, the weakest {worst}.",
        "按月柱形图：最多的月份分了 {best}，最少的 {worst}。",
    ),
    "bar_dividends": Text("dividends", "分红"),
    "head_where": Text("Where", "去向"),
    "head_amount": Text("Amount", "金额"),
    "head_of_hundred": Text("Of every {hundred}", "每 {hundred}"),
    "head_month": Text("Joined", "加入"),
    "head_members": Text("Members", "人数"),
    "head_mean": Text("Average", "人均"),
    "head_median": Text("Median", "中位数"),
    "head_per_hundred": Text("Per {hundred} paid", "每付 {hundred}"),
    "head_group": Text("Joined", "加入先后"),
    "head_brought": Text("Brought in", "计提额"),
    "head_received": Text("Received", "所得"),
    "head_difference": Text("Difference", "差额"),
    "head_what": Text("What", "项目"),
    "head_number": Text("Number", "笔数"),
    "head_member": Text("Member", "会员"),
    "head_since": Text("Since", "加入日期"),
    "head_paid": Text("Paid", "消费"),
    "head_has": Text("Has", "拥有"),
    "row_all": Text("All", "合计"),
    "table_money": Text("The sales, exactly", "销售额明细"),
    "table_cohorts": Text("By month of joining", "按加入月份"),
    "table_largest": Text("The members who would have most", "拥有最多的会员"),
    "table_fifths": Text(
        "Per member, in five groups by order of joining",
        "人均，会员按加入先后分五组",
    ),
    "member_mean": Text("Average", "平均"),
    "member_median": Text("Median (half have less)", "中位数（一半的人低于它）"),
    "member_below": Text("Under the average", "低于平均数的会员"),
    "member_oldest": Text("First tenth to join, average", "最早十分之一，人均"),
    "member_newest": Text("Newest tenth, average", "最晚十分之一，人均"),
    "member_everything": Text("All members together", "全体会员合计"),
    "price_first": Text("Price after the first day", "首日之后的价格"),
    "price_last": Text("Price at the end", "最后的价格"),
    "price_supply": Text("Points in existence", "流通量（积分）"),
    "price_reserve": Text("Reserve", "积分准备金"),
    "price_dividends": Text("Dividends given to members", "已分给会员的分红"),
    "price_settled": Text("of these settled into wallets", "其中已记入余额"),
    "price_wallets": Text("In members' wallets", "会员余额合计"),
    "row_refunds": Text("Refunds of known customers", "有顾客的退款"),
    "row_refunds_in_window": Text("of these inside the return window", "其中退货期内"),
    "row_refunds_late": Text("of these later", "其中退货期后"),
    "row_unmatched_refunds": Text("Refunds that fit no earlier order", "找不到对应订单的退款"),
    "row_shortfalls": Text("Shortfalls, borne by the shop", "缺口，由店铺承担"),
    "row_skipped_without_customer": Text("Without a customer", "没有顾客"),
    "row_skipped_without_amount": Text("Without an amount", "没有金额"),
    "row_skipped_by_status": Text("Not paid, by their status", "按状态未付款"),
    "row_skipped_other_currency": Text("In another currency", "其他货币"),
    "row_skipped_bad_rows": Text("Unreadable rows", "无法读取的行"),
    "row_rejected": Text("Orders rejected by the rules", "被规则拒绝的订单"),
    "row_rejected_refunds": Text("Refunds rejected by the rules", "被规则拒绝的退款"),
}
