"""The English demo: a gift shop's real catalogue and its real year, under the plan «dividend».

The shop was one shop; that its goods are several merchants' here is made up, as are all names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from tongbao.mall.demo import source
from tongbao.mall.demo.goods import Article, make_categories, stock
from tongbao.mall.demo.orders import write_past_orders
from tongbao.mall.demo.people import Person, enrol, make_country, make_person
from tongbao.mall.demo.play import PROFIT_BPS, Played, Terms, account_of, play, shift_of
from tongbao.mall.demo.progress import Watch, nobody
from tongbao.mall.demo.recent import Basket, Reached, place_recent
from tongbao.mall.demo.reviews import write_reviews
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.merchants.opening import open_merchant
from tongbao.mall.sales.split import Fees
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.opening import open_mall

PROGRAM: Final = "retail"
CURRENCY: Final = "GBP"
ZONE: Final = "Europe/London"
PLATFORM_FEE_BPS: Final = 200
PROVIDER_FEE_BPS: Final = 60

SHOPPER: Final = Person(
    *("ann", "Ann Field", account_of("14825")), address=("12 Mill Lane", "Leeds", "LS1 4AB")
)
MEMBERS: Final = (
    SHOPPER,
    Person(
        "ben", "Ben Ward", account_of("12877"), "ann", address=("3 High Street", "York", "YO1 7EP")
    ),
    Person("cleo", "Cleo Marsh", account_of("15910"), "ann"),
    Person("dan", "Dan Holt", account_of("15134"), "ann"),
    Person("eve", "Eve Lowe", account_of("16910"), "dan"),
)
OPERATOR: Final = Person("operator", "Olive Stone", operator=True)

CATEGORIES: Final = (
    ("christmas", "Christmas"),
    ("lights", "Lights & candles"),
    ("kitchen", "Kitchen & dining"),
    ("party", "Party"),
    ("bags", "Bags & travel"),
    ("stationery", "Stationery & cards"),
    ("toys", "Toys & children"),
    ("garden", "Garden & flowers"),
    ("decoration", "Home decoration"),
    ("textiles", "Cushions & textiles"),
    ("storage", "Storage & boxes"),
    ("signs", "Signs & vintage"),
    ("jewellery", "Jewellery"),
    ("other", "Everything else"),
    ("vouchers", "Going out"),
    ("topups", "Top-ups"),
)


@dataclass(frozen=True, slots=True)
class Stall:
    """A merchant of the demo, and whose goods are its: categories."""

    account: str
    name_en: str
    name_zh: str
    categories: tuple[str, ...]


STALLS: Final = (
    Stall("pantry", "The Pantry", "食光厨房", ("kitchen", "vouchers")),
    Stall("lantern", "Lantern & Holly", "灯与冬青", ("christmas", "lights")),
    Stall("parade", "Paper Parade", "纸上巡游", ("stationery", "party")),
    Stall("magpie", "Magpie & Bear", "喜鹊与熊", ("toys", "jewellery", "bags")),
    Stall("cottage", "Rose Cottage", "玫瑰小屋", ("garden", "textiles", "signs")),
    Stall("shop", "The Retrospot", "自营", ("decoration", "storage", "other", "topups")),
)
MERCHANT_OF: Final[Mapping[str, str]] = {
    category: stall.account for stall in STALLS for category in stall.categories
}
SERVICES: Final = (
    Article(
        sku="V-TEA-2",
        title="Afternoon tea for two",
        description="A voucher: two scones, two sandwiches, a pot of tea each. Show the code at the counter.",
        price_minor=2800,
        category="vouchers",
        merchant="pantry",
        kind="voucher",
        facts={"voucher_days": 90},
    ),
    Article(
        sku="V-SUPPER",
        title="Supper club, one seat",
        description="A voucher for one seat at the Thursday supper: three courses, water included.",
        price_minor=3500,
        category="vouchers",
        merchant="pantry",
        kind="voucher",
        facts={"voucher_days": 60},
    ),
    Article(
        sku="V-BAKING",
        title="Baking evening for one",
        description="A voucher: two hours at the bench, flour and apron provided, the loaf is yours.",
        price_minor=4500,
        category="vouchers",
        merchant="pantry",
        kind="voucher",
        facts={"voucher_days": 120},
    ),
    *(
        Article(
            sku=f"T-PHONE-{pounds}",
            title=f"Phone top-up £{pounds}",
            description="Puts the amount on a prepaid phone. In the demo a sandbox provider answers.",
            price_minor=pounds * 100,
            category="topups",
            merchant="shop",
            kind="topup",
            facts={"topup_kind": "phone", "face": f"{pounds}.00"},
        )
        for pounds in (10, 20)
    ),
    Article(
        sku="T-METER-25",
        title="Electricity meter top-up £25",
        description="Puts the amount on a prepaid meter. In the demo a sandbox provider answers.",
        price_minor=2500,
        category="topups",
        merchant="shop",
        kind="topup",
        facts={"topup_kind": "utility", "face": "25.00"},
    ),
)
RECENT: Final = (
    Basket("R1001", (("22423", 1), ("22699", 4)), 9, Reached.RETURNING),
    Basket("R1002", (("85123A", 2), ("47566", 1), ("20725", 2)), 5, Reached.RECEIVED, wallet=500),
    Basket("R1003", (("85099B", 3), ("82482", 1)), 2, Reached.SHIPPED),
    Basket("R1004", (("V-TEA-2", 1),), 1, Reached.PAID, wallet=2800),
    Basket("R1005", (("T-PHONE-10", 1),), 1, Reached.PAID, target="+44 7400 123455"),
    Basket("R1006", (("22993", 2),), 0, Reached.PAID),
)


def build(
    folder: Path,
    plan: Mapping[str, object],
    password: str,
    *,
    now: datetime | None = None,
    told: Watch = nobody,
) -> Played:
    """Build the mall in the empty database that Django is set up for.

    ``folder`` has the source's files, ``plan`` the engine's JSON fields. The history ends with the
    day before ``now`` in the mall's zone. Not inside a transaction.

    Raises:
        LedgerError: the plan or a command of the history is refused.
    """
    zone = ZoneInfo(ZONE)
    moment = now or datetime.now(UTC)
    today = moment.astimezone(zone).date()
    events = source.history(folder)
    last_day = today - timedelta(days=1)
    begin = events[0].at.date() + shift_of(events, last_day)

    told("people", 0, 1)
    hashed = make_password(password)
    shop, merchants = _open(plan)
    make_country("GB", "GBR", "United Kingdom")
    users = {one.mail: make_person(one, hashed, "GB") for one in (*MEMBERS, OPERATOR)}
    for stall in STALLS:
        person = Person(stall.account, f"{stall.name_en}: till")
        merchants[stall.account].partner.users.add(make_person(person, hashed, "GB"))
    enrol(shop, MEMBERS, datetime.combine(begin, time(8), zone).isoformat())
    told("people", 1, 1)

    goods = source.catalogue(folder)
    articles = [
        Article(
            sku=one.sku,
            title=one.title,
            description=f"In the source’s words: {one.text}",
            price_minor=one.price_minor,
            category=one.category,
            merchant=MERCHANT_OF[one.category],
        )
        for one in goods
    ]
    stock(
        [*articles, *SERVICES],
        make_categories(CATEGORIES),
        merchants,
        CURRENCY,
        lambda done, total: told("goods", done, total),
    )
    terms = Terms(
        last_day=last_day,
        zone=zone,
        merchants=MERCHANT_OF,
        people=frozenset(person.account for person in MEMBERS),
        fees=Fees(PLATFORM_FEE_BPS, PROVIDER_FEE_BPS),
    )
    played = play(shop.ledger, events, terms, lambda done, total: told("history", done, total))
    told("orders", 0, 1)
    by_account = {one.account: users[one.mail] for one in MEMBERS}
    lines = source.lines(folder)
    shift = shift_of(events, last_day)
    write_past_orders(shop, lines, played.settled, by_account, merchants, shift)
    write_reviews(lines, by_account)
    place_recent(shop, users["ann"], RECENT, moment)
    told("orders", 1, 1)
    return played


def _open(plan: Mapping[str, object]) -> tuple[Shop, dict[str, Merchant]]:
    shop = open_mall(
        program=PROGRAM,
        plan=plan,
        name_en="The Retrospot",
        name_zh="波点杂货",
        currency=CURRENCY,
        timezone=ZONE,
        platform_fee_bps=PLATFORM_FEE_BPS,
        provider_fee_bps=PROVIDER_FEE_BPS,
    )
    merchants = {
        stall.account: open_merchant(
            shop,
            stall.account,
            name_en=stall.name_en,
            name_zh=stall.name_zh,
            margin_bps=PROFIT_BPS,
        )
        for stall in STALLS
    }
    return shop, merchants
