"""Sales: what somebody buys, how it is paid, what each merchant's part is, what comes back.

All amounts are whole minor units of the program's currency, points are in atoms. Oscar's order
has the goods; a sale has the money. A sale in person has no order.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from oscar.core.loading import get_model

from tongbao.mall.merchants.models import Merchant
from tongbao.mall.paying.models import Charge

Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")


class Tenders(models.Model):
    """How an amount is paid: by a provider, from wallet, in credit, in points (by their value)."""

    provider_minor = models.PositiveBigIntegerField(default=0)
    wallet_minor = models.PositiveBigIntegerField(default=0)
    credit_minor = models.PositiveBigIntegerField(default=0)
    points_minor = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.provider_minor + self.wallet_minor + self.credit_minor + self.points_minor

    @property
    def paid_minor(self) -> int:
        """What counts as paid: real money, from the provider or from the wallet."""
        return self.provider_minor + self.wallet_minor


class Sale(Tenders):
    """Something bought, as one payment.

    ``charge`` is the one by which it is paid, or was: after a declined one the next attempt's.
    ``is_immediate``: whoever buys has the goods in hand, so that they are received when paid. Of a
    sale that was paid and then cancelled, ``back_at`` tells when wallet, credit and points came
    back; until then that is on the way (`ending.give_back`).
    """

    class State(models.TextChoices):
        """Where it stands. Receiving, settling and returning are each part's own."""

        PENDING = "pending"  # placed; the money is not there yet
        PAID = "paid"
        CANCELLED = "cancelled"  # and everything paid went back, or goes back

    number = models.CharField(max_length=64, unique=True)  # in ids of commands: <number>-wallet …
    order = models.OneToOneField(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="sale"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sales"
    )
    charge = models.OneToOneField(
        Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="sale"
    )
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    why_cancelled = models.CharField(max_length=32, blank=True)  # a code, worded on the page
    spent_points = models.DecimalField(max_digits=78, decimal_places=0, null=True)  # atoms
    goods_fee_minor = models.PositiveBigIntegerField(default=0)  # that the points' payment cost
    created_at = models.DateTimeField(auto_now_add=True)
    pay_by = models.DateTimeField(default=timezone.now)  # by the terms when it was placed
    paid_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    back_at = models.DateTimeField(null=True, blank=True)
    is_immediate = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["paid_at"], name="sale_paid_at"),
            models.Index(fields=["cancelled_at"], name="sale_cancelled_at"),
            models.Index(fields=["user", "-id"], name="sale_of_user"),
            models.Index(
                fields=["cancelled_at"],
                condition=models.Q(state="cancelled", paid_at__isnull=False, back_at__isnull=True),
                name="sale_owing",
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(state="pending"), name="sale_pending"
            ),
        ]


class Part(Tenders):
    """One merchant's part of a sale; it is received, settled and returned by itself.

    What is bought at its face value (top-ups, gift cards) is a part of its own: of it only what is
    left after ``cost_minor``, what its provider charges, counts as paid for points. Vouchers are
    one, too: they may be used for years, and the goods beside them don't wait for that.

    ``estimate_atoms`` are the points that it would have brought when it was paid. From the
    settlement on: ``purchase_id``, the points, and how what was paid was split (its figures add
    up to ``settled_minor``, what was paid less what was returned before). ``cost_minor`` is the
    pinned one until then, and what was really charged from then on; ``to_supplier`` is as much of
    it as was paid.
    """

    class Kind(models.TextChoices):
        """What is in it."""

        GOODS = "goods"
        FACE = "face"  # cash equivalents
        VOUCHER = "voucher"  # vouchers that are none

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"  # for payment, then for the goods to be handed over
        RECEIVED = "received"  # the return window runs until ``due_at``
        SETTLED = "settled"
        RETURNED = "returned"  # all of it came back before it was settled
        CANCELLED = "cancelled"

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="parts")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GOODS)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    profit_minor = models.PositiveBigIntegerField(default=0)
    cost_minor = models.PositiveBigIntegerField(default=0)
    estimate_atoms = models.DecimalField(max_digits=78, decimal_places=0, default=0)
    shipped_at = models.DateTimeField(null=True, blank=True)
    shipping_note = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    settling_at = models.DateTimeField(null=True, blank=True)  # its settlement waits in the ledger
    settled_at = models.DateTimeField(null=True, blank=True)
    purchase_id = models.CharField(max_length=128, blank=True)
    plan_version = models.PositiveIntegerField(null=True)
    points_atoms = models.DecimalField(max_digits=78, decimal_places=0, default=0)
    settled_minor = models.PositiveBigIntegerField(default=0)
    to_supplier = models.PositiveBigIntegerField(default=0)
    to_reserve = models.PositiveBigIntegerField(default=0)
    to_dividends = models.PositiveBigIntegerField(default=0)
    to_commissions = models.PositiveBigIntegerField(default=0)
    to_platform = models.PositiveBigIntegerField(default=0)
    to_provider = models.PositiveBigIntegerField(default=0)
    to_merchant = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sale", "merchant", "kind"], name="one_part_each_kind")
        ]
        indexes: ClassVar = [
            models.Index(fields=["settled_at"], name="part_settled_at"),
            models.Index(fields=["merchant", "-id"], name="part_of_merchant"),
            models.Index(fields=["due_at"], condition=models.Q(state="received"), name="part_due"),
            models.Index(
                fields=["shipped_at"], condition=models.Q(state="waiting"), name="part_waiting"
            ),
        ]

    @property
    def base_id(self) -> str:
        """What the ids of its commands begin with; no merchant's account has a dot."""
        kind = "" if self.kind == self.Kind.GOODS else f".{self.kind}"
        return f"{self.sale.number}-{self.merchant.account}{kind}"

    @property
    def earning_minor(self) -> int:
        """What of a settled part was posted as paid: all of it but what its provider charged."""
        return self.settled_minor - self.to_supplier


