"""The words of `tongbao statement` and `tongbao books`, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongbao.plans.words import Text

BAD_PAGE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BadDay": "日期应写成 YYYY-MM-DD，例如 2027-01-31",
        "BadPeriod": "起始日期晚于结束日期，请对调 --from 和 --to",
        "BadCursor": "翻页标记不对：请照抄上一页末尾 --before 后面的内容",
        "BadPage": "无法这样查询，请检查行数、日期和翻页标记",
    }
)
"""Why a page cannot be read, by the name of the error; in English it has its own message."""
NO_SUCH_DAY: Final = Text(
    "No day was closed there; `tongbao books PROGRAM --prices` shows the closed days",
    "所选日期没有日结；用 `tongbao books 名称 --prices` 查看已日结的日期",
)
NOT_A_MERCHANT: Final = Text(
    "This account is a member's; only a merchant has receivables",
    "该账户是会员；只有商家有应收款",
)
NO_CAUSE: Final = Text(
    "--cause {cause} is none; they are {known}", "--cause {cause} 不存在；可用：{known}"
)

KINDS: Final[Mapping[str, Text]] = MappingProxyType(
    {"member": Text("member", "会员"), "merchant": Text("merchant", "商家")}
)
UNITS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "points": Text("Points", "增值积分"),
        "quota": Text("Ceiling", "收益上限"),
        "wallet": Text("Wallet", "余额"),
        "credit": Text("Store credit", "购物金"),
    }
)
WHEN: Final = Text("When", "时间")
WHAT: Final = Text("What", "事由")
WORTH: Final = Text("worth {amount}", "价值 {amount}")
DIVIDENDS: Final = Text("Dividends", "分红")
EARNED: Final = Text(
    "{total} in all: {collected} collected, {accrued} to be collected",
    "累计 {total}：已入账 {collected}，待入账 {accrued}",
)
LATEST: Final = Text("Last day, {day}", "最近一日 {day}")
NOTHING_SHOWN: Final = Text("Nothing here.", "没有记录。")
MORE: Final = Text("More: --before {cursor}", "下一页：--before {cursor}")
DAY: Final = Text("Day", "日期")
OPEN_DAY: Final = Text("open day", "未日结")
POINTS_HELD: Final = Text("Points at the close", "日结时积分")
EARNED_THAT_DAY: Final = Text("Earned", "当日分红")
RECEIVED_WALLET: Final = Text("Wallet in", "余额收入")
RECEIVED_CREDIT: Final = Text("Credit in", "购物金收入")
PAID_OUT: Final = Text("Withdrawn", "提现")
TO_POINTS: Final = Text("Credit to points", "转为增值积分")
WALLET_AFTER: Final = Text("Wallet", "余额")
CREDIT_AFTER: Final = Text("Credit", "购物金")
TOTAL: Final = Text("Total", "合计")

BOOKS_OF_DAY: Final = Text("Books of {day}", "{day} 的账")
BOOKS_OF_DAYS: Final = Text("Books after {previous} up to {day}", "{previous} 之后至 {day} 的账")
BOOKS_FROM_START: Final = Text("Books from the beginning up to {day}", "自开始至 {day} 的账")
BOOKS_OPEN: Final = Text("Books since the close of {previous}", "{previous} 日结以来的账")
BOOKS_ALL: Final = Text("Books since the beginning", "自开始以来的账")
ENTRIES: Final = Text("entries {first} to {last}", "账目 {first} 至 {last}")
NO_ENTRIES: Final = Text("no entries yet", "尚无账目")
CAUSE: Final = Text("Cause", "事由")
FROM: Final = Text("From", "来源")
TO: Final = Text("To", "去向")
AMOUNT: Final = Text("Amount", "数额")
OPENING: Final = Text("Opening", "期初")
MOVED: Final = Text("Change", "变动")
CLOSING: Final = Text("Closing", "期末")
PRICE: Final = Text("Price of a point", "每积分价格")
RESERVE: Final = Text("Reserve", "积分准备金")
SUPPLY: Final = Text("Points in existence", "流通量")
GROWTH: Final = Text("Change", "涨跌")

CAUSES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "contribution": Text("contribution", "计提额"),
        "dividend_share": Text("share for dividends", "提取分红金"),
        "commission": Text("referral commission", "邀请佣金"),
        "grant": Text("points granted", "消费送积分"),
        "referral_grant": Text("referral points", "邀请积分"),
        "dividend": Text("dividends collected", "分红入账"),
        "distribution": Text("dividends shared out", "分红分配"),
        "redemption": Text("points sold", "积分兑现"),
        "exit": Text("exits at the ceiling", "到达上限自动卖出"),
        "wind_up": Text("winding up", "积分清算"),
        "rest": Text("small rests sold", "零头积分卖出"),
        "surplus": Text("treasury surplus burned", "回收库盈余销毁"),
        "goods": Text("goods paid with points", "积分付款"),
        "payment": Text("payments", "付款"),
        "conversion": Text("points to store credit", "转为购物金"),
        "credit_redemption": Text("store credit to points", "购物金转增值积分"),
        "withdrawal": Text("withdrawals", "提现"),
        "deposit": Text("deposits", "存入"),
        "refund": Text("refunds", "退款"),
    }
)
PLACES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "sales": Text("sales", "销售"),
        "deposits": Text("outside", "外部存入"),
        "reserve": Text("reserve", "积分准备金"),
        "dividend_fund": Text("dividend fund", "分红金"),
        "dividend_payable": Text("dividends to be collected", "待入账分红"),
        "wallet": Text("wallets", "余额"),
        "wallets": Text("wallets", "余额合计"),
        "paid_out": Text("paid out", "已提现"),
        "refunded": Text("refunded", "已退款"),
        "issuance": Text("issuance", "发行"),
        "points": Text("points in accounts", "账户积分"),
        "treasury": Text("treasury", "回收库"),
        "supply": Text("points in existence", "流通量"),
        "issued": Text("ever issued", "累计发行"),
        "burned": Text("burned", "销毁"),
        "credit_issued": Text("credit issued", "发放购物金"),
        "credit": Text("store credit", "购物金"),
    }
)
