"""Columns for numbers that outgrow 64 bits, and for names compared byte by byte.

SQLite turns an overflowing sum into a float without a word, so there whole numbers are text.
"""

import re
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

KEY_DIGITS: Final = 78
_UNSTORABLE: Final = re.compile("[\x00-\x1f\\\\\ud800-\udfff]")
_WRITTEN: Final = re.compile(r"\\u([0-9a-f]{4})")


class WholeField(models.Field):  # type: ignore[type-arg]  # not generic when it runs
    """A whole number of up to 78 digits: NUMERIC(78, 0) on PostgreSQL, text on SQLite."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type."""
        return "text" if connection.vendor == "sqlite" else f"numeric({KEY_DIGITS}, 0)"

    def from_db_value(self, value: object, expression: object, connection: object) -> int | None:
        """Return the number that the database gave as a Decimal or as text."""
        return None if value is None else int(value)  # type: ignore[call-overload]

    def to_python(self, value: Any) -> int | None:  # noqa: ANN401  # Django's own signature
        """Return the number that a form or a fixture gave."""
        return None if value is None else int(value)

    def get_db_prep_value(
        self, value: int | None, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> int | str | None:
        """Return what is written: text on SQLite."""
        if value is None or connection.vendor != "sqlite":
            return value
        return self.written(value)

    def written(self, value: int) -> str:
        """Return the text that stands for the number on SQLite."""
        return str(value)


class KeyField(WholeField):
    """A whole number to order by: padded with zeros on SQLite, so that text orders as numbers."""

    def written(self, value: int) -> str:
        """Return the number with zeros in front, as many digits as any."""
        return padded(value)


class NameField(models.TextField):  # type: ignore[type-arg]  # likewise
    """Text that is compared and ordered byte by byte, whatever the database's language."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type."""
        return "text" if connection.vendor == "sqlite" else 'text COLLATE "C"'

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401  # Django's own signature
        """Return the name as it is written."""
        return stored(value) if isinstance(value, str) else value

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> str | None:
        """Return the name that was written."""
        return None if value is None else name_of(value)


def stored(name: str) -> str:
    r"""Return a name as both databases can hold it.

    A command's names may hold what PostgreSQL's text cannot: NUL, and halves of surrogate pairs.
    No control character is stored as it is, so that one of them can separate names.

    >>> stored("m1"), stored("a\x00b")
    ('m1', 'a\\u0000b')
    """
    if name.isprintable() and "\\" not in name:
        return name
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", name)


def name_of(text: str) -> str:
    r"""Return the name that `stored` wrote.

    >>> name_of(stored("a\x00\\b")) == "a\x00\\b"
    True
    """
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text) if "\\" in text else text


def padded(value: int) -> str:
    """Return a number as text that orders as numbers do.

    >>> padded(42)[-4:], len(padded(42))
    ('0042', 78)
    """
    return str(value).zfill(KEY_DIGITS)
