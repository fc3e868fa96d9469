"""Reading an order history: every row becomes an order, a refund, or is counted with its reason.

Nothing is dropped in silence: the tallies of the result add up to the rows
that were read, and that is checked.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import Struct

from tongbao.engine.units import check
from tongbao.lab import cells
from tongbao.lab.draft import Draft
from tongbao.lab.formats import Layout, customer_option, layout_of, may_name_people
from tongbao.lab.headers import currencies_of_columns
from tongbao.lab.history import History
from tongbao.lab.moments import Clock, zone_of
from tongbao.lab.names import Names
from tongbao.lab.net import gross_column, net_notes
from tongbao.lab.notes import currency_notes, offset_notes, rounding_notes, sorting_notes
from tongbao.lab.problems import CellError, LabError, quoted
from tongbao.lab.readings import Readings, payment_notes
from tongbao.lab.repeats import Repeats
from tongbao.lab.row_reader import FieldError, RowReader
from tongbao.lab.sorting import Sorting
from tongbao.lab.source import Source, open_source
from tongbao.lab.suggestions import suggest_mapping
from tongbao.plans.words import Text

Watch = Callable[[int, int], None]
"""Told now and then how much of the file was read, and of how much: bytes, or rows of Parquet."""

_STEP: Final = 5000
_PROBLEMS_KEPT: Final = 20


class ReadOptions(Struct, frozen=True, kw_only=True):
    """How to read: ``currency`` is the plan's, the others as given on the command line."""

    currency: str
    mapping: str | None = None
    paid_status: str | None = None
    encoding: str | None = None
    time_format: str | None = None
    time_zone: str | None = None
    only_currency: str | None = None
    skip_bad_rows: bool = False


def read_history(path: Path, options: ReadOptions, watch: Watch | None = None) -> History:
    """Return the history in a file of orders or order lines.

    Raises:
        LabError: naming file, line and field, with the way out.
    """
    source = open_source(path, options.encoding)
    suggest = partial(suggest_mapping, source, partial(_try_mapping, options))
    try:
        layout = layout_of(
            source.columns, options.mapping, source.name, options.paid_status, suggest
        )
        reading = _Reading(source, layout, options)
        reading.read(watch)
        return reading.finish()
    except LabError as fault:
        raise fault.with_notes(source.notes) from None


def _try_mapping(
    options: ReadOptions, source: Source, mapping: str, time_format: str | None
) -> LabError | None:
    """Return what stops a mapping on these rows; the file's currency is not the mapping's fault."""
    tried = ReadOptions(
        currency=options.currency,
        mapping=mapping,
        time_format=time_format or options.time_format,
        skip_bad_rows=False,
    )
    try:
        layout = layout_of(source.columns, mapping, source.name)
        reading = _Reading(source, layout, tried)
        reading.read(None)
        reading.finish()
    except LabError as fault:
        is_currency = not fault.field and fault.reason is not _NO_ORDERS
        return None if is_currency else fault
    return None


