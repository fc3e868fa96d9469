"""A statement's causes in the member's own words, with the order that each belongs to.

The ledger tells causes with account names and ids of commands; members know merchants and orders.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongbao.ledger.effects import CauseCode, Unit
from tongbao.ledger.statements import Item
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Sale
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import money

GROUPS: Final[Mapping[str, tuple[CauseCode, ...]]] = {
    "earned": (CauseCode.PURCHASE,),
    "dividends": (CauseCode.DIVIDEND,),
    "team": (CauseCode.REFERRAL, CauseCode.REFERRAL_REFUND),
    "sold": (CauseCode.REDEMPTION, CauseCode.EXIT, CauseCode.WIND_UP, CauseCode.REST),
    "converted": (CauseCode.CONVERSION, CauseCode.CREDIT_REDEMPTION),
    "paid": (
        CauseCode.PAYMENT_MADE,
        CauseCode.CREDIT_PAID,
        CauseCode.GOODS_PAID,
        CauseCode.GOODS_SOLD,
    ),
    "returned": (CauseCode.PAYMENT_RECEIVED, CauseCode.CREDIT_RECEIVED, CauseCode.REFUND),
    "cash": (CauseCode.WITHDRAWAL, CauseCode.DEPOSIT),
}
"""What a statement can be narrowed down to; together all causes, each once."""

GROUP_LABELS: Final = {
    "earned": gettext_lazy("Points earned"),
    "dividends": gettext_lazy("Dividends"),
    "team": gettext_lazy("Referral rewards"),
    "sold": gettext_lazy("Points sold"),
    "converted": gettext_lazy("Converted to credit"),
    "paid": gettext_lazy("Payments"),
    "returned": gettext_lazy("Refunds"),
    "cash": gettext_lazy("Withdrawals and deposits"),
}
UNIT_LABELS: Final[Mapping[Unit, object]] = {
    "wallet": gettext_lazy("Cash"),
    "points": gettext_lazy("Points"),
    "quota": gettext_lazy("Ceiling"),
    "credit": gettext_lazy("Credit"),
}

_PLAIN: Final = {
    CauseCode.PURCHASE: gettext_lazy("Points of a purchase"),
    CauseCode.DIVIDEND: gettext_lazy("Dividend"),
    CauseCode.REDEMPTION: gettext_lazy("Points sold"),
    CauseCode.EXIT: gettext_lazy("Ceiling reached: all points sold"),
    CauseCode.WIND_UP: gettext_lazy("Closed: points and credit paid out"),
    CauseCode.REST: gettext_lazy("Small rest after a return: sold"),
    CauseCode.GOODS_PAID: gettext_lazy("Paid with points"),
    CauseCode.GOODS_SOLD: gettext_lazy("Goods sold for points"),
    CauseCode.PAYMENT_MADE: gettext_lazy("Paid from the wallet"),
    CauseCode.PAYMENT_RECEIVED: gettext_lazy("Refund to the wallet"),
    CauseCode.CREDIT_PAID: gettext_lazy("Paid with credit"),
    CauseCode.CREDIT_RECEIVED: gettext_lazy("Refund in credit"),
    CauseCode.CONVERSION: gettext_lazy("Points converted to credit"),
    CauseCode.CREDIT_REDEMPTION: gettext_lazy("Credit converted to points"),
    CauseCode.WITHDRAWAL: gettext_lazy("Withdrawal"),
    CauseCode.DEPOSIT: gettext_lazy("Deposit"),
    CauseCode.REFUND: gettext_lazy("Points taken back: return"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Who and what a page of a statement is about: merchants by account, orders by command."""

    merchants: Mapping[str, Merchant]
    sales: Mapping[str, Sale]
    """By every id that a statement's item may name: a purchase's or a command's."""


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a statement in words. ``notes`` are further sentences, ``sale`` its order."""

    item: Item
    title: str
    notes: tuple[str, ...]
    sale: Sale | None
    at: datetime


def lines(shop: Shop, user: User, items: Sequence[Item]) -> list[Line]:
    """Return these items of a member's statement in words, with two queries for all of them."""
    known = known_to(user, items)
    return [line(shop, known, item) for item in items]


def known_to(user: User, items: Sequence[Item]) -> Known:
    """Look up the merchants and the member's own orders that these items name."""
    accounts = {str(item.cause.facts[n]) for item in items for n in _OTHERS & set(item.cause.facts)}
    named = {item.command_id for item in items}
    named |= {str(i.cause.facts["purchase"]) for i in items if "purchase" in i.cause.facts}
    merchants = Merchant.objects.filter(account__in=accounts) if accounts else ()
    return Known({m.account: m for m in merchants}, _sales(user, named))


def line(shop: Shop, known: Known, item: Item) -> Line:
    """Return one item in words."""
    facts = item.cause.facts
    sale = known.sales.get(str(facts.get("purchase", "")))
    if sale is None and item.cause.code not in _BESIDE_ORDERS:
        sale = known.sales.get(item.command_id)
    return Line(
        item,
        _title(known, item, sale),
        tuple(_notes(shop, item, sale)),
        sale,
        told_at(item, shop.zone),
    )


