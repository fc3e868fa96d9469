"""What the mall asks of whoever tops up phones, fuel cards and meters."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


class Progress(StrEnum):
    """How far a provider is; `DONE` and `FAILED` never change again."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Request:
    """What a provider is asked to do, under an id of ours; ``amount_minor`` in minor units."""

    id: UUID
    kind: str
    target: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said; ``reference`` is its own name for it."""

    progress: Progress
    reference: str = ""


class NoAnswer(Exception):
    """The provider did not answer, or not in a way that says whether it has the request."""


class TopupProvider(Protocol):
    """A provider. Every call may come again with the same id and then does nothing new."""

    @property
    def code(self) -> str:
        """Its name in our tables."""
        ...

    def takes(self, kind: str) -> bool:
        """Say whether it tops up that kind."""
        ...

    def cost_minor(self, kind: str, amount_minor: int, currency: str) -> int:
        """Return what it charges the mall for putting that much on an account of that kind.

        It is asked when an order is placed, and that is what it is paid.
        """
        ...

    def submit(self, request: Request) -> Answer:
        """Take a request, once for each id.

        Raises:
            NoAnswer: it may or may not have it; it will be asked again.
        """
        ...

    def query(self, request: Request) -> Answer | None:
        """Say how far it is with a request, None if it never took it.

        Raises:
            NoAnswer: as for `submit`.
        """
        ...


def providers() -> Mapping[str, TopupProvider]:
    """Return the providers of this installation by their codes, in the settings' order."""
    made = [cast("TopupProvider", import_string(path)()) for path in settings.MALL_TOPUP_PROVIDERS]
    return MappingProxyType({provider.code: provider for provider in made})


def provider_for(kind: str) -> TopupProvider | None:
    """Return the first provider that takes that kind."""
    return next((one for one in providers().values() if one.takes(kind)), None)


NOBODY: Final = ""  # the provider's code of a top-up that nobody took
