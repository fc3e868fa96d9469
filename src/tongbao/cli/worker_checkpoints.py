"""The worker's checkpoints: signed, in a folder outside the database, each held against the last.

Imported when Django is set up (`tongbao.cli.database`).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, to_builtins

from tongbao.audit.checkpoint import (
    Checkpoint,
    PrivateKey,
    encode,
    file_name,
    is_signed,
    read,
    sign,
)
from tongbao.cli.output import whole_files
from tongbao.ledger.door import Ledger
from tongbao.ledger.export import hash_at
from tongbao.ledger.journal import timestamp


class Contradicted(Exception):
    """The journal is not the one that the last checkpoint was made of."""


class CheckpointFolder(Struct, frozen=True):
    """Publishes checkpoints in a folder, signed with a key (`tongbao.ledger.worker.Checkpoints`)."""

    folder: Path
    key: PrivateKey

    def last(self, program: str) -> datetime | None:
        """Return when the program's last checkpoint was published.

        Raises:
            NoCheckpoint: the file is no checkpoint.
        """
        path = self._latest(program)
        return None if path is None else datetime.fromisoformat(read(path).checkpoint.published_at)

    def publish(self, ledger: Ledger) -> None:
        """Sign where the program stands and publish it, unless that was done before.

        Raises:
            Contradicted: the journal is not what the last checkpoint says; nothing is published.
            NoCheckpoint, OSError: the folder cannot be read or written.
        """
        standing = ledger.standing()
        now = timestamp(datetime.now(UTC))
        totals = to_builtins(standing.figures)
        point = Checkpoint(ledger.name, standing.number, standing.hash, totals, now)
        self._check_last(ledger, point)
        target = self.folder / file_name(ledger.name, point.number)
        if not target.exists():
            with whole_files([target]) as [file]:
                file.write(encode(sign(point, self.key)))

    def _check_last(self, ledger: Ledger, point: Checkpoint) -> None:
        path = self._latest(ledger.name)
        if path is None:
            return
        signed = read(path)
        before = signed.checkpoint
        found = hash_at(ledger.program_id, before.number, using=ledger.using)
        same = before.number != point.number or before.totals == point.totals
        if not is_signed(signed) or found != before.hash or not same:
            raise Contradicted(path.name)

    def _latest(self, program: str) -> Path | None:
        found = dict(self._numbered(program))
        return found[max(found)] if found else None

    def _numbered(self, program: str) -> Iterator[tuple[int, Path]]:
        begin = re.escape(file_name(program, 0).removesuffix("0.json"))
        for path in self.folder.glob("checkpoint-*.json"):
            if named := re.fullmatch(begin + r"([0-9]+)\.json", path.name):
                yield int(named[1]), path
