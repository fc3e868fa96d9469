"""Writing a backtest's directory: all of it or nothing of it.

Everything is written into a directory beside the wanted one, which takes its
name at the very end. An earlier backtest's directory is replaced, any other
that is not empty is refused.
"""

import gzip
import io
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from tongbao.engine.plan import Plan, plan_fields
from tongbao.engine.receipts import Receipt, encode_receipt
from tongbao.lab.problems import LabError, quoted
from tongbao.lab.result import BacktestResult
from tongbao.plans.words import Text

SUMMARY: Final = "summary.json"
DAYS: Final = "days.parquet"
MEMBERS: Final = "members.parquet"
RECEIPTS: Final = "receipts.jsonl.gz"
COMMANDS: Final = "commands.jsonl.gz"
PLAN: Final = "plan.json"
REPORT: Final = "report.html"
PLOTS: Final = "plots"

_OURS: Final = frozenset({SUMMARY, DAYS, MEMBERS, RECEIPTS, COMMANDS, PLAN, REPORT, PLOTS})
_PACKING: Final = 6
_PARTIAL: Final = ".partial"
_OLD: Final = ".old"


class OutputDirectory:
    """A directory in the making; use it in a with statement and call `finish` at the end.

    Raises:
        LabError: if the wanted directory can't be made, or holds other things.
    """

    def __init__(self, wanted: Path) -> None:
        self.path = Path(os.path.abspath(wanted)).resolve()  # noqa: PTH100  # a missing cwd must not raise
        self.shown = str(wanted)
        if not self.path.name:
            raise LabError(_ROOT, _OTHERS_OUT, file=self.shown)
        self._partial = self.path.with_name(f".{self.path.name}.{os.getpid()}{_PARTIAL}")
        self._streams: list[gzip.GzipFile | IO[bytes]] = []
        self._done = False

    def __enter__(self) -> Self:
        try:
            _refuse_others(self.path, self.shown)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _clear_leftovers(self.path)
            shutil.rmtree(self._partial, ignore_errors=True)
            self._partial.mkdir()
            self._commands = self._packed(COMMANDS)
            self._receipts = self._packed(RECEIPTS)
        except BaseException as fault:  # Ctrl-C too
            self._drop()
            if isinstance(fault, OSError):
                raise self._unwritable(fault) from None
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()
        if isinstance(fault, OSError):
            raise self._unwritable(fault) from None

    @property
    def partial(self) -> Path:
        """Where to write meanwhile."""
        return self._partial

    def hear(self, command: Mapping[str, object], receipt: Receipt) -> None:
        """Write a command and its receipt, a line each."""
        self._commands.write(msgspec.json.encode(command) + b"\n")
        self._receipts.write(encode_receipt(receipt).encode() + b"\n")

    def write(self, result: BacktestResult) -> None:
        """Write the figures."""
        self._close()
        (self._partial / SUMMARY).write_text(_json(result.summary), encoding="utf-8")
        (self._partial / PLAN).write_text(plan_json(result.plan_file.plan), encoding="utf-8")
        for table, name in ((result.days, DAYS), (result.members, MEMBERS)):
            packed = io.BytesIO()
            table.write_parquet(packed, compression="zstd", statistics=True)
            (self._partial / name).write_bytes(packed.getvalue())

    def finish(self) -> None:
        """Give the directory its name; an earlier backtest's is removed only then."""
        _refuse_others(self.path, self.shown)  # somebody may have put something there meanwhile
        old = self._partial.with_suffix(_OLD)
        shutil.rmtree(old, ignore_errors=True)
        try:
            if self.path.is_dir() and any(self.path.iterdir()):
                self.path.rename(old)
            self._partial.rename(self.path)
        except BaseException:  # Ctrl-C too: the earlier backtest keeps its place
            if old.exists() and not self.path.exists():
                old.rename(self.path)
            raise
        self._done = True
        shutil.rmtree(old, ignore_errors=True)

    def _packed(self, name: str) -> gzip.GzipFile:
        """Open a gzip file whose bytes depend on nothing but its content."""
        raw = (self._partial / name).open("wb")
        packed = gzip.GzipFile(filename="", mode="wb", compresslevel=_PACKING, fileobj=raw, mtime=0)
        self._streams += [packed, raw]  # in the order in which they are closed
        return packed

    def _close(self) -> None:
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.close()

    def _drop(self) -> None:
        if not self._done:
            try:
                self._close()
            except OSError:
                self._streams = []
            shutil.rmtree(self._partial, ignore_errors=True)

    def _unwritable(self, fault: OSError) -> LabError:
        reason = fault.strerror or str(fault)
        return LabError(_UNWRITABLE.fill(fault=quoted(reason)), file=self.shown)


def _clear_leftovers(path: Path) -> None:
    """Clear away what runs for this directory left that were killed before they could.

    One that was killed while it replaced an earlier backtest gives it back.
    """
    form = re.compile(rf"\.{re.escape(path.name)}\.([1-9][0-9]{{0,9}})(\{_PARTIAL}|\{_OLD})")
    try:
        beside = sorted(path.parent.iterdir())
    except OSError:
        return
    for entry in beside:
        match = form.fullmatch(entry.name)
        if match is None or entry.is_symlink() or not entry.is_dir() or _lives(int(match[1])):
            continue
        if any(inside.name not in _OURS for inside in entry.iterdir()):
            continue  # whoever made it, no backtest did
        if match[2] == _OLD and not path.exists():
            entry.rename(path)
        else:
            shutil.rmtree(entry, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return True


def plan_json(plan: Plan) -> str:
    """Return the plan with the engine's fields, as `tongbao replay --plan` reads it."""
    return _json(plan_fields(plan))


def _refuse_others(path: Path, shown: str) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise LabError(_NO_DIRECTORY, file=shown)
    found = sorted(entry.name for entry in path.iterdir())
    if not found:
        return
    plots = path / PLOTS
    pictures = sorted(p.name for p in plots.iterdir()) if plots.is_dir() else []
    others = [name for name in found if name not in _OURS]
    others += [f"{PLOTS}/{name}" for name in pictures if not name.endswith(".png")]
    if others or SUMMARY not in found:
        stranger = quoted((others or found)[0])
        raise LabError(_OTHERS.fill(entry=stranger), _OTHERS_OUT, file=shown)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


_UNWRITABLE = Text("can't be written: {fault}", "无法写入：{fault}")
_ROOT = Text(
    "this is the root of the file system, which no backtest can replace",
    "这是文件系统的根目录，不能用作回测目录",
)
_NO_DIRECTORY = Text("this is a file, no directory", "这是文件，不是目录")
_OTHERS = Text(
    "the directory holds something that no backtest wrote: {entry}",
    "目录里有不是回测写入的内容：{entry}",
)
_OTHERS_OUT = Text(
    "Nothing was changed. Give a directory that is new, empty or an earlier backtest's.",
    "没有改动任何内容。请指定一个新的、空的或以前回测的目录。",
)
