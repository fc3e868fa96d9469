"""Discount codes that belong to no set: sets of codes, once made elsewhere, have no pages here."""

from typing import Any

from oscar.apps.dashboard.vouchers import views

Rows = Any  # Oscar has no types


class VoucherListView(views.VoucherListView):
    """The codes."""

    def get_queryset(self) -> Rows:
        """Leave out those of sets, whatever is searched for."""
        return super().get_queryset().filter(voucher_set=None)


class VoucherStatsView(views.VoucherStatsView):
    """What a code brought."""

    def get_queryset(self) -> Rows:
        """Leave out those of sets."""
        return super().get_queryset().filter(voucher_set=None)


class VoucherUpdateView(views.VoucherUpdateView):
    """Change a code."""

    def get_queryset(self) -> Rows:
        """Leave out those of sets."""
        return super().get_queryset().filter(voucher_set=None)


class VoucherDeleteView(views.VoucherDeleteView):
    """Delete a code."""

    def get_queryset(self) -> Rows:
        """Leave out those of sets."""
        return super().get_queryset().filter(voucher_set=None)
