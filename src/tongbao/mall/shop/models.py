"""The mall's own settings: one row."""

from functools import cached_property
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongbao.ledger.door import Ledger, open_program

ONLY = 1


class Shop(models.Model):
    """The mall: its name, its program, its terms. There is exactly one.

    ``account`` is the mall's own merchant account in the program: what members pay from wallet,
    credit and points waits there until the sale is final. Days count whole days, fees are in
    basis points of what was paid.
    """

    program = models.CharField(max_length=64)
    account = models.CharField(max_length=64, default="shop")
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    currency = models.CharField(max_length=3)
    # ISO 3166-1, two letters: where phone numbers without a country code belong; "" is nowhere.
    country = models.CharField(max_length=2, default="", blank=True)
    timezone = models.CharField(max_length=64, default="Asia/Shanghai")
    # Codes of countries, a space between; "" is the mall's own. How many a day: see
    # `people.text_budgets`.
    text_countries = models.CharField(max_length=200, default="", blank=True)
    texts_per_place = models.PositiveIntegerField(default=30)
    texts_per_country = models.PositiveIntegerField(default=500)
    texts_per_mall = models.PositiveIntegerField(default=1000)
    return_days = models.PositiveSmallIntegerField(
        _("return window in days, after the goods are received"),
        default=7,
        validators=[MaxValueValidator(366)],
    )
    receive_days = models.PositiveSmallIntegerField(
        _("days after shipping when goods count as received, if nobody said so before"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )
    pay_minutes = models.PositiveSmallIntegerField(
        _("minutes to pay before an order is cancelled"),
        default=30,
        validators=[MinValueValidator(1)],
    )
    # Days in which a merchant answers a return, and then the mall.
    answer_days = models.PositiveSmallIntegerField(
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    # Of a merchant's part: the least amount that may be asked back, and how often.
    return_least_bps = models.PositiveSmallIntegerField(
        default=100, validators=[MaxValueValidator(10_000)]
    )
    returns_most = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    # Of goods in stock that a shopper's unpaid orders may hold, and how many of these there may be.
    unpaid_share_bps = models.PositiveSmallIntegerField(
        default=5_000, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    unpaid_most = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    platform_fee_bps = models.PositiveSmallIntegerField(default=0)
    provider_fee_bps = models.PositiveSmallIntegerField(default=0)
    # Of a sale's price: what a merchant should earn at least, once goods, plan and fees are paid.
    earn_least_bps = models.PositiveSmallIntegerField(
        default=500, validators=[MaxValueValidator(10_000)]
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=ONLY), name="one_shop")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the mall names days."""
        return ZoneInfo(self.timezone)

    @cached_property
    def ledger(self) -> Ledger:
        """The door to the program, in the database that this row came from."""
        return open_program(self.program, self._state.db or "default")


def the_shop() -> Shop:
    """Return the mall's settings.

    Raises:
        ImproperlyConfigured: nobody has set the mall up yet.
    """
    shop = Shop.objects.filter(pk=ONLY).first()
    if shop is None:
        raise ImproperlyConfigured("No mall is set up here; `tongbao mall open` does it.")
    return shop
