"""What the linter says about what a sale costs its seller and about young programs."""

from typing import Final

from tongbao.plans.findings import Rule
from tongbao.plans.sources import MALL_EARNING, RULES_KNOWN, RULES_PLAN
from tongbao.plans.words import Text

OVERSPENT: Final = Rule(
    "error",
    "overspent-possible",
    "backing_bps",
    Text(
        "The seller cannot afford this: backing, dividends and cash commissions can add up to "
        "{total} of what is paid. Every sale loses money, whatever its margin, and orders with a "
        "margin above {margin} of the price are refused by the engine.",
        "卖家负担不起：准备金、分红和现金佣金合计可达实付金额的 {total}。无论毛利率多少，每笔销售都亏损；"
        "毛利率超过 {margin} 的订单，引擎会拒绝。",
    ),
    Text("Lower the rates to less than 100% in all.", "请把合计比例降到 100% 以下。"),
    (RULES_PLAN,),
    Text(
        "of an order of {sample} with a margin of {assumed}, {earned} is earned and {taken} goes "
        "to reserve, dividends and commissions.",
        "毛利率为 {assumed} 的 {sample} 订单，毛利 {earned}，而积分准备金、分红和佣金要付出 {taken}。",
    ),
)
ALWAYS_OVERSPENT: Final = Rule(
    "error",
    "overspent-always",
    "backing_bps",
    Text(
        "The seller cannot afford this: backing, dividends and cash commissions on sales add up "
        "to {fixed} of what is paid, and the engine refuses every order but the smallest.",
        "卖家负担不起：按销售额计提的准备金、分红和现金佣金合计为实付金额的 {fixed}：除极小额外，"
        "引擎会拒绝所有订单。",
    ),
    Text("Lower the rates to less than 100% in all.", "请把合计比例降到 100% 以下。"),
    (RULES_PLAN,),
    Text(
        "of an order of {sample}, {taken} goes to reserve, dividends and commissions.",
        "{sample} 的订单，积分准备金、分红和佣金要付出 {taken}。",
    ),
)
NOTHING_LEFT_EVER: Final = Rule(
    "error",
    "nothing-left",
    "backing_bps",
    Text(
        "The seller cannot afford this: backing, dividends and cash commissions add up to {total}, so "
        "that even goods that cost nothing leave {left} of {sample}. A payment provider alone may "
        "charge {charge} of the price.",
        "卖家负担不起：准备金、分红和现金佣金的比例合计 {total}，就算商品没有成本，{sample} 也只剩 {left}；"
        "而仅支付渠道就可能收取售价的 {charge}。",
    ),
    Text(
        "Lower the rates, until a usual sale leaves something for you.",
        "请降低这些比例，直到一笔普通销售能给您留下利润。",
    ),
    (RULES_PLAN,),
    Text(
        "of an order of {sample} with a margin of {assumed}, {earned} is earned and {taken} goes "
        "to reserve, dividends and commissions.",
        "毛利率为 {assumed} 的 {sample} 订单，毛利 {earned}，而积分准备金、分红和佣金要付出 {taken}。",
    ),
)
SALE_LOSES: Final = Rule(
    "warning",
    "sale-loses",
    "backing_bps",
    Text(
        "A usual sale does not earn what this plan takes of it. Backing, dividends and cash "
        "commissions take {share} of the price, more than a margin of {assumed} brings or all of "
        "it. {needed} What the mall and the payment provider charge comes on top.",
        "一笔普通销售赚不回本方案要付出的部分：准备金、分红和现金佣金占售价的 {share}，"
        "达到或超过了 {assumed} 的毛利率。{needed}商城和支付渠道的费用还要另计。",
    ),
    Text(
        "Lower backing or dividend, or sell only goods with such a margin; "
        "a backtest with --profit works it out for your own orders.",
        "请降低 backing 或 dividend，或只销售毛利率足够的商品；"
        "用 --profit 回测，可以按您自己的订单算一遍。",
    ),
    (RULES_PLAN,),
    Text(
        "{sample} paid, margin {assumed}: the goods cost {cost}; {reserve} to the reserve, "
        "{dividend} to dividends, {commission} to commissions at most; {left}.",
        "实付 {sample}，毛利率 {assumed}：商品成本 {cost}；进入积分准备金 {reserve}，"
        "分红 {dividend}，佣金最多 {commission}；{left}。",
    ),
)
NEVER_PAYS: Final = Text("No margin leaves anything.", "毛利率再高也没有剩余。")
PAYS_FROM: Final = Text(
    "Only a margin of more than {margin} leaves anything.", "毛利率高于 {margin} 才有剩余。"
)
SHORT_BY: Final = Text("{amount} is lost", "亏损 {amount}")
NOTHING_LEFT: Final = Text("nothing is left", "没有剩余")

