"""What the reconciler found: what it is about, and what was done about it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

_LOG: Final = logging.getLogger("tongbao.mall.sales")


class Kind(StrEnum):
    """What there was. Down to `STUCK` it is repaired where that can be; the others are told."""

    PAYMENT = "payment"
    BOOKING = "booking"
    EXPIRED = "expired"
    GIVING_BACK = "giving_back"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    RETURN = "return"
    STUCK = "stuck"
    REFUND_FAILED = "refund_failed"
    CHARGE_TROUBLE = "charge_trouble"
    CHARGE_ALONE = "charge_alone"
    CHARGE_DIFFERS = "charge_differs"
    JOURNAL_ALONE = "journal_alone"
    JOURNAL_LACKS = "journal_lacks"
    JOURNAL_DIFFERS = "journal_differs"
    JOURNAL_CHANGED = "journal_changed"
    ESCROW_SHORT = "escrow_short"
    STEP_FAILED = "step_failed"


class Did(StrEnum):
    """What was done about it."""

    FINISHED = "finished"
    UNDONE = "undone"
    WAITS = "waits"
    NOTHING = "nothing"


_WORDS: Final[Mapping[Kind, object]] = {
    Kind.PAYMENT: _(
        "Payment %(subject)s: the provider had decided it, the mall had not heard of it."
    ),
    Kind.BOOKING: _("Order %(subject)s: it was paid for, but its payment was not booked yet."),
    Kind.EXPIRED: _("Order %(subject)s: it was not paid in time."),
    Kind.GIVING_BACK: _("Order %(subject)s: it was cancelled, but not everything had gone back."),
    Kind.REFUND: _("Refund %(subject)s: the provider had not been told of it, or had not done it."),
    Kind.SETTLEMENT: _("Order %(subject)s: its settlement had begun, but was not noted."),
    Kind.RETURN: _("Return %(subject)s: it was approved, but not carried out."),
    Kind.STUCK: _("Order %(subject)s: its points are due, but cannot be settled."),
    Kind.REFUND_FAILED: _("Refund %(subject)s: the provider will not do it."),
    Kind.CHARGE_TROUBLE: _("Payment %(subject)s: what the provider says of it does not fit."),
    Kind.CHARGE_ALONE: _("Payment %(subject)s: it was paid, but there is no order that it is for."),
    Kind.CHARGE_DIFFERS: _("Payment %(subject)s: its amount is not what the order says."),
    Kind.JOURNAL_ALONE: _(
        "Entry %(subject)s in the journal: the mall knows of nothing that it is for."
    ),
    Kind.JOURNAL_LACKS: _("%(subject)s: the mall counts on it, but it is not in the journal."),
    Kind.JOURNAL_DIFFERS: _("%(subject)s: the journal has other figures than the mall."),
    Kind.JOURNAL_CHANGED: _(
        "Entry %(subject)s of the journal: it is not what it was when it was last compared."
    ),
    Kind.ESCROW_SHORT: _(
        "The mall's own account has less than is kept there for buyers and merchants: %(subject)s are missing."
    ),
    Kind.STEP_FAILED: _("The reconciler's step «%(subject)s» failed; the log has the reason."),
}
_DONE: Final[Mapping[Did, object]] = {
    Did.FINISHED: _("Finished now."),
    Did.UNDONE: _("It was undone, and everything paid goes back."),
    Did.WAITS: _("The ledger refused it, so it waits as before."),
    Did.NOTHING: _("Nothing was done: somebody has to look at it."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found; ``subject`` names it: a number, an id, an amount."""

    kind: Kind
    subject: str
    did: Did = Did.NOTHING

    @property
    def is_repaired(self) -> bool:
        """Whether nothing is left to do."""
        return self.did is not Did.NOTHING

    def say(self, language: str) -> str:
        """Tell it in a language (``en``, ``zh-hans``)."""
        with translation.override(language):
            found = str(_WORDS[self.kind]) % {"subject": self.subject}
            between = "" if found.endswith("。") else " "
            return f"{found}{between}{_DONE[self.did]}"

    def __str__(self) -> str:
        return self.say("en")


def whatever(step: str, find: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Give what a step finds; where it fails, whatever the reason, that is a finding, too.

    So that no step holds up the others: what is wrong with one row may be anything.
    """
    try:
        yield from find()
    except Exception:  # noqa: BLE001  # told in the log, with its trace
        _LOG.exception("reconcile_step_failed", extra={"step": step})
        yield Finding(Kind.STEP_FAILED, step)
