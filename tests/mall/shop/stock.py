"""Shelves with as many goods as a test asks for."""

from decimal import Decimal
from itertools import islice, product
from typing import Any, Final

from oscar.core.loading import get_model

from tests.mall.stage import Mall

COLOURS: Final = ("Red", "Blue", "White", "Green", "Amber", "Ivory", "Black", "Copper")
THINGS: Final = (
    "Teapot", "Mug", "Lantern", "Candle Holder", "Cushion Cover", "Garden Trowel", "Gift Bag",
    "Notebook", "Picture Frame", "Biscuit Tin", "Wall Clock", "Door Sign", "Cake Stand", "Apron",
)  # fmt: skip
MAKES: Final = ("Hanging Heart", "Rose Garden", "Vintage", "Woodland", "Retro Spot", "Regency")
CHINESE: Final = (
    "飞天酱香白酒",
    "明前龙井茶叶",
    "景德镇青花瓷茶杯",
    "赤霞珠干红葡萄酒",
    "手工真丝围巾",
)
LONG: Final = (
    "Extraordinarily Long Handwoven Countryside Picnic Basket With Removable Cotton Lining And "
    "Supercalifragilisticexpialidocious Engraving, Set Of Twenty-Four Assorted Pastel Colours"
)


def fill(mall: Mall, count: int, *, aisles: int = 6) -> list[Any]:
    """Put goods on the shelves, sorted into categories, sold by the two merchants by turns.

    Prices climb by 1.00 from 1.00; every tenth is sold out. Returns the categories.
    """
    model = get_model("catalogue", "Product")
    kind = get_model("catalogue", "ProductClass").objects.get(slug="goods")
    names = ("Tea & kitchen", "Lights", "Home", "Garden", "Paper", "Gifts", "Toys", "Other")
    roots = [
        get_model("catalogue", "Category").objects.add_root(
            {"name": names[at % len(names)], "slug": f"aisle-{at}"}
        )
        for at in range(aisles)
    ]
    titles = [" ".join(words) for words in islice(product(MAKES, COLOURS, THINGS), 672)]
    made = model.objects.bulk_create(
        model(
            title=CHINESE[at % 5] if at % 20 == 19 else f"{titles[at * 37 % len(titles)]}",
            slug=f"good-{at}",
            upc=f"good-{at}",
            product_class=kind,
            structure="standalone",
            description="Made by hand.\n\nKeeps for years.",
        )
        for at in range(count)
    )
    partners = [mall.merchant("tea").partner, mall.merchant("wine").partner]
    get_model("partner", "StockRecord").objects.bulk_create(
        get_model("partner", "StockRecord")(
            product=one,
            partner=partners[at % 2],
            partner_sku=f"good-{at}",
            price_currency="CNY",
            price=Decimal(at + 1),
            num_in_stock=0 if at % 10 == 9 else 50,
        )
        for at, one in enumerate(made)
    )
    get_model("catalogue", "ProductCategory").objects.bulk_create(
        get_model("catalogue", "ProductCategory")(product=one, category=roots[at % aisles])
        for at, one in enumerate(made)
    )
    return roots
