"""The goods of a merchant's part: an order's lines, what of them came back, and what it is worth."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from tongbao.mall.sales.exact import to_minor
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.untyped import OrderLine, Product

COUNTED = (Return.State.ASKED, Return.State.APPROVED, Return.State.DONE)


MOST_UNITS: Final = 200
"""So many vouchers or top-ups a line may have: each is written down by itself."""
MOST_PIECES: Final = 9999
"""So many of other goods."""


@dataclass(frozen=True, slots=True)
class Units:
    """What became of a line's vouchers or top-ups; amounts in minor units.

    ``worths`` are those of the units that could come back, in the order in which they would;
    ``back`` counts those that are or go back; under way are those that nobody has decided yet and
    those whose money is owed; what was had was used or delivered.
    """

    worths: tuple[int, ...]
    back: int
    under_way_minor: int
    had_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how many were bought, how many of them are back or asked to be, the price of all.

    One of vouchers or top-ups has ``units``, of goods it has none.
    """

    row: OrderLine
    quantity: int
    returned: int
    total_minor: int
    units: Units | None = None
    asked: int = 0  # of those that are back or asked to be: nobody has given them back yet

    @property
    def is_back(self) -> int:
        """How many came back, or their money."""
        return self.returned - self.asked

    @property
    def left(self) -> int:
        """How many could still come back."""
        return self.quantity - self.returned if self.units is None else len(self.units.worths)

    @property
    def options(self) -> list[tuple[str, str]]:
        """What was chosen: name and value of each option."""
        return [
            (one.option.name if one.option else one.type, one.value)
            for one in self.row.attributes.all()
        ]

    def worth(self, quantity: int) -> int:
        """Return what so many more of them are worth, in minor units.

        Rounded down over all that came back so far, so that the last one brings the odd units.
        """
        if self.units is not None:
            return sum(self.units.worths[:quantity])
        after = self.total_minor * (self.returned + quantity) // self.quantity
        return after - self.total_minor * self.returned // self.quantity


def lines(part: Part, currency: str) -> list[Line]:
    """Return the part's lines; none of a sale in person.

    Reads `sale.order.lines` and `part.returns`, which callers prefetch.
    """
    order = part.sale.order
    if order is None:
        return []
    rows = rows_of(part, order.lines.all())
    units: Mapping[int, Units] = {}
    if any(row.product is None or not row.product.is_shipping_required for row in rows):
        units = import_string(settings.MALL_LINE_UNITS)(part)
    back: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one in counted(part.returns.all()):
        there = {line: int(quantity) for line, quantity in one.lines.items()}
        back.update(there)
        if one.state != Return.State.DONE:
            asked.update(there)
    found = []
    for row in rows:
        of = units.get(row.pk)
        returned = min(row.quantity, back[str(row.pk)]) if of is None else of.back
        total = to_minor(row.line_price_incl_tax, currency)
        open_ = min(returned, asked[str(row.pk)])
        found.append(Line(row, row.quantity, returned, total, of, open_))
    return found


def rows_of(part: Part, rows: Iterable[OrderLine]) -> list[OrderLine]:
    """Return those of an order's lines that are in a part: its merchant's, of its kind."""
    return [
        row
        for row in rows
        if row.partner_id == part.merchant.partner_id and _kind_of(row) == part.kind
    ]


def of_kind(kind: str) -> Q:
    """Return the condition for an order line to be in a part of that kind."""
    return Q(
        face_line__isnull=kind != Part.Kind.FACE, voucher_line__isnull=kind != Part.Kind.VOUCHER
    )


def charged(part: Part, currency: str) -> int:
    """Return what the providers of what is bought at its face value charge, in minor units.

    For what did not come back: a top-up that failed costs nothing.
    """
    costs = {row.line_id: row.cost_minor for row in part.face_lines.all()}
    return sum(
        costs.get(line.row.pk, 0) * (line.quantity - line.returned)
        for line in lines(part, currency)
    )


def most_of(product: Product) -> int:
    """Return how many of a product one order may have."""
    return MOST_PIECES if product.is_shipping_required else MOST_UNITS


def counted(returns: Iterable[Return]) -> list[Return]:
    """Return those that take something of their part: all but the refused ones."""
    return [one for one in returns if one.state in COUNTED]


def left_of(part: Part, currency: str) -> dict[str, int]:
    """Return by order line how many of a part could still come back, as a return keeps it."""
    return {str(line.row.pk): line.left for line in lines(part, currency) if line.left}


def left_minor(part: Part) -> int:
    """Return what of a part could still come back, in minor units."""
    return max(0, part.total_minor - sum(one.amount_minor for one in counted(part.returns.all())))


def is_all_back(part: Part, currency: str) -> bool:
    """Say whether all of a part came back: its money, or where it cost nothing, its goods."""
    done = [one for one in part.returns.all() if one.state == Return.State.DONE]
    if part.total_minor:
        return sum(one.amount_minor for one in done) >= part.total_minor
    return bool(done) and all(line.is_back >= line.quantity for line in lines(part, currency))


def by_amount_minor(part: Part, there: Iterable[Line]) -> int:
    """Return what could come back by an amount: no vouchers and top-ups that may still be had."""
    units = [line.units for line in there if line.units is not None]
    kept = sum(sum(one.worths) + one.under_way_minor for one in units)
    return max(0, left_minor(part) - kept)


def covers_had(
    part: Part, currency: str, amount_minor: int, chosen: Mapping[str, int], asked_minor: int = 0
) -> bool:
    """Say whether a return of an amount covers vouchers that were used, or top-ups delivered.

    ``asked_minor`` is what of the part's open returns is its own.
    """
    if chosen or part.sale.order is None:
        return False
    there = lines(part, currency)
    had = sum(line.units.had_minor for line in there if line.units is not None)
    return bool(had) and amount_minor > max(0, by_amount_minor(part, there) + asked_minor - had)


def _kind_of(row: OrderLine) -> str:
    if hasattr(row, "face_line"):
        return Part.Kind.FACE
    return Part.Kind.VOUCHER if hasattr(row, "voucher_line") else Part.Kind.GOODS


def worth(part: Part, there: Iterable[Line], chosen: Mapping[int, int]) -> int:
    """Return what these quantities by line id are worth; all that is left where all goods go back.

    So shipping comes back with the last of the goods, and nothing of it before.

    Raises:
        ValueError: more than is left of a line, less than nothing, or a line of another part.
    """
    known = {line.row.pk: line for line in there}
    units = [line.units for line in known.values() if line.units is not None]
    for pk, quantity in chosen.items():
        if pk not in known or not 0 <= quantity <= known[pk].left:
            raise ValueError(f"There are not {quantity} left of line {pk}.")
    left = left_minor(part)
    chosen_minor = min(left, sum(known[pk].worth(quantity) for pk, quantity in chosen.items()))
    if known and all(chosen.get(pk, 0) == line.left for pk, line in known.items()):
        # Not with it: what was had, and what goes its own way.
        kept = sum(one.under_way_minor + one.had_minor for one in units)
        return max(chosen_minor, left - kept)
    return chosen_minor
