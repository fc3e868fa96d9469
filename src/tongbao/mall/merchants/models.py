"""Merchants: Oscar's partner, with an account in the program and what it gives up of a sale."""

from typing import Final

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

Partner = get_model("partner", "Partner")
StockRecord = get_model("partner", "StockRecord")
USUAL_MARGIN_BPS: Final = 3_500
"""What a merchant's margin is where nobody said another."""


class Merchant(models.Model):
    """A merchant. Its staff are the partner's users, its goods the partner's stock records.

    ``account`` is its name in the program. ``margin_bps`` is the share of what is paid, in basis
    points, that counts as profit under a plan that asks for it.
    """

    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="merchant")
    account = models.CharField(max_length=64, unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    margin_bps = models.PositiveSmallIntegerField(
        default=USUAL_MARGIN_BPS, validators=[MaxValueValidator(10_000)]
    )
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class Cost(models.Model):
    """What one of a merchant's goods costs it, in minor units, where somebody said so.

    It is only looked at: what is posted as profit follows the merchant's margin.
    """

    record = models.OneToOneField(
        StockRecord, on_delete=models.CASCADE, primary_key=True, related_name="cost"
    )
    minor = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.record_id}: {self.minor}"
