"""What the ledger refused or could not do, in the reader's words."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongbao.ledger.values import (
    DatabaseTrouble,
    KeyTaken,
    LedgerError,
    NotSettled,
    Outcome,
    ProgramMoved,
    ProgramPaused,
    Refusal,
)

_REJECTED: Final = {
    "insufficient_points": gettext_lazy("You do not have enough points."),
    "insufficient_funds": gettext_lazy("There is not enough money in your wallet."),
    "insufficient_credit": gettext_lazy("There is not enough credit."),
    "dust_remaining": gettext_lazy("Too few points would be left: use all of them or keep more."),
    "too_small": gettext_lazy("That is too little to bring anything. Choose more."),
    "overspent": gettext_lazy(
        "More was taken out than this account received; it can continue once that is made up for."
    ),
    "not_allowed": gettext_lazy("This mall's plan does not allow that."),
    "unknown_purchase": gettext_lazy("There is no such purchase."),
    "exceeds_purchase": gettext_lazy("That is more than is left of the purchase."),
    "unknown_member": gettext_lazy("There is no such member."),
    "unknown_merchant": gettext_lazy("There is no such merchant."),
    "unknown_account": gettext_lazy("There is no such account."),
    "not_a_member": gettext_lazy("There is no such member."),
    "not_a_merchant": gettext_lazy("There is no such merchant."),
    "day_closed": gettext_lazy("That day is already closed."),
    "id_reused": gettext_lazy("This has already been done; see your statement."),
}
_REFUSED: Final = {
    Refusal.FROZEN: gettext_lazy("This account is frozen. Please contact customer service."),
    Refusal.GUARD: gettext_lazy("The figures have changed. Please check the new ones."),
    Refusal.GROUP: gettext_lazy("One part of this could not be done, so nothing was."),
}
_RAISED: Final[tuple[tuple[type[LedgerError], object], ...]] = (
    (ProgramPaused, gettext_lazy("Points are paused at the moment. Try again later.")),
    (ProgramMoved, gettext_lazy("Points are paused at the moment. Try again later.")),
    (KeyTaken, gettext_lazy("This was already started in another way. Please start again.")),
    (DatabaseTrouble, gettext_lazy("The mall is busy at the moment. Try again in a minute.")),
)


def told(trouble: LedgerError | Outcome) -> str:
    """Return one sentence for whoever asked, in their language: what was wrong, and the way out.

    ``trouble`` is what the ledger raised, or an outcome that is not ok.
    """
    if isinstance(trouble, Outcome):
        return _refused(trouble)
    if isinstance(trouble, NotSettled):
        if trouble.may_still_settle:
            return _("This is taking longer than usual. Check again in a minute.")
        return _("The mall is busy at the moment. Try again in a minute.")
    for kind, words in _RAISED:
        if isinstance(trouble, kind):
            return str(words)
    return _("This is not possible at the moment. Please contact customer service.")


def _refused(outcome: Outcome) -> str:
    error = "" if outcome.receipt is None else str(outcome.receipt.error or "")
    if error in _REJECTED:
        return str(_REJECTED[error])
    if outcome.refusal in _REFUSED:
        return str(_REFUSED[outcome.refusal])
    return _("This is not possible at the moment. Please contact customer service.")
