"""What readers of JSON and systems say in English of a file, in the language that was asked for."""

import errno
import os
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tongbao.plans.words import Lang


def form_told(why: str, lang: Lang) -> str:
    """Return why a text does not hold what it should, from the decoder's English message.

    >>> form_told("Expected `int`, got `str` - at `$.command.paid`", "zh")
    '类型应为 int，实为 str（位置 $.command.paid）'
    """
    if lang == "en":
        return why
    if why in _SYSTEM:
        return _SYSTEM[why]
    what, _, place = why.partition(" - at `")
    told = next((zh(found) for pattern, zh in _FORMS if (found := pattern.match(what))), _OTHER)
    return f"{told}（位置 {place.rstrip('`')}）" if place else told


def system_told(reason: str, lang: Lang) -> str:
    """Return why the system could not read a file; what is not known stays as it is."""
    return reason if lang == "en" else _SYSTEM.get(reason, reason)


_OTHER: Final = "格式不符"
_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile("Object missing required field `(.*?)`"), lambda m: f"缺少字段 {m[1]}"),
    (re.compile("Object contains unknown field `(.*?)`"), lambda m: f"有多余的字段 {m[1]}"),
    (re.compile("Expected `(.*?)`, got `(.*?)`"), lambda m: f"类型应为 {m[1]}，实为 {m[2]}"),
    (re.compile("Expected `array` of"), lambda _: "列表的长度不对"),
    (re.compile("Expected `(.*?)`"), lambda m: f"取值不符合 {m[1]} 的要求"),
    (re.compile("Invalid (enum )?value (.*)"), lambda m: f"取值不对：{m[2]}"),
    (re.compile("Input data was truncated"), lambda _: "内容不完整"),
    (re.compile("JSON is malformed|.*line \\d+ column \\d+"), lambda _: "不是合法的 JSON"),
    (re.compile("published_at, number"), lambda _: "published_at 或 number 的取值不对"),
)
_SYSTEM: Final[Mapping[str, str]] = MappingProxyType(
    {
        os.strerror(errno.ENOENT): "文件不存在",
        os.strerror(errno.EISDIR): "这是一个文件夹",
        os.strerror(errno.ENOTDIR): "路径中有一段不是文件夹",
        os.strerror(errno.EACCES): "没有读取权限",
        os.strerror(errno.EPERM): "没有读取权限",
        os.strerror(errno.EIO): "磁盘读取出错",
        os.strerror(errno.ENAMETOOLONG): "文件名过长",
        os.strerror(errno.ELOOP): "符号链接形成了循环",
    }
)
