"""What the commands say on standard error while they work: how far they are, and nothing else."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.program_desk import ORDERS, Run, sent
from tests.lab.shop import HEADER, MAPPING, wine, written
from tests.ledger.databases import Database
from tongbao.cli.backtest import backtest
from tongbao.cli.progress import file_size
from tongbao.engine.plan import plan_fields
from tongbao.lab import plots_canvas
from tongbao.lab.orders import ReadOptions, read_history

ROWS = "".join(f"{n},m{n % 7},2024-01-{n % 28 + 1:02d}T10:00,{n}.00\n" for n in range(1, 29))
STAGES = {
    "en": {"reading the orders", "playing the plan", "writing the report"},
    "zh": {"读取订单", "模拟方案", "生成报告"},
}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
_FRAME = re.compile(r"(?:[\u2800-\u28ff] )?\s*(?P<label>.+?) [━╸╺ ]+ +(?P<percent>\d+)% +[\d:-]+")


def shop(folder: Path) -> tuple[str, ...]:
    """Write a small history with its plan; return the words that play it."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps(plan_fields(wine("CNY").plan)), encoding="utf-8")
    orders = written(folder, HEADER + ROWS)
    return (*(str(orders), "--plan", str(plan), "--columns", MAPPING), "--out", str(folder / "o"))


def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard error be a terminal that somebody watches."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")


def frames(stderr: str) -> dict[str, int]:
    """Return the last percentage of each bar; nothing but bars may be there."""
    found: dict[str, int] = {}
    for line in _MOVES.sub("\n", _COLOURS.sub("", stderr)).splitlines():
        if line.strip():
            match = _FRAME.fullmatch(line.strip())
            assert match, line
            found[match["label"]] = int(match["percent"])
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_backtest_says_how_far_it_is_and_nothing_else(tmp_path: Path, lang: str) -> None:
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "100"}
    words = [sys.executable, "-m", "tongbao", "backtest", *shop(tmp_path), "--lang", lang]
    done = subprocess.run(words, check=True, capture_output=True, env=environment, text=True)
    said = done.stderr
    if lang == "zh" and not plots_canvas.chinese_fonts():
        said = re.sub(r"^.*fonts-noto-cjk.*\n", "", said, flags=re.MULTILINE)
    assert frames(said) == dict.fromkeys(STAGES[lang], 100)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_where_nobody_watches_a_backtest_says_nothing_on_the_side(
    tmp_path: Path, lang: str
) -> None:
    environment = {key: os.environ[key] for key in os.environ.keys() - {"FORCE_COLOR"}}
    words = [sys.executable, "-m", "tongbao", "backtest", *shop(tmp_path), "--lang", lang]
    done = subprocess.run(words, check=True, capture_output=True, env=environment, text=True)
    missing = lang == "zh" and not plots_canvas.chinese_fonts()
    assert done.stderr.count("\n") == missing


def test_without_a_chinese_font_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tongbao.cli.backtest.chinese_fonts", tuple)
    monkeypatch.setattr(plots_canvas, "chinese_fonts", tuple)
    chinese = CliRunner().invoke(backtest, [*shop(tmp_path), "--lang", "zh"])
    assert chinese.stderr == (
        "plots/ 中的图片为英文：本机没有中文字体。请安装一种，例如 Noto Sans CJK"
        "（Debian、Ubuntu：apt install fonts-noto-cjk），然后重新运行。\n"
    )
    english = CliRunner().invoke(backtest, [*shop(tmp_path), "--lang", "en"])
    assert (english.exit_code, english.stderr, caplog.messages) == (0, "", [])


@pytest.mark.parametrize("form", ["csv", "gz", "parquet"])
def test_reading_orders_tells_how_much_of_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("tongbao.lab.orders._STEP", 7)
    path = orders_as(tmp_path, form)
    told: list[tuple[int, int]] = []
    options = ReadOptions(currency="CNY", mapping=MAPPING)
    read_history(path, options, lambda done, total: told.append((done, total)))
    size = 28 if form == "parquet" else path.stat().st_size
    assert {total for _, total in told} == {size}
    done = [one for one, _ in told]
    assert done == sorted(done)
    assert all(0 < one <= size for one in done)
    assert done[-1] == size


def orders_as(folder: Path, form: str) -> Path:
    """Write the orders in that form."""
    import gzip  # noqa: PLC0415

    import polars as pl  # noqa: PLC0415

    text = (HEADER + ROWS).encode()
    path = folder / f"orders.{form}"
    if form == "parquet":
        pl.read_csv(io.BytesIO(text), infer_schema=False).write_parquet(path)
    else:
        path.write_bytes(gzip.compress(text) if form == "gz" else text)
    return path


def bars(result: Result) -> dict[str, int]:
    """Return the bars of a command that went well; its own last sentence may follow them."""
    assert result.exit_code == 0, result.output
    lines = _MOVES.sub("\n", _COLOURS.sub("", result.stderr)).splitlines()
    return frames("\n".join(line for line in lines if "━" in line))


@pytest.mark.parametrize(
    ("lang", "labels"),
    [
        (
            "en",
            ("sending the commands", "writing the journal", "checking the journal"),
        ),
        ("zh", ("提交命令", "写入账本", "核对账本")),
    ],
)
def test_each_command_of_the_ledger_says_how_far_it_is(
    wine: Run, elsewhere: Run, monkeypatch: pytest.MonkeyPatch, lang: str, labels: tuple[str, ...]
) -> None:
    watched(monkeypatch)
    submitted = sent(wine, list(ORDERS), "--lang", lang)
    exported = wine("export", "wine", "j.jsonl", "--lang", lang, columns=100)
    audited = elsewhere("audit", "j.jsonl", "--lang", lang, columns=100)
    again = elsewhere("export", "--journal", "j.jsonl", "again.jsonl", "--lang", lang, columns=100)
    assert bars(submitted) == {labels[0]: 100}
    assert bars(exported) == {labels[1]: 100}
    assert bars(audited) == {labels[2]: 100}
    assert bars(again) == {labels[1]: 100}


@pytest.mark.parametrize(
    ("lang", "label"), [("en", "reading the journal once more"), ("zh", "重新读取账本")]
)
def test_a_rebuild_knows_how_many_entries_there_are(
    wine: Run, monkeypatch: pytest.MonkeyPatch, lang: str, label: str
) -> None:
    sent(wine, list(ORDERS))
    watched(monkeypatch)
    rebuilt = wine("ledger", "rebuild", "wine", "--check", "--lang", lang, columns=100)
    assert bars(rebuilt) == {label: 100}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_move_knows_how_many_rows_there_are(
    wine: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(wine, list(ORDERS))
    assert wine("program", "pause", "wine").exit_code == 0
    watched(monkeypatch)
    moved = wine("move", "wine", "--to", "sqlite:///there.db", columns=100)
    # a table's last frame may be any: the screen is drawn by time
    shares = list(bars(moved).values())
    assert shares[-1] == 100


def test_a_file_put_into_standard_input_has_a_size_and_a_pipe_has_none(tmp_path: Path) -> None:
    path = tmp_path / "five"
    path.write_bytes(b"12345")
    with path.open("rb") as file:
        assert file_size(file) == 5
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe, os.fdopen(writer, "wb"):
        assert file_size(pipe) is None
    assert file_size(io.BytesIO(b"12345")) is None
