"""When what was bought counts as had, in words: goods arrive, a voucher is used, a top-up lands.

Points and the return window count from there. Pages that speak of goods alone would tell whoever
tops up a phone to wait for a parcel.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongbao.mall.services import kinds


class Had(StrEnum):
    """What an order, a part or a product is of; `SERVICES` are vouchers and top-ups together."""

    GOODS = "goods"
    VOUCHER = "voucher"
    TOPUP = "topup"
    SERVICES = "services"
    MIXED = "mixed"


def had_of(products: Iterable[Any]) -> Had:
    """Return what these products are of; what is gone from the catalogue was goods."""
    found = {kinds.kind_of(product) for product in products}
    if len(found) == 1:
        return Had(found.pop())
    if not found:
        return Had.GOODS
    return Had.MIXED if kinds.GOODS in found else Had.SERVICES


def points_come(had: Had, days: int) -> str:
    """Say when the points of a product come, where the return window has so many days."""
    if had == Had.VOUCHER:
        if not days:
            return _("They come when the voucher was used.")
        text = ngettext(
            "They come %(days)s day after the voucher was used.",
            "They come %(days)s days after the voucher was used.",
            days,
        )
    elif had == Had.TOPUP:
        if not days:
            return _("They come when the top-up has arrived.")
        text = ngettext(
            "They come %(days)s day after the top-up has arrived.",
            "They come %(days)s days after the top-up has arrived.",
            days,
        )
    else:
        if not days:
            return _("They come when you received the goods.")
        text = ngettext(
            "They come %(days)s day after you received the goods.",
            "They come %(days)s days after you received the goods.",
            days,
        )
    return text % {"days": days}


def points_wait(had: Had, days: int) -> str:
    """Say until when the points of an order are pending."""
    exact = _("The exact number depends on the price of a point on that day.")
    if had == Had.GOODS:
        first = (
            ngettext(
                "They stay pending until %(days)s day after you receive the goods, while you can still "
                "return them.",
                "They stay pending until %(days)s days after you receive the goods, while you can still "
                "return them.",
                days,
            )
            if days
            else _("They arrive once you have received the goods.")
        )
        return _spaced(first % {"days": days}, exact)
    first = (
        ngettext(
            "They stay pending until %(days)s day after %(event)s.",
            "They stay pending until %(days)s days after %(event)s.",
            days,
        )
        if days
        else _("They arrive once %(event)s.")
    )
    return _spaced(first % {"days": days, "event": event(had)}, exact)


def event(had: Had) -> str:
    """Say what has to have happened, as a clause: «the top-up has arrived»."""
    if had == Had.VOUCHER:
        return _("the voucher was used")
    if had == Had.TOPUP:
        return _("the top-up has arrived")
    if had == Had.SERVICES:
        return _("the vouchers were used and the top-ups have arrived")
    return _("all of it was received, used or topped up")


def window(had: Had, days: int) -> str:
    """Say how long the return window of what was ordered is, which never gets shorter."""
    if had == Had.GOODS:
        text = ngettext(
            "Return window of this order: %(days)s day after receipt, whatever the shop changes later.",
            "Return window of this order: %(days)s days after receipt, whatever the shop changes later.",
            days,
        )
        return text % {"days": days}
    text = ngettext(
        "Return window of this order: %(days)s day after %(event)s, whatever the shop changes later.",
        "Return window of this order: %(days)s days after %(event)s, whatever the shop changes later.",
        days,
    )
    return text % {"days": days, "event": event(had)}


def agreement(had: Had, minutes: int, days: int) -> str:
    """Say what whoever orders agrees to."""
    said = [
        _(
            "By ordering you agree to buy this at this total. An order that is not paid within "
            "%(minutes)s minutes is cancelled."
        )
        % {"minutes": minutes}
    ]
    if had in {Had.GOODS, Had.MIXED}:
        said.append(
            _(
                "After receipt you can return goods for %(days)s days in full; later, with whatever "
                "their points have lost by then taken off."
            )
            % {"days": days}
        )
    if had in {Had.VOUCHER, Had.SERVICES, Had.MIXED}:
        said.append(_("A voucher that was not used can be returned for what you paid."))
    if had in {Had.TOPUP, Had.SERVICES, Had.MIXED}:
        said.append(
            _(
                "A top-up that fails is refunded by itself; one that has arrived comes back only if the "
                "mall agrees."
            )
        )
    if had != Had.TOPUP:
        said.append(
            _(
                "What was paid in points comes back less its goods fee, unless the merchant or the mall "
                "cancels."
            )
        )
    return _spaced(*said)


def _spaced(*sentences: str) -> str:
    """Join sentences; Chinese has no space between them."""
    return "".join(
        sentence if number == 0 or sentences[number - 1].endswith("。") else f" {sentence}"
        for number, sentence in enumerate(sentences)
    )
