"""What a message says: a title, a sentence, and where it leads, in the reader's language."""

import logging
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import Kind
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import money, points

_LOG: Final = logging.getLogger("tongbao.mall.notices")
Facts = Mapping[str, int | str]


class Words(NamedTuple):
    """A message in words; ``address`` is a path in the mall, empty where it leads nowhere.

    ``lead`` is what the link to it says.
    """

    icon: str
    title: str
    text: str
    address: str
    lead: str


LABELS: Final = {
    Kind.ORDER_PAID: gettext_lazy("Order paid"),
    Kind.ORDER_CANCELLED: gettext_lazy("Order cancelled"),
    Kind.ORDER_SHIPPED: gettext_lazy("Order shipped"),
    Kind.POINTS_SETTLED: gettext_lazy("Points received"),
    Kind.DIVIDEND: gettext_lazy("Daily dividend"),
    Kind.EXIT_AHEAD: gettext_lazy("Close to the ceiling"),
    Kind.EXIT: gettext_lazy("Ceiling reached, points sold"),
    Kind.RETURN_DECIDED: gettext_lazy("Return decided"),
    Kind.REFUND: gettext_lazy("Refund"),
    Kind.WITHDRAWAL: gettext_lazy("Withdrawal"),
    Kind.VOUCHER: pgettext_lazy("service", "Voucher"),
    Kind.TOPUP: gettext_lazy("Top-up"),
    Kind.PLAN_CHANGED: gettext_lazy("Rule change"),
    Kind.PAID_IN_PERSON: gettext_lazy("Paid in store"),
    Kind.ORDER_TO_SHIP: gettext_lazy("New order for your shop"),
    Kind.INVITED_POINTS: gettext_lazy("Points from an invitation"),
}
"""What a kind of messages is called where people choose among them."""


def worded(notice: Notice, shop: Shop) -> Words:
    """Return what a message says now, in the reader's language.

    One whose facts are not what its kind has is worded by its title alone, and logged: a message
    that cannot be told must not keep people from the others.
    """
    kind = Kind(notice.kind)
    icon, say = _SAYINGS[kind]
    title = str(LABELS[kind])
    try:
        text, address = say(notice.facts, shop)
    except (KeyError, ValueError, TypeError):
        _LOG.exception("a message cannot be worded", extra={"notice": notice.pk})
        return Words(icon, title, title, "", "")
    return Words(icon, title, text, address, _lead(notice.facts, address))


def _lead(facts: Facts, address: str) -> str:
    if "part" in facts:
        return _("Open the order at the desk")
    if "friend" in facts:
        return _("Your invitations")
    if "sale" in facts:
        return _("Order %(sale)s") % {"sale": facts["sale"]}
    return _("The rules") if address == _at("wallet:how") else _("The wallet")


def _sale(facts: Facts) -> str:
    return _at("sales:detail", str(facts["sale"]))


def _at(name: str, *values: str) -> str:
    try:
        return reverse(name, args=values)
    except NoReverseMatch:
        return ""


def _money(facts: Facts, name: str, shop: Shop) -> str:
    return money(int(facts[name]), str(facts.get("currency", shop.currency)))


