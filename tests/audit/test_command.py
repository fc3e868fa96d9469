"""`tongbao audit` as an auditor meets it: what it reads, what it says, how it ends."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.audit.exports import Body, forged, journal_of, stream_journal
from tests.audit.test_promises import change, move
from tongbao.audit.problems import Fault
from tongbao.cli.audit_words import FAULTS
from tongbao.cli.main import main

BUY = {"type": "purchase", "member": "ann", "paid": 10_000}
PAY = {"type": "pay_points", "member": "ann", "merchant": "shop", "amount": 500}
LINES = journal_of({"type": "open_merchant", "merchant": "shop"}, BUY, PAY, {**BUY, "paid": 7})
COMMAND = (sys.executable, "-c", "from tongbao.cli.main import main; main()", "audit")


def audit(file: Path, *options: str, standard_input: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["audit", str(file), *options], input=standard_input)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return written(tmp_path, b"".join(LINES))


def written(folder: Path, content: bytes, name: str = "journal.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_sound_journal_is_told_in_english(sound: Path) -> None:
    result = audit(sound)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "✓ The journal is sound."
    assert "  Accounts      members 1, merchants 1" in lines
    # 30.00 of ann's first order came in, 5.00 went out for goods, 0.02 came in with her second.
    assert [line.split()[:2] for line in lines if "Reserve" in line] == [["Reserve", "¥25.02"]]
    assert max(map(len, lines)) <= 80


def test_a_sound_journal_is_told_in_chinese(sound: Path) -> None:
    result = audit(sound, "--lang", "zh")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "✓ 账本完好。")
    assert "会员 1，商家 1" in result.stdout


def test_problems_are_listed_with_entry_and_line(tmp_path: Path) -> None:
    lines = forged(LINES, 3, lambda body: move(body, "goods", "burned", 1))
    result = audit(written(tmp_path, b"".join(lines)))
    assert result.exit_code == 1
    assert result.stdout.startswith("✗ Problems found: 2\n")
    assert result.stdout.count("Entry 3, line 4") == 2
    chinese = audit(tmp_path / "journal.jsonl", "--lang", "zh")
    assert chinese.stdout.startswith("✗ 发现问题 2 处\n")
    assert chinese.stdout.count("第 3 条（第 4 行）") == 2


def test_many_problems_are_cut_short_on_the_page_and_listed_as_json(tmp_path: Path) -> None:
    path = written(tmp_path, b"".join([LINES[0], *[b"?\n"] * 1500]))
    result = audit(path)
    assert (result.exit_code, "and 1,480 more" in result.stdout) == (1, True)
    told = json.loads(audit(path, "--json").stdout)
    assert (told["problem_count"], len(told["problems"])) == (1500, 1000)
    assert told["problems"][0] == {
        "fault": "line_form",
        "entry": None,
        "line": 2,
        "text": "The line has not the form of an export: it was changed.",
        "values": {},
    }


def test_the_verdict_as_json_has_the_figures(sound: Path) -> None:
    result = audit(sound, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["sound"], told["problems"]) == (0, True, [])
    assert (told["program"], told["currency"], told["entries"]) == ("wine", "CNY", 5)
    assert told["figures"]["wallets"] == 500
    assert (told["replayed"], told["checkpoints"], told["key_trusted"]) == (None, [], None)


def test_a_gzipped_journal_is_read_whatever_its_name(sound: Path, tmp_path: Path) -> None:
    packed = gzip.compress(sound.read_bytes())
    for name in ("journal.jsonl.gz", "journal.bin"):
        assert audit(written(tmp_path, packed, name)).exit_code == 0
    assert audit(Path("-"), standard_input=packed).exit_code == 0


def test_a_journal_may_come_from_the_standard_input(sound: Path) -> None:
    assert audit(Path("-"), standard_input=sound.read_bytes()).exit_code == 0
    with sound.open("rb") as file:
        run = subprocess.run([*COMMAND, "-"], stdin=file, capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"hello\n", "not the genesis"),
        (b"\x00" * 3_000_000, "not the genesis"),
        (b"\n", "line 1 is blank"),
        (b"{}\n", "not the genesis"),
        (b"[" * 200_000 + b"\n", "not the genesis"),
        (LINES[0][:-1], "its end is missing"),
        (LINES[0].replace(b'"currency"', b'"curren"'), "not the genesis"),
        (b"\xef\xbb\xbf" + LINES[0], "byte order mark"),
        (b"".join(LINES[2:]), "begins with entry 2"),
        (gzip.compress(b"".join(LINES))[:-20], "damaged"),
        (b"\x1f\x8b\x00\x00\x00", "damaged"),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    result = audit(written(tmp_path, content))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert result.stderr.startswith("tongbao audit: ")


@pytest.mark.parametrize("name", ["missing.jsonl", ""])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    result = audit(tmp_path / name)
    assert (result.exit_code, "cannot be read" in result.stderr) == (2, True)


def forge_goods(body: Body) -> None:
    """Take an atom more for the same goods, with all that says so."""
    move(body, "goods", "burned", 1)
    body["receipt"]["points"] += 1
    body["pool"][1] -= 1


def more_quota(body: Body) -> None:
    """Give the buyer more quota than the plan does, in the books and in the record."""
    change(body, "ann", "gained", 1)
    change(body, "ann", "quota", 1)
    body["purchase"]["gained"] += 1


@pytest.mark.parametrize(
    ("forge", "number", "parts"),
    [(forge_goods, 3, "pool, postings, receipt"), (more_quota, 2, "deltas, purchase")],
)
def test_the_engine_finds_what_the_books_alone_cannot(
    tmp_path: Path, forge: object, number: int, parts: str
) -> None:
    lines = journal_of({"type": "open_merchant", "merchant": "shop"}, BUY, PAY)[: number + 1]
    path = written(tmp_path, b"".join(forged(lines, number, forge)))  # type: ignore[arg-type]
    assert audit(path).exit_code == 0
    result = audit(path, "--replay", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["replayed"]) == (1, number - 1)
    assert [(p["fault"], p["entry"], p["values"]["what"]) for p in told["problems"]] == [
        ("replay", number, parts)
    ]


@pytest.mark.parametrize("stream", ["0000", "0018", "wine"])
def test_the_engine_repeats_a_stream_byte_for_byte(stream: str, tmp_path: Path) -> None:
    lines = stream_journal(stream)
    result = audit(written(tmp_path, b"".join(lines)), "--replay", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["replayed"]) == (0, len(lines) - 1)


@pytest.mark.parametrize(
    ("number", "forge", "what"),
    [
        (0, lambda body: body["plan"].update(grant_bps=20_000), "plan"),
        (2, lambda body: body["command"].update(paid=0), None),
        (3, lambda body: body["command"].update(amount=10**9), "rejected"),
        (4, lambda body: body.update(command={"id": "c2", **BUY}), "sent_again"),
    ],
)
def test_what_the_engine_would_not_have_accepted_is_named(
    tmp_path: Path, number: int, forge: object, what: str | None
) -> None:
    path = written(tmp_path, b"".join(forged(LINES, number, forge)))  # type: ignore[arg-type]
    result = audit(path, "--replay", "--json")
    problems = json.loads(result.stdout)["problems"]
    replayed = [p["values"]["what"] for p in problems if p["fault"] == "replay"]
    assert result.exit_code == 1
    assert replayed[:1] == ([what] if what else replayed[:1])


def test_every_fault_has_words_in_both_languages() -> None:
    assert set(FAULTS) == set(Fault)
