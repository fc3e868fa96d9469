"""Oscar's addresses that the mall serves, by their names: a new Oscar adds none by itself.

What shoppers see is ours. Of Oscar there are the basket's and the checkout's addresses, under our
views, and the pages of the dashboard on which operators keep goods, offers and codes, look at
orders and hold reviews back. Whatever else Oscar has (accounts, reviews, partners and their users,
customers and their passwords, reports, letters, pages) is at no address at all.
"""

from typing import Final

SHOP: Final = frozenset(
    {
        *("basket:summary", "basket:add", "basket:vouchers-add", "basket:vouchers-remove"),
        *("checkout:index", "checkout:shipping-address", "checkout:preview"),
        *("checkout:user-address-update", "checkout:user-address-delete"),
    }
)
"""Everybody's."""

_DASHBOARD: Final = {
    "catalogue-product": (
        *("", "-list", "-create", "-create-child", "-delete"),
        *("-lookup", "-bulk-action"),
    ),
    "catalogue-category": (
        *("-list", "-detail-list", "-create", "-create-child"),
        *("-update", "-delete"),
    ),
    "catalogue-class": ("-list", "-create", "-update", "-delete"),
    "catalogue-option": ("-list", "-create", "-update", "-delete"),
    "catalogue-attribute-option-group": ("-list", "-create", "-update", "-delete"),
    "order": ("-list", "-detail", "-detail-note", "-line-detail"),
    "offer": (
        *("-list", "-detail", "-delete"),
        *("-metadata", "-condition", "-benefit", "-restrictions"),
    ),
    "range": ("-list", "-create", "-update", "-delete", "-products", "-reorder"),
    "voucher": ("-list", "-create", "-update", "-delete", "-stats"),
    "reviews": ("-list", "-update", "-delete"),
}
OPERATORS: Final = frozenset(
    {
        "dashboard:index",
        *(f"dashboard:{kind}{end}" for kind, ends in _DASHBOARD.items() for end in ends),
    }
)
"""The operators', in the dashboard."""

OURS: Final = frozenset(
    {
        *("catalogue:index", "catalogue:category", "catalogue:detail", "search:search"),
        *("catalogue:reviews-list", "catalogue:reviews-add", "catalogue:reviews-vote"),
    }
)
"""Names by which Oscar's models and templates ask for pages that are ours."""


def is_served(name: str) -> bool:
    """Say whether an address that one of Oscar's templates names is there."""
    return name in SHOP | OPERATORS | OURS
