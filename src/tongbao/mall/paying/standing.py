"""How a payment stands, in words for whoever paid."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongbao.mall.paying.models import Charge


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page after paying shows; while it ``waits`` it asks again by itself."""

    title: str
    text: str
    waits: bool = False
    is_good: bool = False
    address: str = ""  # where to go on
    label: str = ""


def of_charge(charge: Charge) -> Standing:
    """Return the words for a charge of which nothing more is known than its state."""
    if charge.trouble == Charge.Trouble.MISMATCH:
        return Standing(
            _("We are checking your payment"),
            _(
                "The payment provider reported a different amount than was due. Your money is "
                "with the provider; we are sorting it out with them."
            ),
        )
    if charge.state == Charge.State.CONFIRMED:
        return Standing(_("Paid"), _("The payment has arrived."), is_good=True)
    if charge.state == Charge.State.FAILED:
        return Standing(_("Not paid"), _("The payment did not go through; you were not charged."))
    return Standing(
        _("Waiting for the payment"),
        _("The payment provider has not confirmed yet. This page refreshes automatically."),
        waits=True,
        address=charge.address,
        label=_("Back to the payment"),
    )
