"""Payment providers: what each of them must do, and which ones the mall offers.

A provider collects money for a charge and sends it back. It is called outside of transactions,
any of its functions may be called any number of times for the same charge or refund and does its
work once. `tests.mall.paying.contract` has what every provider must pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from tongbao.mall.paying.models import Charge, ChargeRefund

_MOST_MINOR: Final = 2**63 - 1  # what a column holds


class PayingError(Exception):
    """Something that cannot be done with a charge; the message says what."""


class UnknownProvider(PayingError):
    """The mall offers no provider of that code."""


class ProviderDown(PayingError):
    """The provider did not answer, or not sensibly; what was asked may have been done."""


class BadSignature(PayingError):
    """The message is not the provider's, or was changed on its way."""


class BadMessage(PayingError):
    """A provider says, and signs, something that cannot be: a wrong type, an amount out of bounds."""


class Paid(StrEnum):
    """What a provider says of a payment."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    FAILED = "failed"


class RefundState(StrEnum):
    """What a provider says of a refund."""

    PENDING = "pending"  # ask again
    DONE = "done"
    FAILED = "failed"  # it will not be done; somebody has to look at it


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the shopper, and the provider's own name for the payment."""

    address: str
    provider_ref: str


@dataclass(frozen=True, slots=True)
class Notification:
    """What a provider says of a charge, by itself or when asked.

    ``event`` is the same whenever the same thing is said again. The amount is what was really
    paid, in minor units.
    """

    event: str
    charge_id: UUID
    state: Paid
    amount_minor: int
    currency: str
    provider_ref: str

    def check(self) -> None:
        """Check what no type checker sees: it was made from what somebody else sent.

        Raises:
            BadMessage: a field has not its type, or is larger than anything that is kept.
        """
        texts = ((self.event, 1, 128), (self.currency, 0, 3), (self.provider_ref, 0, 128))
        is_right = (
            type(self.charge_id) is UUID
            and type(self.state) is Paid
            and type(self.amount_minor) is int
            and 0 <= self.amount_minor <= _MOST_MINOR
            and all(_is_plain(text, least, most) for text, least, most in texts)
        )
        if not is_right:
            raise BadMessage("What the provider says of a charge cannot be.")


def _is_plain(text: object, least: int, most: int) -> bool:
    """Say whether it is a text that a database keeps: no NUL, no half of a character."""
    if type(text) is not str or not least <= len(text) <= most or "\0" in text:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


class Provider(Protocol):
    """A payment provider."""

    @property
    def code(self) -> str:
        """Its name in addresses and rows; it never changes."""
        ...

    @property
    def label(self) -> str:
        """Its name for shoppers, in their language."""
        ...

    def start(self, charge: Charge, return_url: str, notify_url: str) -> Started:
        """Begin to collect a charge, or find it begun.

        Raises:
            ProviderDown: nothing is known; start it again.
        """
        ...

    def confirm(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """Read a callback, whose headers' names are found in any case.

        Raises:
            BadSignature: it is not the provider's, or no such message at all.
        """
        ...

    def query(self, charge: Charge) -> Notification | None:
        """Ask how a charge stands; None if the provider has never heard of it.

        Raises:
            ProviderDown: nothing is known.
        """
        ...

    def refund(self, charge: Charge, refund: ChargeRefund) -> RefundState:
        """Send money of a paid charge back, once for the refund's id, in the refund's currency.

        Raises:
            ProviderDown: nothing is known; ask for the same refund again.
        """
        ...


def offered() -> list[Provider]:
    """Return the providers that shoppers may choose from, in the settings' order."""
    return [import_string(path)() for path in settings.MALL_PAYMENT_PROVIDERS]


def named(code: str) -> Provider:
    """Return the provider of that code.

    Raises:
        UnknownProvider: the mall offers none of that code.
    """
    for provider in offered():
        if provider.code == code:
            return provider
    raise UnknownProvider(f"No payment provider {code!r} is offered.")
