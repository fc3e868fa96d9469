"""What «Me» leads to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Link:
    """A place, its icon and what it is called, in the reader's language when shown."""

    name: str
    icon: str
    label: str | Promise

    @property
    def address(self) -> str:
        """Where it is."""
        return reverse(self.name)


EVERYBODY: Final = (
    (
        Link("sales:orders", "receipt", gettext_lazy("My orders")),
        Link("wallet:home", "wallet", gettext_lazy("Wallet")),
        Link("services:index", "ticket", gettext_lazy("Vouchers and top-ups")),
        Link("team:home", "team", gettext_lazy("Friends I invited")),
    ),
    (
        Link("notices:home", "bell", gettext_lazy("Messages")),
        Link("people:addresses", "pin", gettext_lazy("Addresses")),
        Link("people:settings", "settings", gettext_lazy("Settings")),
    ),
)
STAFF: Final = Link("desk:choose", "store", gettext_lazy("My shop's desk"))
OPERATOR: Final = (
    Link("dashboard:index", "sliders", gettext_lazy("Mall administration")),
    Link("desk:choose", "store", gettext_lazy("Merchants' desks")),
    Link("desk:merchants", "edit", gettext_lazy("Merchants")),
    Link("wallet:payouts", "withdraw", gettext_lazy("Payouts")),
    Link("desk:charges", "card", gettext_lazy("Payment problems")),
)


def known(links: Iterable[Link]) -> list[Link]:
    """Return those that this mall has."""
    found = []
    for link in links:
        try:
            link.address  # noqa: B018  # to see whether there is one
        except NoReverseMatch:
            continue
        found.append(link)
    return found
