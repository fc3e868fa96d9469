"""Plan files: TOML for people, or JSON with the engine's own fields.

`load_plan` gives a checked plan or one `PlanFileError` that lists everything
found wrong: file, line, field, reason and way out, in both languages.
"""

import os
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from tongbao.engine.plan import Plan, PlanFault, plan_from_fields, plan_problems
from tongbao.plans.documents import Document, Format, UnreadableError, read_document
from tongbao.plans.fields import BY_ENGINE, BY_KEY, FIELDS, HEADINGS, Field
from tongbao.plans.money import (
    FigureError,
    minor_digits,
    parse_money,
    parse_percent,
    parse_points,
)
from tongbao.plans.refusals import FileProblem, nearest, refusal, shown_value, unknown_toml_key
from tongbao.plans.words import Lang, Text

DEFAULT_CURRENCY: Final = "CNY"
LONGEST_NAME: Final = 80


class PlanFile(Struct, frozen=True):
    """A checked plan with its name and currency, and where each field stands."""

    plan: Plan
    name: str
    currency: str
    path: str = ""
    format: Format = "toml"
    lines: Mapping[str, int] = {}
    defaulted: tuple[str, ...] = ()

    def key(self, engine_name: str) -> str:
        """Return the name that the field has in this file."""
        return BY_ENGINE[engine_name].key if self.format == "toml" else engine_name


class PlanFileError(ValueError):
    """A plan file that makes no plan; ``problems`` says where, why and what to do.

    ``unreadable`` tells a file that could not even be parsed from one whose
    plan is refused.
    """

    def __init__(
        self, path: str, problems: tuple[FileProblem, ...], *, unreadable: bool = False
    ) -> None:
        self.path = path
        self.problems = problems
        self.unreadable = unreadable
        super().__init__(self.say("en"))

    def say(self, lang: Lang) -> str:
        """Return every problem, one a line, each beginning with the file's name."""
        return "\n".join(_joined(self.path, p, lang) for p in self.problems)


def load_plan(path: str | os.PathLike[str]) -> PlanFile:
    """Read and check a plan file.

    Raises:
        PlanFileError: whatever the path or the bytes are, if they make no plan.
    """
    shown = os.fsencode(path).decode("utf-8", "replace")
    try:
        document = read_document(path)
    except UnreadableError as error:
        problem = FileProblem("unreadable", "", error.line, error.reason, error.way_out)
        raise PlanFileError(shown, (problem,), unreadable=True) from None
    return plan_of(document, shown)


def plan_of(document: Document, path: str) -> PlanFile:
    """Return the plan of a decoded file; the path only names it in messages.

    Raises:
        PlanFileError: with every problem found.
    """
    toml = document.format == "toml"
    draft = _draft_of_toml(document) if toml else _Draft(document.table)
    problems = list(draft.problems)
    refused = {BY_KEY[key].engine for p in problems if (key := _meant(p)) in BY_KEY}
    for fault in plan_problems(draft.fields):
        if fault.fault is PlanFault.MISSING_FIELD and fault.field in refused:
            continue
        field = BY_ENGINE.get(fault.field)
        key = field.key if field and toml else fault.field
        problems.append(refusal(fault, document.line_of(key), toml=toml))
    if problems:
        in_order = sorted(problems, key=lambda problem: problem.line or len(document.text))
        raise PlanFileError(path, tuple(in_order))
    keys = (f.key if toml else f.engine for f in FIELDS)
    lines = {key: line for key in keys if (line := document.line_of(key)) is not None}
    plan = plan_from_fields(draft.fields)
    name = draft.name or os.path.basename(path)  # noqa: PTH119  # a name, no file is touched
    return PlanFile(plan, name, draft.currency, path, document.format, lines, draft.defaulted)


