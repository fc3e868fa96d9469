"""What the linter says about ceilings and what fills them, in both languages."""

from typing import Final

from tongbao.plans.findings import Rule
from tongbao.plans.sources import REBATE_NOTICE, RULES_HOLDS, RULES_PLAN
from tongbao.plans.words import Text

QUOTA_BASES: Final = {
    "sales": Text("of what they paid", "按消费额"),
    "contribution": Text("of the contribution", "按计提额"),
}

_QUOTA_WAY_OUT: Final = Text(
    "Call the ceiling a limit, never a promise; say the share beside it; or lower it.",
    "请说明收益上限只是上限，绝不能说成承诺；宣传时同时写明这一比例；或降低收益上限。",
)

QUOTA_UNFILLABLE: Final = Rule(
    "warning",
    "quota-not-fillable",
    "quota_bps",
    Text(
        "The plan cannot fill its ceiling. Members may take out up to {quota} {base}, but all that "
        "goes into reserve and dividends can fill at most {most} of all ceilings together. Whoever "
        "gets more gets it from members who get less.",
        "方案无法兑现全部收益上限。会员可取回的上限为 {quota}（{base}），"
        "但进入积分准备金和分红金的全部资金，"
        "最多只能覆盖所有收益上限之和的 {most}。有人多得，就有人少得。",
    ),
    _QUOTA_WAY_OUT,
    (RULES_HOLDS, REBATE_NOTICE),
    Text("(backing + dividend) / quota = {worked}", "（准备金 + 分红）/ 收益上限 = {worked}"),
)
QUOTA_BY_PROFIT: Final = Rule(
    "warning",
    "quota-not-fillable",
    "quota_bps",
    Text(
        "The plan cannot fill its ceiling. Members may take out up to {quota} {base}, but all that "
        "goes into reserve and dividends can fill at most {most} of all ceilings together, and "
        "that only if the whole price were profit; with a profit of {assumed} of the price at "
        "most {usual}. Whoever gets more gets it from members who get less.",
        "方案无法兑现全部收益上限。会员可取回的上限为 {quota}（{base}），"
        "但进入积分准备金和分红金的全部资金，"
        "最多只能覆盖所有收益上限之和的 {most}，而且前提是售价全是利润；若利润为售价的 {assumed}，"
        "最多只有 {usual}。"
        "有人多得，就有人少得。",
    ),
    _QUOTA_WAY_OUT,
    (RULES_HOLDS, REBATE_NOTICE),
    Text(
        "if all of the price is profit: (backing + dividend) / quota = {worked}",
        "若售价全是利润：（准备金 + 分红）/ 收益上限 = {worked}",
    ),
)
QUOTA_NEEDS_PROFIT: Final = Rule(
    "warning",
    "quota-not-fillable",
    "quota_bps",
    Text(
        "The plan can fill its ceiling ({quota} {base}) only where the profit is at least {margin} "
        "of the price; with a profit of {assumed} it fills at most {usual}.",
        "只有当利润至少为售价的 {margin} 时，方案才可能兑现收益上限（{quota}，{base}）；"
        "若利润为售价的 {assumed}，最多只能覆盖 {usual}。",
    ),
    _QUOTA_WAY_OUT,
    (RULES_HOLDS, REBATE_NOTICE),
)
QUOTA_SELDOM: Final = Rule(
    "warning",
    "quota-not-fillable",
    "quota_bps",
    Text(
        "With a profit of {assumed} of the price, the plan can fill at most {usual} of its ceiling "
        "({quota} {base}).",
        "若利润为售价的 {assumed}，方案最多只能覆盖收益上限（{quota}，{base}）的 {usual}。",
    ),
    _QUOTA_WAY_OUT,
    (RULES_HOLDS, REBATE_NOTICE),
)
QUOTA_SOON_REACHED: Final = Rule(
    "note",
    "quota-soon-reached",
    "quota_bps",
    Text(
        "With a profit of {assumed} of the price, what goes into reserve and dividends is {usual} "
        "of the ceiling. Members reach it soon after buying and exit, perhaps all at one "
        "day's close.",
        "若利润为售价的 {assumed}，进入积分准备金和分红金的资金为收益上限的 {usual}。"
        "会员购买后很快就会达到收益上限，"
        "积分自动卖出，甚至可能在同一天日结时全部卖出。",
    ),
    Text(
        "Raise {field} if members are meant to stay, and call it a ceiling then.",
        "如果希望会员留下，请提高 {field}，并把它说成上限。",
    ),
    (RULES_HOLDS,),
)
QUOTA_WITHIN_CONTRIBUTION: Final = Rule(
    "warning",
    "quota-within-contribution",
    "quota_bps",
    Text(
        "The ceiling ({quota}) is not above the contribution ({least} on the same base). The first "
        "order's points are worth its whole contribution, so the first buyer exits by "
        "their own order, the pool is wound up, and the next buyer is the first again.",
        "收益上限（{quota}）不高于计提额（同一基数的 {least}）。首笔订单的积分价值等于它的全部计提额，"
        "首位买家会因自己的订单到达上限，积分自动卖出，积分随即清算，下一位买家又成了首位。",
    ),
    Text("Set {field} well above {least}.", "请把 {field} 设得明显高于 {least}。"),
    (RULES_PLAN,),
)
NO_BACKING: Final = Rule(
    "warning",
    "backing-zero",
    "backing_bps",
    Text(
        "Nothing goes into the reserve, so nobody gets points and no ceiling arises.",
        "没有资金进入积分准备金，因此没有人获得积分，也不产生收益上限。",
    ),
    Text('For example: backing = "30%"', '例如：backing = "30%"'),
    (RULES_PLAN,),
)
NO_GRANT: Final = Rule(
    "warning",
    "grant-zero",
    "grant_bps",
    Text(
        "Buyers get no points for what they pay. While no points exist, contributions go to the "
        "dividend fund; later they raise the value of other people's points.",
        "买家付款后得不到积分。没有积分时，计提额进入分红金；之后则抬高他人积分的价值。",
    ),
    Text('For example: grant = "70%"', '例如：grant = "70%"'),
    (RULES_PLAN,),
)
NO_QUOTA: Final = Rule(
    "warning",
    "quota-zero",
    "quota_bps",
    Text(
        "Nobody may ever take anything out, and who has no ceiling earns no points.",
        "没有人可以取出任何价值；没有收益上限的人也得不到积分。",
    ),
    Text('For example: quota = "200%"', '例如：quota = "200%"'),
    (RULES_PLAN,),
)
