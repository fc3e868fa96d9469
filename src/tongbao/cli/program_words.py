"""The words of `tongbao program`, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongbao.plans.words import Text

STATUSES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "draft": Text("draft", "草案"),
        "running": Text("running", "运行中"),
        "paused": Text("paused", "已暂停"),
        "moved": Text("moved to another database", "已迁往其他数据库"),
    }
)
VERSION_STATES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "announced": Text("announced", "已公告"),
        "in_force": Text("in force", "生效中"),
        "replaced": Text("replaced", "已被取代"),
        "withdrawn": Text("withdrawn", "已撤回"),
        "refused": Text("refused", "未能生效"),
    }
)

NAME: Final = Text("Name", "名称")
STATUS: Final = Text("Status", "状态")
PRICE: Final = Text("Price", "价格")
RESERVE: Final = Text("Reserve", "积分准备金")
ACCOUNTS: Final = Text("Accounts", "账户数")
ENTRIES: Final = Text("Entries", "账目数")
LAST_DAY: Final = Text("Last day", "最近日结")
LAST_CLOSED: Final = Text("Last day closed", "最近日结")
NO_PROGRAMS: Final = Text(
    "There is no program yet. Make one: tongbao program create NAME --plan FILE",
    "还没有积分项目。创建一个：tongbao program create 名称 --plan 文件",
)

FIGURES: Final = Text("Figures", "数字")
JOURNAL: Final = Text("Journal", "账本")
VERSIONS: Final = Text("Versions of the plan", "方案版本")
PLAN_OF_DRAFT: Final = Text("Plan (not in force yet)", "方案（尚未生效）")
PLAN_IN_FORCE: Final = Text("Plan in force (version {version})", "现行方案（第 {version} 版）")
UNDER_NAME: Final = Text(
    "{currency} · days in {timezone} · plan notice {days:day|days} · made {made}",
    "{currency} · 时区 {timezone} · 新方案提前 {days} 天公告 · 创建于 {made}",
)
PRICE_OF_A_POINT: Final = Text("Price of a point", "每积分价格")
SUPPLY: Final = Text("Points in existence", "流通量")
IN_ACCOUNTS: Final = Text("  in accounts", "  账户持有")
IN_TREASURY: Final = Text("  in the treasury", "  回收库")
ISSUED: Final = Text("Ever issued / limit", "累计发行 / 上限")
DIVIDEND_FUND: Final = Text("Dividend fund", "分红金")
DIVIDEND_PAYABLE: Final = Text("Dividends to be collected", "待入账分红")
WALLETS: Final = Text("Wallets", "余额合计")
CASH_HELD: Final = Text("Cash that must be there", "应有现金合计")
CREDIT: Final = Text("Store credit", "购物金")
CREDIT_BACKING: Final = Text("  backed by the treasury", "  回收库支撑比例")
LAST_ENTRY: Final = Text("Last entry", "最近账目")
HASH: Final = Text("Hash", "哈希")
WAITING: Final = Text("Waiting", "等待中的命令")
VERSION_STATE: Final = Text("State", "状态")
EFFECTIVE: Final = Text("Takes effect", "生效时间")
CHANGES: Final = Text("Changes", "变更")
CHANGE: Final = Text("{label}: {before} → {after}", "{label}：{before} → {after}")
LABELLED: Final = Text("{label} {value}", "{label} {value}")
LAUNCH_PLAN: Final = Text("the plan at launch", "启动时的方案")
NO_CHANGE: Final = Text("none", "无")
NEXT_LAUNCH: Final = Text(
    "Next: tongbao program launch {name}", "下一步：tongbao program launch {name} --lang zh"
)

CREATED: Final = Text(
    "{name} is made, as a draft: its plan can be replaced until its launch.\n"
    "Next: tongbao program launch {name}",
    "{name} 已创建为草案：启动前可以替换方案。\n下一步：tongbao program launch {name} --lang zh",
)
PLAN_REPLACED: Final = Text("The draft {name} has the new plan.", "草案 {name} 已换成新方案。")
DISCARDED: Final = Text("The draft {name} is removed.", "草案 {name} 已删除。")
LAUNCHED: Final = Text(
    "{name} is launched: entry 0 of its journal holds the plan.\n"
    "A new plan is announced {days:day|days} ahead from now on.",
    "{name} 已启动：账本第 0 条（创世账目）记录了方案。\n此后新方案须提前 {days} 天公告。",
)
RESUMED: Final = Text(
    "{name} runs again; {waiting:command was|commands were} waiting.",
    "{name} 已恢复运行；有 {waiting} 条命令在等待。",
)
RUNS_ALREADY: Final = Text("{name} runs already.", "{name} 已在运行。")
PAUSED: Final = Text(
    "{name} is paused: commands can wait, none takes effect.\n"
    "tongbao program launch {name} lets it go on.",
    "{name} 已暂停：命令可以等待，但不生效。\n用 tongbao program launch {name} 恢复。",
)
PAUSED_ALREADY: Final = Text("{name} is paused already.", "{name} 已处于暂停状态。")
ANNOUNCED: Final = Text(
    "Version {version} of the plan of {name} is announced; it takes effect on {when} ({timezone}):",
    "{name} 的方案第 {version} 版已公告，将于 {when}（{timezone}）生效：",
)
WITHDRAWN: Final = Text(
    "Version {version} of the plan of {name} is withdrawn.", "{name} 的方案第 {version} 版已撤回。"
)
SAME_PLAN: Final = Text(
    "It changes no figure of the plan before it.", "与之前的方案相比没有任何变化。"
)
TOO_SOON: Final = Text(
    "That is too soon: a new plan is announced {days:day|days} ahead, so it can take effect from "
    "{when} ({timezone}). Without --effective it does so as soon as it may",
    "时间太早：新方案须提前 {days} 天公告，最早可于 {when}（{timezone}）生效。"
    "不写 --effective 则在允许的最早时间生效",
)
KEEPS_FIGURE: Final = Text(
    "A running program keeps its {label} of {bound}; the plan says {found}",
    "运行中的积分项目不能改变{label}（{bound}）；新方案写的是 {found}",
)
BELOW_ISSUED: Final = Text(
    "The {label} cannot be {found}: {bound:point was|points were} issued already",
    "{label}不能是 {found}：已经发行了 {bound} 积分",
)

NO_FREEZES: Final = Text("No account was ever frozen here.", "从未冻结过账户。")
ACCOUNT: Final = Text("Account", "账户")
WHEN: Final = Text("When", "时间")
WHAT: Final = Text("What", "操作")
WHO: Final = Text("Who", "操作人")
WHY: Final = Text("Why", "原因")
FROZEN: Final = Text("frozen", "冻结")
RELEASED: Final = Text("released", "解冻")
ACCOUNT_FROZEN: Final = Text(
    "{account} is frozen: what it would pay or take out is refused.",
    "{account} 已冻结：其付款和取出都会被拒绝。",
)
ACCOUNT_RELEASED: Final = Text("{account} is released.", "{account} 已解冻。")
DAY_CLOSED: Final = Text(
    "{day} is closed (entry {number}): {distributed} distributed, {burned:point|points} "
    "burned, {exits:exit|exits}.",
    "{day} 已日结（第 {number} 条）：分红 {distributed}，销毁 {burned} 积分，到达上限自动卖出 {exits} 次。",
)
DAY_NOT_CLOSED: Final = Text("{day} is not closed: {reason}", "{day} 未能日结：{reason}")
DAY_NOT_ENDED: Final = Text(
    "it ends on {when} ({timezone}), and a close cannot be taken back. Close it after that",
    "这一天要到 {when}（{timezone}）才结束，而日结不能撤销。请在结束之后再日结",
)
DAY_REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "day_closed": Text(
            "this day or a later one is closed already (the last is {last})",
            "这一天或更晚的日子已经日结（最近一次是 {last}）",
        ),
        "too_far": Text(
            "it is too far after the last closed day, {last}", "距最近一次日结 {last} 太远"
        ),
        "malformed": Text(
            "a day is written YYYY-MM-DD, such as 2027-01-31",
            "日期应写成 YYYY-MM-DD，例如 2027-01-31",
        ),
    }
)
SENT: Final = Text(
    "{lines:line|lines}: {accepted} accepted, {others} not.",
    "共 {lines} 行：接受 {accepted} 条，未接受 {others} 条。",
)
UNREADABLE: Final = Text("{path} cannot be read: {reason}", "无法读取 {path}：{reason}")
SETTLED: Final = Text("{count:command|commands} settled.", "已处理 {count} 条命令。")
READY: Final = Text("The tables in the database are ready.", "数据库中的数据表已就绪。")
SOUND: Final = Text(
    "Sound: {entries:entry|entries} and {accounts:account|accounts} recomputed from the genesis; every figure "
    "is what the journal says.",
    "核对无误：已从创世账目重新计算 {entries} 条账目和 {accounts} 个账户，所有数字与账本一致。",
)
UNSOUND: Final = Text(
    "NOT SOUND: {count:difference|differences} in {entries:entry|entries} and "
    "{accounts:account|accounts}.",
    "核对不符：{entries} 条账目和 {accounts} 个账户中有 {count} 处差异。",
)
DIFFERENCE: Final = Text(
    "{place}: found {found}, expected {expected}", "{place}：实际为 {found}，应为 {expected}"
)
WRITTEN_ANEW: Final = Text(
    "Written anew from the journal: {entries:entry|entries}, {accounts:account|accounts}.",
    "已根据账本重写：{entries} 条账目，{accounts} 个账户。",
)
SENDING: Final = Text("sending the commands", "提交命令")
REBUILDING: Final = Text("reading the journal once more", "重新读取账本")