class _Draft(Struct, frozen=True):
    """A file's figures in the engine's units, and what could not be read among them."""

    fields: Mapping[str, object]
    name: str = ""
    currency: str = DEFAULT_CURRENCY
    problems: tuple[FileProblem, ...] = ()
    defaulted: tuple[str, ...] = ()


def _draft_of_toml(document: Document) -> _Draft:
    table = document.table
    problems = [
        unknown_toml_key(key, document.line_of(key))
        for key in table
        if key not in BY_KEY and key not in HEADINGS
    ]
    name, currency = _heading(document, "name", problems), _currency(document, problems)
    fields: dict[str, object] = {}
    defaulted = []
    for field in FIELDS:
        if field.key not in table:
            if field.default is None:
                continue
            defaulted.append(field.key)
        raw = table.get(field.key, field.default)
        try:
            fields[field.engine] = _figure(field, raw, currency)
        except _WrongValueError as error:
            line = document.line_of(field.key)
            problems.append(FileProblem(error.code, field.key, line, error.reason, error.way_out))
    return _Draft(fields, name, currency, tuple(problems), tuple(defaulted))


def _meant(problem: FileProblem) -> str:
    """Return the field that a problem is about: for a misspelt key, the one it is near to."""
    if problem.code != PlanFault.UNKNOWN_FIELD:
        return problem.field
    if (field := BY_ENGINE.get(problem.field)) is not None:
        return field.key
    return nearest(problem.field, tuple(BY_KEY)) or ""


def _heading(document: Document, key: str, problems: list[FileProblem]) -> str:
    value = document.table.get(key, "")
    if isinstance(value, str) and len(value) <= LONGEST_NAME and value.isprintable():
        return value
    line = document.line_of(key)
    problems.append(FileProblem(PlanFault.WRONG_TYPE, key, line, _NO_NAME, _NAME_WAY_OUT))
    return ""


def _currency(document: Document, problems: list[FileProblem]) -> str:
    line = document.line_of("currency")
    value = document.table.get("currency")
    if value is None:
        way_out = _ADD_CURRENCY
        problems.append(
            FileProblem(PlanFault.MISSING_FIELD, "currency", line, _CURRENCY_MISSING, way_out)
        )
        return DEFAULT_CURRENCY
    try:
        if isinstance(value, str):
            minor_digits(value)
            return value
        reason = _NO_CURRENCY.fill(found=shown_value(value))
    except FigureError as error:
        reason = error.reason
    problems.append(FileProblem(PlanFault.WRONG_TYPE, "currency", line, reason, _ADD_CURRENCY))
    return DEFAULT_CURRENCY


class _WrongValueError(ValueError):
    """A value that cannot be read into the engine's units."""

    def __init__(self, reason: Text, way_out: Text, code: str = PlanFault.WRONG_TYPE) -> None:
        self.reason = reason
        self.way_out = way_out
        self.code = code
        super().__init__(reason.en)


def _figure(field: Field, raw: object, currency: str) -> object:
    """Return a TOML value in the engine's units: minor units, atoms, basis points."""
    if field.kind == "switch":
        if isinstance(raw, bool):
            return raw
        raise _WrongValueError(_EXPECTED_SWITCH.fill(found=shown_value(raw)), _SWITCH_WAY_OUT)
    if field.kind == "choice":
        if isinstance(raw, str) and raw in field.choices:
            return raw
        choices = " / ".join(f'"{choice}"' for choice in field.choices)
        raise _WrongValueError(
            _EXPECTED_CHOICE.fill(found=shown_value(raw)), _CHOICE_WAY_OUT.fill(choices=choices)
        )
    if field.kind == "percents":
        if not isinstance(raw, list | tuple):
            raise _WrongValueError(
                _EXPECTED_LIST.fill(found=shown_value(raw)), _FOR_EXAMPLE.fill(line=_sample(field))
            )
        return [_number(field, rate, currency) for rate in raw]
    return _number(field, raw, currency)


