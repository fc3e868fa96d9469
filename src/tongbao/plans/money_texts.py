"""What the linter says about fees, merchants and limits, in both languages."""

from typing import Final

from tongbao.plans.findings import Rule
from tongbao.plans.sources import RULES_KNOWN, RULES_PLAN
from tongbao.plans.words import Text

EXIT_FEE_ZERO: Final = Rule(
    "warning",
    "exit-fee-zero",
    "exit_fee_bps",
    Text(
        "Leaving is free. Who buys, collects the next dividend and leaves pays nothing to those "
        "who stay, and a run has no brake.",
        "退出免费。买入、领取下一次分红后立刻离开的人，不向留下的人付出任何代价；"
        "挤兑时也没有缓冲。",
    ),
    Text('For example: exit_fee = "10%"', '例如：exit_fee = "10%"'),
    (RULES_KNOWN,),
    Text(
        "Points worth {sample}, sold, bring {sample}; nothing stays with those who hold on.",
        "价值 {sample} 的积分，卖出得 {sample}；没有任何部分留给继续持有的人。",
    ),
)
GOODS_FEE_BELOW: Final = Rule(
    "warning",
    "goods-fee-below-exit-fee",
    "goods_fee_bps",
    Text(
        "Goods paid with points cost a fee of {goods_fee}, selling points one of {exit_fee}. "
        "Whoever orders with points and cancels, or returns the goods, has sold them for the "
        "smaller fee, and nobody has to help; a merchant who rings up a sale and hands over cash "
        "does the same. What is saved is missing in the reserve.",
        "用积分购物的手续费是 {goods_fee}，卖出积分的手续费是 {exit_fee}。"
        "只要用积分下单再取消（或退货），就等于按较低的手续费卖出了积分，无需任何人配合；"
        "商家虚开一笔交易、付给现金，也是一样。少收的部分，积分准备金就少了。",
    ),
    Text('Set goods_fee = "{exit_fee}".', '请设 goods_fee = "{exit_fee}"。'),
    (RULES_KNOWN,),
    Text(
        "Points worth {sample}: sold they bring {redeemed}, ordered with and cancelled {bought}.",
        "价值 {sample} 的积分：卖出得 {redeemed}，下单再取消得 {bought}。",
    ),
)
MERCHANT_QUOTA_ABOVE: Final = Rule(
    "warning",
    "merchant-quota-above-members",
    "merchant_quota_bps",
    Text(
        "Merchants may take out {rate} of the credit that they turn into points, members only "
        "{members} on their purchases. A member who runs a merchant moves value there and may "
        "take out more.",
        "商家把收到的购物金换成增值积分后可取出 {rate}，而会员按消费只有 {members}。"
        "兼做商家的会员会把价值转过去，从而取出更多。",
    ),
    Text('Set merchant_quota = "{members}" or less.', '请设 merchant_quota = "{members}" 或更低。'),
    (RULES_KNOWN,),
    Text(
        "{given} of credit turned into points gives the merchant a ceiling of {out}.",
        "{given} 购物金换成增值积分，商家获得 {out} 的收益上限。",
    ),
)
MERCHANT_QUOTA_LOW: Final = Rule(
    "warning",
    "merchant-quota-below-credit",
    "merchant_quota_bps",
    Text(
        "Merchants may take out only {rate} of the credit that they turn into points: they exit "
        "at once and lose the rest.",
        "商家把购物金换成增值积分后只能取出 {rate}：会立即到达上限自动卖出，并损失其余部分。",
    ),
    Text('Set merchant_quota = "100%" or more.', '请设 merchant_quota = "100%" 或更高。'),
    (RULES_PLAN,),
    Text(
        "{given} of credit turned into points brings the merchant at most {out}.",
        "{given} 购物金换成增值积分，商家最多取回 {out}。",
    ),
)
SUPPLY_LIMIT_FAR: Final = Rule(
    "warning",
    "supply-limit-out-of-reach",
    "max_supply",
    Text(
        "The limit of {limit} points is out of reach: it takes about {orders} orders of {sample} "
        "({sales} of sales). It makes nothing scarce; don't advertise it as if it did.",
        "{limit} 积分的上限遥不可及：约需 {orders} 笔 {sample} 的订单（销售额 {sales}）。"
        "它不会带来任何稀缺，请勿以此宣传。",
    ),
    Text(
        "Lower max_supply to what your sales can reach, or don't mention it.",
        "请把 max_supply 降到销售规模可以达到的水平，或不要提及它。",
    ),
    (RULES_PLAN,),
)
SUPPLY_LIMIT_NEVER: Final = Rule(
    "warning",
    "supply-limit-out-of-reach",
    "max_supply",
    Text(
        "The limit of {limit} points is out of any shop's reach. It makes nothing scarce; don't "
        "advertise it as if it did.",
        "{limit} 积分的上限对任何店铺都遥不可及。它不会带来任何稀缺，请勿以此宣传。",
    ),
    Text(
        "Lower max_supply to what your sales can reach, or don't mention it.",
        "请把 max_supply 降到销售规模可以达到的水平，或不要提及它。",
    ),
    (RULES_PLAN,),
)
SUPPLY_LIMIT_IN_REACH: Final = Rule(
    "note",
    "supply-limit-in-reach",
    "max_supply",
    Text(
        "The limit of {limit} points is reached after about {orders} orders of {sample} ({sales} "
        "of sales). From then on buyers get no points, and what they pay into the reserve only "
        "raises the value of the points that others hold.",
        "约 {orders} 笔 {sample} 的订单（销售额 {sales}）后达到 {limit} 积分的上限。"
        "此后买家不再获得积分，他们支付的计提额只会抬高他人所持积分的价值。",
    ),
    Text(
        "Tell members beforehand, or raise max_supply in time.",
        "请事先告知会员，或及时提高 max_supply。",
    ),
    (RULES_PLAN,),
)
CASH_TO_NON_BUYERS: Final = Rule(
    "warning",
    "cash-to-non-buyers",
    "referral_cash_bps",
    Text(
        "Cash commissions go to any referrer, also to one who never bought anything. That draws "
        "people who recruit instead of customers.",
        "现金佣金会付给任何邀请人，包括从未消费的人。这会吸引专门拉人头的人，而不是顾客。",
    ),
    Text(
        "Set referral_cash = [] and reward in points: who never bought has no ceiling and earns "
        "none.",
        "请设 referral_cash = []，改用积分奖励：从未消费的人没有收益上限，也就得不到积分。",
    ),
    (RULES_KNOWN,),
    Text(
        "A invites B and buys nothing. B orders for {sample}: A is paid {paid} in cash.",
        "甲邀请乙，自己从未消费。乙消费 {sample}：甲得现金 {paid}。",
    ),
)
LINEAR_RULE_FADES: Final = Rule(
    "warning",
    "linear-rule-fades",
    "spend_per_point",
    Text(
        "«1 point per {spend}» soon stops being true: with a grant of {grant} it holds only while "
        "a point costs at most {bound}, and orders that follow the rule bring the price to "
        "{after}. After that buyers get fewer points.",
        "“每消费 {spend} 得 1 积分”很快就不成立：赠分比例为 {grant} 时，只有积分价格不超过 "
        "{bound} 才成立，"
        "而按此规则成交的订单会把价格带到 {after}。此后买家得到的积分会变少。",
    ),
    Text(
        'Set grant = "100%" and no referral points, or don\'t advertise the rule.',
        '请设 grant = "100%" 且不设邀请积分，或不要宣传这条规则。',
    ),
    (RULES_PLAN,),
)
LINEAR_RULE_NEVER: Final = Rule(
    "warning",
    "linear-rule-never",
    "spend_per_point",
    Text(
        "«1 point per {spend}» is never true: with a grant of {grant} it needs a price of at most "
        "{bound}, but points start at {issue}. Buyers always get fewer.",
        "“每消费 {spend} 得 1 积分”从不成立：赠分比例为 {grant} 时，积分价格不得超过 {bound}，"
        "而发行价就是 {issue}。买家得到的总是更少。",
    ),
    Text("Lower issue_price to at most {bound}.", "请把 issue_price 降到 {bound} 以下（含）。"),
    (RULES_PLAN,),
)
MIN_SUPPLY_ABOVE_LIMIT: Final = Rule(
    "warning",
    "min-supply-above-limit",
    "min_supply",
    Text(
        "A pool below {supply} points is wound up, but at most {limit} may ever exist: the first "
        "exit or redemption always ends the pool.",
        "流通量低于 {supply} 积分就会清算，而最多只能发行 {limit}：首次卖出就会触发清算。",
    ),
    Text('Lower it, for example: min_supply = "1"', '请降低它，例如：min_supply = "1"'),
    (RULES_PLAN,),
)
MIN_HOLDING_ODD: Final = Rule(
    "warning",
    "min-holding-above-min-supply",
    "min_holding",
    Text(
        "Who parts with points must keep none or {holding}, more than the {supply} that a whole "
        "pool may be as small as.",
        "转出积分的人必须清空或至少保留 {holding} 积分，这比整个方案允许的最小量 {supply} 还多。",
    ),
    Text('Lower it, for example: min_holding = "0.01"', '请降低它，例如：min_holding = "0.01"'),
    (RULES_PLAN,),
)
REST_WITHOUT_FEE: Final = Rule(
    "warning",
    "rest-without-fee",
    "min_holding",
    Text(
        "Who returns an order and keeps fewer than {holding} points is paid for the rest without a "
        "fee, also where members may not sell points: a small order, returned, empties a large "
        "account.",
        "退货后剩余不足 {holding} 积分的账户，其余积分会按当时价值免手续费付清，"
        "即使会员不能卖出积分：一笔小单退货，就能清空一个大账户。",
    ),
    Text('Lower it, for example: min_holding = "0.01"', '请降低它，例如：min_holding = "0.01"'),
    (RULES_KNOWN,),
)
WIND_UP_WITHOUT_FEE: Final = Rule(
    "warning",
    "wind-up-without-fee",
    "min_supply",
    Text(
        "When fewer than {supply} points are left, the pool is wound up and everybody is paid "
        "without a fee, also where members may not sell points. With so many, that may happen to "
        "a pool that is alive.",
        "剩余积分不足 {supply} 时积分清算，所有人免手续费结清，即使会员不能卖出积分。"
        "这个数量过大，正常运行时也可能触发。",
    ),
    Text('Lower it, for example: min_supply = "1"', '请降低它，例如：min_supply = "1"'),
    (RULES_KNOWN,),
)
WALLET_LOCKED: Final = Rule(
    "note",
    "wallet-locked",
    "cash_withdrawal",
    Text(
        "Members may sell points for money, but not take the money out: it can only be spent at "
        "the program's merchants.",
        "会员可以卖出积分得到余额，但不能提现：只能在参与的商家消费。",
    ),
    Text(
        "Tell members so, or set cash_redemption = false too.",
        "请如实告知会员，或同时设 cash_redemption = false。",
    ),
    (RULES_PLAN,),
)
