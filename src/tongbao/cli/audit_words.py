"""What `tongbao audit` says, in English and Chinese: each fault, each reason, the verdict."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongbao.audit.problems import Fault, Remark
from tongbao.plans.words import Text

FAULTS: Final[Mapping[Fault, Text]] = MappingProxyType(
    {
        Fault.LINE_FORM: Text(
            "The line has not the form of an export: it was changed.",
            "这一行不是导出文件的格式：内容被改动过。",
        ),
        Fault.CUT_OFF: Text(
            "The last line is cut off.",
            "最后一行不完整，被截断了。",
        ),
        Fault.NOT_AN_ENTRY: Text(
            "The body is no entry: {why}",
            "正文不是一条账目：{why}",
        ),
        Fault.NOT_CANONICAL: Text(
            "The body is not written in the one canonical way.",
            "正文没有按唯一的规范写法书写。",
        ),
        Fault.RECORDED_AT: Text(
            "{found} is no time as the journal writes it.",
            "{found} 不是账本规定的时间写法。",
        ),
        Fault.NUMBER: Text(
            "Entry {expected} should stand here, not {found}: entries are missing, repeated or out "
            "of order.",
            "这里应该是第 {expected} 条，实际是第 {found} 条：有账目缺失、重复或顺序错乱。",
        ),
        Fault.HASH: Text(
            "The hash does not fit the entry and the hash before: this entry, its hash or the one "
            "before was changed.",
            "哈希与本条内容和上一条的哈希对不上：本条内容、本条哈希或上一条被改动过。",
        ),
        Fault.ID_TWICE: Text(
            "The command id {id} was used before.",
            "命令编号 {id} 之前已经用过。",
        ),
        Fault.POSTING: Text(
            "No such posting exists: {posting}.",
            "不存在这样的分录：{posting}。",
        ),
        Fault.AMOUNT: Text(
            "A posting's amount is not above zero: {posting}.",
            "分录金额必须大于零：{posting}。",
        ),
        Fault.UNIT: Text(
            "A posting does not balance, its two places hold different units: {posting}.",
            "分录不平衡，两端的单位不同：{posting}。",
        ),
        Fault.UNKNOWN_ACCOUNT: Text(
            "The account {account} was never opened.",
            "账户 {account} 从未开立。",
        ),
        Fault.ACCOUNT_TWICE: Text(
            "The account {account} exists already, or is of another kind.",
            "账户 {account} 已经存在，或者类型不符。",
        ),
        Fault.DELTA: Text(
            "An account's figures cannot change like that: {delta}.",
            "账户的数字不可能这样变化：{delta}。",
        ),
        Fault.POOL: Text(
            "Reserve and supply are written as {found}; the postings make them {expected}.",
            "写明的积分准备金和流通量是 {found}，按分录算出来是 {expected}。",
        ),
        Fault.RECEIPT: Text(
            "The receipt and the postings disagree on {what}: {expected} against {found}.",
            "回执与分录在“{what}”上不一致：前者 {expected}，后者 {found}。",
        ),
        Fault.UNEXPLAINED: Text(
            "Nothing in the command or its receipt explains this posting: {posting}.",
            "命令和回执都不能解释这笔分录：{posting}。",
        ),
        Fault.TAKEN: Text(
            "{account} took out {expected} by the receipt and the postings, {found} by its ceiling.",
            "按回执和分录，{account} 取走了 {expected}，按收益上限却是 {found}。",
        ),
        Fault.GAINED: Text(
            "Nothing explains that the ceiling of {account} changed ({what}).",
            "{account} 的收益上限发生了无法解释的变化（{what}）。",
        ),
        Fault.PURCHASE: Text(
            "The purchase's record is wrong in {what}: {expected} expected, {found} found.",
            "消费记录的“{what}”有误：应为 {expected}，实为 {found}。",
        ),
        Fault.REFUND: Text(
            "Of the purchase {purchase} {left} was left to refund, not {amount}.",
            "消费 {purchase} 还可以退 {left}，不是 {amount}。",
        ),
        Fault.PLAN: Text(
            "The plan has no valid max_supply: {found}.",
            "方案里没有有效的发行上限（max_supply）：{found}。",
        ),
        Fault.DAY: Text(
            "The day {day} does not come after {last_day}, the last day closed.",
            "日结日期 {day} 不在上次日结 {last_day} 之后。",
        ),
        Fault.PRICE: Text(
            "Promise 1 is broken, the price fell: reserve and supply {was} before, {reserve} and "
            "{supply} after.",
            "违反第 1 条：价格下跌了。之前积分准备金和流通量为 {was}，之后为 {reserve} 和 {supply}。",
        ),
        Fault.SUPPLY: Text(
            "Promise 2 is broken: supply {supply}, issued {issued}, burned {burned}, at most "
            "{max_supply} may be issued.",
            "违反第 2 条：流通量 {supply}，已发行 {issued}，已销毁 {burned}，发行上限 {max_supply}。",
        ),
        Fault.MONEY: Text(
            "Promise 3 is broken: {paid_in} came in, {held} is accounted for.",
            "违反第 3 条：收入 {paid_in}，账上有去处的是 {held}。",
        ),
        Fault.CREDIT: Text(
            "Promise 4 is broken: the treasury of {treasury} does not back {credit} of credit.",
            "违反第 4 条：回收库 {treasury} 不足以支持购物金 {credit}。",
        ),
        Fault.ACCRUED: Text(
            "Promise 5 is broken: holders have accrued {accrued}, {payable} is set aside.",
            "违反第 5 条：持有人应得分红 {accrued}，已留出 {payable}。",
        ),
        Fault.NEGATIVE: Text(
            "Promise 5 is broken: {what} is negative, {amount}.",
            "违反第 5 条：{what} 为负数 {amount}。",
        ),
        Fault.BACKING: Text(
            "Promise 6 is broken: the reserve is {reserve}, the supply {supply}.",
            "违反第 6 条：积分准备金 {reserve}，流通量 {supply}。",
        ),
        Fault.QUOTA: Text(
            "Promise 7 is broken for {account}: ceiling {quota}, owed {owed}, gained {gained}, lost "
            "{lost}, taken out {taken}, forfeited {forfeited}.",
            "{account} 违反第 7 条：收益上限 {quota}，欠额 {owed}，获得 {gained}，退减 {lost}，"
            "取走 {taken}，作废 {forfeited}。",
        ),
        Fault.SUMS: Text(
            "Summed up anew over all accounts, {what} is {anew}, not {kept}.",
            "重新汇总所有账户，{what} 是 {anew}，不是 {kept}。",
        ),
        Fault.REPLAY: Text(
            "The engine disagrees on {what} (engine / journal): {why}",
            "引擎重算的结果在 {what} 上不同（引擎 / 账本）：{why}",
        ),
        Fault.CHECKPOINT_FORM: Text(
            "{source} is no checkpoint: {why}",
            "{source} 不是检查点文件：{why}",
        ),
        Fault.CHECKPOINT_SIGNATURE: Text(
            "The signature of {source} is wrong: the checkpoint was changed.",
            "{source} 的签名不对：检查点被改动过。",
        ),
        Fault.CHECKPOINT_KEY: Text(
            "{source} was signed with another key than the one given.",
            "{source} 不是用所给的密钥签名的。",
        ),
        Fault.CHECKPOINT_PROGRAM: Text(
            "{source} is of another program, {other}.",
            "{source} 属于另一个积分项目：{other}。",
        ),
        Fault.CHECKPOINT_MISSING: Text(
            "{source} vouches for entry {number}, but the export ends at {last}: its tail was cut "
            "off, or it is older.",
            "{source} 证明存在第 {number} 条，导出文件却只到第 {last} 条：末尾被截去，或者文件较旧。",
        ),
        Fault.CHECKPOINT_HASH: Text(
            "{source} has another hash for this entry: the journal was rewritten, here or before.",
            "{source} 中这一条的哈希不同：账本在此处或更早被改写过。",
        ),
        Fault.CHECKPOINT_TOTALS: Text(
            "{source} has other totals: {what}.",
            "{source} 中的合计数不同：{what}。",
        ),
    }
)

REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "empty": Text("the file is empty", "文件是空的"),
        "first_line": Text(
            "this is no export of a journal: its first line is not the genesis. `tongbao export` "
            "writes one",
            "这不是账本的导出文件：第一行不是创世账目。请用 `tongbao export` 导出",
        ),
        "no_genesis": Text(
            "the export begins with entry {detail}; an audit needs all entries from 0, so put the "
            "parts together in order",
            "导出文件从第 {detail} 条开始；审计需要从第 0 条起的全部账目，请把各部分按顺序拼接",
        ),
        "line": Text(
            "line {detail} is no entry of a journal; `tongbao audit` says more",
            "第 {detail} 行不是账目；`tongbao audit` 可以说明原因",
        ),
        "first_line_mark": Text(
            "the file begins with a byte order mark, which no export has: a program opened and "
            "saved it. Audit the file as it was exported",
            "文件开头多了字节顺序标记（BOM），导出文件没有它：文件被别的软件打开并另存过。"
            "请使用原始的导出文件",
        ),
        "first_line_blank": Text(
            "line 1 is blank: an export begins with the genesis. Audit the file as it was exported",
            "第 1 行是空行：导出文件以创世账目开头。请使用原始的导出文件",
        ),
        "first_line_crlf": Text(
            "line 1 ends in CR LF, an export's lines end in LF alone: an editor or a transfer as "
            "text changed it. Audit the file as it was exported",
            "第 1 行以 CR LF 结尾，导出文件的行只以 LF 结尾：文件被编辑器或文本方式的传输改动过。"
            "请使用原始的导出文件",
        ),
        "first_line_spaces": Text(
            "line 1 has spaces before or after the genesis: it was changed. Audit the file as it "
            "was exported",
            "第 1 行的创世账目前后多了空格：文件被改动过。请使用原始的导出文件",
        ),
        "first_line_cut": Text(
            "line 1 is all there is, and its end is missing: the file was cut off",
            "文件只有第 1 行，而且缺少行尾：文件被截断了",
        ),
        "first_line_rewritten": Text(
            "line 1 holds a body and a hash, but not written as in an export: the JSON was "
            "written anew. Audit the file as it was exported",
            "第 1 行有正文和哈希，但不是导出文件的写法：JSON 被重新写过。请使用原始的导出文件",
        ),
        "long_line": Text(
            "line {detail} goes on without end: no entry is so long. The rest was not read",
            "第 {detail} 行没有尽头：账目不会这么长。其余内容没有读取",
        ),
        "damaged": Text("the compressed file is damaged: {detail}", "压缩文件已损坏：{detail}"),
        "unreadable": Text("cannot be read: {detail}", "无法读取：{detail}"),
    }
)
"""Why a file is no use for an audit."""

PLACE: Final = Text("Entry {entry}, line {line}", "第 {entry} 条（第 {line} 行）")
PLACE_LINE: Final = Text("Line {line}", "第 {line} 行")
PLACE_ENTRY: Final = Text("Entry {entry}", "第 {entry} 条")
PLACE_END: Final = Text("After all", "最终")
UNUSABLE: Final = Text("{file}: {reason}", "{file}：{reason}")
STOPPED: Final = Text("stopped", "已中断")
NO_KEY: Final = Text(
    "{file}: this is no Ed25519 public key (PEM)", "{file}：不是 Ed25519 公钥（PEM）"
)
NO_CHECKPOINTS: Final = Text("{file}: there is no checkpoint here", "{file}：这里没有检查点文件")
KEY_ALONE: Final = Text(
    "--public-key says whom to trust about checkpoints: name them with --checkpoint",
    "--public-key 用来核对检查点，请同时用 --checkpoint 指明检查点",
)
NEEDS_EXTRA: Final = Text(
    "--checkpoint needs cryptography: pip install 'tongbao[audit]'",
    "--checkpoint 需要 cryptography：请运行 pip install 'tongbao[audit]'",
)

SOUND: Final = Text("The journal is sound.", "账本完好。")
UNSOUND: Final = Text("Problems found: {count}", "发现问题 {count} 处")
MORE: Final = Text(
    "and {count} more; the first one named is where to begin, --json lists up to {most}.",
    "另有 {count} 处；请从第一处查起，--json 可列出至多 {most} 处。",
)
ENTRIES: Final = Text("Entries", "账目")
DAYS: Final = Text("Days closed", "日结")
ACCOUNTS: Final = Text("Accounts", "账户")
RECORDED: Final = Text("Recorded", "记录时间")
HEAD: Final = Text("Last hash", "最后哈希")
MEMBERS: Final = Text(
    "members {members}, merchants {merchants}", "会员 {members}，商家 {merchants}"
)
LAST_DAY: Final = Text("{days}, the last one {day}", "{days} 次，最近一次 {day}")
FIGURES: Final = Text("After the last entry", "最后一条之后")
FIGURES_UNSOUND: Final = Text(
    "As the postings add up, problems included", "按分录累计（包含有问题的账目）"
)
CHECKED: Final = Text("What was checked", "核对内容")
CHECK_CHAIN: Final = Text(
    "form of every line, numbers without gaps, the chain of hashes",
    "每一行的格式、连续编号、哈希链",
)
CHECK_POSTINGS: Final = Text(
    "balanced postings; commands, receipts and postings tell one story",
    "分录平衡；命令、回执、分录三者一致",
)
CHECK_PROMISES: Final = Text(
    "the seven promises after every entry, everything summed up anew at the end",
    "每条之后的七条承诺，最后全部重新汇总",
)
CHECK_REPLAY: Final = Text(
    "{count:entry|entries} repeated by the engine, byte for byte", "引擎逐字节重现了 {count} 条"
)
CHECK_HELD: Final = Text(
    "{count:signed checkpoint|signed checkpoints}, the latest at entry {number}",
    "签名检查点 {count} 个，最近的在第 {number} 条",
)
NOT_REPLAYED: Final = Text("not repeated by the engine (--replay)", "没有用引擎重算（--replay）")
NOT_HELD: Final = Text(
    "no checkpoint: an export cut short or rewritten as a whole would not be noticed "
    "(--checkpoint)",
    "没有检查点：末尾被截去或整个重写都无法发现（--checkpoint）",
)
KEY_TRUSTED: Final = Text(
    "the key inside the checkpoint was trusted: whoever can replace the file can replace the key "
    "(--public-key)",
    "直接采信了检查点文件里的公钥：能替换文件的人也能替换公钥（--public-key）",
)

REPLAYED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "plan": Text("The engine refuses the plan: {why}", "引擎不接受这个方案（{why}）"),
        "promise": Text(
            "The engine stops here, for a promise would be broken: {why}",
            "引擎执行到本条就停下，否则会违反承诺（{why}）",
        ),
        "rejected": Text("The engine rejects the command: {why}", "引擎不接受这条命令（{why}）"),
        "sent_again": Text(
            "The engine has carried out the command {why} before",
            "编号为 {why} 的命令，引擎之前已经执行过",
        ),
        "text": Text(
            "The engine writes the same figures in another way",
            "数字与引擎的结果相同，写法不同",
        ),
    }
)
"""What a second run says where it is not about fields that differ."""

NOTED: Final = Text("Worth a note, but no fault", "值得留意，但不是问题")
NOTES: Final[Mapping[Remark, Text]] = MappingProxyType(
    {
        Remark.CLOCK_BACK: Text(
            "The clock went back {count:time|times}, first at entry {entry}: {found} after "
            "{before} UTC. Clocks may be set back; the order is that of the numbers.",
            "记录时间倒退了 {count} 次，首次在第 {entry} 条：{before} 之后是 {found}（UTC）。"
            "时钟可能被调回，先后以编号为准。",
        ),
        Remark.BEFORE_GENESIS: Text(
            "{count:entry was|entries were} recorded before the genesis, first entry {entry}: "
            "{found}, genesis {before} UTC.",
            "有 {count} 条的记录时间早于创世账目，首次在第 {entry} 条：{found}，创世账目为 "
            "{before}（UTC）。",
        ),
    }
)

FIGURE_NAMES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "reserve": Text("Reserve", "积分准备金"),
        "supply": Text("Supply", "流通量"),
        "treasury": Text("Treasury", "回收库"),
        "issued": Text("Issued", "已发行"),
        "burned": Text("Burned", "已销毁"),
        "dividend_fund": Text("Dividend fund", "分红金"),
        "dividend_payable": Text("Dividends to be collected", "待入账分红"),
        "wallets": Text("Wallets", "余额合计"),
        "credit": Text("Store credit", "购物金"),
        "paid_out": Text("Paid out", "已提现"),
        "refunded": Text("Refunded", "已退款"),
        "money_in": Text("Money in", "累计收入"),
    }
)
"""The figures that are shown, by the names that checkpoints use."""

POINT_FIGURES: Final = frozenset({"supply", "treasury", "issued", "burned"})
"""Those of them that are points (atoms); the others are money (minor units)."""

CHECKING: Final = Text("checking the journal", "核对账本")
"""Beside the progress bar."""