_WOUND_UP_TEXT: Final = Text(
    "A young program can be wound up by a partial return. As long as it has only its first "
    "order, a return that leaves less than {kept} of what was paid{assuming} brings it below "
    "min_supply ({supply} points) or the buyer below min_holding ({holding}): all points are paid "
    "out without a fee, and the program starts again.",
    "新项目可能因部分退货而清算：只有首笔订单时，如果退货后留下的实付金额不到 {kept}{assuming}，"
    "流通量会低于 min_supply（{supply} 积分），或买家持有的积分会低于 min_holding（{holding}）："
    "全部积分免手续费结清，项目重新开始。",
)
YOUNG_WOUND_UP: Final = Rule(
    "warning",
    "young-program-wound-up",
    "min_supply",
    _WOUND_UP_TEXT,
    Text(
        'Before the program begins, lower it, for example: min_supply = "0.01"',
        '请在项目开始之前降低它，例如：min_supply = "0.01"',
    ),
    (RULES_KNOWN,),
    Text(
        "an order of {sample} brings {points} points; after returning {back} of it, {rest} are left.",
        "{sample} 的订单得 {points} 积分；退货 {back} 后只剩 {rest} 积分。",
    ),
)
YOUNG_BOUND: Final = Rule(
    "note",
    "young-program-bound",
    "min_supply",
    _WOUND_UP_TEXT,
    Text(
        "Let such a return be a whole one, or don't begin with orders that small.",
        "遇到这样的退货，请按整单退货处理，或不要以这样小的订单开始。",
    ),
    (RULES_KNOWN,),
)
ASSUMING: Final = Text(" (with a margin of {margin})", "（按毛利率 {margin} 计）")
FACE_VALUE: Final = Rule(
    "note",
    "face-value-earns-margin",
    "backing_bps",
    Text(
        "Goods and services may earn points on their price, cash equivalents may not. Top-ups, gift "
        "cards and whatever else is bought at its face value are used or sold on like money: they earn "
        "on what their provider leaves the mall, and nothing where it leaves nothing. Tongbao's mall "
        "posts them so.",
        "实物和服务可以按售价产生积分，等同现金的商品不可以。充值、礼品卡等按面值购买的商品可以像钱一样使用或转手："
        "只按服务商收费后商城剩下的部分产生积分，没有剩下就没有积分。通宝商城就是这样记账的。",
    ),
    Text(
        "Where you post purchases yourself, post as paid for such a sale only what is left after its "
        "provider, never the face value.",
        "如果由您自己记账，这类销售的实付金额只记扣除服务商收费后剩下的部分，不要记面值。",
    ),
    (MALL_EARNING,),
    Text(
        "{sample} for a top-up that costs {cost}: {taken} of the price would go to reserve and "
        "dividends, of the {left} that is left it is {right}.",
        "{sample} 的充值，成本 {cost}：按售价要付出 {taken} 给积分准备金和分红，按剩下的 {left} 只付出 {right}。",
    ),
)
