"""Opening a merchant: the operator does it."""

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
