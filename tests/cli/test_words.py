"""The words of the commands: numbers agree, one term for one thing, help fits a terminal."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from tests.cli.program_desk import ORDERS, Run, sent
from tests.tidy.vocabulary import find_unwanted
from tongbao.cli import audit_words, ledger_words, program_words, statement_words
from tongbao.cli.main import main
from tongbao.ledger import words as ledger_own_words
from tongbao.ledger.words import Text as LedgerText
from tongbao.plans.layout import width
from tongbao.plans.presets import PRESETS
from tongbao.plans.words import Text

_NAMES_OF_FIELDS = re.compile(
    r"quota-[a-z-]+|[a-z]+[-_]quota\w*|/ quota\b|\bquota(?= =)|\bquota_\w+"
    r"|[,，] ?quota$|^ +quota(?=  )",
    re.MULTILINE,
)
ROOMS = (audit_words, ledger_words, program_words, statement_words, ledger_own_words)


def texts(found: object) -> Iterator[Text | LedgerText]:
    if isinstance(found, Text | LedgerText):
        yield found
    elif isinstance(found, ModuleType):
        for value in vars(found).values():
            yield from texts(value)
    elif hasattr(found, "values") and not isinstance(found, type):
        for value in found.values():
            yield from texts(value)


@pytest.mark.parametrize(
    ("text", "values", "one", "two"),
    [
        (program_words.SETTLED, {"count"}, "1 command settled.", "2 commands settled."),
        (
            program_words.UNSOUND,
            {"count", "entries", "accounts"},
            "NOT SOUND: 1 difference in 1 entry and 1 account.",
            "NOT SOUND: 2 differences in 2 entries and 2 accounts.",
        ),
        (
            program_words.WRITTEN_ANEW,
            {"entries", "accounts"},
            "Written anew from the journal: 1 entry, 1 account.",
            "Written anew from the journal: 2 entries, 2 accounts.",
        ),
        (
            audit_words.CHECK_HELD,
            {"count", "number"},
            "1 signed checkpoint, the latest at entry 1",
            "2 signed checkpoints, the latest at entry 2",
        ),
        (
            audit_words.CHECK_REPLAY,
            {"count"},
            "1 entry repeated by the engine, byte for byte",
            "2 entries repeated by the engine, byte for byte",
        ),
        (
            program_words.RESUMED,
            {"name", "waiting"},
            "1 runs again; 1 command was waiting.",
            "2 runs again; 2 commands were waiting.",
        ),
    ],
)
def test_one_is_singular_and_two_are_plural(
    text: Text, values: set[str], one: str, two: str
) -> None:
    for number, said in ((1, one), (2, two)):
        assert text.say("en", **dict.fromkeys(values, number)) == said
        assert text.say("en", **dict.fromkeys(values, str(number))) == said


def test_what_is_filled_in_first_counts_too() -> None:
    filled = program_words.TOO_SOON.fill(days=1, when="then", timezone="UTC")
    assert "is announced 1 day ahead" in filled.say("en")
    assert "提前 1 天公告" in filled.say("zh")


def test_no_english_text_has_a_number_before_a_plural_that_does_not_count() -> None:
    things = "lines|differences|checkpoints|entries|accounts|commands|days|exits|times|points"
    loose = re.compile(rf"\{{(?!level)\w+\}} (signed )?({things})\b")
    found = [t.en for room in ROOMS for t in texts(room) if loose.search(t.en)]
    # a dividend of one day has words of its own
    assert found == ["Dividends of {days} days, {first_day} to {last_day}"]


def test_one_command_is_one_line(wine: Run) -> None:
    assert sent(wine, ORDERS[:1]).stderr == "1 line: 1 accepted, 0 not.\n"
    assert wine("ledger", "rebuild", "--check", "wine").stdout.startswith(
        "Sound: 2 entries and 1 account recomputed"
    )


def test_chinese_has_one_term_for_each_thing() -> None:
    others: tuple[str, ...] = (
        "日志",
        "日记账",
        "流水",
        "条目",
        "指令",
        "创始",
        "创世分录",
        "条分录",
        "分录数",
    )
    others += ("待领", "已退回", "未入账")
    for room in ROOMS:
        for text in texts(room):
            assert not [other for other in others if other in text.zh], text.zh


def named(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from named(child, (*path, name))


def test_help_fits_a_terminal_of_80_columns() -> None:
    for path in named(main):
        told = CliRunner().invoke(
            main, [*path, "--help"], terminal_width=78
        )  # click leaves 2 of 80
        widest = max(map(width, told.stdout.splitlines()))
        assert (path, told.exit_code, widest <= 80) == (path, 0, True)


def test_a_counting_text_is_a_text_for_those_who_do_not_count() -> None:
    text = Text("{name} of {n:day|days}", "{n} 天的 {name}")
    assert text.say("en", name="books", n="1,000") == "books of 1,000 days"
    assert text.say("zh", name="账", n=1) == "1 天的 账"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_said_of_a_preset_has_no_word_that_we_do_not_use(
    preset: str, lang: str, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    words = ("plan", "new", "--preset", preset, "--lang", lang, "--out", str(plan))
    assert CliRunner().invoke(main, words).exit_code == 0
    for command in ("check", "show"):
        said = CliRunner().invoke(main, ["plan", command, str(plan), "--lang", lang]).stdout
        assert len(said) > 200
        shown = _NAMES_OF_FIELDS.sub("", said)  # the linter's rules and the plan's fields
        found = [
            line
            for line in find_unwanted(command, shown)
            if not re.search(r": (下线|downline|upline):", line)  # what the law forbids
        ]
        assert not found, "\n".join(found)
