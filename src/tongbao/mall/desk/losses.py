"""Asking whether a loss is meant: forms that decide what a sale leaves a merchant.

What leaves a merchant less than nothing is refused until whoever decides it says that they know.
The tick is not there before it is needed.
"""

from django import forms
from django.utils.translation import gettext as _

from tongbao.mall.sales.leaves import Leaves, NotWorked, Worked
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import money
from tongbao.mall.wallet.templatetags.wallet import percent

KNOWN = "knows_loss"
"""The name of the tick's field, which is hidden until `ask` shows it."""


def ask(form: forms.BaseForm, words: str) -> None:
    """Refuse a form unless the tick is set: show it with these words, which have the figures."""
    form.fields[KNOWN].widget = forms.CheckboxInput()
    if not form.cleaned_data.get(KNOWN):
        form.add_error(KNOWN, words)


def describe_loss(worked: Worked, shop: Shop) -> str:
    """Say in one sentence what a sale costs its merchant."""
    if isinstance(worked, NotWorked):
        return worked.why
    return _(
        "Of a sale of %(amount)s the merchant gets %(gets)s, for goods that cost %(goods)s: a loss of "
        "%(lost)s on each sale."
    ) % _figures(worked, shop)


def describe_little(worked: Leaves, shop: Shop) -> str:
    """Say in one sentence that a sale leaves less than it should."""
    return _(
        "Of a sale of %(amount)s the merchant gets %(gets)s, for goods that cost %(goods)s: it earns "
        "%(earned)s, and the mall's terms ask for %(least)s."
    ) % _figures(worked, shop)


def _figures(worked: Leaves, shop: Shop) -> dict[str, str]:
    return {
        "amount": money(worked.amount, shop.currency),
        "gets": money(worked.figures.to_merchant, shop.currency),
        "goods": money(worked.goods, shop.currency),
        "lost": money(worked.lost, shop.currency),
        "earned": money(worked.earned, shop.currency),
        "least": percent(worked.least_bps),
    }
