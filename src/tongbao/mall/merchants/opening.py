"""Opening a merchant: the operator does it."""

import re
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from tongbao.mall.merchants.models import USUAL_MARGIN_BPS, Merchant, Partner
from tongbao.mall.people.contact import read_phone
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.opening import NotOpened, open_account

_ACCOUNT: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST: Final = 40
_RESERVED: Final = re.compile(r"(?:.*-)?(?:back|return[0-9]*)(?:-.*)?")


class UnusableName(NotOpened):
    """A merchant's account cannot be called so; ``reason`` tells it in the reader's language."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


def check_account(account: str) -> None:
    """Refuse an account's name of which no ids of commands can be made for certain.

    They are ``<sale>-<account>-<what>``, ``<sale>-<account>-return<n>-<what>`` and, for what goes
    back of a cancelled sale, ``<sale>-back-<what>``: with accounts «x» and «x-return1» in one
    sale two commands would have the same id, and only one of them would count.

    Raises:
        UnusableName: so it is.
    """
    if len(account) > _LONGEST or _ACCOUNT.fullmatch(account) is None:
        raise UnusableName(
            _(
                "Use small letters, digits and single dashes between them, at most 40 in all; "
                "begin with a letter."
            )
        )
    if _RESERVED.fullmatch(account):
        raise UnusableName(
            _("The words «back» and «return», such as in «x-return1», are kept for the journal.")
        )


def open_merchant(
    shop: Shop,
    account: str,
    *,
    name_en: str,
    name_zh: str,
    margin_bps: int = USUAL_MARGIN_BPS,
    staff: tuple[User, ...] = (),
) -> Merchant:
    """Make a merchant with its account in the program; do nothing that was done before.

    Raises:
        UnusableName: the account cannot be called so.
        NotOpened: a member has that account's name.
    """
    check_account(account)
    open_account(shop, account)
    with transaction.atomic():
        merchant = Merchant.objects.filter(account=account).first()
        if merchant is None:
            partner = Partner.objects.create(name=name_en)
            merchant = Merchant.objects.create(
                partner=partner,
                account=account,
                name_en=name_en,
                name_zh=name_zh,
                margin_bps=margin_bps,
            )
        merchant.partner.users.add(*staff)
    return merchant


def open_own(shop: Shop, margin_bps: int = USUAL_MARGIN_BPS) -> Merchant:
    """Make the mall's own merchant, whose account is the shop's; do nothing that was done before.

    It alone sells what is bought at its face value.
    """
    return open_merchant(
        shop, shop.account, name_en=shop.name_en, name_zh="自营", margin_bps=margin_bps
    )


def change_merchant(
    merchant: Merchant, *, name_en: str, name_zh: str, margin_bps: int, is_open: bool
) -> None:
    """Change what a merchant is called, the margin of its later sales, whether it sells.

    What was bought before keeps the margin that it was bought at.
    """
    with transaction.atomic():
        Merchant.objects.filter(pk=merchant.pk).update(
            name_en=name_en, name_zh=name_zh, margin_bps=margin_bps, is_open=is_open
        )
        Partner.objects.filter(pk=merchant.partner_id).update(name=name_en)


def find_user(reach: str) -> User | None:
    """Return the user with that e-mail address or phone number, None if there is none."""
    text = reach.strip()
    if "@" in text:
        return User.objects.filter(email__iexact=text, is_active=True).first()
    plain = read_phone(text)
    return User.objects.filter(phone=plain, is_active=True).first() if plain else None


def hire(merchant: Merchant, user: User) -> None:
    """Let a user work for a merchant."""
    merchant.partner.users.add(user)


def dismiss(merchant: Merchant, user: User) -> None:
    """Let a user work for a merchant no more."""
    merchant.partner.users.remove(user)
