"""The words of what the shop owes if everybody leaves: in cash, or for members to spend."""

from collections.abc import Mapping
from typing import Final

from tongbao.plans.words import Text

LEAVE_WORDS: Final[Mapping[str, Text]] = {
    "answer_leave": Text(
        "If everybody had left after the last day, the shop would have needed {owed} in cash: ",
        "如果最后一天之后所有人都离开，店铺需要现金 {owed}：",
    ),
    "answer_leave_spend": Text(
        "If everybody had left after the last day, the shop would have owed members {owed}, which "
        "they may spend at merchants but not take out: ",
        "如果最后一天之后所有人都离开，店铺欠会员 {owed}，会员只能在商家花掉，不能提现：",
    ),
    "answer_leave_points": Text("{amount} for points", "积分 {amount}"),
    "answer_leave_wallets": Text("{amount} in members' wallets", "会员余额 {amount}"),
    "answer_leave_dividends": Text(
        "{amount} of dividends not yet settled", "尚未记入余额的分红 {amount}"
    ),
    "answer_leave_comma": Text(", ", "，"),
    "answer_leave_and": Text(" and ", "，"),
    "answer_leave_end": Text(".", "。"),
    "answer_leave_credit": Text(
        "Members would also have had {amount} of store credit, which merchants take for goods.",
        "会员另有购物金 {amount}，可在商家购物。",
    ),
    "leave_title": Text("If everybody left today", "如果今天所有人都离开"),
    "leave_text": Text(
        "Suppose that after {day} all members had sold all their points, one after the other in "
        "the order of joining, and asked for the rest of their money too.",
        "假设在{day}之后，会员按加入先后依次卖出全部积分，并取走其余的钱。",
    ),
    "leave_text_credit": Text(
        "Suppose that after {day} all members had turned their points into store credit, one after "
        "the other in the order of joining, and asked for their money.",
        "假设在{day}之后，会员按加入先后依次把积分换成购物金，并取走自己的钱。",
    ),
    "leave_text_spend": Text(
        "Suppose that after {day} all members had sold all their points, one after the other in "
        "the order of joining. They may spend what they have got at merchants, not take it out.",
        "假设在{day}之后，会员按加入先后依次卖出全部积分；所得只能在商家花掉，不能提现。",
    ),
    "leave_text_credit_spend": Text(
        "Suppose that after {day} all members had turned their points into store credit, one after "
        "the other in the order of joining. Their money they may spend at merchants, not take out.",
        "假设在{day}之后，会员按加入先后依次把积分换成购物金；自己的钱只能在商家花掉，不能提现。",
    ),
    "leave_order": Text(
        "Each fee stays in the reserve and raises the price for those still there. Who leaves "
        "last gets most for a point.",
        "每笔手续费留在积分准备金里，抬高还没走的人的价格；最后走的人每个积分得到最多。",
    ),
    "leave_owed": Text(
        "On that day the shop must have {owed} in cash. If it used the reserve or the members' "
        "wallets for something else, members are not paid.",
        "那一天店铺必须拿得出现金 {owed}；如果积分准备金或会员余额被挪作他用，会员就拿不到钱。",
    ),
    "leave_owed_spend": Text(
        "On that day the shop owes members {owed}: a claim against the shop that they may spend on "
        "goods, not cash paid out to them. Merchants may take out what they receive: if the shop "
        "used that money for something else, merchants are not paid.",
        "那一天店铺欠会员 {owed}：这是会员可以用来购物的债权，不付现金给会员。"
        "商家收到后可以提现；如果这笔钱被挪作他用，商家就拿不到钱。",
    ),
    "leave_not_allowed": Text(
        "This plan does not let members sell points for cash: they would receive store credit, "
        "which merchants of the program take for goods.",
        "本方案不允许会员卖出积分换现金：他们得到的是购物金，可在参与的商家购物。",
    ),
    "leave_nobody": Text("Nobody holds points at the end.", "最后没有人持有积分。"),
    "leave_members": Text("Members who leave", "离开的会员"),
    "leave_gross": Text("Their points, when each leaves", "积分价值（各自离开时）"),
    "leave_fee": Text("Fee of {fee}, left to those still there", "手续费 {fee}，留给还没走的人"),
    "leave_net": Text("Paid for points, in cash", "为积分付出的现金"),
    "leave_net_spend": Text("Owed for points", "积分所得"),
    "leave_wallets": Text("In members' wallets", "会员余额"),
    "leave_wallets_gone": Text(
        "In members' wallets, without those sales", "会员余额（不含卖出积分所得）"
    ),
    "leave_dividends": Text("Dividends not yet settled", "尚未记入余额的分红"),
    "leave_total": Text("Needed in cash, all in all", "合计需要的现金"),
    "leave_total_spend": Text("Owed to members, for them to spend", "合计欠会员，可购物"),
    "leave_credit": Text("Store credit, taken for goods", "购物金，可购物"),
    "leave_left": Text("Left in the reserve", "积分准备金剩余"),
    "leave_fund": Text("Left over by the wind-up, in the dividend fund", "清算后剩余，进入分红金"),
}
