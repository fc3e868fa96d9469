"""Sessions in the database, as Django keeps them; only what can be a session's key is looked up."""

import re
from typing import Final

from django.contrib.sessions.backends import db

_KEY: Final = re.compile(r"[a-z0-9]{8,40}")  # of Django's keys: 32 small letters and digits


class SessionStore(db.SessionStore):
    """A session. A cookie that holds no key of one (a NUL, words) is as none at all."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))
