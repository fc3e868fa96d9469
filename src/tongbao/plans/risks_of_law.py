"""Rules about what the law may think of a plan; every finding names what to read.

The texts say where a plan comes near a rule, not that it breaks one: that is
for a lawyer to judge, with the shop's whole conduct before them.
"""

from collections.abc import Callable
from typing import Final

from tongbao.engine.units import BPS
from tongbao.plans import sources
from tongbao.plans.findings import Finding, Rule, Subject
from tongbao.plans.money import format_percent
from tongbao.plans.words import Text


def cash_on_second_level(subject: Subject) -> Finding | None:
    """Warn of cash for the purchases of an invitee's invitees."""
    rates = subject.plan.referral_cash_bps
    if len(rates) < 2 or not rates[1]:  # noqa: PLR2004  # the second level
        return None
    paid = subject.share(subject.sample, rates[1])
    return _CASH_ON_SECOND_LEVEL.found(
        subject,
        rate=format_percent(rates[1]),
        sample=subject.money(subject.sample),
        paid=subject.money(paid),
    )


def second_level(subject: Subject) -> Finding | None:
    """Warn of a second level in points; cash on it has a rule of its own."""
    rates = subject.plan.referral_points_bps
    if len(rates) < 2 or not rates[1]:  # noqa: PLR2004  # the second level
        return None
    return _SECOND_LEVEL.found(subject, rate=format_percent(rates[1]))


def referral(subject: Subject) -> Finding | None:
    """Note what a single level must keep to."""
    points, cash = subject.plan.referral_points_bps, subject.plan.referral_cash_bps
    one_level = not any(points[1:]) and not any(cash[1:])
    if not one_level or not any((*points, *cash)):
        return None
    field = "referral_points_bps" if any(points) else "referral_cash_bps"
    return Rule("note", "referral", field, *_REFERRAL).found(subject)


def dividends(subject: Subject) -> Finding | None:
    """Warn that dividends on points are a consumption rebate."""
    plan = subject.plan
    if not plan.dividend_bps:
        return None
    base = _BASES[plan.dividend_base]
    return _DIVIDENDS.found(subject, rate=format_percent(plan.dividend_bps), base=base)


def cash_out(subject: Subject) -> Finding | None:
    """Warn that points which turn into money are an offer to the public."""
    plan = subject.plan
    if plan.cash_redemption:
        return Rule("warning", "cash-out", "cash_redemption", *_CASH_OUT).found(subject)
    if plan.cash_withdrawal:
        return Rule("warning", "cash-out", "cash_withdrawal", *_CASH_OUT).found(subject)
    return None


def appreciation(subject: Subject) -> Finding | None:
    """Note who pays for the growth of the price."""
    if subject.granted_bps >= BPS or not subject.plan.backing_bps or not subject.granted_bps:
        return None
    kept = format_percent(BPS - subject.granted_bps)
    return _APPRECIATION.found(subject, kept=kept)


def credit(subject: Subject) -> Finding | None:
    """Note that store credit which many merchants take comes near to money."""
    return _CREDIT.found(subject)


_BASES: Final = {"sales": Text("sales", "销售额"), "profit": Text("profit", "利润")}