class PartTerms(models.Model):
    """The terms that a part was bought on: they stand for it to the end (see `terms`).

    Days are whole days of 24 hours, ``margin_bps`` of what counts as paid is profit (all of it in
    what is bought at its face value). Returns: so many may be asked for, of at least that share of the
    part, and be answered in so many days. ``plan_version`` is the plan's that was in force when it
    was paid; points follow the one in force when they settle.
    """

    part = models.OneToOneField(Part, on_delete=models.CASCADE, related_name="terms")
    return_days = models.PositiveSmallIntegerField()
    receive_days = models.PositiveSmallIntegerField()
    margin_bps = models.PositiveSmallIntegerField()
    answer_days = models.PositiveSmallIntegerField()
    returns_most = models.PositiveSmallIntegerField()
    return_least_bps = models.PositiveSmallIntegerField()
    plan_version = models.PositiveIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["receive_days"], name="terms_receive_days")]


class PartRate(models.Model):
    """Whom a part of what is paid goes to besides its merchant: one row for each payee.

    ``bps`` of what ``base`` names, in basis points.
    """

    class Payee(models.TextChoices):
        """Who gets it."""

        PLATFORM = "platform"
        PROVIDER = "provider"

    class Base(models.TextChoices):
        """What it is a share of."""

        PAID = "paid"  # all that was paid, less what a top-up's provider charges
        PROVIDER = "provider"  # what came through the payment provider

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="rates")
    payee = models.CharField(max_length=32, choices=Payee)
    base = models.CharField(max_length=12, choices=Base)
    bps = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "payee"], name="one_rate_each")
        ]


class VoucherLine(models.Model):
    """A line of vouchers that is in a part of vouchers."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="voucher_lines")
    line = models.OneToOneField(OrderLine, on_delete=models.CASCADE, related_name="voucher_line")


class FaceLine(models.Model):
    """A line that is bought at its face value, as it was when the order was placed.

    ``face_minor`` and ``cost_minor`` are one unit's: what whoever gets it has, and what its
    provider charges for it. ``provider`` is that of a top-up, nothing for what we hand out.
    """

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="face_lines")
    line = models.OneToOneField(OrderLine, on_delete=models.CASCADE, related_name="face_line")
    face_minor = models.PositiveBigIntegerField()
    cost_minor = models.PositiveBigIntegerField()
    provider = models.CharField(max_length=32, blank=True)


class Return(Tenders):
    """Something of a part that goes back: asked for, decided, carried out.

    ``amount_minor`` is the worth of what is given back, 0 of goods that cost nothing; the tenders
    say how it is paid back. A late one (after the settlement) has the shortfall that the refund
    command told, and whether the shop bears it. Of one that somebody asked for: whether it
    ``holds`` the settlement, until when the merchant answers, and when it is decided by itself
    (`holds`).
    """

    class State(models.TextChoices):
        """Where it stands; the last two are its ends."""

        ASKED = "asked"
        APPROVED = "approved"  # its money is on the way; the reconciler goes on with it
        DONE = "done"
        REFUSED = "refused"

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="returns")
    amount_minor = models.PositiveBigIntegerField()
    lines = models.JSONField(default=dict)  # order line id → quantity, where it is by lines
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    cancelled_by = models.CharField(max_length=12, blank=True)  # no return: the part was cancelled
    is_late = models.BooleanField(default=False)
    shop_bears = models.BooleanField(default=False)
    holds = models.BooleanField(default=False)
    answer_by = models.DateTimeField(null=True, blank=True)
    decide_by = models.DateTimeField(null=True, blank=True)
    restocks = models.BooleanField(default=False)  # goods that were handed over are sold again
    shortfall_minor = models.PositiveBigIntegerField(default=0)
    recovered_minor = models.PositiveBigIntegerField(default=0)
    points_atoms = models.DecimalField(max_digits=78, decimal_places=0, default=0)
    answer = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["part"],
                condition=models.Q(state__in=["asked", "approved"]),
                name="one_open_return",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["done_at"], name="return_done_at"),
            models.Index(
                fields=["answer_by"], condition=models.Q(state="asked"), name="return_unanswered"
            ),
        ]


class Compared(models.Model):
    """Where the last comparison started in which nothing was found: one row (see `starting`)."""

    number = models.BigIntegerField()  # the journal's last entry then
    hash = models.CharField(max_length=64)  # of that entry
    at = models.DateTimeField()