def _number(field: Field, raw: object, currency: str) -> int:
    if not isinstance(raw, str):
        number = isinstance(raw, int | float) and not isinstance(raw, bool)
        reason = (_QUOTE_IT if number else _EXPECTED_FIGURE).fill(found=shown_value(raw))
        raise _WrongValueError(reason, _quoted_way_out(field, raw))
    try:
        if field.kind == "money":
            return parse_money(raw, currency)
        return parse_points(raw) if field.kind == "points" else parse_percent(raw)
    except FigureError as error:
        reason = _FOUND.fill(found=shown_value(raw), reason=error.reason)
        raise _WrongValueError(reason, _FOR_EXAMPLE.fill(line=_sample(field))) from None


def _quoted_way_out(field: Field, raw: object) -> Text:
    """Suggest the quoted figure that a bare number most likely means."""
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if field.kind not in ("percent", "percents") or not is_number:
        return _FOR_EXAMPLE.fill(line=_sample(field))
    number = Decimal(repr(raw)) if abs(raw) < _PLAUSIBLE else Decimal("NaN")  # type: ignore[arg-type]  # a number here
    if not number.is_finite() or number < 0:
        return _FOR_EXAMPLE.fill(line=_sample(field))
    percent = number * 100 if isinstance(raw, float) and number <= 1 else number
    quoted = f'"{percent.normalize():f}%"'
    value = f"[{quoted}]" if field.kind == "percents" else quoted
    return _IF_YOU_MEAN.fill(value=quoted, line=f"{field.key} = {value}")


def _sample(field: Field) -> str:
    return f"{field.key} = {field.example}"


def _joined(path: str, problem: FileProblem, lang: Lang) -> str:
    comma, colon = ("，", "：") if lang == "zh" else (", ", ": ")
    gap = comma if problem.line or problem.field else colon
    return f"{path}{gap}{problem.say(lang)}"


_PLAUSIBLE: Final = 10**6
_NO_NAME: Final = Text(
    "the name is one line of at most 80 printable characters in quotes",
    "名称应为带引号的一行文字，最多 80 个可显示字符",
)
_NAME_WAY_OUT: Final = Text('For example: name = "Points plan"', '例如：name = "积分方案"')
_CURRENCY_MISSING: Final = Text(
    "the currency is missing, so no amount has a meaning", "缺少货币，金额没有意义"
)
_NO_CURRENCY: Final = Text(
    "a currency is an ISO 4217 code in quotes, not {found}",
    "货币应为带引号的 ISO 4217 代码，不能填 {found}",
)
_ADD_CURRENCY: Final = Text('Write for example: currency = "CNY"', '可以写：currency = "CNY"')
_EXPECTED_SWITCH: Final = Text(
    "here belongs true or false, not {found}", "此处应为 true 或 false，不能填 {found}"
)
_SWITCH_WAY_OUT: Final = Text(
    "Write true or false, without quotes.", "请填 true（是）或 false（否），不要加引号。"
)
_EXPECTED_CHOICE: Final = Text(
    "here belongs one of the choices, not {found}", "此处应为可选项之一，不能填 {found}"
)
_CHOICE_WAY_OUT: Final = Text("Write one of {choices}", "请填 {choices} 之一")
_EXPECTED_LIST: Final = Text("here belongs a list, not {found}", "此处应为列表，不能填 {found}")
_QUOTE_IT: Final = Text(
    "without quotes the unit of {found} is a guess, and a computer may round it",
    "没有加引号的 {found} 单位不明，而且计算机可能会对它做舍入",
)
_EXPECTED_FIGURE: Final = Text(
    "here belongs a figure in quotes, not {found}", "此处应为带引号的数值，不能填 {found}"
)
_FOUND: Final = Text("{found}: {reason}", "{found}：{reason}")
_FOR_EXAMPLE: Final = Text("Write for example: {line}", "可以写：{line}")
_IF_YOU_MEAN: Final = Text("If you mean {value}, write {line}", "如果是指 {value}，请写 {line}")
