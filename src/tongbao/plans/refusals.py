"""Why a plan is refused, in plain words: where, the reason and the way out."""

import difflib
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from tongbao.engine.plan import (
    FIGURE_LIMIT,
    RATE_LIMIT,
    REFERRAL_LEVELS,
    REFERRAL_RATE_LIMIT,
    PlanFault,
    PlanProblem,
)
from tongbao.engine.units import BPS
from tongbao.plans.fields import BY_ENGINE, BY_KEY, HEADINGS, Field
from tongbao.plans.money import format_percent
from tongbao.plans.words import Lang, Text, plain


class FileProblem(Struct, frozen=True):
    """One thing that is wrong with a plan file; the code is stable, for machines."""

    code: str
    field: str
    line: int | None
    reason: Text
    way_out: Text

    def say(self, lang: Lang) -> str:
        """Return the place, the reason and the way out on one line."""
        comma, colon, space = ("，", "：", "") if lang == "zh" else (", ", ": ", " ")
        places = [_LINE.say(lang, line=self.line)] if self.line else []
        places += [self.field] if self.field else []
        place = comma.join(places) + colon if places else ""
        return f"{place}{self.sentence(lang)}{space}{stopped(self.way_out.say(lang), lang)}"

    def sentence(self, lang: Lang) -> str:
        """Return the reason alone, as a sentence."""
        return stopped(self.reason.say(lang), lang)


def stopped(text: str, lang: Lang) -> str:
    """Return the text with a full stop at its end, unless it has one.

    >>> stopped("Did you mean quota?", "en"), stopped("文件不存在", "zh")
    ('Did you mean quota?', '文件不存在。')
    """
    if text.endswith((".", "?", "!", "。", "？", "！")):  # Chinese stops
        return text
    return f"{text}{'。' if lang == 'zh' else '.'}"


