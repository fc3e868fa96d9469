"""What each figure of a summary means, one sentence in each language."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

DEFINITIONS: Final[Mapping[str, Text]] = {
    "rows": Text("Rows read from the file.", "从文件读取的行数。"),
    "orders": Text(
        "Orders with a customer and an amount, before any return.",
        "有客户、有金额的订单数（未扣退货）。",
    ),
    "orders_amount": Text(
        "What those orders cost, before any return.", "这些订单的金额（未扣退货）。"
    ),
    "refunds": Text("Refunds with a customer and an amount.", "有客户、有金额的退款数。"),
    "refunds_amount": Text("What those refunds returned.", "这些退款的金额。"),
    "refunds_in_window": Text(
        "Parts of refunds inside the return window, or without a date: they only shrink their "
        "order.",
        "退货期内（或没有日期）的退款部分：只减少对应订单的金额。",
    ),
    "refunds_in_window_amount": Text("Their amount.", "其金额。"),
    "refunds_late": Text(
        "Parts of refunds after the return window: they became refund commands.",
        "退货期之后的退款部分：成为退款命令。",
    ),
    "refunds_late_amount": Text("Their amount.", "其金额。"),
    "unmatched_refunds": Text(
        "Refunds of which all or a part fits no earlier order of the customer; left out.",
        "全部或部分找不到该客户更早订单可对应的退款，未计入。",
    ),
    "unmatched_refunds_wholly": Text(
        "Those of them that fit nowhere at all.", "其中完全无法对应的退款数。"
    ),
    "unmatched_refunds_amount": Text("What of them fits nowhere.", "无法对应的金额。"),
    "refunds_of_other_customers": Text(
        "Refunds that name an order of another customer; taken as refunds of that order.",
        "写着另一客户订单的退款；按该订单的退款处理。",
    ),
    "refunds_of_other_customers_amount": Text("Their amount.", "其金额。"),
    "orders_wholly_returned": Text(
        "Orders returned whole inside their window; they earned nothing.",
        "在退货期内全部退回的订单，没有产生任何积分。",
    ),
    "skipped_without_customer": Text(
        "Orders and refunds without a customer; left out.", "没有客户的订单和退款，未计入。"
    ),
    "skipped_without_customer_amount": Text(
        "Their amount, refunds taken off.", "其金额（已减去退款）。"
    ),
    "skipped_without_amount": Text(
        "Orders and refunds of amount zero; left out.", "金额为零的订单和退款，未计入。"
    ),
    "skipped_by_status": Text(
        "Orders that were not paid, by the state the export gives; left out.",
        "按导出文件的状态未付款的订单，未计入。",
    ),
    "skipped_by_status_amount": Text("Their amount, refunds taken off.", "其金额（已减去退款）。"),
    "skipped_other_currency": Text(
        "Orders in a currency other than the one asked for; left out.", "其他货币的订单，未计入。"
    ),
    "skipped_bad_rows": Text(
        "Rows left out as unreadable, with --skip-bad-rows.",
        "用 --skip-bad-rows 跳过的无法读取的行。",
    ),
    "rows_by_fate": Text(
        "Where every row went; adds up to rows.", "每一行的去向；合计等于读取行数。"
    ),
    "members": Text("Customers with at least one posted order.", "至少有一笔已入账订单的客户数。"),
    "purchases": Text(
        "Orders posted when their return window had ended.", "退货期结束后入账的订单数。"
    ),
    "sales": Text("What the posted orders cost.", "已入账订单的金额。"),
    "refunded_sales": Text("What of it late refunds returned.", "其中后来退款的金额。"),
    "profit": Text(
        "Profit of the posted orders, given or assumed, less the share of it in late refunds; null "
        "if it is not known of all of them.",
        "已入账订单的利润（文件所列或假定），按比例扣除后来的退款；不是每笔都知道时为空。",
    ),
    "contributed": Text(
        "What the posted orders brought into the reserve.", "已入账订单进入积分准备金的金额。"
    ),
    "dividend_in": Text(
        "What they brought into the dividend fund.", "已入账订单进入分红金的金额。"
    ),
    "dividends_paid": Text("Dividends distributed at day closes.", "日结时分配的分红。"),
    "dividends_settled": Text(
        "What of it has reached wallets; the rest is credited when a member next acts.",
        "其中已进入余额的部分；其余在会员下次操作时入账。",
    ),
    "commissions": Text(
        "Cash commissions paid to referrers (an order history names no referrers, so none).",
        "付给邀请人的现金佣金（订单记录没有邀请关系，所以为零）。",
    ),
    "recovered": Text(
        "What refunds fetched back out of the program.", "退款时从项目中收回的金额。"
    ),
    "shortfalls": Text(
        "Refunds for which less could be fetched back than the order had put in or its points had "
        "drawn; the shop bears it or returns that much less.",
        "收回金额少于订单投入（或其积分已领取金额）的退款；由商家承担，或少退这部分。",
    ),
    "exits": Text(
        "Forced sales of members who had reached their ceiling.",
        "到达收益上限、积分自动卖出的次数。",
    ),
    "exits_net": Text("What they received, after the fee.", "自动卖出扣费后的所得。"),
    "redemptions": Text(
        "Voluntary sales for cash, by the assumed behaviour.", "按假定行为自愿卖出的次数。"
    ),
    "redemptions_net": Text("What they received, after the fee.", "卖出扣费后的所得。"),
    "conversions": Text(
        "Conversions into store credit, where the plan has no cash redemption.",
        "转为购物金的次数（方案不允许兑现时）。",
    ),
    "converted": Text("The credit received.", "所得购物金。"),
    "wound_up": Text(
        "Accounts paid out because the pool fell below its least supply.",
        "因流通量低于下限而清算结算的账户。",
    ),
    "rejected_orders": Text(
        "Orders that the rules rejected: in no other figure of what was played.",
        "被规则拒绝的订单，不计入模拟的其他数字。",
    ),
    "rejected_orders_amount": Text("What they cost.", "其金额。"),
    "rejected_refunds": Text(
        "Late refunds that the rules rejected, such as those of a rejected order.",
        "被规则拒绝的后来退款，例如被拒绝订单的退款。",
    ),
    "rejected_refunds_amount": Text("Their amount.", "其金额。"),
    "rejected_commands": Text(
        "All commands that the rules rejected, with the reason.", "所有被规则拒绝的命令及原因。"
    ),
    "rejected_amount": Text("The money in them.", "其中的金额。"),
    "reserve": Text("Cash that backs the points at the end.", "期末积分准备金。"),
    "supply_atoms": Text("All points at the end, in millionths.", "期末流通量（百万分之一积分）。"),
    "treasury_atoms": Text(
        "Points that back store credit, in millionths.", "回收库中的积分（百万分之一）。"
    ),
    "price": Text(
        "Reserve ÷ supply at the end, in minor units per point.",
        "期末价格：积分准备金 ÷ 流通量，每积分多少分。",
    ),
    "price_first": Text(
        "The price at the close of the first day with points.", "首个有积分之日收盘时的价格。"
    ),
    "dividend_fund": Text("Cash waiting for the next day close.", "等待下次日结的分红金。"),
    "dividend_payable": Text(
        "Dividends distributed but not yet in wallets.", "已分配、尚未进入余额的分红。"
    ),
    "wallets": Text("Cash in members' wallets at the end.", "期末会员余额合计。"),
    "credit": Text("Store credit in members' accounts at the end.", "期末会员购物金合计。"),
    "members_mean": Text(
        "What a member has at the end on average: value of the points before any fee, wallet, "
        "credit and dividends due; rounded down.",
        "期末人均所有：积分价值（未扣费）、余额、购物金与应得分红之和；向下取整。",
    ),
    "members_median": Text(
        "Half of the members have at most this.", "一半会员所有不超过此数（中位数）。"
    ),
    "members_paid_mean": Text(
        "What a member paid on average, less late refunds.", "人均消费（扣除后来的退款）。"
    ),
    "share_below_mean": Text(
        "Share of the members who have less than the average.", "所有低于人均的会员占比。"
    ),
    "newest_decile_mean": Text(
        "The average of the tenth of the members who joined last.", "最晚加入的十分之一会员的人均。"
    ),
    "oldest_decile_mean": Text(
        "The average of the tenth who joined first.", "最早加入的十分之一会员的人均。"
    ),
    "gini": Text(
        "How unequal it is: 0 if all have the same, near 1 if one has everything.",
        "不均程度（基尼系数）：人人相同为 0，一人独占接近 1。",
    ),
    "top_decile_share": Text(
        "Share of everything that the richest tenth has.", "最富的十分之一会员所占的份额。"
    ),
    "quota_granted": Text(
        "The ceiling that purchases earned members; a ceiling is no promise.",
        "消费产生的收益上限合计：上限，不是承诺。",
    ),
    "quota_lost": Text("Ceiling taken back by refunds.", "因退款收回的收益上限。"),
    "quota_used": Text(
        "Ceiling used by dividends, sales and exits.", "因分红、卖出与自动卖出用去的收益上限。"
    ),
    "quota_forfeited": Text("Ceiling left over at exits.", "自动卖出时作废的剩余上限。"),
    "quota_coverage": Text(
        "Share of the ceiling, less what refunds took back, that members have received or hold.",
        "收益上限（扣除退款收回）中会员已得到或现在持有的比例。",
    ),
    "cost_share_of_sales": Text(
        "What the program cost the shop, as a share of sales less late refunds.",
        "方案的成本占销售额（扣除后来的退款）的比例。",
    ),
    "leave_today": Text(
        "If everybody sold everything at the end, one after the other by date of joining. Each "
        "one's fee stays in the reserve and goes to those who sell later, so the sum before fees "
        "is more than the reserve.",
        "如果期末所有人按加入先后依次全部卖出。先卖者的手续费留在积分准备金，归后卖者，"
        "所以扣费前的合计大于积分准备金。",
    ),
    "money": Text(
        "Where the sales, less late refunds, went; the four parts add up to them.",
        "销售额（扣除后来的退款）的去向；四部分合计等于它。",
    ),
    "program_money": Text(
        "Where the money that ever came into the program is now; the parts add up to money_in.",
        "进入项目的资金现在在哪里；各部分合计等于 money_in。",
    ),
    "behaviour": Text("What members were assumed to do.", "假定的会员行为。"),
    "settle_after_days": Text(
        "Days from an order to the moment at which it is posted.", "下单到入账的天数（退货期）。"
    ),
    "seed": Text("The seed of the drawn days, for hazard.", "hazard 行为所用的随机种子。"),
    "profit_bps": Text(
        "The assumed profit as a share of the amount paid, in hundredths of a percent; null if the "
        "file gives it or the plan needs none.",
        "假定的利润率（万分比）；文件已有或方案不需要时为空。",
    ),
    "first_day": Text("The day of the first order.", "第一笔订单的日期。"),
    "last_day": Text(
        "The day on which the last return window ended or the last refund came.",
        "最后一个退货期结束或最后一笔退款的日期。",
    ),
    "days": Text("Days played, each closed at midnight.", "模拟的天数，每天零点日结。"),
}
