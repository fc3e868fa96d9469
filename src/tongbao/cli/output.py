"""Output files that appear whole, all of them, or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TextIO

_DATABASE: Final = b"SQLite format 3\0"
_LOGS: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_BESIDE_DATABASE: Final = ("-wal", "-shm", "-journal")


def is_database(path: Path) -> bool:
    """Say whether a path is an SQLite database, or one of the files that belong beside one."""
    real = path.resolve()
    beside = [real.name.removesuffix(end) for end in _BESIDE_DATABASE if real.name.endswith(end)]
    begin = _begin(real)
    return begin.startswith((_DATABASE, *_LOGS)) or any(
        _begin(real.with_name(name)).startswith(_DATABASE) for name in beside if name
    )


def _begin(path: Path) -> bytes:
    """Return a file's first bytes; none if it is no file that can be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(len(_DATABASE))
    except OSError:
        return b""


@contextmanager
def whole_files(paths: Sequence[Path]) -> Iterator[list[TextIO]]:
    """Open text files for writing that take their places together at the end, if all went well.

    Until then the text is in temporary files beside them, which go away when
    something goes wrong. A device or pipe is written to directly.

    Raises:
        OSError: naming the path that is a folder, in a missing one, or cannot be written; or is a
            database, which no output replaces.
    """
    with ExitStack() as drafts:
        opened = [drafts.enter_context(_draft(path)) for path in paths]
        yield [file for file, _ in opened]
        for (file, _), path in zip(opened, paths, strict=True):
            with _naming(path):
                file.close()
        for (_, draft), path in zip(opened, paths, strict=True):
            if draft is not None:
                with _naming(path):
                    draft.replace(path.resolve())


@contextmanager
def _draft(path: Path) -> Iterator[tuple[TextIO, Path | None]]:
    """Open the file to write, and tell where it is until it takes its place, if it is to."""
    with _naming(path):
        if path.is_dir():
            raise IsADirectoryError(0, "this is a folder")
        if is_database(path):
            raise FileExistsError(0, "this is a database, or belongs to one")
        special = path.exists() and not path.is_file()
        draft = None if special else _beside(path.resolve())
    file = (draft or path).open("w", encoding="utf-8", newline="\n")
    try:
        yield file, draft
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
        _close_anyhow(file)


def _beside(target: Path) -> Path:
    handle, name = tempfile.mkstemp(
        prefix=f".{target.name[:64]}.", suffix=".part", dir=target.parent
    )
    os.close(handle)
    draft = Path(name)
    draft.chmod(_mode_for(target))
    return draft


def _mode_for(target: Path) -> int:
    """Return the permissions of the file that is replaced, or what a new one would have."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode) | stat.S_IWUSR
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let an error name the path that the user gave."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def _close_anyhow(file: TextIO) -> None:
    """Close a file after something went wrong; what is left in it is not wanted any more."""
    try:
        file.close()
    except OSError:
        return
