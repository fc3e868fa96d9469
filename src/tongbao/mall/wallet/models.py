"""Money that members take out of the mall."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Withdrawal(models.Model):
    """Money that leaves a member's wallet for an account of theirs outside the mall.

    ``command_id`` is the ledger's command: whatever is done twice is done once. Amounts are in
    minor units. ``id`` is random: it stands in addresses, and a payout provider is given it as the
    key under which the same payment is never made twice.
    """

    class State(models.TextChoices):
        """Where it stands. `REFUSED` and `FAILED` are ends; `PAID` too, unless it comes back."""

        REQUESTED = "requested", _("waiting for the ledger")
        REFUSED = "refused", _("refused")  # by the ledger: nothing left the wallet
        SETTLED = "settled", _("being prepared")  # out of the wallet; nobody was paid yet
        PAYING = "paying", _("on its way")
        PAID = "paid", _("paid out")
        FAILED = "failed", _("came back")  # and goes back into the wallet by a deposit

    class Target(models.TextChoices):
        """What kind of account is paid."""

        BANK = "bank", _("Bank account")
        ALIPAY = "alipay", _("Alipay")
        WECHAT = "wechat", _("WeChat Pay")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="withdrawals"
    )
    command_id = models.CharField(max_length=128, unique=True, editable=False)
    amount_minor = models.PositiveBigIntegerField()
    target = models.CharField(max_length=12, choices=Target)
    holder = models.CharField(max_length=80)
    number = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.REQUESTED)
    why = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=32, blank=True)  # who pays; empty: the operator by hand
    reference = models.CharField(max_length=128, blank=True)  # of the payment that was made
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)  # back in the wallet

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="withdrawal_positive"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="withdrawal_of_user"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["requested", "settled", "paying"]),
                name="withdrawal_open",
            ),
            models.Index(
                fields=["decided_at"],
                condition=models.Q(state="failed", returned_at__isnull=True),
                name="withdrawal_to_return",
            ),
        ]

    @property
    def masked(self) -> str:
        """The account as its owner knows it, and nobody else: its last characters."""
        return f"•••• {self.number[-4:]}" if len(self.number) > 6 else "••••"  # noqa: PLR2004

    @property
    def is_with_provider(self) -> bool:
        """Whether a provider is paying it, so that nobody else decides what becomes of it."""
        return self.state == self.State.PAYING and bool(self.provider)

    @property
    def return_id(self) -> str:
        """The id of the deposit that brings it back into the wallet."""
        return f"{self.command_id}-back"
