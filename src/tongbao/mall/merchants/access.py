"""Who may do something for a merchant: its staff, and the mall's operators."""

from django.db.models import QuerySet
from django.http import Http404

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator


def merchants_of(user: User) -> QuerySet[Merchant]:
    """Return the merchants that a user works for; an operator works for all, by their names."""
    found = Merchant.objects.select_related("partner").order_by("name_en", "pk")
    return found if is_operator(user) else found.filter(partner__users=user)


def merchant_for(user: User, account: str) -> Merchant:
    """Return the merchant with that account, if the user works for it.

    Raises:
        Http404: there is none, or the user has nothing to do with it; nobody learns which.
    """
    merchant = merchants_of(user).filter(account=account).first()
    if merchant is None:
        raise Http404
    return merchant
