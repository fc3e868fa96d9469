"""The words of the glossary are the words that people read, in both languages, everywhere."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from tests.tidy import said
from tests.tidy.vocabulary import UNWANTED, find_unwanted

ALLOWED: Final[Mapping[tuple[str, str], str]] = {
    ("docs/rules.md", "托底"): "the table of terms names the word of the trade beside ours",
    ("docs/rules.md", "资金池"): "the same table",
    ("docs/rules.md", "恒定积分"): "the same table",
    ("docs/rules.md", "股权积分"): "the same table",
    ("docs/rules.md", "额度"): "the same table",
    ("docs/rules.md", "分红额度"): "the same table",
    ("docs/rules.md", "出局"): "the same table",
    ("docs/rules.md", "quota"): "the rules are written with the names of a plan's fields",
    ("src/tongbao/ledger/effects.py", "quota"): "tells of a defect of ours, by the engine's name",
    ("src/tongbao/plans/quota_texts.py", "quota"): "a formula and an example: the plan's field",
    ("src/tongbao/plans/risks_of_law.py", "下线"): "the linter names what the law forbids",
    ("src/tongbao/plans/risks_of_law.py", "downline"): "the same",
    ("src/tongbao/plans/risks_of_law.py", "upline"): "the same",
    ("src/tongbao/plans/sources.py", "下线"): "the law's own words",
    ("src/tongbao/plans/sources.py", "downline"): "the law's own words",
    ("src/tongbao/plans/sources.py", "upline"): "the law's own words",
}
"""Where a word may stand all the same: (path, word), and why."""


def _allowed(line: str) -> bool:
    path, _, word, *_ = line.split(":")
    return (path, word.strip()) in ALLOWED


def test_nothing_that_people_read_has_a_word_that_we_do_not_use() -> None:
    found = [
        line
        for path, text in said.sayings()
        if not path.startswith("docs/decisions/")
        for line in find_unwanted(path, text)
        if not _allowed(line)
    ]
    assert not found, "\n".join(found)


def test_each_allowed_place_is_still_needed() -> None:
    """A permission that outlives its text would let the next one through unseen."""
    files = dict(said.sayings())
    idle = [
        f"{path}: {word}"
        for path, word in ALLOWED
        if not any(line.split(":")[2].strip() == word for line in find_unwanted(path, files[path]))
    ]
    assert not idle, "\n".join(idle)


@pytest.mark.parametrize("entry", UNWANTED, ids=lambda entry: entry.word)
def test_no_word_to_use_is_itself_unwanted(entry: object) -> None:
    assert not list(find_unwanted("table", getattr(entry, "instead", "")))


@pytest.mark.parametrize(
    ("read", "sin"),
    [
        (said.said_in_catalogue, '#: a.py\nmsgctxt "x"\nmsgid ""\n"What it comes to"\nmsgstr ""'),
        (said.said_in_catalogue, 'msgid "Ceiling"\n\nmsgid "My friends"\nmsgstr "我的朋友团队"'),
        (said.said_in_template, "<p>\n\n<b>Narrow\n down</b></p>"),
        (said.said_in_page, "# Points\n\n\nThey are a risk-free thing."),
        (said.said_in_plan, 'quota = "200%"\n\n\n# The quota is a limit.'),
        (said.said_in_module, 'a = "quota"\n\n\nb = Text("A full quota", "收益上限")'),
        (said.said_in_module, '"""Quota."""\n\n\nb = Text("Yours", "你的")'),
    ],
)
def test_a_canary_with_an_unwanted_word_is_found(read: Callable[[str], str], sin: str) -> None:
    lines = list(find_unwanted("a", read(sin)))
    assert len({line.split(":")[1] for line in lines}) == 1
    assert lines[0].startswith(("a:4:", "a:3:"))


@pytest.mark.parametrize(
    ("read", "fine"),
    [
        (said.said_in_catalogue, '#: quota.py\nmsgctxt "quota"\nmsgid "reached"\nmsgstr "已达"'),
        (said.said_in_template, '<p class="quota">{{ has.quota }}{% money quota %} left</p>'),
        (said.said_in_page, 'Write `quota = "200%"`, and\n```\nquota\n```\n'),
        (said.said_in_plan, 'quota = "200%"\n# see `quota`'),
        (said.said_in_module, '"""The quota."""\nrow["quota"]\nf("{quota} at most")'),
        (said.said_in_page, "Whoever says «risk-free» sells something else."),
        (said.said_in_page, "You may look around first."),
    ],
)
def test_a_name_in_code_and_a_quoted_promise_are_left_alone(
    read: Callable[[str], str], fine: str
) -> None:
    assert not list(find_unwanted("a", read(fine)))
