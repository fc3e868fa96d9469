"""Which ways sales and their parts may go; here is the only place where they move.

A sale::

    pending → paid → cancelled
    pending → cancelled

A part of it::

    waiting → received → settled
    waiting → cancelled, returned
    received → returned

Who moves one holds its lock: a sale's charge is locked first, then the sale (`locked`), then its
parts. Everybody keeps to that order, so nobody waits in a circle.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tongbao.mall.paying import charges
from tongbao.mall.sales import stock
from tongbao.mall.sales.models import Part, Sale

SALE: Final[Mapping[str, frozenset[str]]] = {
    Sale.State.PENDING: frozenset({Sale.State.PAID, Sale.State.CANCELLED}),
    Sale.State.PAID: frozenset({Sale.State.CANCELLED}),
    Sale.State.CANCELLED: frozenset(),
}
PART: Final[Mapping[str, frozenset[str]]] = {
    Part.State.WAITING: frozenset({Part.State.RECEIVED, Part.State.CANCELLED, Part.State.RETURNED}),
    Part.State.RECEIVED: frozenset({Part.State.SETTLED, Part.State.RETURNED}),
    Part.State.SETTLED: frozenset(),
    Part.State.RETURNED: frozenset(),
    Part.State.CANCELLED: frozenset(),
}


class Impossible(Exception):
    """A sale or a part was to go a way that there is not: a defect of who moved it."""


def locked(sale_id: int) -> Sale:
    """Lock a sale, its charge before it, for the transaction that the caller holds open."""
    charge_id = Sale.objects.values_list("charge_id", flat=True).get(pk=sale_id)
    if charge_id is not None:
        charges.lock(charge_id)
    return (
        Sale.objects.select_for_update(of=("self",))
        .select_related("user", "charge", "order")
        .get(pk=sale_id)
    )


def locked_part(part_id: int) -> Part:
    """Lock a part, its sale and charge before it; its ``sale`` is the locked one."""
    sale = locked(Part.objects.values_list("sale_id", flat=True).get(pk=part_id))
    part = Part.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=part_id)
    part.sale = sale
    return part


def move(row: Sale | Part, state: str, **fields: datetime | int | str | None) -> None:
    """Bring a locked sale or part into that state, and write these of its fields with it.

    Raises:
        Impossible: there is no way from where it stands.
    """
    if not transaction.get_connection(row._state.db).in_atomic_block:  # noqa: SLF001  # public to subclasses
        raise Impossible("Only in a transaction, which holds the lock.")
    ways = SALE if isinstance(row, Sale) else PART
    if state not in ways[row.state]:
        raise Impossible(f"{type(row).__name__} {row.pk} cannot go from {row.state} to {state}.")
    row.state = state
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *fields])


def receive(part: Part, at: datetime) -> None:
    """Let a locked part be received at that moment: its return window runs from then on."""
    if part.shipped_at is None:
        stock.hand_over(part)
    due_at = at + timedelta(days=part.terms.return_days)
    move(part, Part.State.RECEIVED, received_at=at, due_at=due_at)