def nearest(key: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that a misspelt one most likely means, if any is near."""
    found = difflib.get_close_matches(_shown_name(key).lower(), known, n=1, cutoff=0.6)
    return found[0] if found else None


def unknown_key(key: str, line: int | None, known: tuple[str, ...]) -> FileProblem:
    """Return the problem of a key that no plan has, with the nearest known name."""
    near = nearest(key, known)
    way_out = _DID_YOU_MEAN.fill(near=near) if near else _KNOWN.fill(known=", ".join(known))
    name = _shown_name(key)
    return FileProblem(PlanFault.UNKNOWN_FIELD, name, line, _UNKNOWN, way_out)


def unknown_toml_key(key: str, line: int | None) -> FileProblem:
    """Return the problem of an unknown key in TOML; the engine's own names are recognised."""
    if (field := BY_ENGINE.get(key)) is not None:
        way_out = _DID_YOU_MEAN.fill(near=f"{field.key} = {field.example}")
        return FileProblem(PlanFault.UNKNOWN_FIELD, key, line, _UNKNOWN, way_out)
    return unknown_key(key, line, (*HEADINGS, *BY_KEY))


def refusal(problem: PlanProblem, line: int | None, *, toml: bool) -> FileProblem:
    """Return one of the engine's reasons to refuse a plan, in plain words."""
    field = BY_ENGINE.get(problem.field)
    if field is None:  # what the engine does not know, or a plan that is no object
        return unknown_key(problem.field, line, tuple(BY_ENGINE))
    name = field.key if toml else field.engine
    reason, way_out = _TEXTS[problem.fault]
    values = _values(problem, field, toml=toml)
    return FileProblem(
        problem.fault, name, line, reason.fill(**values), way_out.fill(name=name, **values)
    )


def _values(problem: PlanProblem, field: Field, *, toml: bool) -> dict[str, object]:
    """Return what the texts below may name."""
    is_list = field.kind == "percents"
    rate_limit = REFERRAL_RATE_LIMIT if is_list else RATE_LIMIT
    dilution = problem.fault is PlanFault.DILUTION and isinstance(problem.value, int)
    excess = problem.value if dilution and isinstance(problem.value, int) else 0
    return {
        "found": shown_value(problem.value),
        "expected": _EXPECTED_TOML[field.kind] if toml else _expected_json(field),
        "example": field.example if toml else _JSON_EXAMPLES[field.kind],
        "least": _LEAST_TOML.get(field.kind, plain("1")) if toml else plain("1"),
        "most": format_percent(rate_limit) if toml else rate_limit,
        "limit": f"{FIGURE_LIMIT:,}",
        "hundred": "100%" if toml else BPS,
        "levels": REFERRAL_LEVELS,
        "line": f"{field.key} = {field.example}"
        if toml
        else f'"{field.engine}": {_JSON_EXAMPLES[field.kind]}',
        "grant": "grant" if toml else "grant_bps",
        "referral_points": "referral_points" if toml else "referral_points_bps",
        "sum": format_percent(excess) if excess < FIGURE_LIMIT else "> 100%",
    }


def _expected_json(field: Field) -> Text:
    if field.kind == "choice":
        return _ONE_OF.fill(choices=" / ".join(f'"{c}"' for c in field.choices))
    return _EXPECTED_JSON[field.kind]


def shown_value(value: object) -> Text:
    """Return a short and printable word for any value out of a file."""
    if isinstance(value, bool):
        return plain("true" if value else "false")
    if isinstance(value, int):
        return plain(str(value)) if abs(value) <= FIGURE_LIMIT * 1000 else _HUGE
    if isinstance(value, float):
        return plain(repr(value))
    if isinstance(value, str):
        return plain(f'"{_shown_name(value)}"')
    return _THINGS.get(type(value), _A_DATE)


def _shown_name(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


_LONGEST: Final = 40
_LINE: Final = Text("line {line}", "第 {line} 行")
_UNKNOWN: Final = Text("no plan has a field of this name", "方案中没有这个字段")
_DID_YOU_MEAN: Final = Text("Did you mean {near}?", "您是不是想写 {near}？")
_KNOWN: Final = Text("The fields are: {known}.", "可用的字段有：{known}。")
_HUGE: Final = Text("a huge number", "一个极大的数")
_A_DATE: Final = Text("a date or time", "日期或时间")
_THINGS: Final[Mapping[type, Text]] = {
    list: Text("a list", "列表"),
    tuple: Text("a list", "列表"),
    dict: Text("a table", "表"),
    type(None): Text("null", "空值 null"),
}
_ONE_OF: Final = Text("one of {choices}", "{choices} 之一")
_WHOLE: Final = Text("a whole number from 0, without quotes", "不带引号的非负整数")
_EXPECTED_JSON: Final[Mapping[str, Text]] = {
    "money": _WHOLE,
    "points": _WHOLE,
    "percent": _WHOLE,
    "percents": Text("a list of at most two whole numbers", "最多两个整数的列表"),
    "switch": Text("true or false, without quotes", "不带引号的 true 或 false"),
}
_JSON_EXAMPLES: Final[Mapping[str, str]] = {
    "money": "100 (minor units)",
    "points": "1000000 (atoms: 1 point = 1000000)",
    "percent": "3000 (basis points: 3000 = 30%)",
    "percents": "[1000]",
    "choice": '"sales"',
    "switch": "true",
}
_EXPECTED_TOML: Final[Mapping[str, Text]] = {
    "money": Text("an amount of money in quotes", "带引号的金额"),
    "points": Text("a number of points in quotes", "带引号的积分数"),
    "percent": Text("a percentage in quotes", "带引号的百分比"),
    "percents": Text("a list of percentages, each in quotes", "带引号的百分比列表"),
    "choice": Text("one of the words in quotes", "带引号的选项"),
    "switch": Text("true or false, without quotes", "不带引号的 true 或 false"),
}
_LEAST_TOML: Final[Mapping[str, Text]] = {
    "money": Text("one minor unit of the currency", "货币的一个最小单位"),
    "points": Text("0.000001 points", "0.000001 积分"),
}

_TEXTS: Final[Mapping[PlanFault, tuple[Text, Text]]] = {
    PlanFault.MISSING_FIELD: (
        Text("this field is missing", "缺少这个字段"),
        Text("Add for example {line}", "请补上，例如 {line}"),
    ),
    PlanFault.WRONG_TYPE: (
        Text("here belongs {expected}, not {found}", "此处应为{expected}，不能填 {found}"),
        Text("Write for example {example}", "例如 {example}"),
    ),
    PlanFault.NEGATIVE: (
        Text("a figure may not be below zero", "数值不能为负"),
        Text("Write 0 or more, for example {example}", "请填 0 或更大的数，例如 {example}"),
    ),
    PlanFault.BELOW_ONE: (
        Text("it must be at least {least}", "至少应为{least}"),
        Text("Write for example {example}", "例如 {example}"),
    ),
    PlanFault.TOO_LARGE: (
        Text(
            "the engine's figures end at {limit} (minor units, atoms or basis points)",
            "引擎的数值上限为 {limit}（最小货币单位、积分微粒或基点）",
        ),
        Text("Write a smaller figure, for example {example}", "请填更小的数，例如 {example}"),
    ),
    PlanFault.RATE_TOO_HIGH: (
        Text("this rate may be at most {most}", "此比例最高为 {most}"),
        Text("Write for example {example}", "例如 {example}"),
    ),
    PlanFault.FEE_TOO_HIGH: (
        Text(
            "a fee of {hundred} or more would leave members nothing",
            "手续费达到 {hundred} 会让会员一分也拿不到",
        ),
        Text("Write a fee below it, for example {example}", "请填更低的手续费，例如 {example}"),
    ),
    PlanFault.TOO_MANY_LEVELS: (
        Text(
            "more than {levels} referral levels: a third level makes a pyramid",
            "邀请层级超过 {levels} 层：第三层就构成金字塔结构（传销）",
        ),
        Text(
            "Keep one level, the member's own invitee; two at the very most",
            "请只保留一层（会员直接邀请的人），最多两层",
        ),
    ),
    PlanFault.DILUTION: (
        Text(
            "grant and referral points together are {sum} of the contribution: each order would "
            "mint more value than it brings in, and everybody else's points would lose value",
            "赠分与邀请积分合计为计提额的 {sum}：每笔订单发出的积分价值超过它带来的资金，"
            "其他会员的积分会因此贬值",
        ),
        Text(
            "Lower {grant} or {referral_points} until they add up to at most {hundred}",
            "请降低 {grant} 或 {referral_points}，使合计不超过 {hundred}",
        ),
    ),
    PlanFault.QUOTA_WITHOUT_BACKING: (
        Text(
            "backing comes from profit but the ceiling from sales: an order without profit would give "
            "a ceiling with nothing behind it",
            "计提额按利润计提，而收益上限按销售额计算：没有利润的订单也会产生毫无支撑的收益上限",
        ),
        Text(
            'Set quota_base to "contribution", or backing_base to "sales"',
            '请把 quota_base 设为 "contribution"，或把 backing_base 设为 "sales"',
        ),
    ),
}
