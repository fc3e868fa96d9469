"""What holds people's data is read by nobody else on the machine; what is published is."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tongbao.cli.main import _COMMANDS, PUBLISHING, main

PLAN = "plan new --preset wine --out {}/plan.toml"
ORDER = {"id": "o1", "type": "purchase", "member": "ann", "paid": 10_000}


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Let files be everybody's to read, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of all that lies below a folder."""
    found = sorted(folder.rglob("*"))
    return {str(one.relative_to(folder)): stat.S_IMODE(one.stat().st_mode) for one in found}


def run(folder: Path, *lines: str) -> None:
    for line in lines:
        os.umask(0o022)
        result = CliRunner().invoke(main, [word.format(folder) for word in line.split()])
        assert result.exit_code == 0, result.output


def test_a_plan_may_be_read_by_everybody(tmp_path: Path, open_umask: None) -> None:
    run(tmp_path, PLAN)
    assert modes(tmp_path) == {"plan.toml": 0o644}


def test_receipts_and_states_are_their_owners(tmp_path: Path, open_umask: None) -> None:
    run(tmp_path, PLAN)
    (tmp_path / "in.jsonl").write_text(json.dumps(ORDER) + "\n", "utf-8")
    run(
        tmp_path,
        "replay --plan {0}/plan.toml --receipts {0}/r.jsonl --state {0}/s.json {0}/in.jsonl",
    )
    written = modes(tmp_path)
    assert (written["r.jsonl"], written["s.json"]) == (0o600, 0o600)


def test_databases_and_exports_are_their_owners(tmp_path: Path, open_umask: None) -> None:
    run(tmp_path, PLAN)
    (tmp_path / "plan.toml").rename(tmp_path.parent / "plan.toml")
    base = "--database sqlite:///{}/p.sqlite3"
    run(
        tmp_path,
        f"program create wine --plan {tmp_path.parent}/plan.toml {base}",
        f"program launch wine {base}",
        f"export wine {{0}}/out.jsonl {base}",
    )
    written = modes(tmp_path)
    assert {"p.sqlite3", "out.jsonl"} <= written.keys()
    assert set(written.values()) == {0o600}


def test_an_owner_who_keeps_even_more_private_does_so(tmp_path: Path, open_umask: None) -> None:
    os.umask(0o277)
    CliRunner().invoke(main, ["replay", "--plan", str(tmp_path / "none"), "none"])
    assert os.umask(0o022) == 0o277


def test_what_is_published_is_named() -> None:
    assert _COMMANDS.keys() > PUBLISHING
