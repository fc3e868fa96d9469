"""The dashboard's first page: what counts as sold is what was paid and not cancelled."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Sum
from django.utils import timezone
from oscar.apps.dashboard import views
from oscar.core.loading import get_model


class IndexView(views.IndexView):
    """Oscar's, with its figures of orders without those that were cancelled or not paid."""

    def get_stats(self) -> dict[str, Any]:
        """Return Oscar's figures, those of orders anew."""
        every, lines = get_model("order", "Order").objects, get_model("order", "Line").objects
        orders, sold = every.filter(sale__state="paid"), lines.filter(order__sale__state="paid")
        user = self.request.user
        if not user.is_staff:
            sold = sold.filter(partner__in=user.partners.all())
            orders = orders.filter(pk__in=sold.values("order"))
        day = {"date_placed__gt": timezone.now() - timedelta(hours=24)}
        ago = {f"order__{name}": at for name, at in day.items()}
        last = orders.filter(**day).aggregate(sum=Sum("total_incl_tax"), mean=Avg("total_incl_tax"))
        everything = orders.aggregate(sum=Sum("total_incl_tax"))["sum"]
        return {
            **super().get_stats(),
            "total_orders_last_day": orders.filter(**day).count(),
            "total_lines_last_day": sold.filter(**ago).count(),
            "average_order_costs": last["mean"] or Decimal(0),
            "total_revenue_last_day": last["sum"] or Decimal(0),
            "hourly_report_dict": self.get_hourly_report(orders),
            "total_orders": orders.count(),
            "total_lines": sold.count(),
            "total_revenue": everything or Decimal(0),
            "order_status_breakdown": orders.order_by("status")
            .values("status")
            .annotate(freq=Count("pk")),
        }