def told_at(item: Item, zone: ZoneInfo) -> datetime:
    """Return when it happened: what the command says, if that is a time; else when it was settled.

    A time without its zone is the mall's.
    """
    if item.at:
        try:
            at = datetime.fromisoformat(item.at)
        except ValueError:
            return item.recorded_at
        return at.replace(tzinfo=zone) if at.tzinfo is None else at
    return item.recorded_at


# What an order's command brings about although it is not of that order.
_BESIDE_ORDERS: Final = frozenset({CauseCode.DIVIDEND, CauseCode.EXIT, CauseCode.WIND_UP})
_OTHERS: Final = frozenset({"merchant", "payee", "payer"})


def _sales(user: User, named: Iterable[str]) -> Mapping[str, Sale]:
    """Return the user's sales by the ids that begin with their numbers.

    An order's commands are called ``<number>-…``; a number may itself have dashes in it, so each
    beginning is tried and the longest that is a number counts.
    """
    beginnings = {name: _beginnings(name) for name in named}
    asked = {number for numbers in beginnings.values() for number in numbers}
    if not asked:
        return {}
    sales = {s.number: s for s in Sale.objects.filter(user=user, number__in=asked)}
    return {
        name: sales[number]
        for name, numbers in beginnings.items()
        for number in numbers  # the longest comes last, and stays
        if number in sales
    }


def _beginnings(name: str) -> list[str]:
    parts = name.split("-")
    return ["-".join(parts[:count]) for count in range(1, len(parts))]


def _title(known: Known, item: Item, sale: Sale | None) -> str:
    code, facts = item.cause.code, item.cause.facts
    if code in (CauseCode.REFERRAL, CauseCode.REFERRAL_REFUND):
        return _team(item)
    if code is CauseCode.DEPOSIT and item.command_id.endswith("-back"):
        return _("Returned withdrawal")
    if code is CauseCode.DEPOSIT and item.command_id.endswith("-wallet"):
        return _("Refund to the wallet, which the payment provider could not make")
    if code is CauseCode.DIVIDEND and facts:
        return _dividend(item)
    other = next((known.merchants.get(str(facts[n])) for n in _OTHERS & set(facts)), None)
    if other is not None and sale is None:
        return _("%(what)s: %(name)s") % {"what": _PLAIN[code], "name": other.name}
    return str(_PLAIN[code])


def _team(item: Item) -> str:
    level = {"level": item.cause.facts["level"]}
    if item.cause.code is CauseCode.REFERRAL:
        return _("Referral reward: purchase, level %(level)s") % level
    return _("Referral reward taken back: return, level %(level)s") % level


def _dividend(item: Item) -> str:
    first, last = str(item.cause.facts["first_day"]), str(item.cause.facts["last_day"])
    if first == last:
        return _("Dividend of %(day)s") % {"day": unbroken(first)}
    days = {"first": unbroken(first), "last": unbroken(last)}
    return _("Dividends from %(first)s to %(last)s") % days


def unbroken(day: str) -> str:
    """Return a day that no line breaks in the middle: its hyphens are U+2011."""
    return day.replace("-", "\u2011")


def _notes(shop: Shop, item: Item, sale: Sale | None) -> Iterable[str]:
    if sale is None and item.cause.code in _OWN_PURCHASES:
        yield _("Order %(number)s") % {"number": _number(str(item.cause.facts["purchase"]))}
    amounts = {
        name: money(value, shop.currency)
        for name, value in item.cause.facts.items()
        if name in _NOTES and isinstance(value, int) and value
    }
    if "gross" in amounts and "fee" in item.cause.facts:
        fee = money(int(item.cause.facts["fee"]), shop.currency)
        yield _("Value %(gross)s, fee %(fee)s") % {"gross": amounts["gross"], "fee": fee}
    if "paid" in amounts:
        yield _("%(amount)s paid") % {"amount": amounts["paid"]}
    if "amount" in amounts and item.cause.code is not CauseCode.REFUND:
        yield _("Goods of %(amount)s") % {"amount": amounts["amount"]}
    if "forfeited" in amounts:
        yield _("%(amount)s below the ceiling lapsed") % {"amount": amounts["forfeited"]}
    if "owed" in amounts:
        yield _("%(amount)s of the ceiling is owed; later purchases make up for it") % {
            "amount": amounts["owed"]
        }
    if "owed_paid" in amounts:
        yield _("%(amount)s of its ceiling makes up for what was owed") % {
            "amount": amounts["owed_paid"]
        }


def _number(purchase: str) -> str:
    """Return the order's number in a purchase's id; one not of the mall's making as it is.

    >>> _number("F001-cellar-purchase"), _number("o-7"), _number("A-1-tea-purchase")
    ('F001', 'o-7', 'A-1')
    """
    made = _OF_AN_ORDER.fullmatch(purchase)
    return made[1] if made else purchase


_OF_AN_ORDER: Final = re.compile(r"(.+)-[^-]+-purchase")
_OWN_PURCHASES: Final = frozenset({CauseCode.PURCHASE, CauseCode.REFUND, CauseCode.REST})
_NOTES: Final = frozenset({"gross", "paid", "amount", "forfeited", "owed", "owed_paid"})
