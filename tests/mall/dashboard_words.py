"""What Oscar's dashboard says otherwise here: one word for a thing, in both languages.

A merchant is no partner, a discount code no voucher, a type of goods no product class; Oscar's
Chinese has each of them under several names, and some that are slips. Rules bring the words
together in all that the pages which are served say, a table says the rest. The mall's catalogues
are made of them (`tests.mall.messages`).
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import read_mo

Texts = str | tuple[str, ...]

PARTS: Final = (
    *(
        f"{place}/{name}"
        for place in ("templates/oscar/dashboard", "apps/dashboard")
        for name in ("catalogue", "offers", "ranges", "vouchers", "reviews", "orders")
    ),
    *("templates/oscar/dashboard/partials", "templates/oscar/dashboard/layout.html"),
    *("apps/catalogue/abstract_models.py", "apps/catalogue/reviews/abstract_models.py"),
    *("apps/offer/abstract_models.py", "apps/voucher/abstract_models.py"),
    "apps/partner/abstract_models.py",
)
"""Of Oscar, what the pages of the dashboard take their words from."""

_ENGLISH: Final = (
    (r"product (?:type|class)(?:es|s)\b", "types of goods"),
    (r"product (?:type|class)\b", "type of goods"),
    (r"attribute option groups\b", "lists of answers"),
    (r"attribute option group\b", "list of answers"),
    (r"attribute options\b", "answers"),
    (r"option group\b", "list of answers"),
    (r"vouchers\b", "discount codes"),
    (r"voucher code\b", "discount code"),
    (r"voucher\b", "discount code"),
    (r"(?:fulfillment )?partners\b", "merchants"),
    (r"(?:fulfillment )?partner\b", "merchant"),
    (r"supplier\b", "merchant"),
)
_CHINESE: Final = (
    ("优惠券代码", "优惠码"),
    ("优惠券集", "整套优惠码"),
    ("优惠券", "优惠码"),
    ("特卖", "优惠活动"),
    ("要约", "优惠"),
    ("独家特惠", "独享优惠"),
    ("独家提供", "独享优惠"),
    ("报价", "优惠"),
    ("供应商", "商家"),
    ("产品", "商品"),
    ("信息中心", "商城管理"),
    ("属性选项组", "选项的可选值"),
    ("商品归类", "商品类型"),
    ("商品类别", "商品类型"),
    ("商品种类", "商品类型"),
    ("评论", "评价"),
    ("注释", "备注"),
    ("仪表板", "管理"),
    ("升级", "修改"),
    ("用户应用程序", "每位会员使用次数"),
    ("顾客", "买家"),
    ("客户", "买家"),
    ("你的", "您的"),
    ("你", "您"),
)
TREES: Final[dict[str, str]] = {
    "Child of": "属于",
    "Sibling of": "同级于",
    "First child of": "作为第一个子分类，属于",
    "Before": "之前",
    "After": "之后",
    "Position": "位置",
    "Relative to": "相对于",
    "-- root --": "最上级",
}
"""What treebeard, which moves categories, says in English only."""
# Oscar's text: in English, where it is to be another, and in Chinese.
_TABLE: Final[dict[str, tuple[str, str]]] = {
    "Dashboard": ("Mall administration", "商城管理"),
    "Go": ("Apply", "执行"),
    "Go!": ("Apply", "执行"),
    "Products": ("Goods", "商品"),
    "Product": ("Goods", "商品"),
    "Create new product": ("Add goods", "添加商品"),
    "New Product": ("Add", "添加"),
    "Create a new product of type": ("Type of the new goods", "新商品的类型"),
    "-- Choose type --": ("Choose a type", "请选择类型"),
    "Search Products": ("Search goods", "搜索商品"),
    "No products found.": ("No goods found.", "没有找到商品。"),
    "Product details": ("Goods", "商品详情"),
    "Product attributes": ("Properties", "商品属性"),
    "Product Class details": ("Type of goods", "商品类型"),
    "Product Options": ("Answers of the buyer", "买家填写的内容"),
    "Options": ("Questions to buyers", "下单时询问的选项"),
    "Option": ("Question to buyers", "下单时询问的选项"),
    "Option details": ("Question", "选项详情"),
    "Create new Option": ("Add a question", "添加选项"),
    "Create Option": ("Add a question", "添加选项"),
    "Add a new Option": ("Add a question", "添加选项"),
    "Update Option '%s'": ("Question “%s”", "修改选项“%s”"),
    "%s Option": ("%s questions", "%s 个选项"),
    "%s Attribute Option Group": ("%s lists of answers", "%s 组选项的可选值"),
    "%s Category": ("%s categories", "%s 个分类"),
    "No Option found.": ("No question found.", "没有找到选项。"),
    "Is this option required?": ("Must it be answered?", "必须填写？"),
    "Help text shown to the user on the add to basket form": (
        "Shown to the buyer beside the question",
        "显示在商品页的选项旁",
    ),
    "Update product type '%s'": ("Type of goods “%s”", "修改商品类型“%s”"),
    "Update category '%s'": ("Category “%s”", "修改分类“%s”"),
    "Update Attribute Option Group '%s'": ("List of answers “%s”", "修改选项的可选值“%s”"),
    "Add a new product type": ("Add a type of goods", "添加商品类型"),
    "Create new %(product_class)s product": ("New goods: %(product_class)s", "添加商品：%(product_class)s"),
    "Is active?": ("In force?", "是否生效？"),
    "Is active": ("In force", "生效中"),
    "Active": ("In force", "生效中"),
    "Inactive": ("Not in force", "未生效"),
    "In voucher set?": ("In a set?", "属于某一套？"),
    "Ranges": ("Ranges of goods", "商品范围"),
    "Range": ("Range of goods", "商品范围"),
    "No ranges found.": ("No ranges found.", "没有商品范围。"),
    "Create new range": ("Add a range", "添加商品范围"),
    "Create range": ("Add a range", "添加商品范围"),
    "Num products": ("Number of goods", "商品数量"),
    "Products in range": ("Goods in the range", "范围内的商品"),
    "Products in Range": ("Goods in the range", "范围内的商品"),
    "Save and edit products": ("Save and choose goods", "保存并选择商品"),
    "Is public?": ("Visible in the mall?", "在商城中显示？"),
    "Is public": ("Visible in the mall", "在商城中显示"),
    "Public": ("Visible", "显示"),
    "Includes all products?": ("All goods?", "包含全部商品？"),
    "Included Categories": ("Included categories", "包含的分类"),
    "Upselling": ("Recommendations", "推荐商品"),
    "Is discountable?": ("May be discounted?", "可参加优惠？"),
    "This flag indicates if this product can be used in an offer or not": (
        "Offers and discount codes count for it",
        "优惠活动和优惠码对它有效",
    ),
    "Universal Product Code (UPC) is an identifier for a product which is not specific to a "
    "particular  supplier. Eg an ISBN for a book.": (
        "A number of the goods that is nobody's own, such as the ISBN of a book.",
        "通用的商品编码，例如图书的 ISBN。",
    ),
    "Required": ("Required", "必填"),
    "Requires shipping?": ("Requires shipping?", "需要配送？"),
    "Track stock levels?": ("Track stock levels?", "管理库存？"),
    "Usage": ("How often it can be used", "使用次数"),
    "Can be used once by one customer": ("Once, by one buyer", "只能由一位买家使用一次"),
    "Can be used multiple times by multiple customers": (
        "By any number of buyers, any number of times",
        "任何买家均可多次使用",
    ),
    "Can only be used once per customer": ("Once by each buyer", "每位买家可使用一次"),
    "Start datetime": ("Valid from", "生效时间"),
    "End datetime": ("Valid until", "失效时间"),
    "Which offers apply for this voucher?": ("Offers that the code brings", "此优惠码带来的优惠活动"),
    "This will be shown in the checkout and basket once the voucher is entered": (
        "Shown in the basket and at the checkout once the code is entered",
        "输入优惠码后，显示在购物车和结算页",
    ),
    "Case insensitive / No spaces allowed": (
        "Capital and small letters are the same; no spaces",
        "不区分大小写，不能有空格",
    ),
    "Max global applications": ("Uses in all, at most", "总共最多使用次数"),
    "Max user applications": ("Uses by one buyer, at most", "每位买家最多使用次数"),
    "Max basket applications": ("Uses in one order, at most", "每个订单最多使用次数"),
    "Benefit": ("What it brings", "优惠内容"),
    "Incentive": ("What it brings", "优惠内容"),
    "Max Affected Items": ("Items at most", "最多件数"),
    "Orders dashboard": ("Orders", "订单"),
    "Offers dashboard": ("Offers", "优惠活动"),
    "Ranges dashboard": ("Ranges of goods", "商品范围"),
    "Vouchers dashboard": ("Discount codes", "优惠码"),
    "Reviews dashboard": ("Reviews", "评价"),
    "Customer name": ("Buyer's name", "买家姓名"),
    "Customer Information": ("Buyer", "买家"),
    "Customer checked out as a guest.": ("The buyer had no account.", "买家没有账户。"),
    "Customer has deleted their account.": ("The buyer has left.", "买家已注销。"),
    "Approved": ("Shown", "已显示"),
    "Rejected": ("Held back", "不显示"),
    "Date from": ("From", "从"),
    "to": ("to", "到"),
    "Title": ("Title", "标题"),
    "Image": ("Picture", "图片"),
    "View on site": ("View in the mall", "在商城中查看"),
    "Browse": ("View", "查看"),
    "Search engine optimisation": ("Search engines", "搜索引擎"),
    "Exclude from menu": ("Not in the menu", "不在菜单中显示"),
    "With selected categories:": ("With the selected categories:", "对所选分类："),
    "Make public": ("Show", "显示"),
    "Make non-public": ("Hide", "隐藏"),
    "Bulk Actions": ("For several at once", "批量操作"),
    "choose action": ("Choose an action", "请选择操作"),
    "Make products public": ("Show in the mall", "在商城中显示"),
    "Make products non-public": ("Hide from the mall", "从商城中隐藏"),
    "Code": ("Code", "代码"),
    "Partner SKU": ("Merchant's number", "商家货号"),
    "Supplier SKU": ("Merchant's number", "商家货号"),
    "There are no product types.": ("There are no types of goods.", "还没有商品类型。"),
    "Delete product type <strong>%(name)s</strong> - are you sure?": (
        "Delete the type of goods <strong>%(name)s</strong>?",
        "确定删除商品类型<strong>%(name)s</strong>吗？",
    ),
    "You have already used this voucher in a previous order": (
        "You have used this code in an earlier order",
        "您已在以前的订单中使用了此优惠码",
    ),
    "Fulfillment partner": ("Merchant", "商家"),
    "Fulfillment partners": ("Merchants", "商家"),
    "Create new Attribute Option Group": ("Add a list of answers", "添加选项的可选值"),
    "Create Attribute Option Group": ("Add a list of answers", "添加选项的可选值"),
    "Add a new Attribute Option Group": ("Add a list of answers", "添加选项的可选值"),
    "Voucher set": ("Set of codes", "整套优惠码"),
    "VoucherSet": ("Set of codes", "整套优惠码"),
    "VoucherSets": ("Sets of codes", "整套优惠码"),
    "Reinstate offer": ("Resume the offer", "恢复优惠活动"),
    "No offers found.": ("No offers found.", "没有优惠活动。"),
    "No vouchers found.": ("No discount codes found.", "没有优惠码。"),
    "No reviews found.": ("No reviews found.", "没有评价。"),
    "Update status of selected reviews": ("Change the selected reviews", "修改所选评价"),
    "Caption": ("Caption", "说明文字"),
    "An image with a display order of zero will be the primary image for a product": (
        "The picture with the order 0 comes first",
        "次序为 0 的图片排在最前",
    ),
    "Display order": ("Order", "次序"),
}  # fmt: skip


def oscar_root() -> Path:
    """Return where Oscar lies."""
    import oscar  # noqa: PLC0415  # heavy; only for this

    return Path(oscar.__file__).parent


@cache
def _theirs() -> dict[str, Texts]:
    """Return Oscar's own Chinese."""
    found: dict[str, Texts] = {}
    path = oscar_root() / "locale/zh_Hans/LC_MESSAGES/django.mo"
    with path.open("rb") as file:
        for message in read_mo(file):
            if message.id and not message.context:
                found[_first(message.id)] = _tuple(message.string)
    return found


