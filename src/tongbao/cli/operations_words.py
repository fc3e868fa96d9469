"""The words of `tongbao worker`, `move` and `health`, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongbao.plans.words import Text

BAD_LOG: Final = Text(
    "{variable} is {kind}; it can be text or json", "{variable} 的值是 {kind}，只能是 text 或 json"
)
KEY_AND_FOLDER: Final = Text(
    "--checkpoint-key and --checkpoint-folder belong together",
    "--checkpoint-key 和 --checkpoint-folder 必须同时给出",
)
NO_KEY: Final = Text(
    "{file} is no Ed25519 private key (PEM); `tongbao checkpoint keygen` makes one",
    "{file} 不是 Ed25519 私钥（PEM）；可用 `tongbao checkpoint keygen` 生成",
)
NOT_READ: Final = Text("{file} cannot be read: {reason}", "无法读取 {file}：{reason}")
NO_FOLDER: Final = Text(
    "{folder} is no folder that can be written to. The worker makes none, for a disk might not be "
    "mounted: make it (mkdir -p), and let the worker's user write there",
    "{folder} 不是可以写入的文件夹。worker 不会自行创建（磁盘可能没有挂载）：请先创建（mkdir -p），"
    "并让运行 worker 的用户可以写入",
)
NO_PORT: Final = Text(
    "Metrics cannot be served at {host}:{port}: {reason}", "无法在 {host}:{port} 提供指标：{reason}"
)

MOVE_TABLE: Final = Text("{doing} {table}", "{doing} {table}")
DOING: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "copy": Text("copying", "正在复制"),
        "verify": Text("comparing", "正在核对"),
        "chain": Text("recomputing the chain of", "正在重算哈希链"),
    }
)
MOVED: Final = Text(
    "{name} is moved: {rows:row|rows}, compared column by column; the chain of hashes was recomputed "
    "to entry {number}, {hash}.\n"
    "It is paused at the target. Point the shop there (TONGBAO_DATABASE), then:\n"
    "tongbao ledger rebuild --check {name}\n"
    "tongbao program launch {name}",
    "{name} 已迁移：共 {rows} 行，逐列核对一致；哈希链已重算到第 {number} 条，{hash}。\n"
    "目标库中的积分项目处于暂停状态。请将商城指向新库（TONGBAO_DATABASE），然后运行：\n"
    "tongbao ledger rebuild --check {name}\n"
    "tongbao program launch {name} --lang zh",
)
RESUMED: Final = Text(
    "Its rows were there from an earlier attempt.", "这些数据在上一次尝试时已经写入。"
)
LEFT: Final = Text(
    "{count:command|commands} came to the old database meanwhile and {count:=was|were} not moved. Send them again to "
    "the new one: sent twice, a command counts once",
    "期间有 {count} 条命令写入了旧库，没有迁移。请向新库重新发送：同一命令发送两次只计一次",
)
SAME_DATABASE: Final = Text("Source and target are the same database", "来源和目标是同一个数据库")
BAD_TARGET: Final = Text(
    "--to names no database. Write sqlite:///file.sqlite3 or "
    "postgresql://user:password@host:5432/name",
    "--to 不是数据库地址。请写成 sqlite:///文件.sqlite3 或 postgresql://用户:密码@主机:5432/库名",
)
TARGET_FAILED: Final = Text(
    "The target {place} cannot be used: {reason}", "无法使用目标数据库 {place}：{reason}"
)
MOVING_IN_CHINESE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NotPaused": "{name} 没有处于暂停状态，或已经迁移过；先运行 `tongbao program pause {name}`",
        "ProgramExists": "目标库中已有名为 {name} 的另一个积分项目，或内容不一致；"
        "请迁到从未存放过它的数据库，例如一个新库",
        "NotMigrated": "目标库的数据表版本不同：请先在目标库运行 `tongbao ledger setup`",
        "Differs": "核对不一致，没有改动任何内容：{message}",
    }
)
"""What the errors of moving say in Chinese; in English they have messages of their own."""

HEALTHY: Final = Text("All is in order.", "一切正常。")
HEALTH_LINE: Final = Text(
    "{name}: {status}, entry {number}, {waiting} waiting, last closed day {day}",
    "{name}：{status}，第 {number} 条，{waiting} 条等待，最近日结 {day}",
)
NO_DAY: Final = Text("none", "无")
UNKNOWN_STATUS: Final = Text("{status}", "{status}")
MOVED_STATUS: Final = Text("moved to another database", "已迁移到其他数据库")
PROBLEMS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "database_unreachable": Text(
            "The database does not answer. Is it running, and is the address right?",
            "数据库没有响应。请检查它是否在运行、地址是否正确",
        ),
        "no_database": Text(
            "There is no database {place} here. `tongbao program create` makes it with the first "
            "program; another one is named with --database or TONGBAO_DATABASE",
            "这里没有数据库 {place}。`tongbao program create` 创建第一个积分项目时会建立它；"
            "也可以用 --database 或 TONGBAO_DATABASE 指定其他数据库",
        ),
        "database_read_only": Text(
            "The database {place} cannot be read where it is: SQLite needs to write beside it. Copy "
            "it, with its -wal if there is one, into a folder that you can write to",
            "无法在原处读取数据库 {place}：SQLite 需要在它旁边写文件。请把它（连同 -wal 文件，如果有）"
            "复制到可以写入的文件夹",
        ),
        "not_migrated": Text(
            "The tables are missing or of an older version: run `tongbao ledger setup`",
            "缺少数据表或版本过旧：请运行 `tongbao ledger setup`",
        ),
        "commands_wait": Text(
            "{program}: commands have waited {seconds} s too long. Is `tongbao worker` running? "
            "Its log tells what failed",
            "{program}：有命令超时等待 {seconds} 秒。`tongbao worker` 在运行吗？日志里有失败原因",
        ),
        "day_not_closed": Text(
            "{program}: a day should have been closed {seconds} s ago. Is `tongbao worker` running?",
            "{program}：本应在 {seconds} 秒前完成日结。`tongbao worker` 在运行吗？",
        ),
        "too_many_days_open": Text(
            "{program}: so many days are open that no worker closes them by itself; the first is "
            "{seconds} s late. Is the clock right? Then run `tongbao worker --once --catch-up`",
            "{program}：未日结的天数过多，worker 不会自行补结；第一天已迟 {seconds} 秒。请确认时钟正确，"
            "再运行 `tongbao worker --once --catch-up`",
        ),
        "closed_day_not_ended": Text(
            "{program}: the last closed day, {day}, ends only in {seconds} s. A close is never taken "
            "back; until then no other day is closed. See that every clock is right, and what sends "
            "close_day",
            "{program}：最近日结的 {day} 还要 {seconds} 秒才结束。日结不能撤销，在此之前不会再日结。"
            "请检查各处时钟，以及是谁发送了 close_day",
        ),
        "plan_not_in_force": Text(
            "{program}: an announced plan should have taken effect {seconds} s ago. Is "
            "`tongbao worker` running?",
            "{program}：已公告的方案本应在 {seconds} 秒前生效。`tongbao worker` 在运行吗？",
        ),
    }
)
