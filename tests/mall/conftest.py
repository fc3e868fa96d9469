"""A mall of the test's own: open, with two merchants and a few goods, on a fresh database."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.ledger import cluster
from tests.ledger.cluster import Cluster
from tests.mall.stage import Mall, open_for_tests
from tongbao.site import databases

_SERIAL: Final = count()


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """Let Django's default database be the one at that URL, for this thread and later ones."""
    before = connections.settings["default"]
    given = connections.configure_settings({"default": databases.database(url)})["default"]
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = given
    try:
        yield
    finally:
        connections["default"].close()
        del connections["default"]
        connections.settings["default"] = before


def migrated() -> Path:
    """A file with the mall's empty tables: kept between runs, for making them takes half a minute.

    Its name comes from all migrations, so that one which changed is not missed.
    """
    kept = _kept("sqlite3")
    if not kept.exists():
        draft = kept.with_suffix(f".{os.getpid()}")
        with default_database(f"sqlite:///{draft}"):
            call_command("migrate", verbosity=0)
            with connections["default"].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        draft.rename(kept)
    return kept


def _kept(kind: str) -> Path:
    marks = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for path in sorted((Path(config.path) / "migrations").glob("*.py")):
            marks.update(f"{config.label}/{path.name}\n".encode() + path.read_bytes())
    return Path(tempfile.gettempdir()) / f"tongbao-mall-{marks.hexdigest()[:24]}.{kind}"


@pytest.fixture(scope="session", autouse=True)
def static_files_listed_once() -> Iterator[None]:
    """Each test client starts the middleware anew, a third of a test's time for the same files."""
    listed: dict[str, dict[str, object]] = {}
    listing = WhiteNoiseMiddleware.add_files_from_finders

    def add(self: WhiteNoiseMiddleware) -> None:
        where = f"{self.static_prefix} {settings.DEBUG}"
        if where not in listed:
            listing(self)
            listed[where] = dict(self.files)
        self.files.update(listed[where])

    with mock.patch.object(WhiteNoiseMiddleware, "add_files_from_finders", add):
        yield


@pytest.fixture(scope="session")
def mall_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An SQLite file with an opened mall, made once per run however many workers there are."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    made = folder / "mall.sqlite3"
    with (folder / "mall.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = folder / "mall-draft.sqlite3"
            shutil.copyfile(migrated(), draft)
            with default_database(f"sqlite:///{draft}"):
                open_for_tests()
                with connections["default"].cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            draft.rename(made)
    return made


@pytest.fixture
def mall(mall_template: Path, tmp_path: Path) -> Iterator[Mall]:
    """An open mall on SQLite: Django's default database is a fresh copy of the template."""
    path = tmp_path / "mall.sqlite3"
    shutil.copyfile(mall_template, path)
    with surroundings(tmp_path), default_database(f"sqlite:///{path}"):
        yield Mall(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def mall_cluster(postgresql: None) -> Iterator[tuple[Cluster, str]]:
    """A running PostgreSQL and the name of a database in it with an opened mall, to be copied."""
    with cluster.scratch(*cluster.FAST, under=cluster.memory()) as running:
        running.execute("CREATE DATABASE mall_template")
        url = running.url("mall_template")
        kept = _kept("sql")
        if kept.exists():
            _postgresql(running, "psql", "--quiet", "--file", str(kept), url)
        with default_database(url):
            call_command("migrate", verbosity=0)  # nothing, where the tables were kept
            if not kept.exists():
                draft = kept.with_suffix(f".{os.getpid()}")
                _postgresql(running, "pg_dump", "--no-owner", "--file", str(draft), url)
                draft.rename(kept)
            open_for_tests()
        yield running, "mall_template"


@pytest.fixture
def mall_on_postgresql(mall_cluster: tuple[Cluster, str], tmp_path: Path) -> Iterator[Mall]:
    """An open mall on PostgreSQL: Django's default database is a fresh copy of the template."""
    running, template = mall_cluster
    name = f"mall_{next(_SERIAL)}"
    running.execute(f"CREATE DATABASE {name} TEMPLATE {template} {running.quick_copy}")
    url = running.url(name)
    with surroundings(tmp_path), default_database(url):
        yield Mall(url)
    running.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_mall(request: pytest.FixtureRequest) -> Mall:
    """An open mall; a test that asks for it runs on SQLite and on PostgreSQL."""
    asked = "mall" if request.param == "sqlite" else "mall_on_postgresql"
    found: Mall = request.getfixturevalue(asked)
    return found


def _postgresql(running: Cluster, program: str, *arguments: str) -> None:
    command = [str(running.binaries / program), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    """Let a mall's files and mails stay in the test, and offer the sandbox providers."""
    given = override_settings(
        MEDIA_ROOT=folder / "media",
        FILES=folder,
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        PASSWORD_HASHERS=[
            "django.contrib.auth.hashers.MD5PasswordHasher"
        ],  # a slow one costs 0.5 s
        SANDBOX=True,
        MALL_PAYMENT_PROVIDERS=["tongbao.mall.paying.sandbox.Sandbox"],
        MALL_TOPUP_PROVIDERS=["tongbao.mall.services.sandbox.Sandbox"],
    )
    caches["here"].clear()  # of this process; the other is in the database
    mail.outbox = []
    translation.deactivate()  # a page's language stays behind in the thread that made it
    try:
        with given:
            yield
    finally:
        translation.deactivate()
