"""The words of the report's first paragraph: the answer in a few sentences."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

ANSWER_WORDS: Final[Mapping[str, Text]] = {
    "answer_cost": Text(
        "With this plan the shop would have given up {share} of its sales: {given} of {sales}, "
        "refunds taken off.",
        "用这套方案，店铺要让出销售额的 {share}：{sales}（已减退款）里的 {given}。",
    ),
    "answer_members": Text(
        "At the end the average member would have {mean}. Half of the {members:member|members} would "
        "have {median} or less, and {below} would have less than the average.",
        "到最后，平均每位会员有 {mean}；{members} 位会员中有一半不超过 {median}，"
        "{below} 的会员低于平均数。",
    ),
    "answer_one_member": Text(
        "The only member would have {mean} at the end.",
        "唯一的一位会员最后有 {mean}。",
    ),
    "answer_early_late": Text(
        "Joining early would have mattered: for every {hundred} they paid, the first tenth of the "
        "members to join would have {oldest}, the newest tenth {newest}.",
        "加入早晚差别很大：每付 {hundred}，最早加入的十分之一会员有 {oldest}，"
        "最晚加入的十分之一有 {newest}。",
    ),
    "answer_early_late_equal": Text(
        "For every {hundred} they paid, the first tenth of the members to join would have "
        "{oldest}, the newest tenth {newest}.",
        "每付 {hundred}，最早加入的十分之一会员有 {oldest}，最晚加入的十分之一有 {newest}。",
    ),
    "answer_quota": Text(
        "The ceilings would allow members to take out {granted}, but all the money that the orders "
        "brought for them fills {coverage} of that at most.",
        "收益上限合计允许取出 {granted}，但这些订单为会员带来的全部的钱最多只够其中的 {coverage}。",
    ),
    "answer_quota_fees": Text(
        "Fees count as taken out too, but they are not money received.",
        "手续费也占用收益上限，但会员并没有收到这笔钱。",
    ),
    "answer_quota_ceiling": Text("A ceiling is a limit, not a debt.", "收益上限不是欠款。"),
    "answer_nothing": Text(
        "No order could be posted to a customer, so there is nothing to tell. "
        "See below what was left out, and why.",
        "没有一笔订单能记到顾客名下，所以没有结果可看。下面列出了未计入的订单和原因。",
    ),
    "answer_profit_more": Text(
        "That is {more} more than all the profit in these orders, {profit}: what is left would not "
        "have covered the costs.",
        "这比这些订单的全部利润 {profit} 还多 {more}：剩下的钱连成本都不够。",
    ),
    "answer_profit_more_assumed": Text(
        "That is {more} more than all the profit in these orders, {profit} as assumed: what is "
        "left would not have covered the costs.",
        "这比这些订单的全部利润（按假设为 {profit}）还多 {more}：剩下的钱连成本都不够。",
    ),
    "answer_profit_share": Text(
        "That is {share} of the profit in these orders, {profit}.",
        "这是这些订单利润 {profit} 的 {share}。",
    ),
    "answer_profit_share_assumed": Text(
        "That is {share} of the profit in these orders, {profit} as assumed.",
        "这是这些订单利润（按假设为 {profit}）的 {share}。",
    ),
    "answer_profit_none": Text(
        "These orders made no profit ({profit}), so the shop would have paid for it by a loss.",
        "这些订单没有利润（{profit}），所以让出的每一分都是亏损。",
    ),
    "answer_rejected": Text(
        "The rules rejected {number:order|orders}, which cost {amount}; they are in none of these "
        "figures. Why: ",
        "有 {number} 笔订单被规则拒绝，合计 {amount}，不计入这些数字。原因：",
    ),
    "rejected_reason": Text("{reason} ({number})", "{reason}（{number} 笔）"),
    "rejected_reasons": Text("; ", "；"),
    "rejected_end": Text(".", "。"),
    "rejected_overspent": Text(
        "the plan would give away more than the customer paid",
        "按方案要付出的比顾客付的还多",
    ),
    "rejected_profit_required": Text(
        "the plan needs the order's profit, which is missing", "方案需要利润，而订单没有"
    ),
    "rejected_profit_exceeds_paid": Text(
        "the profit is more than what was paid", "利润大于实付金额"
    ),
    "rejected_malformed": Text("a figure or a name is out of bounds", "数字或名称超出范围"),
    "rejected_id_reused": Text("its number was used before", "编号已用过"),
    "rejected_not_a_member": Text("the name is a merchant's", "该名称属于商家"),
    "rejected_day_closed": Text("its day was closed already", "当天已经日结"),
    "rejected_too_far": Text(
        "the program's figures would grow beyond bounds", "项目的数字会超出范围"
    ),
    "rejected_other": Text("{code}", "{code}"),
}