class _Reading:
    """One pass over a file."""

    def __init__(self, source: Source, layout: Layout, options: ReadOptions) -> None:
        self._source = source
        self._layout = layout
        self._options = options
        amounts = _refund_amounts(source, layout)
        named = currencies_of_columns(layout.columns, options.currency, source.name)
        zone = None if options.time_zone is None else zone_of(options.time_zone)
        self._clock = Clock(options.time_format, zone)
        self._reader = RowReader(
            layout,
            options.currency,
            self._clock,
            refund_amounts=amounts,
            comma=source.decimal_comma,
            only=options.only_currency,
            named=named,
        )
        self._readings = Readings(layout, self._reader)
        self._drafts: dict[tuple[str, bool], Draft] = {}
        self._refunds: list[Draft] = []
        self._spoiled: dict[str, None] = {}
        self._problems: list[Text] = []
        self._last = ""
        self._last_cell: object = None
        self._rows = 0
        self._bad_rows = 0

    def read(self, watch: Watch | None) -> None:
        """Read all rows into drafts."""
        others = [c for c in self._source.columns if c not in self._reader.columns]
        wanted = (*self._reader.columns, *(others if self._layout.by_lines else ()))
        for line, row in self._source.rows(wanted):
            self._rows += 1
            if watch is not None and self._rows % _STEP == 0:
                watch(self._source.position(), self._source.size)
            if isinstance(row, CellError):
                self._bad(line, "", row)
                self._bad_rows += 1
                continue
            name = ""
            self._reader.names.line = line
            try:
                name = self._name_of(row)
                self._take(name, line, row)
            except FieldError as fault:
                self._bad(line, fault.column, fault.fault)
                self._bad_rows += 1
                if name and self._layout.by_lines:
                    self._spoiled[name] = (
                        None  # without this line the order's amount would be wrong
                    )
        if watch is not None:
            watch(self._source.size, self._source.size)

    def finish(self) -> History:
        """Sort the drafts into orders, refunds and what is left out."""
        repeats = Repeats(self._layout, self._reader, self._options.currency)
        repeats.count_once(self._drafts.values())
        self._refunds = repeats.drop_equal_refunds(self._refunds, self._source)
        sorting = Sorting(self._layout, self._options.only_currency, self._reader)
        for draft in chain(self._drafts.values(), self._refunds):
            sound = draft.id not in self._spoiled and self._is_sound(draft)
            sorting.take(draft, spoiled=not sound)
        sorting.add("bad", self._bad_rows, 0, 0)
        self._reader.names.refuse_cut(self._source.name)
        sorting.states.refuse_unknown(self._source.name)
        sorting.link()
        orders = tuple(sorting.orders)
        currency = self._one_currency(sorting)
        rows = sum(tally.rows for tally in sorting.tallies.values())
        check(rows == self._rows, "every row read is counted once")
        if not orders:
            raise LabError(_NO_ORDERS, self._why_none(sorting), file=self._source.name)
        insist = self._options.skip_bad_rows
        gross = gross_column(self._source, self._layout, self._reader) if sorting.orders else None
        net = net_notes(sorting, self._layout, currency, self._source.name, gross, insist=insist)
        return History(
            source=self._source.name,
            kind=self._source.kind,
            layout=self._layout.title,
            currency=currency,
            orders=orders,
            refunds=tuple(sorting.refunds),
            rows=self._rows,
            tallies=sorting.tallies,
            problems=tuple(self._problems),
            notes=tuple(self._notes(sorting, currency, [*net, *repeats.notes])),
            strangers=sorting.strangers,
        )

    def _name_of(self, row: tuple[object, ...]) -> str:
        """Return the row's order id; a row that leaves all but its item blank goes on above it."""
        cell = self._reader.order_cell(row)
        if self._last and cell == self._last_cell:
            return self._last
        if not self._last or not self._reader.goes_on(row):
            self._last = ""  # what follows a row that can't be read is of no order
            self._last = self._reader.order_id(row)
            self._last_cell = cell
        elif self._layout.by_lines:
            above = self._drafts.get((self._last, self._reader.mark(row)))
            currency = self._options.currency if above is None else above.currency
            try:
                self._readings.go_on(above, self._reader.line_amount(row, currency))
            except CellError as fault:
                raise FieldError(self._layout.columns["order"], fault) from None
        return self._last

    def _take(self, name: str, line: int, row: tuple[object, ...]) -> None:
        if self._layout.by_lines:
            key = (name, self._reader.mark(row))
            draft = self._drafts.get(key)
            if draft is None:
                draft = self._drafts[key] = self._reader.begin(name, line, row)
                self._readings.see_line(draft, row, line, draft.part)
            else:
                before = draft.amount
                self._reader.add_line(draft, row)
                self._readings.see_line(draft, row, line, draft.amount - before)
            return
        first = self._drafts.get((name, False))
        column = None
        if first is not None and not self._reader.mark(row):
            column = self._reader.difference(row, first)
            if column is None:
                first.rows += 1
                self._reader.see_item(first, row)
                self._readings.fold(first, repeats=self._reader.bears_amount(row))
                return
            if not self._reader.bears_amount(row):
                raise self._duplicate(name, first, column)
        draft = self._reader.begin(name, line, row)
        if draft.marked or draft.amount < 0:
            self._refunds.append(draft)
        elif first is not None:
            raise self._duplicate(name, first, column or "")
        else:
            self._drafts[name, False] = draft

    def _duplicate(self, name: str, first: Draft, column: str) -> FieldError:
        """Return what is wrong with a second row of an id; the advice fits where they differ."""
        amount = self._layout.columns.get("amount", self._layout.columns.get("amount_minor"))
        way_out = _DUPLICATE_OUT if column == amount else _DUPLICATE_ELSE_OUT.fill(column=column)
        fault = CellError(
            _DUPLICATE.fill(id=quoted(name), line=first.line, column=quoted(column)), way_out
        )
        return FieldError(self._layout.columns["order"], fault)

    def _is_sound(self, draft: Draft) -> bool:
        """Return whether the whole order makes sense; if not, it is a problem or is left out."""
        amount, _ = self._reader.minor(draft)
        columns = self._layout.columns
        if draft.profit is not None and draft.profit > max(amount, 0) and not draft.marked:
            fault = CellError(_PROFIT.fill(profit=draft.profit, paid=amount), _PROFIT_OUT)
            self._bad(draft.line, columns["profit"], fault)
            return False
        if draft.beside.outstanding > max(amount, 0):
            fault = CellError(_OVERDUE.fill(due=draft.beside.outstanding, amount=amount))
            self._bad(draft.line, columns["outstanding"], fault)
            return False
        try:
            cells.in_range(amount)
        except CellError as fault:
            self._bad(draft.line, columns["order"], fault)
            return False
        return True

    def _bad(self, line: int, column: str, fault: CellError) -> None:
        way_out = fault.way_out
        if not self._options.skip_bad_rows:
            raise LabError(
                fault.reason, way_out or _SKIP_OUT, file=self._source.name, line=line, field=column
            )
        if len(self._problems) < _PROBLEMS_KEPT:
            problem = LabError(fault.reason, line=line, field=column)
            self._problems.append(Text(_escaped(problem.say("en")), _escaped(problem.say("zh"))))

    def _one_currency(self, sorting: Sorting) -> str:
        found = sorting.currencies
        name, plan = self._source.name, self._options.currency
        if len(found) > 1:
            counts = ", ".join(f"{code} ({count})" for code, count in sorted(found.items()))
            most = max(sorted(found), key=lambda code: found[code])
            way_out = _MIXED_OUT.fill(currency=most)
            raise LabError(_MIXED.fill(currencies=counts), way_out, file=name)
        currency = next(iter(found), plan)
        if currency != plan:
            reason = _OTHER_CURRENCY.fill(currency=quoted(currency), plan=plan)
            raise LabError(reason, _OTHER_CURRENCY_OUT.fill(currency=currency), file=name)
        return currency

    def _notes(self, sorting: Sorting, currency: str, more: list[Text]) -> Iterator[Text]:
        if self._layout.note is not None:
            yield self._layout.note
        reader = self._reader
        yield from rounding_notes(reader.rounded.count)
        yield from sorting_notes(sorting)
        yield from reader.names.notes()
        yield from self._readings.notes(sorting, self._drafts, currency)
        yield from payment_notes(sorting, self._layout, currency)
        yield from more
        yield from offset_notes(self._clock, self._options.time_zone)
        yield from self._source.notes
        is_named = "currency" in self._layout.columns or reader.signed or reader.names_currency
        yield from currency_notes(self._options.currency, is_named=is_named)

    def _why_none(self, sorting: Sorting) -> Text:
        """Return where the rows went, and what would let them count."""
        ways = [
            _WAYS.get(way, _OTHER_WAY).fill(rows=t.rows, way=way)
            for way, t in sorting.tallies.items()
            if t.rows
        ]
        counts = Text("; ".join(way.en for way in ways), "；".join(way.zh for way in ways))
        told = _NO_ORDERS_OUT.fill(rows=self._rows, counts=counts) if ways else _NO_ROWS_OUT
        states = sorting.states.way_out()
        customers = self._other_customers() if "without_customer" in sorting.tallies else None
        found = [text for text in (told, states, customers) if text is not None]
        return Text("\n".join(text.en for text in found), "\n".join(text.zh for text in found))

    def _other_customers(self) -> Text | None:
        """Return the option that names a column that does hold people, if one does."""
        mine = self._layout.columns["customer"]
        for column in self._source.columns:
            if column != mine and may_name_people(column) and self._names_people(column):
                return _OTHER_CUSTOMERS.fill(column=quoted(mine), option=customer_option(column))
        return None

    def _names_people(self, column: str) -> bool:
        names = Names()
        try:
            return any(
                not isinstance(row, CellError) and names.customer(row[0], column)
                for _, row in self._source.rows([column])
            )
        except CellError:
            return False


