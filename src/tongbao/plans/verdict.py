"""The linter's findings as a page for people and as JSON for machines."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tongbao.plans.findings import Finding, Level
from tongbao.plans.layout import COLUMNS, wrapped
from tongbao.plans.refusals import stopped
from tongbao.plans.words import Lang, Text

Paint = Callable[[str, Level], str]
"""Gives a text the colour of a level."""


def leave_plain(text: str, _level: Level) -> str:
    """Return the text as it is, for pipes, files and terminals without colours."""
    return text


def verdict_page(
    title: str,
    findings: Sequence[Finding],
    lang: Lang,
    columns: int = COLUMNS,
    paint: Paint = leave_plain,
) -> str:
    """Return the findings as text for a terminal, with a count at the end."""
    parts = [title]
    parts += ["\n".join(_lines(finding, lang, columns, paint)) for finding in findings]
    levels = Counter(finding.level for finding in findings)
    count = _COUNT.say(
        lang, errors=levels["error"], warnings=levels["warning"], notes=levels["note"]
    )
    parts.append(wrapped(f"{count}{_ADVICE.say(lang)}", columns=columns))
    return "\n\n".join(parts) + "\n"


def verdict_json(path: str, findings: Sequence[Finding], lang: Lang) -> str:
    """Return the findings as a JSON object, texts in one language."""
    errors = any(finding.level == "error" for finding in findings)
    verdict = {
        "file": path,
        "status": "errors" if errors else "ok",
        "findings": [_fields(finding, lang) for finding in findings],
    }
    return json.dumps(verdict, ensure_ascii=False, indent=2)


def _fields(finding: Finding, lang: Lang) -> dict[str, object]:
    return {
        "level": finding.level,
        "code": finding.code,
        "line": finding.line,
        "field": finding.field,
        "text": finding.text.say(lang),
        "figure": finding.figure.say(lang),
        "way_out": finding.way_out.say(lang),
        "sources": [
            {"code": source.code, "name": source.name.say(lang), "says": source.says.say(lang)}
            for source in finding.sources
        ],
    }


def _lines(finding: Finding, lang: Lang, columns: int, paint: Paint) -> Iterator[str]:
    place = [finding.code]
    if finding.line is not None:
        place.append(_LINE.say(lang, line=finding.line))
    if finding.field:
        place.append(finding.field)
    level = paint(_LEVELS[finding.level].say(lang), finding.level)
    yield f"{level}  {_COMMA.say(lang).join(place)}"
    text = stopped(finding.text.say(lang), lang)
    yield wrapped(text[:1].upper() + text[1:], first="  ", rest="  ", columns=columns)
    labelled = (
        (_FIGURE, finding.figure.say(lang)),
        (_WAY_OUT, stopped(finding.way_out.say(lang), lang)),
        *(
            (_SOURCE, _COLON.say(lang).join(s.say(lang) for s in (x.name, x.says)))
            for x in finding.sources
        ),
    )
    for label, text in labelled:
        if text:
            first = f"  {label.say(lang)}"
            yield wrapped(text, first=first, rest="    ", columns=columns)


_LEVELS: Final = {
    "error": Text("ERROR", "错误"),
    "warning": Text("WARNING", "警告"),
    "note": Text("NOTE", "提示"),
}
_LINE: Final = Text("line {line}", "第 {line} 行")
_COMMA: Final = Text(", ", "，")
_COLON: Final = Text(": ", "：")
_FIGURE: Final = Text("For example: ", "算例：")
_WAY_OUT: Final = Text("What to do: ", "建议：")
_SOURCE: Final = Text("Source: ", "依据：")
_COUNT: Final = Text(
    "Errors: {errors}, warnings: {warnings}, notes: {notes}.",
    "错误 {errors} 项，警告 {warnings} 项，提示 {notes} 项。",
)
_ADVICE: Final = Text(
    " This is no legal advice; laws change, and a lawyer knows your case.",
    "以上不构成法律意见；法规会变化，具体情况请咨询律师。",
)
