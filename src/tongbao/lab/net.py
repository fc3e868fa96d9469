"""Amounts that may be net of refunds already: found by what the rows say, refused or told."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from tongbao.lab.formats import Layout
from tongbao.lab.problems import CellError, LabError
from tongbao.lab.readings import money_text
from tongbao.lab.row_reader import RowReader
from tongbao.lab.sorting import Sorting
from tongbao.lab.source import Source
from tongbao.plans.words import Text, plain

_LOOKED_AT: Final = 2000
_ENOUGH: Final = 2


def net_notes(
    sorting: Sorting, layout: Layout, currency: str, file: str, gross: str | None, *, insist: bool
) -> Iterator[Text]:
    """Yield a word about refunds larger than what was paid.

    Raises:
        LabError: if amounts are net of refunds already, unless the user insists: another column
            holds them with what came back, or at least half of the orders that returned
            something gave back more than was paid.
    """
    excess = [order for order in sorting.orders if order.returned > order.paid]
    nothing = sorting.refunds_of_nothing.documents
    if not excess and not nothing and gross is None:
        return
    partly = sum(bool(order.returned) for order in sorting.orders)
    paid = sum(order.paid for order in sorting.orders)
    back = sum(min(order.returned, order.paid) for order in sorting.orders)
    column = layout.columns.get("refunded", layout.columns.get("refund", ""))
    mapped, net = money_text(paid - back, currency), money_text(paid, currency)
    lines = [order.line for order in excess] or sorting.lines_of_nothing
    stops = 2 * len(excess) >= partly if excess else 2 * nothing > partly + nothing
    if gross is not None:
        reason = _GROSS.fill(column=plain(gross), mapped=mapped, net=net)
        stops, lines = True, [order.line for order in sorting.orders if order.returned] or lines
    else:
        count = len(excess) + nothing
        reason = _NET.fill(count=count, partly=partly + nothing, mapped=mapped, net=net)
    if stops and column and not insist:
        raise LabError(reason, _NET_OUT, file=file, line=min(lines, default=None), field=column)
    if excess or gross is not None:
        yield reason


def gross_column(source: Source, layout: Layout, reader: RowReader) -> str | None:
    """Return a column nobody mapped that holds the amounts before refunds, None if there is none.

    In every row with a refund it less the refund is the amount; where that is one row only, it
    also is the amount in some row without a refund.
    """
    back, amount = layout.columns.get("refunded"), layout.columns.get("amount")
    if back is None or amount is None:
        return None
    used = set(layout.columns.values())
    others = [c for c in source.columns if c not in used and source.columns.count(c) == 1]
    standing = list(range(len(others)))
    unreturned = []
    refunds = 0
    for _, row in islice(source.rows([back, amount, *others]), _LOOKED_AT):
        if isinstance(row, CellError):
            continue
        returned, paid = reader.money_in(row[0]), reader.money_in(row[1])
        if returned and paid is not None:
            refunds += 1
            gross = paid + abs(returned)
            standing = [place for place in standing if reader.money_in(row[place + 2]) == gross]
            if not standing:
                return None
        elif paid:
            unreturned.append((paid, row))
    for place in standing if refunds else ():
        if refunds >= _ENOUGH or any(reader.money_in(r[place + 2]) == p for p, r in unreturned):
            return others[place]
    return None


_GROSS = Text(
    "in every row with a refund, '{column}' less the refund is just the amount: it is already without "
    "what came back, {net}; taken as mapped, {mapped} would be left of the orders",
    "在每个有退款的行里，“{column}”减去退款正好等于金额：金额已扣除退款，合计 {net}；"
    "按所指定的列，订单净额会是 {mapped}",
)
_NET = Text(
    "{count} of {partly:order|orders} with a refund returned more than was paid. Taken as mapped, {mapped} "
    "is left of the orders; if the amounts are already without what came back, {net}",
    "{partly} 个有退款的订单中，{count} 个退得比付得多。按所指定的列，订单净额为 {mapped}；"
    "如果金额已经扣除退款，则为 {net}",
)
_NET_OUT = Text(
    "If the refunds are already taken off, map taken_off= instead of refunded=; otherwise map the "
    "amount before refunds as amount=. To read the file as it is mapped, give --skip-bad-rows.",
    "如果金额已扣除退款，请用 taken_off= 代替 refunded=；否则请用 amount= 指定扣除退款前的金额。"
    "要按现在指定的列读取，请加 --skip-bad-rows。",
)
