"""The mall that tests use: the founding plan's figures with a linear dividend, in yuan."""

from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar

from django.test import Client
from oscar.core.loading import get_model

from tongbao.ledger.door import Ledger
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.merchants.opening import open_merchant
from tongbao.mall.people.models import User
from tongbao.mall.people.roles import OPERATOR, grant
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.opening import open_mall

PASSWORD = "correct horse 7"  # noqa: S105  # of people that tests make
# Of 100.00 paid: 30.00 to the reserve, 21.00 of it granted, 10.50 dividends of a profit of 35.00.
PLAN: dict[str, object] = {
    "issue_price": 100,
    "max_supply": 10**14,
    "backing_base": "sales",
    "backing_bps": 3000,
    "grant_bps": 7000,
    "dividend_base": "profit",
    "dividend_bps": 3000,
    "quota_base": "sales",
    "quota_bps": 20000,
    "merchant_quota_bps": 20000,
    "exit_fee_bps": 1000,
    "goods_fee_bps": 1000,
    "referral_points_bps": [1000],
    "referral_cash_bps": [200],
    "cash_redemption": True,
    "cash_withdrawal": True,
    "min_supply": 10**6,
    "min_holding": 10**4,
}


def open_for_tests() -> None:
    """Open the mall: merchants «tea» and «wine», two goods each, shipping for nothing to China."""
    shop = open_mall(
        program="test",
        plan=PLAN,
        name_en="Test Mall",
        name_zh="测试商城",
        currency="CNY",
        platform_fee_bps=200,
        provider_fee_bps=60,
    )
    country = get_model("address", "Country")
    country.objects.create(
        iso_3166_1_a2="CN",
        iso_3166_1_a3="CHN",
        printable_name="China",
        name="China",
        is_shipping_country=True,
    )
    goods = get_model("catalogue", "ProductClass").objects.create(
        name="Goods", slug="goods", requires_shipping=True, track_stock=True
    )
    for account, english, chinese in (
        ("tea", "Tea House", "茶铺"),
        ("wine", "Wine Cellar", "酒窖"),
    ):
        merchant = open_merchant(shop, account, name_en=english, name_zh=chinese)
        for number, price in ((1, "100.00"), (2, "59.90")):
            product = get_model("catalogue", "Product").objects.create(
                title=f"{english} {number}",
                slug=f"{account}-{number}",
                upc=f"{account}-{number}",
                product_class=goods,
                structure="standalone",
            )
            product.stockrecords.create(
                partner=merchant.partner,
                partner_sku=f"{account}-{number}",
                price_currency="CNY",
                price=price,
                num_in_stock=1000,
            )


@dataclass(frozen=True, slots=True)
class Mall:
    """An open mall; another process finds its database at ``url``."""

    url: str
    _numbers: ClassVar["count[int]"] = count(1)

    @property
    def shop(self) -> Shop:
        """Its settings, as they are now."""
        return the_shop()

    @property
    def ledger(self) -> Ledger:
        """The door to its program."""
        return self.shop.ledger

    def merchant(self, account: str = "tea") -> Merchant:
        """Give one of its merchants."""
        return Merchant.objects.get(account=account)

    def product(self, upc: str = "tea-1") -> Any:  # noqa: ANN401  # Oscar has no types
        """Give one of its goods."""
        return get_model("catalogue", "Product").objects.get(upc=upc)

    def user(self, name: str = "", **fields: Any) -> User:  # noqa: ANN401  # any of its columns
        """Make a shopper, with an e-mail address and `PASSWORD`."""
        number = next(self._numbers)
        return User.objects.create_user(
            f"{name or 'shopper'}{number}@example.com", PASSWORD, name=name, **fields
        )

    def staff(self, account: str = "tea") -> User:
        """Make a user who works for a merchant."""
        user = self.user(f"staff-{account}")
        self.merchant(account).partner.users.add(user)
        return user

    def operator(self) -> User:
        """Make the mall's operator."""
        user = self.user("operator")
        grant(user, OPERATOR)
        return user

    def client(self, user: User | None = None, language: str = "en") -> Client:
        """Give a browser without a browser, logged in."""
        client = Client(headers={"accept-language": language}, SERVER_NAME="localhost")
        if user is not None:
            client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        return client