def _refund_amounts(source: Source, layout: Layout) -> bool:
    """Return whether the column mapped as refund holds amounts: some cell is no yes/no mark."""
    column = layout.columns.get("refund")
    if column is None:
        return False
    return any(
        not isinstance(row, CellError) and cells.mark(row[0]) is None
        for _, row in source.rows([column])
    )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_DUPLICATE = Text(
    "the id {id} was already used on line {line}, with something else in {column}",
    "编号 {id} 在第 {line} 行已经出现过，{column} 列的内容不同",
)
_DUPLICATE_OUT = Text(
    "If a row is a line of an order, map line_amount= (or quantity= with unit_price=) instead of "
    "amount=, and lines are added up; otherwise remove the second row, or leave such rows out "
    "with --skip-bad-rows.",
    "如果一行是订单中的一个明细，请用 line_amount=（或 quantity= 与 unit_price=）代替 amount=，"
    "明细会相加；否则请删除重复的行，或用 --skip-bad-rows 跳过。",
)
_DUPLICATE_ELSE_OUT = Text(
    "Rows of one order that repeat its amount are counted once if all else that is read of the order "
    "is the same or blank; here '{column}' differs. If ids repeat, map a column that tells the orders "
    "apart; otherwise correct the row, or leave such rows out with --skip-bad-rows.",
    "同一订单的后续行，如果其他各列相同或为空，就只计一次；这里“{column}”不同。如果订单号会重复，"
    "请改用能区分订单的列；否则请修改该行，或用 --skip-bad-rows 跳过。",
)
_OVERDUE = Text(
    "more is outstanding, {due}, than the order amounts to, {amount} (minor units)",
    "未付金额 {due} 大于订单金额 {amount}（最小货币单位）",
)
_PROFIT = Text(
    "the profit {profit} is larger than the amount paid, {paid} (minor units)",
    "利润 {profit} 大于实付金额 {paid}（最小货币单位）",
)
_PROFIT_OUT = Text(
    "Correct the file, leave such rows out with --skip-bad-rows, or do not map the profit and give "
    "--profit.",
    "请修改文件，或用 --skip-bad-rows 跳过这些行，或不指定利润列而改用 --profit。",
)
_SKIP_OUT = Text(
    "Correct the file, or leave such rows out with --skip-bad-rows (they are counted).",
    "请修改文件，或用 --skip-bad-rows 跳过这些行（会计数）。",
)
_NO_ORDERS = Text("there is not one order that can be used", "没有任何可用的订单")
_NO_ORDERS_OUT = Text("Rows read: {rows} ({counts})", "读取 {rows} 行（{counts}）")
_NO_ROWS_OUT = Text(
    "There is no row under the columns' names. Export the orders again.",
    "列名下面没有任何行，请重新导出订单。",
)
_WAYS: Final = {
    "orders": Text("{rows} are orders", "订单 {rows} 行"),
    "refunds": Text("{rows} are refunds", "退款 {rows} 行"),
    "without_customer": Text("{rows} name no customer", "没有客户 {rows} 行"),
    "without_amount": Text("{rows} are of no amount", "金额为零 {rows} 行"),
    "by_status": Text("{rows} left out by their state", "因状态不计入 {rows} 行"),
    "other_currency": Text("{rows} in another currency", "其他货币 {rows} 行"),
    "bad": Text("{rows} could not be read", "无法读取 {rows} 行"),
}
_OTHER_WAY = Text("{rows} {way}", "{way} {rows} 行")
_OTHER_CUSTOMERS = Text(
    "The column {column} names no customer, but another one does; try it: {option}",
    "{column} 列没有客户，但另一列有，可以试试：{option}",
)
_MIXED = Text("the orders are in several currencies: {currencies}", "订单有多种货币：{currencies}")
_MIXED_OUT = Text(
    "A plan has one currency. Take one with --only-currency {currency}, or split the file.",
    "一个方案只用一种货币。请用 --only-currency {currency} 只取其中一种，或拆分文件。",
)
_OTHER_CURRENCY = Text(
    "the orders are in {currency}, the plan in {plan}",
    "订单的货币是 {currency}，方案的货币是 {plan}",
)
_OTHER_CURRENCY_OUT = Text(
    'Set currency = "{currency}" in the plan; mind that its amounts are then meant in it.',
    '请在方案中写 currency = "{currency}"；注意方案里的金额也就以它计。',
)
