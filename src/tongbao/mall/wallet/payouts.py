"""Whoever pays members outside the mall: a small interface, and a sandbox that moves no money.

Without a provider (``MALL_PAYOUTS`` is empty) the operator pays by hand and says so on a page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


class PayoutState(StrEnum):
    """What became of a payment out; the last two never change again."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Payout:
    """A payment to make: ``key`` is the same at every attempt, and is paid once."""

    key: UUID
    amount_minor: int
    currency: str
    target: str
    holder: str
    number: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says of a payment; ``reference`` is the provider's own name of it."""

    state: PayoutState
    reference: str = ""
    why: str = ""


class Provider(Protocol):
    """Pays members. Both calls may raise `PayoutTrouble`; they are made again later."""

    code: str

    def send(self, payout: Payout) -> Answer:
        """Pay, or say what became of it if that key was sent before: never pay it twice."""

    def query(self, payout: Payout) -> Answer | None:
        """Say what became of it; None if nothing was ever sent under that key."""


class PayoutTrouble(Exception):
    """The provider did not answer, or not understandably: nobody knows what became of it."""


SANDBOX_SECONDS: Final = 20
"""So long the sandbox takes over a payment that it does not make at once."""


class Sandbox:
    """Pretends to pay: what it answers depends on the last digits of the account, and on time.

    ``…0000`` fails, ``…1111`` stays on its way for `SANDBOX_SECONDS`, ``…2222`` does so and then
    fails, all else is paid at once.
    """

    code = "sandbox"

    def __init__(self, now: Callable[[], datetime] = timezone.now) -> None:
        """Take a clock of its own, for tests."""
        self._now = now

    def send(self, payout: Payout) -> Answer:
        """Answer as the account asks for it."""
        end, reference = payout.number[-4:], f"sandbox-{payout.key.hex[:12]}"
        waits = self._now() < payout.asked_at + timedelta(seconds=SANDBOX_SECONDS)
        if end in ("1111", "2222") and waits:
            return Answer(PayoutState.PENDING, reference)
        if end in ("0000", "2222"):
            return Answer(PayoutState.FAILED, reference, "no such account")
        return Answer(PayoutState.PAID, reference)

    def query(self, payout: Payout) -> Answer | None:
        """Answer the same: it remembers nothing."""
        return self.send(payout)


def provider() -> Provider | None:
    """Return who pays members here; None: the operator does, by hand."""
    path = getattr(settings, "MALL_PAYOUTS", "")
    if not path:
        return None
    made: Provider = import_string(path)()
    return made
