"""The ledger as a Django app."""

import threading
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:  # it needs the models, which come after the app
    from tongbao.ledger.combine import Desk
    from tongbao.ledger.observing import Observer


class LedgerConfig(AppConfig):
    """Names the app, and keeps the programs' queues of this process; tables begin with ledger_."""

    name = "tongbao.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"  # none is used: ids are made here

    def ready(self) -> None:
        """Begin without queues."""
        self._lock = threading.Lock()
        self._desks: dict[tuple[str, int], Desk] = {}
        self.observers: list[Observer] = []

    def shared(self, using: str, desk: "Desk") -> "Desk":
        """Return the queue that all threads share: this one, if the program had none yet."""
        with self._lock:
            return self._desks.setdefault((using, desk.program), desk)
