"""The goods of a merchant's part: an order's lines, what of them came back, and what it is worth."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongbao.mall.sales.exact import to_minor
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.untyped import OrderLine

COUNTED = (Return.State.ASKED, Return.State.APPROVED, Return.State.DONE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how many were bought, how many of them are back or asked to be, the price of all."""

    row: OrderLine
    quantity: int
    returned: int
    total_minor: int

    @property
    def left(self) -> int:
        """How many could still come back."""
        return self.quantity - self.returned

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
        after = self.total_minor * (self.returned + quantity) // self.quantity
        return after - self.total_minor * self.returned // self.quantity


def lines(part: Part, currency: str) -> list[Line]:
    """Return the part's lines; none of a sale in person.

    Reads `sale.order.lines` and `part.returns`, which callers prefetch.
    """
    order = part.sale.order
    if order is None:
        return []
    back: Counter[str] = Counter()
    for one in counted(part.returns.all()):
        back.update({line: int(quantity) for line, quantity in one.lines.items()})
    return [
        Line(
            row,
            row.quantity,
            min(row.quantity, back[str(row.pk)]),
            to_minor(row.line_price_incl_tax, currency),
        )
        for row in order.lines.all()
        if row.partner_id == part.merchant.partner_id
    ]


def counted(returns: Iterable[Return]) -> list[Return]:
    """Return those that take something of their part: all but the refused ones."""
    return [one for one in returns if one.state in COUNTED]


def left_minor(part: Part) -> int:
    """Return what of a part could still come back, in minor units."""
    return max(0, part.total_minor - sum(one.amount_minor for one in counted(part.returns.all())))


def worth(part: Part, there: Iterable[Line], chosen: Mapping[int, int]) -> int:
    """Return what these quantities by line id are worth; all that is left where all goods go back.

    So shipping comes back with the last of the goods, and nothing of it before.

    Raises:
        ValueError: more than is left of a line, less than nothing, or a line of another part.
    """
    known = {line.row.pk: line for line in there}
    for pk, quantity in chosen.items():
        if pk not in known or not 0 <= quantity <= known[pk].left:
            raise ValueError(f"There are not {quantity} left of line {pk}.")
    left = left_minor(part)
    if known and all(chosen.get(pk, 0) == line.left for pk, line in known.items()):
        return left
    return min(left, sum(known[pk].worth(quantity) for pk, quantity in chosen.items()))