def in_english(text: Texts) -> Texts:
    """Return what the dashboard says for Oscar's English."""
    if isinstance(text, tuple):
        return tuple(_by_rules(one) for one in text)
    return _TABLE[text][0] if text in _TABLE else _by_rules(text)


def in_chinese(text: Texts, now: Texts) -> Texts:
    """Return what the dashboard says in Chinese: by the table, else by rules from what it says now."""
    first = _first(text)
    if first in TREES:
        return TREES[first]
    if first in _TABLE:
        return _TABLE[first][1] if isinstance(text, str) else (_TABLE[first][1],)
    said = _theirs().get(first) or now
    if isinstance(text, tuple):
        return tuple(map(_chinese, said if isinstance(said, tuple) else (said,)))
    return _chinese(said if isinstance(said, str) else said[0])


def is_otherwise(text: Texts) -> bool:
    """Say whether the Chinese of it is another than Oscar's own, or Oscar has none."""
    theirs = _theirs().get(_first(text))
    return not theirs or _first(text) in _TABLE or in_chinese(text, "") != theirs


def words() -> Iterator[str]:
    """Yield the texts that the table knows, to see that Oscar still says them."""
    yield from _TABLE


def _by_rules(text: str) -> str:
    parts = re.split(r"(%\([^)]*\)[sd]|\{[^}]*\}|<[^>]*>)", text)
    return "".join(_renamed(part) if at % 2 == 0 else part for at, part in enumerate(parts))


def _renamed(text: str) -> str:
    for pattern, word in _ENGLISH:

        def put(found: re.Match[str], word: str = word) -> str:
            return word[0].upper() + word[1:] if found[0][0].isupper() else word

        text = re.sub(rf"\b{pattern}", put, text, flags=re.IGNORECASE)
    return text


def _chinese(text: str) -> str:
    for old, new in _CHINESE:
        text = text.replace(old, new)
    return text


def _first(text: object) -> str:
    return str(text[0]) if isinstance(text, list | tuple) else str(text)


def _tuple(text: object) -> Texts:
    return tuple(text) if isinstance(text, list | tuple) else str(text)