def _order_paid(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _("Order %(sale)s (%(total)s) is paid. Thank you.")
    return text % {"sale": facts["sale"], "total": _money(facts, "total", shop)}, _sale(facts)


def _order_cancelled(facts: Facts, shop: Shop) -> tuple[str, str]:
    if "merchant" in facts:  # one merchant's part of it
        shown = {"merchant": facts["merchant"], "sale": facts["sale"]}
        text = _(
            "%(merchant)s's part of order %(sale)s is cancelled; %(amount)s is refunded to you. The "
            "rest of the order goes on."
        )
        return text % {**shown, "amount": _money(facts, "amount", shop)}, _sale(facts)
    if not int(facts.get("paid", 1)):
        text = _("Order %(sale)s is cancelled. You were not charged.")
        if int(facts.get("basket", 0)):
            text = _(
                "Order %(sale)s is cancelled. You were not charged, and what you chose is back in your "
                "basket."
            )
        return text % {"sale": facts["sale"]}, _sale(facts)
    text = _(
        "Order %(sale)s is cancelled. Your payment is being refunded; see the order for the amount."
    )
    return text % {"sale": facts["sale"]}, _sale(facts)


def _order_shipped(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _("Order %(sale)s has been shipped. Sold by: %(merchant)s")
    return text % {"merchant": facts["merchant"], "sale": facts["sale"]}, _sale(facts)


def _points_settled(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _("You received %(points)s points for order %(sale)s.")
    shown = {"sale": facts["sale"], "points": points(int(facts["points"]))}
    if "version" in facts:
        newer = _(
            "They follow version %(version)s of the plan, which was in force when they were posted; "
            "when you paid it was version %(paid_version)s."
        )
        shown |= {"version": facts["version"], "paid_version": facts["paid_version"]}
        text = f"{text} {newer}"
    return text % shown, _at("wallet:home")


def _dividend(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _("You received a dividend of %(amount)s for %(day)s.")
    return text % {"amount": _money(facts, "amount", shop), "day": facts["day"]}, _at("wallet:home")


def _exit_ahead(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _(
        "You are at %(percent)s%% of your ceiling. When you reach it, all your points are sold "
        "automatically at the price of that moment, and the money, less the fee, goes into your "
        "wallet."
    )
    return text % {"percent": facts["percent"]}, _at("wallet:home")


def _exit(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _(
        "You reached your ceiling. Your %(points)s points were sold automatically for %(gross)s; "
        "after the fee, %(net)s went into your wallet."
    )
    shown = {
        "points": points(int(facts["points"])),
        "gross": _money(facts, "gross", shop),
        "net": _money(facts, "net", shop),
    }
    return text % shown, _at("wallet:home")


def _return_decided(facts: Facts, shop: Shop) -> tuple[str, str]:
    if facts["state"] == "approved":
        text = _("Your return of %(amount)s from order %(sale)s is accepted.")
    else:
        text = _(
            "Your return of %(amount)s from order %(sale)s is refused. See the order for the reason."
        )
    return text % {"amount": _money(facts, "amount", shop), "sale": facts["sale"]}, _sale(facts)


def _refund(facts: Facts, shop: Shop) -> tuple[str, str]:
    shown = {"amount": _money(facts, "amount", shop), "sale": facts["sale"]}
    if int(facts.get("wallet", 0)):
        text = _(
            "%(amount)s from order %(sale)s went into your wallet, because the payment provider "
            "could not refund it."
        )
        return text % shown, _sale(facts)
    if int(facts.get("points", 0)):
        text = _("%(amount)s from order %(sale)s was refunded; %(points)s points were taken back.")
        return text % {**shown, "points": points(int(facts["points"]))}, _sale(facts)
    return _("%(amount)s from order %(sale)s was refunded.") % shown, _sale(facts)


def _withdrawal(facts: Facts, shop: Shop) -> tuple[str, str]:
    texts = {
        "requested": _("Your withdrawal of %(amount)s is being processed."),
        "paid": _("Your withdrawal of %(amount)s was paid out."),
        "failed": _(
            "Your withdrawal of %(amount)s was returned; the money is back in your wallet."
        ),
    }
    amount = {"amount": _money(facts, "amount", shop)}
    return texts[str(facts["state"])] % amount, _at("wallet:home")


def _voucher(facts: Facts, shop: Shop) -> tuple[str, str]:
    texts = {
        "issued": _("Your voucher from order %(sale)s is ready: show its code to the merchant."),
        "used": _("A voucher from order %(sale)s was used."),
        "asked": _("A voucher from order %(sale)s was returned; its price is being refunded."),
        "expired": _("A voucher from order %(sale)s expired unused; its price is being refunded."),
    }
    return texts[str(facts["state"])] % {"sale": facts["sale"]}, _sale(facts)


def _topup(facts: Facts, shop: Shop) -> tuple[str, str]:
    texts = {
        "success": _("The top-up from order %(sale)s has arrived."),
        "failed": _("The top-up from order %(sale)s failed; its price is being refunded."),
    }
    return texts[str(facts["state"])] % {"sale": facts["sale"]}, _sale(facts)


def _plan_changed(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _(
        "New rules for points take effect on %(from)s. What you bought before keeps the rules of "
        "its day; whoever disagrees can sell their points under the old rules until then."
    )
    return text % {"from": facts["from"]}, _at("wallet:how")


def _paid_in_person(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _("You paid %(total)s at %(merchant)s.")
    return text % {"total": _money(facts, "total", shop), "merchant": facts["merchant"]}, _sale(
        facts
    )


def _order_to_ship(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _("%(merchant)s has a new paid order, %(sale)s, over %(total)s.")
    shown = {"merchant": facts["merchant"], "sale": facts["sale"]}
    address = _at("desk:order", str(facts["account"]), str(facts["part"]))
    return text % {**shown, "total": _money(facts, "total", shop)}, address


def _invited_points(facts: Facts, shop: Shop) -> tuple[str, str]:
    text = _(
        "You received %(points)s points because %(friend)s, whom you invited, bought something."
    )
    shown = {"points": points(int(facts["points"])), "friend": facts["friend"]}
    return text % shown, _at("team:home")


_SAYINGS: Final[Mapping[Kind, tuple[str, Callable[[Facts, Shop], tuple[str, str]]]]] = {
    Kind.ORDER_PAID: ("receipt", _order_paid),
    Kind.ORDER_CANCELLED: ("x-circle", _order_cancelled),
    Kind.ORDER_SHIPPED: ("truck", _order_shipped),
    Kind.POINTS_SETTLED: ("coins", _points_settled),
    Kind.DIVIDEND: ("coins", _dividend),
    Kind.EXIT_AHEAD: ("ring", _exit_ahead),
    Kind.EXIT: ("ring", _exit),
    Kind.RETURN_DECIDED: ("refund", _return_decided),
    Kind.REFUND: ("refund", _refund),
    Kind.WITHDRAWAL: ("withdraw", _withdrawal),
    Kind.VOUCHER: ("ticket", _voucher),
    Kind.TOPUP: ("bolt", _topup),
    Kind.PLAN_CHANGED: ("book", _plan_changed),
    Kind.PAID_IN_PERSON: ("qr", _paid_in_person),
    Kind.ORDER_TO_SHIP: ("truck", _order_to_ship),
    Kind.INVITED_POINTS: ("coins", _invited_points),
}
