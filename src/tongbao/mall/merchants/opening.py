"""Opening a merchant: the operator does it."""

import phonenumbers
from django.db import transaction

from tongbao.mall.merchants.models import Merchant, Partner
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.opening import open_account


def open_merchant(
    shop: Shop,
    account: str,
    *,
    name_en: str,
    name_zh: str,
    margin_bps: int = 3500,
    staff: tuple[User, ...] = (),
) -> Merchant:
    """Make a merchant with its account in the program; do nothing that was done before.

    Raises:
        NotOpened: a member has that account's name.
    """
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
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return User.objects.filter(phone=plain, is_active=True).first()


def hire(merchant: Merchant, user: User) -> None:
    """Let a user work for a merchant."""
    merchant.partner.users.add(user)


def dismiss(merchant: Merchant, user: User) -> None:
    """Let a user work for a merchant no more."""
    merchant.partner.users.remove(user)
