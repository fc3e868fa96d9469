"""Every word of the report, in English and in Chinese.

Plain and honest: what would have been, never what will be. `WORDS` joins the
texts of the page with those of the charts and tables.
"""

from collections.abc import Mapping
from typing import Final

from tongbao.lab.report_words_answers import ANSWER_WORDS
from tongbao.lab.report_words_figures import FIGURE_WORDS
from tongbao.lab.report_words_leave import LEAVE_WORDS
from tongbao.lab.report_words_rules import RULE_WORDS
from tongbao.plans.words import Text

_PAGE: Final[Mapping[str, Text]] = {
    "kicker": Text("Tongbao backtest", "通宝回测报告"),
    "title": Text("What this plan would have done", "如果当时用了这套方案"),
    "fact_plan": Text("Plan", "方案"),
    "fact_source": Text("Orders", "订单文件"),
    "fact_period": Text("Period", "时间"),
    "period": Text("{first} to {last} ({days:day|days})", "{first}至{last}（{days} 天）"),
    "period_none": Text("no day", "没有日期"),
    "fact_behaviour": Text("Members", "会员行为"),
    "behaviour_hold": Text("keep their points", "一直持有积分"),
    "behaviour_leave-at-end": Text(
        "keep their points; all leave after the last day",
        "一直持有，最后一天之后全部离开",
    ),
    "behaviour_redeem-when-up": Text(
        "sell everything once it is worth {factor} times what it was when granted",
        "积分涨到发放时价值的 {factor} 倍就全部卖出",
    ),
    "behaviour_hazard": Text(
        "each holder sells everything with a chance of {factor} a day (drawn with seed {seed})",
        "每位持有者每天以 {factor} 的概率全部卖出（随机种子 {seed}）",
    ),
    "fact_settle": Text("Return window", "退货期"),
    "settle": Text(
        "{days:day|days}; points are posted when it ends",
        "{days} 天，期满后才记积分",
    ),
    "settle_none": Text(
        "none; points are posted with the order",
        "无，下单即记积分",
    ),
    "fact_profit": Text("Profit", "利润"),
    "profit_assumed": Text("assumed to be {share} of each order", "按每单金额的 {share} 假设"),
    "contents": Text("On this page", "目录"),
    "answer_title": Text("In short", "先看结论"),
    "past_only": Text(
        "These orders were made without the plan. With it, customers might have bought more, or "
        "less; nothing on this page says which, and nothing here is a promise.",
        "这些订单发生时并没有这套方案。有了方案，顾客可能买得更多，也可能更少；"
        "本页不作判断，也不构成任何承诺。",
    ),
    "card_sales": Text("Sales", "销售额"),
    "card_sales_note": Text(
        "{purchases:purchase|purchases}, later refunds taken off",
        "{purchases} 笔购买，已减后来的退款",
    ),
    "card_cost": Text("Given up by the shop", "店铺让出"),
    "card_cost_note": Text("{share} of sales", "销售额的 {share}"),
    "card_reserve": Text("Reserve", "积分准备金"),
    "card_reserve_note": Text("cash that backs the points", "支撑积分的现金"),
    "card_price": Text("Price of a point", "积分价格"),
    "card_price_note": Text("after the first day {first}", "首日之后为 {first}"),
    "card_members": Text("Members", "会员"),
    "card_members_note": Text("{holders} with points", "{holders} 人持有积分"),
    "card_mean": Text("Average member has", "人均拥有"),
    "card_mean_note": Text("half have {median} or less", "一半的人不超过 {median}"),
    "card_dividends": Text("Dividends", "分红"),
    "card_dividends_note": Text("given to members", "已分给会员"),
    "card_exits": Text("Exits", "到达上限自动卖出"),
    "card_exits_note": Text("members who reached their ceiling", "达到收益上限的次数"),
    "money_title": Text("Where the sales went", "销售额的去向"),
    "money_text": Text(
        "What the shop keeps still has to pay for the goods, the wages, the rent and the taxes.",
        "店铺留下的部分还要支付货款、工资、房租和税。",
    ),
    "money_check": Text(
        "Can the shop live on {kept} of every {hundred}? That is the question to ask first.",
        "每 {hundred} 只剩 {kept}，店铺能经营下去吗？这是首先要问的问题。",
    ),
    "to_reserve": Text("Reserve behind the points", "积分准备金"),
    "to_dividends": Text("Dividends to members", "会员分红"),
    "to_commissions": Text("Commissions to referrers", "邀请佣金"),
    "to_shop": Text("Kept by the shop", "店铺留下"),
    "price_title": Text("Price, points and reserve", "价格、积分和积分准备金"),
    "price_text": Text(
        "A point would have been worth {first} after the first day with points and {last} at the "
        "end. Its price is the reserve divided by all points, nothing else.",
        "首个有积分的日子结束时一个积分值 {first}，最后值 {last}。"
        "价格就是积分准备金除以全部积分，没有别的来源。",
    ),
    "price_still": Text(
        "Orders and fees left behind move it: on {still} of {days:day|days} no order was posted, and "
        "then the price can stand still.",
        "推动价格的只有订单和留下的手续费：{days} 天里有 {still} 天没有订单入账，"
        "这些天价格可能原地不动。",
    ),
    "price_law": Text(
        "It climbs ever more slowly: with equal orders and nobody leaving, it doubles only when "
        "all sales since the start have grown about {factor}-fold.",
        "它越涨越慢：在每单金额相同、无人离开的情况下，累计销售额要增加到约 {factor} 倍，"
        "价格才翻一番。",
    ),
    "price_flat": Text(
        "This plan grants the whole contribution as points, so orders do not move the price; "
        "only fees left behind, refunds and roundings do.",
        "本方案把计提额全部折成积分，所以订单不推动价格；推动它的只有留下的手续费、退款和取整。",
    ),
    "price_none": Text(
        "At the end there are no points, so there is no price. A new first point would cost the "
        "issue price again.",
        "最后没有任何积分，也就没有价格；重新开始时按发行价计算。",
    ),
    "reserve_text": Text(
        "The charts show what the shop must hold in cash for members at any time. These figures "
        "are true only if that money is really set aside.",
        "图中显示店铺任何时候都必须为会员备好的现金。只有真的把这笔钱单独存放，这些数字才成立。",
    ),
    "members_title": Text("What members would have", "会员得到什么"),
    "members_text": Text(
        "What a member has is the value of their points, their wallet, their store credit, the "
        "cash they took out and dividends on the way.",
        "会员拥有的 = 积分价值 + 余额 + 购物金 + 已取出的现金 + 尚未入账的分红。",
    ),
    "members_none": Text("There were no members.", "没有会员。"),
    "concentration": Text(
        "The tenth who have most would hold {top} of everything; a tenth of equal shares would be "
        "10%. The Gini coefficient is {gini} (0: all the same, 1: one has all).",
        "拥有最多的十分之一会员占全部的 {top}；如果人人相同应为 10%。"
        "基尼系数为 {gini}（0 表示人人相同，1 表示一人独占）。",
    ),
    "spending_too": Text(
        "Part of the difference is what members spent, part of it is when they came. The chart "
        "per {hundred} paid takes the spending out.",
        "差别一部分来自消费多少，一部分来自加入早晚。"
        "「每付 {hundred}」那张图排除了消费多少的影响。",
    ),
    "privacy": Text(
        "Names come from your file: think before you pass this page on.",
        "名字来自您的订单文件，转发本页前请三思。",
    ),
    "quota_title": Text("Ceilings: how much could be filled", "收益上限：能兑现多少"),
    "quota_text": Text(
        "The ceilings allow members to take out {granted} in all, and a fee counts as taken out. "
        "They used {used} ({used_share}); with what they still hold it makes {coverage}.",
        "收益上限合计允许会员取出 {granted}，手续费也算在取出之内。已用 {used}（{used_share}），"
        "加上仍持有的，合计占收益上限的 {coverage}。",
    ),
    "quota_fees": Text(
        "Members do not receive the fees: they stay in the reserve and are paid out again for "
        "other points. So the used part of the ceilings can be more than the money brought in.",
        "会员收不到手续费：它留在积分准备金，以后再为别的积分付出。"
        "所以已用收益上限可以多于订单为会员带来的钱。",
    ),
    "quota_plain": Text(
        "These orders brought {money} for members: as money, that is {most} of the ceilings, "
        "whoever gets it. That every member takes out everything up to the ceiling cannot come true; who says so "
        "to customers says something false.",
        "这些订单一共为会员带来 {money}，无论归谁，只相当于收益上限的 {most}。"
        "「每位会员都能取满收益上限」不可能实现；对顾客这样说，就是说假话。",
    ),
    "quota_enough": Text(
        "These orders brought {money} for members, which is {most} of the ceilings: in this history "
        "the ceiling held some members back rather than promising too much. Other orders can turn "
        "out otherwise.",
        "这些订单一共为会员带来 {money}，是收益上限的 {most}：在这段历史里，收益上限对一些会员是限制，"
        "而不是兑现不了的数字。换一批订单结果可能不同。",
    ),
    "quota_none": Text("No ceiling was granted.", "没有产生任何收益上限。"),
    "exits_title": Text("Exits and sales of points", "自动卖出与主动卖出"),
    "exits_none": Text(
        "Nobody reached their ceiling, so there was no exit, and nobody sold points for cash.",
        "没有人到达收益上限，所以没有自动卖出；也没有人卖出积分换现金。",
    ),
    "exits_forced": Text(
        "{exits:time|times} a member's points and dividends reached the ceiling: the points were sold "
        "without asking, for {net} after the fee.",
        "有 {exits} 次会员的积分和分红到达收益上限，积分自动卖出，扣手续费后得 {net}。",
    ),
    "exits_sold": Text(
        "Members sold points for cash of their own will {sold:time|times}, for {net} after the fee.",
        "会员自愿卖出积分 {sold} 次，扣手续费后得 {net}。",
    ),
    "exits_credit": Text(
        "Members turned points into store credit {turned:time|times}, worth {worth}.",
        "会员把积分转为购物金 {turned} 次，合 {worth}。",
    ),
    "exits_wound_up": Text(
        "The pool became too small to price: {closed:account was|accounts were} paid out, {net} in all, and "
        "it would start again at the issue price.",
        "积分准备金小到无法定价：{closed} 个账户被清算，共 {net}，之后按发行价重新开始。",
    ),
    "cost_title": Text("Cost as a share of sales", "成本占销售额的比例"),
    "cost_text": Text(
        "Over the whole period the plan would have cost {share} of sales.",
        "整段时间里，方案的成本是销售额的 {share}。",
    ),
    "cost_months": Text(
        "By month it was between {low} and {high}.",
        "按月看，在 {low} 到 {high} 之间。",
    ),
    "refunds_title": Text("Refunds", "退款"),
    "refunds_none": Text("The history has no refunds.", "这段历史里没有退款。"),
    "refunds_text": Text(
        "Refunds inside the return window only shrink the order before it is posted. A later one "
        "takes points back at the price of its day; what cannot be fetched back is a shortfall "
        "that the shop bears.",
        "退货期内的退款只是减少订单金额，之后才入账；更晚的退款按当天价格收回积分，"
        "收不回的部分由店铺承担。",
    ),
    "reading_notes": Text("What the reader decided", "读取时的处理"),
    "bad_rows": Text("Rows that could not be read (the first ones)", "无法读取的行（前几行）"),
    "left_out_title": Text("What was left out", "哪些没有计入"),
    "left_out_text": Text(
        "Nothing is dropped in silence. These parts of the file are in none of the figures above.",
        "没有任何内容被悄悄丢弃。文件中的以下部分不在上面的数字里。",
    ),
}

WORDS: Final[Mapping[str, Text]] = {
    **_PAGE,
    **ANSWER_WORDS,
    **FIGURE_WORDS,
    **LEAVE_WORDS,
    **RULE_WORDS,
}
