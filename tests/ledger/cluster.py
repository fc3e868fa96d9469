"""A scratch PostgreSQL cluster: made in a temporary folder, reached by a unix socket, thrown away.

PostgreSQL refuses to run as root; there it runs as `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

OWNER: Final = "tongbao"
MISSING: Final = "PostgreSQL is not installed on this machine"
HOW_TO_INSTALL: Final = (
    "Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; "
    "macOS: brew install postgresql. Or have initdb on the PATH."
)
# What a test that only asks for right answers can do without: waiting for the disk.
FAST: Final = ("fsync=off", "full_page_writes=off")
ROOM: Final = 2 * 1024**3  # bytes; all clusters of a run with eight workers stay below
READY_WITHIN: Final = 60.0  # seconds; recovery after a crash takes some of them


class ClusterFailed(Exception):
    """PostgreSQL could not be made or started; the message ends with what it said."""


class Cluster:
    """One cluster; `start` it first. ``settings`` are PostgreSQL's own, as ``name=value``."""

    def __init__(self, binaries: Path, folder: Path, settings: tuple[str, ...]) -> None:
        self.binaries = binaries
        self.folder = folder
        self._settings = settings
        self._account = _account()
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the folder with the data, `initdb`; who comes by its socket is trusted."""
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        initdb = [str(self.binaries / "initdb"), "--pgdata", str(self._data), "--no-sync"]
        initdb += ["--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]
        with self._log.open("ab") as log:
            made = self._popen(initdb, log.fileno()).wait()
        if made != 0:
            raise ClusterFailed(f"initdb failed\n{self._said()}")

    def start(self) -> None:
        """Start the server and wait until it answers; after a crash it recovers first."""
        options = ("listen_addresses=", f"unix_socket_directories={self.folder}", *self._settings)
        command = [str(self.binaries / "postgres"), "-D", str(self._data)]
        command += [part for option in options for part in ("-c", option)]
        until = time.monotonic() + READY_WITHIN
        with self._log.open("ab") as log:
            while not self._answers():
                if time.monotonic() > until:
                    raise ClusterFailed(f"PostgreSQL did not start\n{self._said()}")
                # It stops at once while backends of a killed server are still leaving: try again.
                if self._process is None or self._process.poll() is not None:
                    self._process = self._popen(command, log.fileno())
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT properly, SIGQUIT at once without clean-up, SIGKILL dead."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def crash(self) -> None:
        """Stop at once, as `pg_ctl stop -m immediate` does: the next start has to recover."""
        self.stop(signal.SIGQUIT)

    def kill(self) -> None:
        """Kill the server, as the lack of memory does: no process of it cleans up."""
        self.stop(signal.SIGKILL)

    def url(self, database: str, user: str = OWNER) -> str:
        """Return where a database of this cluster is found."""
        return f"postgresql://{user}@{quote(str(self.folder), safe='')}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the cluster's owner, each by itself."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @property
    def quick_copy(self) -> str:
        """What to add to CREATE DATABASE so that it copies files; before 15 it always did."""
        version = int((self._data / "PG_VERSION").read_text())
        return "STRATEGY FILE_COPY" if version >= 15 else ""

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _said(self) -> str:
        return self._log.read_text("utf-8", errors="replace")[-2000:]

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _popen(self, command: list[str], log: int) -> subprocess.Popen[bytes]:
        account = self._account
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a ^C is for the tests
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
        )


def binaries() -> Path | None:
    """Return the folder that PostgreSQL's server programs are in; None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(told.stdout.strip()))
    packaged = [*Path("/usr").glob("lib/postgresql/*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    folders += sorted(packaged, key=_version, reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def memory() -> str | None:
    """Return a folder in memory, as Linux has one, if it has room; else None: the usual one.

    Copying a database makes hundreds of files, a tenth of a second on many disks.
    """
    shared = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
    roomy = shared.is_dir() and os.access(shared, os.W_OK | os.X_OK)
    return str(shared) if roomy and shutil.disk_usage(shared).free > ROOM else None


@contextmanager
def scratch(*settings: str, under: str | None = None) -> Iterator[Cluster]:
    """Give a cluster that runs, with these settings; gone afterwards. Durable unless `FAST`.

    Its folder is made in ``under``, by default where temporary files are.
    """
    found = binaries()
    if found is None:
        raise ClusterFailed(f"{MISSING}. {HOW_TO_INSTALL}")
    folder = Path(
        tempfile.mkdtemp(prefix="tongbao-", dir=under)
    )  # short: a socket's path has 107 bytes
    cluster = Cluster(found, folder, settings)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _version(folder: Path) -> tuple[int, ...]:
    digits = "".join(c if c.isdigit() else " " for c in str(folder))
    return tuple(int(part) for part in digits.split())


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as, where it may not run as whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ClusterFailed("PostgreSQL does not run as root, and there is no user postgres or nobody")
