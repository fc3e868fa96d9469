"""What a member can pay with now, and why a payment would not go through, in plain words."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from tongbao.ledger.dividends import accrued
from tongbao.ledger.door import Ledger
from tongbao.mall.people.models import User
from tongbao.mall.sales import booking
from tongbao.mall.sales.booking import Amounts
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import money
from tongbao.mall.shop.troubles import told

PREVIEW: Final = "~look"
"""The number under which payments are looked ahead at; no sale has it."""


@dataclass(frozen=True, slots=True)
class Most:
    """What a member can pay of each kind now, in minor units; points by their worth."""

    wallet: int = 0
    credit: int = 0
    points: int = 0


class CannotPay(Exception):
    """That cannot be paid so; the message is for the shopper, with the way out."""


def most(shop: Shop, user: User) -> Most:
    """Return what a user can pay of each kind now; nothing for one without a member account.

    Raises:
        LedgerError: as `Ledger.account` does.
    """
    ledger = shop.ledger
    account = ledger.account(user.account)
    if account is None:
        return Most()
    figures = ledger.standing().figures
    points = account.points * figures.reserve // figures.supply if figures.supply else 0
    return Most(account.wallet + accrued(account, figures), account.credit, points)


def check(shop: Shop, user: User, tenders: Amounts) -> None:
    """Look ahead whether the internal parts could be paid now; nothing is written or reserved.

    Raises:
        CannotPay: they could not.
        LedgerError: as `Ledger.preview_many` does.
    """
    commands = booking.payment(PREVIEW, user.account, shop.account, tenders)
    if not commands:
        return
    for outcome in shop.ledger.preview_many(commands):
        if not outcome.ok:
            code = booking.why(outcome)
            if code == "dust_remaining":
                raise CannotPay(_dust(shop, user))
            if code in _MOST:
                raise CannotPay(_too_much(shop, user, code))
            raise CannotPay(told(outcome))


def most_but_dust(ledger: Ledger, account: str) -> int:
    """Return the most that can be paid in points while the least holding is kept, minor units.

    An amount takes ``ceil(amount × supply / reserve)`` atoms, so at most ``k`` atoms pay for
    ``k × reserve // supply``.
    """
    standing = ledger.standing()
    holder, figures = ledger.account(account), standing.figures
    if holder is None or not figures.supply:
        return 0
    spare = max(0, holder.points - standing.plan.min_holding)
    return spare * figures.reserve // figures.supply


def _dust(shop: Shop, user: User) -> str:
    every = most(shop, user).points
    some = most_but_dust(shop.ledger, user.account)
    shown = {"all": money(every, shop.currency), "some": money(some, shop.currency)}
    if some > 0:
        return (
            _(
                "Too few points would be left. Pay %(all)s with points, which is all of them, or "
                "at most %(some)s."
            )
            % shown
        )
    return _("Too few points would be left. Pay %(all)s with points, which is all of them.") % shown


_MOST: Final = {
    "insufficient_funds": "wallet",
    "insufficient_credit": "credit",
    "insufficient_points": "points",
}


def _too_much(shop: Shop, user: User, code: str) -> str:
    left = most(shop, user)
    amount = money(getattr(left, _MOST[code]), shop.currency)
    return {
        "wallet": _("Your wallet has %(amount)s. Pay the rest in another way."),
        "credit": _("You have %(amount)s of credit. Pay the rest in another way."),
        "points": _("Your points are worth %(amount)s now. Pay the rest in another way."),
    }[_MOST[code]] % {"amount": amount}
