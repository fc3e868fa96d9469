"""PgBouncer in transaction mode before a scratch cluster, reached by a unix socket."""

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

from tests.ledger.cluster import OWNER, READY_WITHIN, Cluster, ClusterFailed

MISSING: Final = "PgBouncer is not installed on this machine"
HOW_TO_INSTALL: Final = "Debian and Ubuntu: apt-get install pgbouncer."
_PORT: Final = 6432


def program() -> str | None:
    """Return where PgBouncer is; None where there is none."""
    return shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")


def carries_prepared() -> bool:
    """Say whether this PgBouncer knows of prepared statements: those from 1.22 on do."""
    told = subprocess.run(
        [program() or "", "--version"], capture_output=True, text=True, check=True
    )
    major, minor = told.stdout.split()[1].split(".")[:2]
    return (int(major), int(minor)) >= (1, 22)


@contextmanager
def pooled(cluster: Cluster, database: str, servers: int = 2) -> Iterator[str]:
    """Give the URL of a database behind a pooler with so few connections, in transaction mode."""
    folder = Path(tempfile.mkdtemp(prefix="tongbao-"))
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    (folder / "users").write_text(f'"{OWNER}" ""\n')
    (folder / "ini").write_text(
        f"[databases]\n* = host={cluster.folder}\n[pgbouncer]\nlisten_addr =\n"
        f"listen_port = {_PORT}\nunix_socket_dir = {folder}\nauth_type = trust\n"
        f"auth_file = {folder}/users\npool_mode = transaction\ndefault_pool_size = {servers}\n"
        f"max_client_conn = 200\nlogfile = {folder}/log\n"
    )
    if account is not None:
        for path in (folder, folder / "users", folder / "ini"):
            os.chown(path, account.pw_uid, account.pw_gid)
    running = subprocess.Popen(
        [program() or "", "--quiet", str(folder / "ini")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=None if account is None else account.pw_uid,
        group=None if account is None else account.pw_gid,
        extra_groups=None if account is None else [],
    )
    url = f"postgresql://{OWNER}@{quote(str(folder), safe='')}:{_PORT}/{database}"
    try:
        _wait_for(url, running)
        yield url
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if running.poll() is not None or time.monotonic() > until:
                raise ClusterFailed(f"PgBouncer did not answer: {error}") from error
            time.sleep(0.02)
        else:
            return
