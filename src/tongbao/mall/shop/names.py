"""Short names that rows of the database have in English and that pages show translated.

A category, an option or an attribute of goods has one name in the database. Where a catalogue has
a translation of it under the context named here, pages show that; any other name as it is.
"""

from typing import Final

from django.utils.translation import pgettext, pgettext_lazy

from tongbao.mall.shop.money import is_chinese

KNOWN = (
    pgettext_lazy("category", "Christmas"),
    pgettext_lazy("category", "Lights & candles"),
    pgettext_lazy("category", "Kitchen & dining"),
    pgettext_lazy("category", "Party"),
    pgettext_lazy("category", "Bags & travel"),
    pgettext_lazy("category", "Stationery & cards"),
    pgettext_lazy("category", "Toys & children"),
    pgettext_lazy("category", "Garden & flowers"),
    pgettext_lazy("category", "Home decoration"),
    pgettext_lazy("category", "Cushions & textiles"),
    pgettext_lazy("category", "Storage & boxes"),
    pgettext_lazy("category", "Signs & vintage"),
    pgettext_lazy("category", "Jewellery"),
    pgettext_lazy("category", "Everything else"),
    pgettext_lazy("category", "Going out"),
    pgettext_lazy("category", "Top-ups"),
    pgettext_lazy("option", "Number to top up"),
    pgettext_lazy("attribute", "Valid for days"),
    pgettext_lazy("attribute", "Kind"),
    pgettext_lazy("attribute", "Face value"),
    pgettext_lazy("product type", "Goods"),
    pgettext_lazy("product type", "Voucher"),
    pgettext_lazy("product type", "Top-up"),
    pgettext_lazy("order state", "Pending"),
    pgettext_lazy("order state", "Paid"),
    pgettext_lazy("order state", "Cancelled"),
)
"""Names that are translated; an installation's own catalogues may have more."""

# Of a shop that names its categories in Chinese, for those who read English.
_ENGLISH: Final = {
    "白酒": "Baijiu",
    "黄酒": "Huangjiu",
    "葡萄酒": "Wine",
    "果酒与米酒": "Fruit & rice wines",
    "茶": "Tea",
    "酒具与礼盒": "Cups & gift boxes",
    "到店与充值": "Visits & top-ups",
}


def category(name: str) -> str:
    """Return a category's name in the reader's language."""
    if not is_chinese():
        return _ENGLISH.get(name, name)
    return pgettext("category", name) if name else ""


def option(name: str) -> str:
    """Return the name of an option, which the shopper fills in, in the reader's language."""
    return pgettext("option", name) if name else ""


def attribute(name: str) -> str:
    """Return the name of an attribute of goods in the reader's language."""
    return pgettext("attribute", name) if name else ""


def product_type(name: str) -> str:
    """Return the name of a type of products in the reader's language."""
    return pgettext("product type", name) if name else ""


def order_state(name: str) -> str:
    """Return Oscar's own word for an order's state in the reader's language."""
    return pgettext("order state", name) if name else ""
