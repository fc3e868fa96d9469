"""An order's basket: frozen with it, and given back where the order ends unpaid.

The goods of an order that waits for its payment are the order's, not the basket's. Where it ends
unpaid, they are put into an open basket of their own, in the same transaction; Oscar brings a
shopper's open baskets together at the next page, each line with the greater of its quantities. So
what was put there meanwhile is kept and nothing is doubled; what was ordered again since then does
not come back.
"""

from collections import Counter

from django.db.models import Sum
from oscar.core.loading import get_model

from tongbao.mall.sales.models import OrderLine, Sale

Basket = get_model("basket", "Basket")


def on_cancelled(sale: Sale) -> None:
    """Give the basket of an order that ends unpaid back to its shopper."""
    frozen = None if sale.order is None else sale.order.basket
    if frozen is None or sale.paid_at is not None:
        return
    since = ordered_since(sale)
    basket = None
    for line in frozen.lines.select_related("product").order_by("pk"):
        quantity = line.quantity - since[line.product_id]
        since[line.product_id] = max(0, -quantity)
        if quantity <= 0 or not line.product.is_public:
            continue
        if basket is None:
            basket = Basket.objects.create(owner=sale.user)
            basket.vouchers.add(*frozen.vouchers.all())
        given = basket.lines.create(
            line_reference=line.line_reference,
            product=line.product,
            stockrecord=line.stockrecord,
            quantity=quantity,
            price_currency=line.price_currency,
            price_excl_tax=line.price_excl_tax,
            price_incl_tax=line.price_incl_tax,
        )
        for one in line.attributes.all():
            given.attributes.create(option=one.option, value=one.value)


def ordered_since(sale: Sale) -> Counter[int]:
    """Return how many of each product the shopper ordered after that, and did not cancel."""
    later = Sale.objects.filter(user=sale.user, pk__gt=sale.pk).exclude(state=Sale.State.CANCELLED)
    lines = OrderLine.objects.filter(order__sale__in=later, product__isnull=False)
    sums = lines.values_list("product").annotate(sum=Sum("quantity"))
    return Counter(dict(sums.order_by("product")))
