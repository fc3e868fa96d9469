"""The Chinese demo: a wine mall in yuan whose journal is the founding example, order by order.

A hundred buyers, each an order of 100.00 under the plan «wine»; then a point is worth 5.1731 and
the first buyer's 21 points 108.63 before the fee. One order a day, so that the curve has days.
The plan gives one level of referral points besides; none of the hundred was invited, so that they
change nothing, and the orders of those whom the shopper invited are not settled yet.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from tongbao.mall.demo.cellar_goods import ARTICLES, CATEGORIES
from tongbao.mall.demo.goods import make_categories, stock
from tongbao.mall.demo.people import Person, enrol, make_country, make_person
from tongbao.mall.demo.play import Command, NotPlayed
from tongbao.mall.demo.progress import Watch, nobody
from tongbao.mall.demo.recent import Basket, Reached, place_recent
from tongbao.mall.merchants.opening import open_merchant, open_own
from tongbao.mall.people.models import User
from tongbao.mall.sales.split import BPS, Fees, Taken, split
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.opening import open_mall

PROGRAM: Final = "wine"
CURRENCY: Final = "CNY"
ZONE: Final = "Asia/Shanghai"
BUYERS: Final = 100
PAID_MINOR: Final = 10_000
REFERRAL_BPS: Final = 1000
"""Of what an order puts into the reserve; with the 70 % granted it stays below the whole."""

MARGIN_BPS: Final = 4500
"""Of each sale; the plan takes 30 % and the fees 2.6 %, so that the merchants earn 12.4 %."""

PLATFORM_FEE_BPS: Final = 200
PROVIDER_FEE_BPS: Final = 60
_DAY: Final = timedelta(days=1)


def account_of(buyer: int) -> str:
    """Return the member account of a buyer, counted from 1.

    >>> account_of(1)
    'm-founder001'
    """
    return f"m-founder{buyer:03d}"


SHOPPER: Final = Person(
    *("lin", "林小满", account_of(1)), address=("梧桐路 8 号 302 室", "杭州", "310000")
)
MEMBERS: Final = (
    SHOPPER,
    Person("zhou", "周立", "m-zhou", "lin", address=("文三路 20 号", "杭州", "310012")),
    Person("chen", "陈予安", "m-chen", "lin", address=("解放路 6 号", "绍兴", "312000")),
)
RECENT: Final = (
    Basket("R1001", (("JJ-02", 1), ("BJ-01", 1)), 5, Reached.RECEIVED),
    Basket("R1002", (("CH-04", 2), ("HJ-02", 1)), 2, Reached.SHIPPED),
    Basket("R1003", (("Q-CHA-1", 1),), 1, Reached.PAID),
    Basket("R1004", (("C-HF-50", 1),), 1, Reached.PAID, target="13800138000"),
    Basket("R1005", (("GJ-01", 1),), 0, Reached.PAID),
)
FRIENDS: Final = {
    "m-zhou": (Basket("R1006", (("PT-01", 1),), 1, Reached.SHIPPED),),
    "m-chen": (Basket("R1007", (("CH-02", 1), ("JJ-04", 1)), 0, Reached.PAID),),
}
"""Orders of those whom the shopper invited."""

OPERATOR: Final = Person("operator", "掌柜", operator=True)
STALLS: Final = (
    ("cellar", "The Cellar", "酒窖"),
    ("tea", "The Tea Room", "茶室"),
    ("gifts", "Ware & Gifts", "器物与礼"),
)


def build(
    plan: Mapping[str, object],
    password: str,
    *,
    now: datetime | None = None,
    told: Watch = nobody,
) -> Shop:
    """Build the mall in the empty database that Django is set up for.

    ``plan`` has the engine's JSON fields; referral points come to it. The last order is on the
    day before ``now`` in the mall's zone. Not inside a transaction.

    Raises:
        LedgerError: the plan or a command is refused.
    """
    zone = ZoneInfo(ZONE)
    moment = now or datetime.now(UTC)
    first = moment.astimezone(zone).date() - BUYERS * _DAY
    begin = datetime.combine(first, time(10), zone)
    told("people", 0, 1)
    hashed = make_password(password)
    shop = open_mall(
        program=PROGRAM,
        plan={**plan, "referral_points_bps": [REFERRAL_BPS]},
        name_en="The Wine Mall",
        name_zh="酒悦商城",
        currency=CURRENCY,
        timezone=ZONE,
        platform_fee_bps=PLATFORM_FEE_BPS,
        provider_fee_bps=PROVIDER_FEE_BPS,
    )
    make_country("CN", "CHN", "中国")
    for one in (*MEMBERS, OPERATOR):
        make_person(one, hashed, "CN")
    merchants = {}
    for account, english, chinese in STALLS:
        staff = make_person(Person(account, f"{chinese}店员"), hashed, "CN")
        merchants[account] = open_merchant(
            shop,
            account,
            name_en=english,
            name_zh=chinese,
            margin_bps=MARGIN_BPS,
            staff=(staff,),
        )
    merchants[shop.account] = open_own(shop, MARGIN_BPS)
    enrol(shop, MEMBERS, begin.isoformat())
    told("people", 1, 1)
    stock(
        ARTICLES,
        make_categories(CATEGORIES),
        merchants,
        CURRENCY,
        lambda done, total: told("goods", done, total),
    )
    for buyer in range(1, BUYERS + 1):
        _one_day(shop, buyer, begin + (buyer - 1) * _DAY)
        told("history", buyer, BUYERS)
    told("orders", 0, 1)
    shopper = User.objects.get(account=SHOPPER.account)
    place_recent(shop, shopper, RECENT, moment)
    for account, baskets in FRIENDS.items():
        place_recent(shop, User.objects.get(account=account), baskets, moment)
    told("orders", 1, 1)
    return shop


def _one_day(shop: Shop, buyer: int, at: datetime) -> None:
    """Settle a buyer's order, pay the merchant's part, close the day."""
    number, moment = f"F{buyer:03d}", at.isoformat()
    midnight = datetime.combine(at.date() + _DAY, time(), at.tzinfo).isoformat()
    member = account_of(buyer)
    bought: Command = {"id": f"{number}-cellar-purchase", "type": "purchase", "at": moment}
    figures = _accepted(
        shop,
        bought | {"member": member, "paid": PAID_MINOR, "profit": PAID_MINOR * MARGIN_BPS // BPS},
    )
    taken = Taken(figures["contribution"], figures["dividend"])
    fees = Fees(shop.platform_fee_bps, shop.provider_fee_bps)
    rest = split(PAID_MINOR, PAID_MINOR, taken, fees).to_merchant
    paid_out: Command = {"id": f"{number}-cellar-part", "type": "deposit", "at": moment}
    _accepted(shop, paid_out | {"account": "cellar", "amount": rest})
    day = str(at.date())
    _accepted(shop, {"id": f"close-{day}", "type": "close_day", "day": day, "at": midnight})


def _accepted(shop: Shop, command: Command) -> Mapping[str, int]:
    outcome = shop.ledger.submit(command)
    if not outcome.ok:
        why = outcome.refusal or (outcome.receipt and outcome.receipt.error)
        raise NotPlayed(f"{command['id']}: {why}")
    return outcome.fields
