"""The words of the report's last sections: who gains from whom, and how it was computed."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

RULE_WORDS: Final[Mapping[str, Text]] = {
    "gains_title": Text(
        "Who gains from whom, and what no member can count on",
        "谁的所得来自谁，会员不能指望什么",
    ),
    "gains_zero_sum": Text(
        "All points together are worth exactly the reserve of {reserve}, not a unit more. No money "
        "grows in there.",
        "全部积分合起来恰好值积分准备金里的 {reserve}，一分不多。钱在里面不会自己增长。",
    ),
    "gains_sources": Text(
        "What one member's points gain beyond that member's own contribution was brought in by "
        "other members' orders, or left behind by those who went.",
        "一位会员的积分超出其自身计提额的部分，来自其他会员的订单，或离开者留下的钱。",
    ),
    "gains_early": Text(
        "Points are granted at the price before the order. Who came early holds points bought at "
        "a low price, and every later order raises it for them.",
        "积分按下单前的价格发放。早来的人持有低价的积分，后来的每一单都为他们抬高价格。",
    ),
    "gains_granted": Text(
        "This plan grants the whole contribution as points, so orders do not raise the price for "
        "those who came before. What moves it are fees, refunds and roundings.",
        "本方案把计提额全部折成积分，所以新订单不会替先来的人抬高价格；"
        "推动价格的只有手续费、退款和取整。",
    ),
    "gains_flat": Text(
        "Here the price hardly moved: whoever came first or last, their points are worth what "
        "their own orders brought into the reserve, and nobody's points gained from another's.",
        "在这里价格几乎没有变：无论先来后来，积分的价值就是自己订单的计提额，"
        "没有谁的积分从别人那里得益。",
    ),
    "gains_dividends": Text(
        "Dividends go to whoever holds points, for as long as they hold them: for every {hundred} "
        "they paid, the first fifth received {first} in dividends, the newest fifth {last}.",
        "分红按持有的积分和时间发放：每付 {hundred}，最早的五分之一会员得到分红 {first}，"
        "最晚的五分之一得到 {last}。",
    ),
    "gains_groups": Text(
        "Here the average member of the first fifth to join brought {brought_first} into the "
        "reserve and received {received_first} ({difference_first}). One of the newest fifth "
        "brought {brought_last} and received {received_last} ({difference_last}).",
        "在这里，最早的五分之一会员人均付出计提额 {brought_first}，所得 {received_first}"
        "（{difference_first}）；最晚的五分之一人均计提额 {brought_last}，"
        "所得 {received_last}（{difference_last}）。",
    ),
    "gains_note": Text(
        "Brought in: the contributions of their orders, less refunds. Received: what their points "
        "are worth, and what they were paid for points; dividends are apart.",
        "计提额：其订单进入积分准备金的钱，已减退款。所得：积分的价值加上卖出积分得到的钱，"
        "不含分红。",
    ),
    "gains_note_above": Text(
        "Over all members the differences add up to {sum} above zero: the contributions of returned "
        "orders that could not be fetched back from the members. It stayed in the program, and the "
        "shop bore it.",
        "全体会员的差额合计为正 {sum}：这是退款订单的计提额中没能从会员那里收回的部分，"
        "留在了项目里，由店铺承担。",
    ),
    "gains_note_below": Text(
        "Over all members the differences add up to {sum} below zero: that much went into the "
        "dividend fund or into roundings.",
        "全体会员的差额合计为负 {sum}：这部分进入了分红金，或成了取整的零头。",
    ),
    "gains_few": Text(
        "With fewer than five members there are no groups to compare.",
        "会员不足五人，无法分组比较。",
    ),
    "count_title": Text("No member can count on this", "会员不能指望的事"),
    "count_price": Text(
        "That the price moves. It needs new orders; when sales stop, it stands still.",
        "价格会变动。它靠新订单；销售停了，价格就停了。",
    ),
    "count_price_granted": Text(
        "That the price rises. Orders do not raise it here.",
        "价格会上升。在本方案里，订单不会抬高价格。",
    ),
    "count_dividends_profit": Text(
        "Dividends. They are a share of profit: no profit, no dividend. The best month gave "
        "{best}, the weakest {worst}.",
        "分红。它是利润的一部分：没有利润就没有分红。最多的月份分了 {best}，最少的 {worst}。",
    ),
    "count_dividends_sales": Text(
        "Dividends. They are a share of sales: no sales, no dividend. The best month gave {best}, "
        "the weakest {worst}.",
        "分红。它是销售额的一部分：没有销售就没有分红。最多的月份分了 {best}，最少的 {worst}。",
    ),
    "count_dividends_none": Text(
        "Dividends: this plan pays none.",
        "分红：本方案没有分红。",
    ),
    "count_quota": Text(
        "The full ceiling. It is a limit; all the money for members made {coverage} of the ceilings.",
        "取满收益上限。它是上限；为会员带来的全部的钱只占它的 {coverage}。",
    ),
    "count_exit": Text(
        "Keeping points for ever. Whose points and dividends reach the ceiling is sold out without "
        "being asked ({exits:time|times} here).",
        "永远持有积分。积分和分红到达收益上限时，积分自动卖出，无需同意（这里发生了 {exits} 次）。",
    ),
    "count_fee": Text(
        "The full price. Who sells pays a fee of {fee}; it stays in the reserve and helps those "
        "who remain.",
        "按价格全额卖出。卖出者付 {fee} 手续费，留在积分准备金，受益的是没走的人。",
    ),
    "count_no_cash": Text(
        "Cash for points. This plan does not let members sell points for cash.",
        "积分换现金。本方案不允许会员卖出积分换现金。",
    ),
    "count_no_withdrawal": Text(
        "Taking the wallet out. This plan lets members spend it, not withdraw it.",
        "取出余额。本方案只允许会员花掉余额，不能提现。",
    ),
    "count_reserve": Text(
        "That the money is there. The reserve protects members only if the shop keeps it in cash "
        "and apart; this software cannot look into a bank account.",
        "钱一定在。只有店铺把积分准备金单独存成现金，会员才有保障；软件看不到银行账户。",
    ),
    "count_rules": Text(
        "That the rules stay. The shop can change the plan for later orders.",
        "规则不变。店铺可以为以后的订单修改方案。",
    ),
    "how_title": Text("How this was computed", "这是怎样算出来的"),
    "how_engine": Text(
        "The orders ran one by one through the same engine that would run the plan live.",
        "订单逐笔通过引擎计算，正式运行方案用的是同一个引擎。",
    ),
    "how_order": Text(
        "Within one day commands run by time, then by order id. The day closes at midnight.",
        "同一天内按时间先后处理，时间相同按订单号。每天午夜日结。",
    ),
    "how_settle": Text(
        "An order is posted when its return window of {days:day|days} ends.",
        "订单在 {days} 天退货期结束时入账。",
    ),
    "how_settle_none": Text(
        "An order is posted at once, for no return window was set.",
        "没有设退货期，订单立即入账。",
    ),
    "how_rounding": Text(
        "All money is counted in whole minor units. What is paid to members is rounded down, fees "
        "are rounded up; the remainders stay in the pool.",
        "金额都以最小货币单位的整数计算。付给会员的向下取整，手续费向上取整，零头留在池中。",
    ),
    "how_page": Text(
        "On this page figures are rounded for reading; summary.json has them exactly.",
        "本页数字为便于阅读作了取整，精确值见 summary.json。",
    ),
    "how_repeat": Text(
        "The same file, plan and options always give the same figures.",
        "同样的文件、方案和选项，结果总是一样。",
    ),
    "files_title": Text("The files beside this page", "本页旁边的文件"),
    "file_summary": Text("all figures, exactly", "全部数字，精确值"),
    "file_days": Text("one row a day", "每天一行"),
    "file_members": Text("one row a member", "每位会员一行"),
    "file_plan": Text("the plan as the engine read it", "引擎读到的方案"),
    "file_commands": Text("every command, in order", "全部命令，按顺序"),
    "file_receipts": Text("the engine's answer to every command", "引擎对每条命令的回执"),
    "file_plots": Text("the charts as pictures", "图表图片"),
    "plots_english": Text(
        "The pictures in plots/ have English labels, for no Chinese font was found on the machine "
        "that made them. The charts on this page are complete.",
        "生成报告的机器上没有中文字体，所以 plots/ 里的图片用英文标注；本页的图表不受影响。",
    ),
    "replay": Text(
        "Anybody can check. This plays all commands again; the result equals receipts.jsonl.gz, "
        "unpacked:",
        "任何人都可以核对。下面的命令把全部命令重放一遍，结果与解压后的 receipts.jsonl.gz 相同：",
    ),
    "definitions_title": Text("What the words mean", "名词解释"),
    "term_points": Text("Points", "积分"),
    "meaning_points": Text(
        "Granted with an order, priced at reserve ÷ supply.",
        "随订单发放，价格 = 积分准备金 ÷ 流通量。",
    ),
    "term_reserve": Text("Reserve", "积分准备金"),
    "meaning_reserve": Text(
        "Cash from the orders' contributions; it backs the points.",
        "由每笔订单计提而成的现金，支撑积分。",
    ),
    "term_quota": Text("Ceiling", "收益上限"),
    "meaning_quota": Text(
        "What a member may still take out, dividends and value of points together.",
        "会员还可以取出多少，分红和积分价值合并计算。",
    ),
    "term_exit": Text("Exit", "到达上限自动卖出"),
    "meaning_exit": Text(
        "Forced sale of all of a member's points when they and the dividends reach the ceiling.",
        "积分价值加分红到达收益上限时，会员的全部积分自动卖出。",
    ),
    "term_wallet": Text("Wallet", "余额"),
    "meaning_wallet": Text(
        "A member's cash inside the program.",
        "会员在项目内的现金。",
    ),
    "term_cost": Text("Given up", "让出"),
    "meaning_cost": Text(
        "What went into the reserve, into dividends and into commissions.",
        "进入积分准备金、分红和佣金的钱。",
    ),
    "term_median": Text("Median", "中位数"),
    "meaning_median": Text(
        "Half of the members have less, half have more.",
        "一半会员比它少，一半比它多。",
    ),
    "source": Text("Source of the orders: {citation}", "订单数据来源：{citation}"),
    "made_by": Text(
        "Made by Tongbao {version}. Not legal, tax or investment advice.",
        "由通宝 {version} 生成。本页不构成法律、税务或投资建议。",
    ),
}
