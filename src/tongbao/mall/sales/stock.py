"""The goods on the shelf: promised when they are ordered, gone when they are handed over.

Oscar promises an order's goods (`allocate`) as it is placed. From there on: what is cancelled or
comes back before it was handed over is free again; what is handed over leaves the shelf; what
comes back after that is put back only where whoever approves the return says so, for it may be
broken. Where somebody has counted the shelf anew in between, no number falls below nothing.

All of it inside the transaction of what it belongs to; records change in the order of their keys,
in which checkout locks them, too.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.db.models import F
from django.db.models.functions import Coalesce, Least

from tongbao.mall.sales import goods
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.untyped import Order, OrderLine, Rows

_HELD: Final = Coalesce(F("num_in_stock"), 0)
_PROMISED: Final = Coalesce(F("num_allocated"), 0)


def free(sale: Sale, parts: Iterable[Part]) -> None:
    """Let the goods of parts that are cancelled be sold to others; a sale in person has none."""
    if sale.order is not None:
        own = [line.pk for part in parts for line in _lines(sale.order, part)]
        for line in _counted(sale.order.lines.filter(pk__in=own)):
            _release(line, line.quantity)


def hand_over(part: Part) -> None:
    """Take a part's goods off the shelf, but for what came back before."""
    if part.sale.order is None:
        return
    back: Counter[str] = Counter()
    for one in part.returns.filter(state=Return.State.DONE):
        back.update({line: int(count) for line, count in one.lines.items()})
    for line in _counted(_lines(part.sale.order, part)):
        count = max(0, line.quantity - back[str(line.pk)])
        _release(line, count)
        _records(line).update(num_in_stock=_HELD - Least(_HELD, count))


def come_back(part: Part, row: Return) -> None:
    """Let a return's goods be sold again: before they were handed over, or where it says so."""
    if part.sale.order is None or not row.lines:
        return
    for line in _counted(_lines(part.sale.order, part).filter(pk__in=row.lines)):
        count = int(row.lines[str(line.pk)])
        if not is_handed_over(part):
            _release(line, count)
        elif row.restocks:
            _records(line).update(num_in_stock=_HELD + count)


def is_handed_over(part: Part) -> bool:
    """Say whether a part's goods have left the shelf."""
    return part.shipped_at is not None or part.received_at is not None


def _lines(order: Order, part: Part) -> Rows:
    return order.lines.filter(goods.of_kind(part.kind), partner=part.merchant.partner_id)


def _release(line: OrderLine, count: int) -> None:
    """Promise so many fewer of a line's goods, on the line as on the record."""
    for rows in (_records(line), type(line).objects.filter(pk=line.pk)):
        rows.update(num_allocated=_PROMISED - Least(_PROMISED, count))


def _records(line: OrderLine) -> Rows:
    return type(line.stockrecord).objects.filter(pk=line.stockrecord_id)


def _counted(lines: Rows) -> list[OrderLine]:
    """Return those of which stock is kept, in the order in which their records are locked."""
    rows = lines.filter(stockrecord__isnull=False).select_related(
        "stockrecord__product__product_class", "stockrecord__product__parent__product_class"
    )
    ordered = rows.order_by("stockrecord", "pk")
    return [line for line in ordered if line.stockrecord.can_track_allocations]
