"""A mall of the test's own: open, with two merchants and a few goods, on a fresh database."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from tests.mall.stage import Mall, open_for_tests
from tongbao.site import settings


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """Let Django's default database be the one at that URL, for this thread and later ones."""
    before = connections.settings["default"]
    given = connections.configure_settings({"default": settings.database(url)})["default"]
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = given
    try:
        yield
    finally:
        connections["default"].close()
        del connections["default"]
        connections.settings["default"] = before


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
            with default_database(f"sqlite:///{draft}"):
                call_command("migrate", verbosity=0)
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
    (tmp_path / "static").mkdir()  # whitenoise warns where there is none
    files = override_settings(
        STATIC_ROOT=tmp_path / "static",
        MEDIA_ROOT=tmp_path / "media",
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    )
    with files, default_database(f"sqlite:///{path}"):
        yield Mall(f"sqlite:///{path}")
