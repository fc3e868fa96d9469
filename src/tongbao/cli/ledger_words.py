"""What the commands on durable programs say when something cannot be done, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongbao.plans.words import Lang, Text


class Unable(Exception):
    """Something that the user has to change; ``text`` says what it is and the way out."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.say("en"))


def spoken(error: Exception, program: str, lang: Lang) -> str:
    """Return what to say of an error of the ledger's, about the program of that name.

    In English its own message, which names figures and ways out too.
    """
    setting = str(getattr(error, "setting", ""))
    template = _SETTINGS.get(setting, _CHINESE.get(type(error).__name__))
    if lang == "en" or template is None:
        return str(error)
    return template.format(program=program, **{"message": str(error), **vars(error)})


_CHINESE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NoSuchProgram": "没有名为 {program} 的积分项目；用 `tongbao program list` 查看全部",
        "ProgramExists": "已有名为 {program} 的积分项目（不区分大小写）；请换一个名称",
        "ProgramMoved": "{program} 已迁往其他数据库，请在那里打开",
        "NotLaunched": "{program} 还是草案，尚未启动；用 `tongbao program launch {program}` 启动",
        "ProgramPaused": "{program} 已暂停：可以收下命令，但不处理；"
        "用 `tongbao program launch {program}` 恢复",
        "AlreadyLaunched": "{program} 已经启动，不能再替换方案或删除；"
        "请用 `tongbao program announce {program}` 公告新版本，或用 `tongbao program pause` 暂停",
        "BadName": "名称或文字不可用。积分项目的名称会成为网址和文件名的一部分：请用 1 到 64 个英文字母、"
        "数字、- 或 _，并以字母或数字开头；操作人和原因各为一行文字，不能为空",
        "BadSetting": "{setting} 的值不可用",
        "InsideTransaction": "不能在另一个数据库事务中处理命令",
        "KeyTaken": "已有同一编号的另一条命令在等待，请换一个编号",
        "NotSettled": "等待超时；命令可能仍会处理，再次运行同一命令会得到最初的回执",
        "UnknownAccount": "{program} 中没有这个账户",
        "AlreadyFrozen": "该账户已经冻结",
        "NotFrozen": "该账户没有冻结",
        "TooFarAhead": "方案最迟应在十年内生效",
        "NoSuchVersion": "{program} 的方案没有这个版本；用 `tongbao program show {program}` 查看",
        "NotToBeWithdrawn": "该版本已经生效或已经撤回；生效的方案不能撤回，请公告新的版本",
    }
)
_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "currency": "货币不可用：请写 ISO 4217 的三个字母，例如 CNY",
        "timezone": "时区不可用：请写 IANA 时区名称，例如 Asia/Shanghai",
        "plan_notice_days": "新方案的公告天数应为 0 到 366 的整数",
        "effective_at": "生效时间必须带有时区",
        "who": "操作人应为一行文字，最多 128 个字符",
    }
)
"""What to say of a setting that cannot be, by its name."""
