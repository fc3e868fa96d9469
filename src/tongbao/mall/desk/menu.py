"""Where an operator finds what, in the dashboard and on its first page: as Oscar reads its menu."""

from typing import Any, Final

from django.utils.translation import gettext_lazy

MENU: Final[tuple[dict[str, Any], ...]] = (
    {
        "label": gettext_lazy("Mall administration"),
        "icon": "fas fa-store",
        "children": [
            {"label": gettext_lazy("Orders"), "url_name": "dashboard:order-list"},
            {"label": gettext_lazy("Merchants' desks"), "url_name": "desk:choose"},
            {"label": gettext_lazy("Merchants"), "url_name": "desk:merchants"},
            {"label": gettext_lazy("The mall's terms"), "url_name": "desk:terms"},
            {"label": gettext_lazy("Terms and privacy"), "url_name": "desk:texts"},
            {"label": gettext_lazy("Payouts"), "url_name": "wallet:payouts"},
            {"label": gettext_lazy("Payment problems"), "url_name": "desk:charges"},
        ],
    },
    {
        "label": gettext_lazy("Goods"),
        "icon": "fas fa-sitemap",
        "children": [
            {"label": gettext_lazy("Goods"), "url_name": "dashboard:catalogue-product-list"},
            {"label": gettext_lazy("Categories"), "url_name": "dashboard:catalogue-category-list"},
            {"label": gettext_lazy("Types of goods"), "url_name": "dashboard:catalogue-class-list"},
            {
                "label": gettext_lazy("Questions to buyers"),
                "url_name": "dashboard:catalogue-option-list",
            },
            {
                "label": gettext_lazy("Lists of answers"),
                "url_name": "dashboard:catalogue-attribute-option-group-list",
            },
            {"label": gettext_lazy("Reviews"), "url_name": "dashboard:reviews-list"},
        ],
    },
    {
        "label": gettext_lazy("Discounts"),
        "icon": "fas fa-bullhorn",
        "children": [
            {"label": gettext_lazy("Offers"), "url_name": "dashboard:offer-list"},
            {"label": gettext_lazy("Discount codes"), "url_name": "dashboard:voucher-list"},
            {"label": gettext_lazy("Ranges of goods"), "url_name": "dashboard:range-list"},
        ],
    },
)
