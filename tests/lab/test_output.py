"""A backtest's directory appears whole or not at all, and never in place of something else."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.lab.shop import HEADER, played, wine, written
from tongbao.engine.plan import plan_fields, plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.receipts import encode_receipt
from tongbao.lab.output import OutputDirectory
from tongbao.lab.problems import LabError
from tongbao.plans.words import plain

ORDERS = HEADER + "1,ann,2024-01-01,100\n2,bob,2024-01-02,80\n3,ann,2024-01-20,-30\n"


def write(folder: Path, wanted: Path) -> None:
    """Play three orders and write them, without a report."""
    with OutputDirectory(wanted) as directory:
        path = written(folder, ORDERS)
        result = played(path, wine(), behaviour="leave-at-end", sink=directory.hear)
        directory.write(result)
        directory.finish()


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_directory_holds_the_figures(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    write(tmp_path, out)
    assert entries(out) == [
        *("commands.jsonl.gz", "days.parquet", "members.parquet", "plan.json"),
        *("receipts.jsonl.gz", "summary.json"),
    ]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["orders"] == 2
    assert pl.read_parquet(out / "days.parquet").height == summary["days"]
    assert pl.read_parquet(out / "members.parquet").height == 2
    assert entries(tmp_path / "deep") == ["out"]


def test_its_commands_replayed_give_its_receipts(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(tmp_path, out)
    plan = plan_from_fields(json.loads((out / "plan.json").read_text(encoding="utf-8")))
    assert plan_fields(plan) == plan_fields(wine().plan)
    program = Program(plan)
    commands = gzip.decompress((out / "commands.jsonl.gz").read_bytes()).splitlines()
    receipts = gzip.decompress((out / "receipts.jsonl.gz").read_bytes()).decode().splitlines()
    again = [encode_receipt(program.submit(json.loads(line)).receipt) for line in commands]
    assert again == receipts
    assert len(receipts) > 20


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_an_earlier_backtests_directory_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(tmp_path, out)
    (out / "plots").mkdir()
    (out / "plots" / "price.png").write_bytes(b"")
    (out / "report.html").write_text("old", encoding="utf-8")
    write(tmp_path, out)
    assert "report.html" not in entries(out)
    assert entries(tmp_path) == ["orders.csv", "out"]


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path, tmp_path / "out")
    assert "summary.json" in entries(tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["diary.txt", "plots/holiday.jpg", ".hidden", "summary.json.bak", "days.parquet"]
)
def test_a_directory_with_other_things_is_left_alone(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    if name != "days.parquet":
        write(tmp_path, out)
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mine")
    before = entries(out)
    with pytest.raises(LabError, match="holds something that no backtest wrote"):
        write(tmp_path, out)
    assert entries(out) == before
    assert path.read_bytes() == b"mine"


def test_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(LabError, match="a file, no directory"):
        write(tmp_path, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"mine"


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), RuntimeError(), LabError(plain("no"))])
def test_what_is_interrupted_leaves_nothing_behind(tmp_path: Path, fault: BaseException) -> None:
    out = tmp_path / "out"
    write(tmp_path, out)
    before = (out / "summary.json").read_bytes()

    def write_half() -> None:
        with OutputDirectory(out) as directory:
            played(written(tmp_path, ORDERS), sink=directory.hear)
            raise fault

    with pytest.raises(type(fault)):
        write_half()
    assert entries(tmp_path) == ["orders.csv", "out"]
    assert (out / "summary.json").read_bytes() == before


def test_something_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def write_late() -> None:
        with OutputDirectory(out) as directory:
            directory.write(played(written(tmp_path, ORDERS)))
            out.mkdir()
            (out / "mine").write_bytes(b"mine")
            directory.finish()

    with pytest.raises(LabError, match="no backtest wrote"):
        write_late()
    assert entries(out) == ["mine"]
    assert entries(tmp_path) == ["orders.csv", "out"]


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LabError, match="can't be written"):
        write(tmp_path, tmp_path / "file" / "out")


def test_the_root_of_the_file_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="root of the file system"):
        write(tmp_path, Path("/"))


def dead_process() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    pid = dead_process()
    stale = tmp_path / f".out.{pid}.partial"
    (stale / "plots").mkdir(parents=True)
    (stale / "commands.jsonl.gz").write_bytes(b"half")
    mine = tmp_path / f".out.{pid}.partial.txt"
    mine.write_bytes(b"mine")
    strange = tmp_path / f".out.{pid}.old"
    strange.mkdir()
    (strange / "diary.txt").write_bytes(b"mine")
    other = tmp_path / f".output.{pid}.partial"
    other.mkdir()
    running = tmp_path / f".out.{os.getppid()}.partial"
    running.mkdir()
    write(tmp_path, tmp_path / "out")
    assert entries(tmp_path) == sorted(
        ["orders.csv", "out", mine.name, strange.name, other.name, running.name]
    )


def test_an_earlier_backtest_that_a_killed_run_had_moved_aside_is_given_back(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    write(tmp_path, out)
    out.rename(tmp_path / f".out.{dead_process()}.old")
    with pytest.raises(RuntimeError), OutputDirectory(out):
        raise RuntimeError
    assert entries(tmp_path) == ["orders.csv", "out"]
    assert "summary.json" in entries(out)
