"""The sentences of `tongbao plan show`, in both languages."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

TITLE: Final = Text("{name} ({currency})", "{name}（{currency}）")
LEAD: Final = Text(
    "What this plan does, with numbers computed by the engine on made-up orders: one order each "
    "by different buyers, no returns, nobody leaves of their own accord. Real sales differ; a "
    "backtest on your own orders shows more.",
    "以下说明本方案的作用。数字由引擎按虚拟订单算出：每位买家各下一单，没有退货，没有人主动退出。"
    "真实销售会有不同；用自己的订单做回测可以看到更多。",
)

ORDER: Final = Text("Where the money of an order goes", "一笔订单的钱去了哪里")
POINTS: Final = Text("Points and their price", "积分与价格")
OUT: Final = Text("What points can be used for", "积分可以做什么")
QUOTA: Final = Text("The ceiling: a limit, never a promise", "收益上限：只是上限，不是承诺")
DIVIDENDS: Final = Text("Dividends", "分红")
REFERRAL: Final = Text("Referral", "邀请")
LIMITS: Final = Text("Limits", "界限")
NO_PROMISE: Final = Text("What nobody can count on", "谁都不能指望的事")
FIGURES: Final = Text("All figures", "全部参数")

ASSUMPTION: Final = Text(
    " (the examples assume a profit of {profit} in it)", "（算例假定其中利润为 {profit}）"
)
SAMPLE_REFUSED: Final = Text(
    "The engine refuses an order of {sample}{assumption}: {error}. Run plan check to see why.",
    "引擎拒绝 {sample} 的订单{assumption}：{error}。请运行 plan check 查看原因。",
)
ORDER_LEAD: Final = Text(
    "A member pays {sample}{assumption}. Of this:", "会员支付 {sample}{assumption}，其中："
)
TO_RESERVE: Final = Text("into the reserve that backs all points", "进入支撑全部积分的积分准备金")
TO_DIVIDENDS: Final = Text("into the dividend fund", "进入分红金")
TO_REFERRERS: Final = Text("to referrers in cash", "以现金付给邀请人")
TO_SHOP: Final = Text(
    "stays with the shop, for goods, costs and profit", "留给店铺（货款、费用与利润）"
)

PRICE: Final = Text(
    "The price of a point is the reserve divided by all points; while there are none, it is "
    "{issue}. A buyer is granted points worth {grant} of the order's contribution to the "
    "reserve, at the price before the order.",
    "积分价格 = 积分准备金 ÷ 全部积分；尚无积分时为 {issue}。买家按下单前的价格，"
    "获得价值为该订单计提额 {grant} 的积分。",
)
LINEAR: Final = Text(
    "At most 1 point per {spend} spent: {paid} brings the first buyer {points} points. When the "
    "price has grown, the grant allows fewer.",
    "每消费 {spend} 最多得 1 积分：首位买家消费 {paid} 得 {points} 积分。价格升高后，"
    "赠分比例所允许的积分会更少。",
)
TABLE_LEAD: Final = Text(
    "Orders of {sample} one after another (points of the order, price after it, and what the "
    "first buyer's points are worth by then, before the fee):",
    "依次发生 {sample} 的订单（该单所得积分、其后的价格，以及届时首位买家积分的价值，"
    "未扣手续费）：",
)
STEP_HEADS: Final = (
    Text("order", "订单"),
    Text("points", "所得积分"),
    Text("price", "价格"),
    Text("first buyer's", "首位买家"),
)
PRICE_MOVES: Final = Text(
    "The price grows because {kept} of each contribution is granted to nobody. It grows ever "
    "more slowly, and not at all when orders stop.",
    "价格上升，是因为每笔计提额的 {kept} 没有发给任何人。上升会越来越慢；没有新订单就不再上升。",
)
PRICE_STAYS: Final = Text(
    "Orders leave the price where it is, as the whole contribution is granted. Only the fee of "
    "those who leave ({fee}), and roundings, raise it.",
    "由于计提额全部发给买家，订单不会改变价格；只有退出者的手续费（{fee}）和取整余额会使它上升。",
)
WHO_GAINS: Final = Text(
    "Who gains from whom: after {orders} orders the reserve is {reserve}, and that is all there "
    "is. {holders} members own it together, {average} each on average; {below} of them own less "
    "than the average. What the others own above it was paid in by members who came after them.",
    "谁从谁那里获益：{orders} 笔订单之后，积分准备金共 {reserve}，这就是全部。{holders} "
    "位会员共同拥有，"
    "人均 {average}；其中 {below} 人低于平均。其他人高出平均的部分，来自比他们晚来的会员。",
)
ALL_ALIKE: Final = Text(
    "After {orders} orders the reserve is {reserve}, and that is all there is: {holders} members "
    "own {average} each.",
    "{orders} 笔订单之后，积分准备金共 {reserve}，这就是全部：{holders} 位会员各拥有 {average}。",
)

SELLING: Final = Text(
    "Members may sell points. The fee of {fee} stays in the reserve, with those who stay. After "
    "{orders} orders, all their points sold at that moment by one of these would bring:",
    "会员可以卖出积分。{fee} 的手续费留在积分准备金，归留下的人。{orders} 笔订单之后，"
    "下列会员之一在那一刻卖出全部积分可得：",
)
SALE_HEADS: Final = (
    Text("buyer of order", "订单买家"),
    Text("points", "积分"),
    Text("worth", "价值"),
    Text("fee", "手续费"),
    Text("receives", "实得"),
)
NO_SELLING: Final = Text(
    "Members cannot sell points for cash. They pay for goods with them, or turn them into credit.",
    "会员不能把积分卖成现金，只能用来购物，或换成购物金。",
)
GOODS: Final = Text(
    "Goods: points pay at any merchant of the program at their price; the merchant receives the "
    "amount less {fee}.",
    "购物：积分可按当时价格在任一参与的商家付款；商家收到的金额扣除 {fee}。",
)
CREDIT: Final = Text(
    "Credit: points turn into store credit of the same value, which no longer changes and which "
    "every merchant of the program accepts. A merchant may turn it back into points, with a "
    "ceiling of {quota} of it.",
    "购物金：积分可换成等值的购物金，此后价值不再变动，参与的每个商家都接受。"
    "商家可把它换回增值积分，"
    "并获得其 {quota} 的收益上限。",
)
WALLET: Final = Text(
    "Money in a member's wallet (dividends, sold points) can be spent at merchants or taken out.",
    "会员余额（分红、卖出积分所得）可在商家消费，也可以提现。",
)
WALLET_STAYS: Final = Text(
    "Money in a member's wallet can be spent at merchants, but not taken out.",
    "会员余额可在商家消费，但不能提现。",
)

CEILING: Final = Text(
    "An order of {sample} raises the buyer's ceiling by {quota}. What counts against it is "
    "dividends, and the value of points sold, spent or turned into credit. When dividends and the value of the points "
    "reach it, all the member's points are sold, less the fee of {fee}, and the ceiling is over.",
    "消费 {sample} 的收益上限为 {quota}：包括分红，以及卖出、消费或换成购物金的积分价值。"
    "当分红与积分价值到达收益上限时，该会员的积分会全部自动卖出，扣除 {fee} 的手续费。",
)
ASSUMING: Final = Text(", with a profit of {profit} of the price", "若利润为售价的 {profit}，")
FILLED: Final = Text(
    "All that goes into reserve and dividends can fill at most {share} of all ceilings "
    "together{assuming}. "
    "Whoever reaches the ceiling does so with money of members who do not.",
    "{assuming}进入积分准备金和分红金的全部资金，最多只能覆盖所有收益上限之和的 {share}。有人到达上限，"
    "靠的是达不到上限的会员的钱。",
)
FILLED_WHOLE: Final = Text(
    "What goes into reserve and dividends is {share} of all ceilings{assuming}, so they can be "
    "filled; that "
    "does not say that yours will be.",
    "{assuming}进入积分准备金和分红金的资金为所有收益上限之和的 {share}，合计可以覆盖；"
    "但这并不表示每个人的收益上限都会用完。",
)
FIRST_EXIT: Final = Text(
    "In the made-up orders the first member exits at order {order}.",
    "在虚拟订单中，首次到达上限自动卖出发生在第 {order} 笔订单。",
)
NO_EXIT: Final = Text(
    "In the first 1,000 made-up orders, before any dividends, nobody reaches it.",
    "在前 1,000 笔虚拟订单中（未计分红），没有人到达收益上限。",
)

BASES: Final[Mapping[str, Text]] = {
    "sales": Text("sales", "销售额"),
    "profit": Text("profit", "利润"),
}
NO_DIVIDENDS: Final = Text("This plan pays none.", "本方案没有分红。")
DIVIDEND_RULE: Final = Text(
    "{rate} of {base} is collected and paid at each day's close to those who hold points at that "
    "moment, per point. No sales, no dividend.",
    "{base}的 {rate} 计入分红金，每日结算时按当时持有的积分分配。没有销售就没有分红。",
)
DIVIDEND_EXAMPLE: Final = Text(
    "If the first {orders} orders all fell on one day, its close would pay {paid}: {early_paid} "
    "to the buyer of order {early}, {late_paid} to the buyer of order {late}.",
    "若前 {orders} 笔订单都在同一天，当日结算共分配 {paid}：第 {early} 单买家得 {early_paid}，"
    "第 {late} 单买家得 {late_paid}。",
)
FORCED_OUT: Final = Text(
    "With that, {members} members would reach their ceiling and exit.",
    "随之有 {members} 位会员到达收益上限，积分自动卖出。",
)

REFERRED: Final[Mapping[int, Text]] = {
    1: Text(
        "A invites B, and both buy for {sample}. For B's order A gets {got}.",
        "甲邀请乙，两人各消费 {sample}。乙的订单使甲得到{got}。",
    ),
    2: Text(
        "B invites C, who buys for {sample}. For C's order A, two levels up, gets {got}.",
        "乙又邀请丙，丙消费 {sample}。丙的订单使隔了一层的甲得到{got}。",
    ),
}
IN_POINTS: Final = Text("{points} points worth {worth}", " {points} 积分（价值 {worth}）")
IN_CASH: Final = Text("{cash} in cash", "现金 {cash}")
AND: Final = Text(" and ", "和")
CASH_ANYWAY: Final = Text(
    "A gets the {cash} in cash even without ever having bought anything.",
    "甲即使从未消费，也能得到这 {cash} 现金。",
)
NEEDS_QUOTA: Final = Text(
    "Points for referrals only come as far as the referrer has room left under the ceiling, from purchases of "
    "their own.",
    "邀请积分以邀请人自己消费所得、尚未用完的收益上限为限。",
)
NO_REFERRAL: Final = Text("Nothing is paid for referrals.", "邀请他人没有奖励。")

LIMIT: Final = Text(
    "At most {limit} points are ever issued. Orders of {sample} reach that after about {orders} "
    "({sales} of sales); then buyers get no points, while their contributions still raise the "
    "value of those that exist.",
    "最多发行 {limit} 积分。按每单 {sample}，约 {orders} 单（销售额 {sales}）后达到；"
    "此后买家不再获得积分，而他们的计提额仍会抬高已有积分的价值。",
)
LIMIT_NEVER: Final = Text(
    "At most {limit} points are ever issued; no shop's sales reach that.",
    "最多发行 {limit} 积分；任何店铺的销售额都达不到。",
)
LEAST: Final = Text(
    "When an exit leaves fewer points than {supply} in all, the pool is wound up: everybody is "
    "paid, and it starts again at {issue} a point. Who parts with points keeps none, or at least "
    "{holding}.",
    "卖出使全部积分不足 {supply} 时，积分清算：全部兑付，再从 {issue} 重新开始。"
    "转出积分后要么清空，"
    "要么至少保留 {holding}。",
)

NO_GROWTH: Final = Text(
    "- A higher price. It comes from new orders and from the fees of those who leave; without "
    "them it stays where it is.",
    "- 价格上升。它来自新订单和退出者的手续费；没有这些，价格就停在原处。",
)
NO_QUOTA: Final = Text(
    "- The ceiling. It says how much may be taken out, not that it will be there.",
    "- 收益上限。它只说明最多可以取回多少，不表示一定会有这么多。",
)
ALL_LEAVE: Final = Text(
    "- Getting back what was paid. If everybody left today, they would share what is in the "
    "reserve: of {sample} paid, {contribution} went into it.",
    "- 拿回已付的钱。如果所有人今天都离开，大家分的只是积分准备金里的钱：每支付 {sample}，"
    "进入积分准备金的是 {contribution}。",
)
LAW: Final = Text(
    "- That the law allows it. Run plan check and ask a lawyer.",
    "- 法律一定允许。请运行 plan check，并咨询律师。",
)

NONE: Final = Text("none", "无")
DEFAULTED: Final = Text(
    "Not written in the file, so the usual values stand: {keys}.",
    "文件中没有写、采用通常值的参数：{keys}。",
)
WORDS: Final[Mapping[object, Text]] = {
    True: Text("yes", "是"),
    False: Text("no", "否"),
    "sales": Text("sales", "销售额"),
    "profit": Text("profit", "利润"),
    "contribution": Text("contribution", "计提额"),
}