_CASH_ON_SECOND_LEVEL: Final = Rule(
    "warning",
    "cash-on-second-level",
    "referral_cash_bps",
    Text(
        "Members are paid {rate} in cash on purchases by people whom their invitees invited. "
        "That is pay by the sales of a downline: the very pattern that the regulations name, "
        "whatever the number of levels.",
        "会员可从“下线的下线”的消费中获得 {rate} 的现金佣金。这正是以下线业绩计酬的模式，"
        "无论层数多少都被条例点名。",
    ),
    Text(
        'Keep one level at most: referral_cash = ["5%"], or better none: referral_cash = []',
        '最多保留一层：referral_cash = ["5%"]；最好不设现金佣金：referral_cash = []',
    ),
    (sources.PYRAMID_LINES, sources.PYRAMID_CRIME),
    Text(
        "A invites B, B invites C. C orders for {sample}: A is paid {paid} in cash.",
        "甲邀请乙，乙邀请丙。丙消费 {sample}：甲得现金 {paid}。",
    ),
)
_SECOND_LEVEL: Final = Rule(
    "warning",
    "second-level",
    "referral_points_bps",
    Text(
        "Members gain points ({rate} of the contribution) on purchases by people whom their "
        "invitees invited. Points that have a price are pay too: two levels are an upline.",
        "会员可从“下线的下线”的消费中获得积分（计提额的 {rate}）。积分有价格，同样属于报酬："
        "两层即构成上下线。",
    ),
    Text(
        'Keep one level, the member\'s own invitees: referral_points = ["10%"]',
        '只保留一层，即会员直接邀请的人：referral_points = ["10%"]',
    ),
    (sources.PYRAMID_LINES,),
)
_REFERRAL: Final = (
    Text(
        "One referral level, on the invitee's own purchases. It stays a reward for a "
        "recommendation only as long as nobody must buy or pay to take part, nothing is paid by "
        "headcount, and the purchase is real and final.",
        "只有一层邀请奖励，按被邀请人本人的消费计算。只有在无需先消费或缴费、不按人头计酬、"
        "且消费真实并已过退货期时，它才只是邀请奖励。",
    ),
    Text(
        "Tell members so, and look at groups that only buy from each other.",
        "请向会员说明，并留意只在彼此之间消费的群体。",
    ),
    (sources.PYRAMID_RECRUITING, sources.PYRAMID_LINES),
)
_DIVIDENDS: Final = Rule(
    "warning",
    "dividends-on-points",
    "dividend_bps",
    Text(
        "{rate} of {base} is paid out daily to those who hold points. Money back for having "
        "bought is a consumption rebate; promised as a return, it has the features of illegal "
        "fundraising. Payouts to people may need tax withheld.",
        "{base}的 {rate} 每日分给持有积分的人。因消费而返还现金属于“消费返利”；若作为回报许诺，"
        "就带有非法集资的特征。向个人支付可能需要代扣个人所得税。",
    ),
    Text(
        "Pay only from what was really earned, never name a rate of return, ask a lawyer and a "
        'tax adviser; or set dividend = "0%"',
        '只从真实经营所得中支付，绝不宣传回报率，并咨询律师和税务顾问；或设 dividend = "0%"',
    ),
    (sources.REBATE_NOTICE, sources.FUNDRAISING, sources.INCOME_TAX),
)
_CASH_OUT: Final = (
    Text(
        "Members can turn points into money. An offer to everybody in which what was bought "
        "may come back as more money can count as unregistered fundraising or an unregistered "
        "issue, and moving members' money about as a payment business.",
        "会员可以把积分变成现金。面向公众、让消费可能变回更多现金的安排，"
        "可能被认定为未经许可的集资或发行；"
        "为会员划转资金可能被认定为支付业务。",
    ),
    Text(
        "Promise no return, in no advertisement; ask a lawyer before the first member joins. "
        "The safer plan has cash_redemption = false and cash_withdrawal = false (preset green)",
        "任何宣传都不得许诺回报；在第一位会员加入之前请咨询律师。更稳妥的做法是 "
        "cash_redemption = false、cash_withdrawal = false（预设 green）",
    ),
    (
        sources.FUNDRAISING,
        sources.FUNDRAISING_COURT,
        sources.SECURITIES,
        sources.PAYMENT,
    ),
)
_APPRECIATION: Final = Rule(
    "note",
    "appreciation",
    "grant_bps",
    Text(
        "{kept} of each contribution is granted to nobody: it raises the price for those who "
        "already hold points. Early members gain what later members put in; when sales stop, "
        "so does the growth.",
        "每笔计提额的 {kept} 不发给任何人，而是抬高已有积分的价格。早加入者的增值来自后来者的投入；"
        "销售停止，增值也就停止。",
    ),
    Text(
        "Say so to members, and never speak of points as an investment.",
        "请如实告知会员，绝不要把积分说成投资。",
    ),
    (sources.RULES_HOLDS, sources.FUNDRAISING_COURT, sources.SECURITIES),
)
_CREDIT: Final = Rule(
    "note",
    "credit-among-merchants",
    "merchant_quota_bps",
    Text(
        "Every merchant of the program accepts its store credit. The more merchants there are, "
        "the nearer the credit comes to a token that takes the place of money, and to a prepaid "
        "card or a payment service.",
        "参与的每个商家都接受购物金。商家越多，它就越接近代替货币流通的代币票券，"
        "也越接近预付卡或支付业务。",
    ),
    Text(
        "With more than one merchant, ask a lawyer first; file as an issuer of prepaid cards "
        "where that is due.",
        "如有多个商家，请先咨询律师；需要时办理预付卡发卡备案。",
    ),
    (sources.CENTRAL_BANK, sources.PAYMENT, sources.PREPAID),
)

RISKS_OF_LAW: Final[tuple[Callable[[Subject], Finding | None], ...]] = (
    cash_on_second_level,
    second_level,
    cash_out,
    dividends,
    referral,
    appreciation,
    credit,
)
