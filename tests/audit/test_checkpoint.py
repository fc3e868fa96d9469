"""Checkpoints: what was signed stays what it was, and a cut or rewritten tail is noticed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import structs

from tests.audit.exports import audited, bodies, chain_of, journal_of
from tongbao.audit.checkpoint import (
    Checkpoint,
    NoKey,
    encode,
    file_name,
    is_signed,
    make_keys,
    read,
    read_private_key,
    read_public_key,
    sign,
)
from tongbao.cli.main import main

ORDERS = [{"type": "purchase", "member": f"m{n}", "paid": 10_000 + n} for n in range(6)]
LINES = journal_of(*ORDERS)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path / "keys")


def point_at(lines: list[bytes], program: str = "wine") -> Checkpoint:
    """Return the checkpoint of a journal's last entry."""
    verdict = audited(lines)
    return Checkpoint(
        program,
        verdict.entries - 1,
        verdict.hash,
        dict(verdict.figures),
        "2026-01-02T00:00:00.000000Z",
    )


def published(folder: Path, point: Checkpoint, key: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / file_name(point.program, point.number)
    path.write_text(encode(sign(point, read_private_key(key))), encoding="utf-8")
    return path


def audit(tmp_path: Path, lines: list[bytes], *options: object) -> Result:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(lines))
    return CliRunner().invoke(main, ["audit", str(path), "--json", *map(str, options)])


def faults(result: Result) -> list[tuple[str, int | None]]:
    problems = json.loads(result.stdout)["problems"]
    return [(problem["fault"], problem["entry"]) for problem in problems]


def test_the_private_key_is_its_owners_alone_and_kept_if_it_exists(tmp_path: Path) -> None:
    private, public = make_keys(tmp_path / "keys")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert b"PRIVATE" in private.read_bytes()
    assert b"PRIVATE" not in public.read_bytes()
    before = private.read_bytes()
    for missing in (None, public, private):
        if missing is not None:
            missing.rename(tmp_path / "aside")
        if missing is not private:
            with pytest.raises(FileExistsError):
                make_keys(tmp_path / "keys")
        if missing is not None:
            (tmp_path / "aside").rename(missing)
    assert private.read_bytes() == before


