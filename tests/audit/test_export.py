"""`tongbao export` and `tongbao checkpoint publish` on databases; conversion of files."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.audit.exports import journal_of
from tests.engine.desk import FOUNDING
from tests.ledger.databases import Database
from tongbao.audit.checkpoint import (
    Checkpoint,
    encode,
    file_name,
    make_keys,
    read_private_key,
    sign,
)
from tongbao.cli.main import main
from tongbao.ledger.door import open_program
from tongbao.ledger.export import export_lines, hash_at

ORDERS = [
    {"id": f"o{n}", "type": "purchase", "member": f"王{n}", "paid": 10_000 + n} for n in range(7)
]


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Database:
    """A database with a running program, wine, and a draft, beer."""
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(FOUNDING), encoding="utf-8")
    commands = tmp_path / "commands.jsonl"
    commands.write_text("".join(f"{json.dumps(order)}\n" for order in ORDERS), encoding="utf-8")
    for words in (
        ("program", "create", "beer", "--plan", plan),
        ("program", "create", "wine", "--plan", plan),
        ("program", "launch", "wine"),
        ("program", "submit", "wine", commands),
    ):
        result = run(*words, "--database", database.url)
        assert result.exit_code == 0, result.output
    return database


def test_an_export_audits_clean_and_the_engine_repeats_it(shop: Database, tmp_path: Path) -> None:
    for name in ("wine.jsonl", "wine.jsonl.gz"):
        path = tmp_path / name
        assert run("export", "wine", path, "--database", shop.url).exit_code == 0
        result = run("audit", path, "--replay", "--json")
        told = json.loads(result.stdout)
        assert (result.exit_code, told["entries"], told["replayed"]) == (0, 8, 7)
    packed = gzip.decompress((tmp_path / "wine.jsonl.gz").read_bytes())
    assert packed == (tmp_path / "wine.jsonl").read_bytes()


def test_parts_put_together_are_the_whole(shop: Database, tmp_path: Path) -> None:
    whole, rest = tmp_path / "whole.jsonl", tmp_path / "rest.jsonl"
    assert run("export", "wine", whole, "--database", shop.url).exit_code == 0
    assert run("export", "wine", rest, "--from", 5, "--database", shop.url).exit_code == 0
    assert whole.read_bytes().endswith(rest.read_bytes())
    assert rest.read_bytes().count(b"\n") == 3
    none = tmp_path / "none.jsonl"
    beyond = run("export", "wine", none, "--from", 8, "--database", shop.url)
    assert (beyond.exit_code, "no entry 8" in beyond.stderr) == (2, True)


def test_the_lines_are_read_in_steps(shop: Database, using: str) -> None:
    run("program", "list", "--database", shop.url)
    program = open_program("wine", using=using).program_id
    whole = list(export_lines(program, 7, using=using))
    assert len(whole) == 8
    for step in (1, 2, 3, 8):
        assert list(export_lines(program, 7, using=using, step=step)) == whole
    assert list(export_lines(program, 4, first=3, using=using, step=1)) == whole[3:5]
    assert hash_at(program, 7, using=using) == json.loads(whole[7])["hash"]
    assert hash_at(program, 8, using=using) is None


def test_an_entry_that_is_missing_in_the_database_stops_the_export(
    shop: Database, using: str, tmp_path: Path
) -> None:
    shop.lift_protection()
    program = open_program("wine", using=using).program_id
    shop.execute("DELETE FROM ledger_entry WHERE program = %s AND number = 3", program)
    for step in (1, 2, 3, 4, 5, 500):
        with pytest.raises(LookupError, match="3"):
            list(export_lines(program, 7, using=using, step=step))


def test_a_file_that_exists_is_replaced_with_force_alone(shop: Database, tmp_path: Path) -> None:
    path = tmp_path / "wine.jsonl"
    path.write_text("mine", encoding="utf-8")
    words = ("export", "wine", path, "--database", shop.url)
    kept = run(*words)
    assert (kept.exit_code, "--force" in kept.stderr, path.read_text()) == (2, True, "mine")
    assert run(*words, "--force").exit_code == 0
    assert path.read_bytes().count(b"\n") == 8
    folder = run("export", "wine", tmp_path, "--force", "--database", shop.url)
    assert (folder.exit_code, "this is a folder" in folder.stderr) == (2, True)


def test_a_converted_journal_replaces_no_file_without_force(tmp_path: Path) -> None:
    journal, out = journal_file(tmp_path), tmp_path / "books.beancount"
    out.write_text("mine", encoding="utf-8")
    kept = run("export", "--journal", journal, out, "--format", "beancount")
    assert (kept.exit_code, "--force" in kept.stderr, out.read_text()) == (2, True, "mine")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_an_export_never_replaces_a_database_under_whatever_name(
    shop: Database, tmp_path: Path, force: tuple[str, ...]
) -> None:
    live = Path(shop.url.removeprefix("sqlite:///"))
    hard = live.with_name(f"{live.name}.hard")  # a hard link cannot leave its disk
    soft, other = tmp_path / "soft", tmp_path / "other.sqlite3"
    hard.hardlink_to(live)
    soft.symlink_to(live)
    other.write_bytes(live.read_bytes())
    before = live.read_bytes()
    beside = [live.with_name(live.name + end) for end in ("-wal", "-shm", "-journal")]
    there = {path: path.exists() for path in beside}
    for target in (live, hard, soft, other, other.with_name("other.sqlite3-wal"), *beside):
        result = run("export", "wine", target, *force, "--database", shop.url)
        assert (result.exit_code, "database" in result.stderr) == (2, True), target
    assert (live.read_bytes(), {path: path.exists() for path in beside}) == (before, there)
    assert not list(live.parent.glob(".*.part"))
    assert run("export", "wine", tmp_path / "a.jsonl", "--database", shop.url).exit_code == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_files_beside_the_database_are_known_by_their_inode(shop: Database) -> None:
    live = Path(shop.url.removeprefix("sqlite:///"))
    linked = live.with_name(f"{live.name}.linked")
    with closing(sqlite3.connect(live)) as held:  # while it is open, the files beside it stay
        held.execute("SELECT count(*) FROM ledger_head").fetchall()
        for end in ("-wal", "-shm"):
            beside = live.with_name(f"{live.name}{end}")
            linked.hardlink_to(beside)
            result = run("export", "wine", linked, "--force", "--database", shop.url)
            assert (result.exit_code, "database" in result.stderr) == (2, True), end
            assert linked.samefile(beside)
            linked.unlink()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_other_command_replaces_a_database_with_its_output(
    shop: Database, tmp_path: Path
) -> None:
    live = Path(shop.url.removeprefix("sqlite:///"))
    before = live.read_bytes()
    plan, commands = tmp_path / "plan.json", tmp_path / "commands.jsonl"
    for option in ("--receipts", "--state"):
        result = run("replay", "--plan", plan, option, live, commands)
        assert (result.exit_code, "database" in result.stderr) == (2, True)
    assert live.read_bytes() == before


def test_a_draft_has_no_journal(shop: Database, tmp_path: Path) -> None:
    path = tmp_path / "beer.jsonl"
    result = run("export", "beer", path, "--database", shop.url)
    assert (result.exit_code, "draft" in result.stderr, path.exists()) == (2, True, False)
    nobody = run("export", "rum", path, "--database", shop.url)
    assert (nobody.exit_code, "rum" in nobody.stderr, path.exists()) == (2, True, False)


def test_checkpoints_are_published_once_per_entry(shop: Database, tmp_path: Path) -> None:
    keys, folder = tmp_path / "keys", tmp_path / "points"
    folder.mkdir()
    assert run("checkpoint", "keygen", keys).exit_code == 0
    private, public = sorted(keys.iterdir())
    words = ("checkpoint", "publish", "wine", "--key", private, "--to", folder)
    for message in ("Checkpoint of entry 7", "Nothing new"):
        result = run(*words, "--database", shop.url)
        assert (result.exit_code, message in result.stdout) == (0, True), result.output
    assert [path.name for path in folder.iterdir()] == ["checkpoint-wine-7.json"]
    export = tmp_path / "wine.jsonl"
    assert run("export", "wine", export, "--database", shop.url).exit_code == 0
    held = run("audit", export, "--checkpoint", folder, "--public-key", public, "--json")
    assert (held.exit_code, json.loads(held.stdout)["checkpoints"]) == (
        0,
        [{"source": "checkpoint-wine-7.json", "number": 7}],
    )


def test_the_folder_to_publish_in_is_made_and_keys_are_never_replaced(
    shop: Database, tmp_path: Path
) -> None:
    keys, folder = tmp_path / "keys", tmp_path / "a" / "b"
    assert run("checkpoint", "keygen", keys).exit_code == 0
    before = {path: path.read_bytes() for path in keys.iterdir()}
    again = run("checkpoint", "keygen", keys)
    assert (again.exit_code, "is kept" in again.stderr) == (2, True)
    assert {path: path.read_bytes() for path in keys.iterdir()} == before
    private = keys / "tongbao-checkpoint-key.pem"
    words = ("checkpoint", "publish", "wine", "--key", private, "--to", folder)
    result = run(*words, "--database", shop.url)
    assert (result.exit_code, (folder / "checkpoint-wine-7.json").exists()) == (0, True)
    blocked = run(*words[:-1], private, "--database", shop.url)
    assert (blocked.exit_code, "cannot be written" in blocked.stderr) == (2, True)


@pytest.mark.parametrize("page", ["audit.md", "audit.zh.md"])
def test_the_pages_way_from_the_keys_to_the_verdict_works_as_printed(
    shop: Database, tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    text = text.replace("\\\n", "")
    lines = [line for line in text.splitlines() if line.startswith("tongbao ")]
    audit, *rest = lines  # what the page begins with needs what the others make
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TONGBAO_DATABASE", shop.url)
    assert [line.split()[1] for line in rest] == ["checkpoint", "checkpoint", *["export"] * 4]
    for line in (*rest, audit):
        result = run(*line.replace("--from 5000", "--from 5").split()[1:])
        assert result.exit_code == 0, (line, result.output)
    told = "✓ 签名检查点 1 个" if "zh" in page else "✓ 1 signed checkpoint"
    assert told in result.output


@pytest.mark.parametrize(("number", "why"), [(5, "rewritten"), (8, "cut short")])
def test_nothing_is_published_where_an_earlier_checkpoint_contradicts_the_journal(
    shop: Database, tmp_path: Path, number: int, why: str
) -> None:
    private, _ = make_keys(tmp_path / "keys")
    folder = tmp_path / "points"
    folder.mkdir()
    earlier = Checkpoint("wine", number, "0" * 64, {}, "2026-01-01T00:00:00.000000Z")
    text = encode(sign(earlier, read_private_key(private)))
    (folder / file_name("wine", number)).write_text(text, encoding="utf-8")
    words = ("checkpoint", "publish", "wine", "--key", private, "--to", folder)
    result = run(*words, "--database", shop.url)
    assert (result.exit_code, f"(entry {number})" in result.stderr) == (1, True)
    assert len(list(folder.iterdir())) == 1


def journal_file(folder: Path) -> Path:
    path = folder / "journal.jsonl"
    path.write_bytes(b"".join(journal_of({"type": "purchase", "member": "ann", "paid": 10_000})))
    return path


def test_a_file_is_converted_without_a_database(tmp_path: Path) -> None:
    journal, out = journal_file(tmp_path), tmp_path / "books.beancount"
    result = run("export", "--journal", journal, out, "--format", "beancount")
    assert (result.exit_code, "Written to" in result.stderr) == (0, True)
    assert out.read_text(encoding="utf-8").startswith('option "title"')


def test_the_standard_output_takes_an_export(tmp_path: Path) -> None:
    journal = journal_file(tmp_path)
    assert run("export", "--journal", journal, "-").stdout_bytes == journal.read_bytes()


def test_a_file_that_cannot_be_converted_leaves_nothing_behind(tmp_path: Path) -> None:
    journal, out = journal_file(tmp_path), tmp_path / "books.beancount"
    out.write_text("mine", encoding="utf-8")
    journal.write_bytes(journal.read_bytes() + b"?\n")
    result = run("export", "--journal", journal, out, "--format", "beancount", "--force")
    assert (result.exit_code, "line 3 is no entry" in result.stderr) == (2, True)
    assert out.read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["export"],
        ["export", "wine"],
        ["export", "wine", "a", "b"],
        ["export", "--journal", "x", "wine", "a"],
        ["export", "wine", "a", "--format", "beancount", "--from", "1"],
        ["export", "--journal", "missing", "a"],
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], tmp_path: Path) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout, bool(result.stderr)) == (2, "", True)


def test_the_journal_itself_is_never_written_over(tmp_path: Path) -> None:
    journal = journal_file(tmp_path)
    before = journal.read_bytes()
    result = run("export", "--journal", journal, journal, "--format", "beancount")
    assert (result.exit_code, journal.read_bytes()) == (2, before)


@pytest.mark.parametrize(
    ("words", "missing", "extra"),
    [
        (["checkpoint", "--help"], "cryptography", "ledger"),
        (["program", "--help"], "django", "ledger"),
        (["export", "wine", "a"], "django", "ledger"),
        (["audit", "a", "--checkpoint", "b"], "cryptography", "audit"),
        (["backtest", "--help"], "polars", "lab"),
    ],
)
def test_the_extra_that_is_missing_is_named(words: list[str], missing: str, extra: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None; from tongbao.cli.main import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )
    assert (run.returncode, f"tongbao[{extra}]" in run.stderr) == (2, True), run.stderr