def test_a_journal_holds_against_its_checkpoints(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    folder = tmp_path / "points"
    for number in (0, 3, 6):
        published(folder, point_at(LINES[: number + 1]), keys[0])
    result = audit(tmp_path, LINES, "--checkpoint", folder, "--public-key", keys[1])
    assert (result.exit_code, faults(result)) == (0, [])
    told = json.loads(result.stdout)
    assert sorted(point["number"] for point in told["checkpoints"]) == [0, 3, 6]
    assert told["key_trusted"] is False


def test_without_a_public_key_the_page_says_that_the_files_own_was_trusted(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    path = published(tmp_path / "points", point_at(LINES), keys[0])
    journal = tmp_path / "j.jsonl"
    journal.write_bytes(b"".join(LINES))
    words = ["audit", str(journal), "--checkpoint", str(path)]
    alone = CliRunner().invoke(main, words)
    assert (alone.exit_code, "key inside the checkpoint was trusted" in alone.stdout) == (0, True)
    named = CliRunner().invoke(main, [*words, "--public-key", str(keys[1])])
    assert (named.exit_code, "was trusted" in named.stdout) == (0, False)


def test_a_shortened_tail_is_found(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    path = published(tmp_path / "points", point_at(LINES), keys[0])
    result = audit(tmp_path, LINES[:-1], "--checkpoint", path, "--public-key", keys[1])
    assert (result.exit_code, faults(result)) == (1, [("checkpoint_missing", None)])


def test_a_tail_rewritten_consistently_is_found(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    path = published(tmp_path / "points", point_at(LINES), keys[0])
    again = journal_of(*ORDERS[:-1], {**ORDERS[-1], "paid": 20_000})
    assert audited(again).sound
    result = audit(tmp_path, again, "--checkpoint", path, "--public-key", keys[1])
    assert faults(result) == [("checkpoint_hash", 6), ("checkpoint_totals", 6)]


def test_a_rewrite_before_the_checkpoint_is_found_by_its_hash(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    path = published(tmp_path / "points", point_at(LINES), keys[0])
    entries = bodies(LINES)
    entries[2]["recorded_at"] = "2025-01-01T00:00:00.000000Z"
    again = chain_of(entries)
    assert audited(again).sound
    assert faults(audit(tmp_path, again, "--checkpoint", path)) == [("checkpoint_hash", 6)]


def test_totals_that_the_postings_do_not_make_are_found(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    point = point_at(LINES)
    more = structs.replace(point, totals={**point.totals, "reserve": 1})
    path = published(tmp_path / "points", more, keys[0])
    result = audit(tmp_path, LINES, "--checkpoint", path)
    assert faults(result) == [("checkpoint_totals", 6)]
    assert json.loads(result.stdout)["problems"][0]["values"]["what"] == ["reserve"]


@pytest.mark.parametrize("field", ["program", "number", "hash", "totals", "published_at"])
def test_a_checkpoint_that_was_changed_is_not_believed(
    tmp_path: Path, keys: tuple[Path, Path], field: str
) -> None:
    path = published(tmp_path / "points", point_at(LINES), keys[0])
    fields = json.loads(path.read_bytes())
    other: dict[str, object] = {
        "program": "beer",
        "number": 5,
        "hash": "0" * 64,
        "totals": {"reserve": 1},
        "published_at": "2027-01-02T00:00:00.000000Z",
    }
    fields["checkpoint"][field] = other[field]
    path.write_text(json.dumps(fields), encoding="utf-8")
    result = audit(tmp_path, LINES, "--checkpoint", path, "--public-key", keys[1])
    assert [fault for fault, _ in faults(result)] == ["checkpoint_signature"]
    assert result.exit_code == 1


def test_a_checkpoint_signed_with_another_key_is_not_believed(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    private, _ = make_keys(tmp_path / "others")
    path = published(tmp_path / "points", point_at(LINES), private)
    result = audit(tmp_path, LINES, "--checkpoint", path, "--public-key", keys[1])
    assert faults(result) == [("checkpoint_key", 6)]
    assert is_signed(read(path))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1", b'{"checkpoint":{}}'])
def test_what_is_no_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint-wine-1.json"
    path.write_bytes(content)
    result = audit(tmp_path, LINES, "--checkpoint", path)
    assert faults(result) == [("checkpoint_form", None)]


def test_a_folder_may_hold_other_programs_checkpoints_too(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    folder = tmp_path / "points"
    published(folder, point_at(LINES), keys[0])
    published(folder, structs.replace(point_at(LINES[:2]), program="beer"), keys[0])
    assert faults(audit(tmp_path, LINES, "--checkpoint", folder)) == []
    alone = audit(tmp_path, LINES, "--checkpoint", folder / "checkpoint-beer-1.json")
    assert faults(alone) == [("checkpoint_program", 0)]


def test_checkpoints_that_are_not_there_stop_the_audit(tmp_path: Path) -> None:
    for place in (tmp_path / "missing", tmp_path):
        result = audit(tmp_path, LINES, "--checkpoint", place)
        assert (result.exit_code, "there is no checkpoint here" in result.stderr) == (2, True)


def test_what_is_no_key_is_named(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    with pytest.raises(NoKey):
        read_public_key(keys[0])
    with pytest.raises(NoKey):
        read_private_key(keys[1])
    path = published(tmp_path / "points", point_at(LINES), keys[0])
    result = audit(tmp_path, LINES, "--checkpoint", path, "--public-key", keys[0])
    assert (result.exit_code, "no Ed25519 public key" in result.stderr) == (2, True)
    alone = audit(tmp_path, LINES, "--public-key", keys[1])
    assert (alone.exit_code, "--checkpoint" in alone.stderr) == (2, True)


def test_keygen_makes_both_keys_and_never_replaces_one(tmp_path: Path) -> None:
    words = ["checkpoint", "keygen", str(tmp_path / "k")]
    first = CliRunner().invoke(main, words)
    assert first.exit_code == 0
    assert len(list((tmp_path / "k").iterdir())) == 2
    again = CliRunner().invoke(main, [*words, "--lang", "zh"])
    assert (again.exit_code, "已存在" in again.stderr) == (2, True)
