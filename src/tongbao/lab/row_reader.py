"""Rows of a file, read cell by cell into the orders that they make."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from tongbao.lab import cells
from tongbao.lab.amounts import currencies_of, plain_amount
from tongbao.lab.cells import FINE, Cell, Rounded
from tongbao.lab.draft import NEVER, Draft
from tongbao.lab.exports import CREDIT_WORDS, GIFT_WORDS
from tongbao.lab.formats import Layout
from tongbao.lab.names import Names, name_of
from tongbao.lab.problems import CellError, quoted
from tongbao.lab.signs import currency_meant, meanings_together
from tongbao.lab.state_words import state_of
from tongbao.plans.currencies import MINOR_DIGITS
from tongbao.plans.money import FigureError, minor_digits
from tongbao.plans.words import Text

T = TypeVar("T")

_LINE_SCALE: Final = 2 * FINE
_MILLI: Final = 3
_PRICES: Final = ("unit_price", "unit_price_milli")
_SIGNED: Final = ("amount", "line_amount", "unit_price")
_AMOUNTS: Final = ("amount", "amount_minor", "line_amount", "quantity", *_PRICES)
_PAYMENT: Final = ("outstanding", "gift_card", "payment", "cancelled", "item")
_EXTRAS: Final = ("refunded", "taken_off", "outstanding", "gift_card", "profit")


class FieldError(Exception):
    """A cell of this column can't be read."""

    def __init__(self, column: str, fault: CellError) -> None:
        self.column = column
        self.fault = fault
        super().__init__(column)


class RowReader:
    """Reads rows into drafts as a layout says.

    ``refund_amounts`` says that the column mapped as refund holds amounts, not
    marks; ``comma`` that amounts may be written with a decimal comma; ``only`` is
    the one currency that is wanted, where the file has several; ``named`` are those
    that the names of the money's columns may mean. ``signed`` tells whether an amount bore a sign.
    """

    def __init__(
        self,
        layout: Layout,
        currency: str,
        clock: Callable[[Cell], datetime],
        *,
        refund_amounts: bool,
        comma: bool = False,
        only: str | None = None,
        named: frozenset[str] = frozenset(),
    ) -> None:
        self._layout = layout
        self._clock = clock
        self._default_currency = currency
        self._digits: dict[str, int] = {}
        self._refund_amounts = refund_amounts
        self._comma = comma
        self._only = only
        self._named = named
        self.names_currency = bool(named)
        self.signed = False
        self.rounded = Rounded()
        self.names = Names()
        self.roles = tuple(layout.columns)
        self.columns = tuple(layout.columns.values())
        self._place = {role: place for place, role in enumerate(self.roles)}
        self._whole = "amount_minor" if "amount_minor" in self._place else "amount"
        self._signed = next((role for role in _SIGNED if role in self._place), "")
        same = ("customer", "time", "second_time", "currency")
        alike = (*same, "status", "refund_of")
        self.inherited = 0
        self._same = tuple(self._place[role] for role in alike if role in self._place)
        head = (*same, "status", "own_id", "refund_of") if layout.folded else ()
        self._head = tuple(role for role in head if role in self._place)
        self._kept = tuple(self._place[role] for role in self._head) or self._same
        self._order = self._place["order"]
        self._has_back = any(r in self._place for r in ("refund", "refunded", "taken_off"))
        self._has_payment = not self._place.keys().isdisjoint(_PAYMENT)
        self._has_profit = "profit" in self._place
        self._extras = tuple(role for role in _EXTRAS if role in self._place)

    def order_cell(self, row: Sequence[Cell]) -> Cell:
        """Return the cell that holds the row's order id."""
        return row[self._order]

    def order_id(self, row: Sequence[Cell]) -> str:
        """Return the row's order id."""
        text = self._id("order", row)
        if not text:
            raise FieldError(self._layout.columns["order"], CellError(_BLANK))
        return text

    def goes_on(self, row: Sequence[Cell]) -> bool:
        """Return whether a row without id, customer and time is a part of the order above it.

        In a file by orders it bears no amount either: that might be a sum.
        """
        if not cells.is_blank(row[self._order]):
            return False
        blank = self._is_left_blank
        return all(blank(role, row) for role in ("customer", "time", "second_time")) and (
            self._layout.by_lines or not self.bears_amount(row)
        )

    def mark(self, row: Sequence[Cell]) -> bool:
        """Return whether the row is marked as a refund."""
        if "refund" not in self._place or self._refund_amounts:
            return False
        return bool(cells.mark(row[self._place["refund"]]))

    def difference(self, row: Sequence[Cell], draft: Draft) -> str | None:
        """Return the column in which a further row says otherwise than its order's first.

        None if it only adds items: what it says of the order, the amount too, is blank or
        as it was.
        """
        columns = self._layout.columns
        for role, first in zip(self._head, draft.raw, strict=True):
            cell = cells.shown(row[self._place[role]]).casefold()
            if cell in {"", cells.shown(first).casefold()}:
                continue
            if not self._means_the_same(role, row, draft):
                return columns[role]
        amount = self._money(self._whole, row, draft.currency, blank=draft.part)
        if amount != draft.part:
            return columns[self._whole]
        for role, first in zip(self._extras, draft.beside.extras, strict=True):
            cell = cells.shown(row[self._place[role]])
            if cell in {"", first}:
                continue
            found = self._money(role, row, draft.currency, blank=0)
            if found and found != self._money_of(role, first, draft.currency, blank=0):
                return columns[role]
        return None

    def _means_the_same(self, role: str, row: Sequence[Cell], draft: Draft) -> bool:
        """Return whether a further row's cell, spelt in another way, says what the first row's does."""
        if self._is_left_blank(role, row):
            return True
        read: Mapping[str, tuple[Callable[[Sequence[Cell]], object], object]] = {
            "customer": (self._customer, draft.customer),
            "time": (self._time, draft.time),
            "currency": (self._currency, draft.currency),
            "status": (self._status, draft.status),
            "refund_of": (self._reference, draft.refund_of),
        }
        if role not in read:
            return False
        meaning, first = read[role]
        return meaning(row) == first

    def bears_amount(self, row: Sequence[Cell]) -> bool:
        """Return whether the row says what its order costs."""
        return not cells.is_blank(row[self._place[self._whole]])

    def money_in(self, cell: Cell) -> int | None:
        """Return a cell's amount in minor units of the plan's currency; None if it is none."""
        digits = self._digits_of(self._default_currency)
        try:
            return None if cells.is_blank(cell) else cells.scaled(cell, digits, comma=self._comma)
        except CellError:
            return None

    def begin(self, name: str, line: int, row: Sequence[Cell]) -> Draft:
        """Return the draft that an order's first row makes."""
        draft = Draft(name, line)
        draft.raw = tuple(row[place] for place in self._kept)
        draft.customer = self._customer(row)
        if draft.customer == row[self._place["customer"]]:  # one text in memory for all orders
            draft.raw = (draft.customer, *draft.raw[1:])
        draft.status = self._status(row)
        left_out = self._is_left_out(draft.status)
        draft.time = NEVER if left_out and self._has_no_time(row) else self._time(row)
        draft.currency = self._currency(row)
        draft.amount = self._amount(row, draft.currency, may_be_blank=left_out)
        self.signed = self.signed or self._is_signed(row)
        draft.part = draft.amount
        if self._extras:
            draft.own().extras = tuple(cells.shown(row[self._place[role]]) for role in self._extras)
        draft.marked = self.mark(row)
        draft.refund_of = self._reference(row)
        money = draft.currency
        if self._has_back:
            draft.refunded = abs(self._money(self._refunded_role(), row, money, blank=0) or 0)
            self._take_off(draft, row)
            if draft.refunded:
                draft.own().back_part = draft.refunded
        if self._has_payment:
            self._see_payment(draft, row)
        if self._has_profit:
            draft.profit = self._money("profit", row, money, blank=None)
            if draft.profit is not None:
                draft.own().gain_part = draft.profit
        return draft

    def add_line(self, draft: Draft, row: Sequence[Cell]) -> None:
        """Add a further line to its order."""
        if tuple(row[place] for place in self._same) != draft.raw:
            self._compare(draft, row)
        money = draft.currency
        part = self._amount(row, money, may_be_blank=self._is_left_out(draft.status))
        draft.alike = draft.alike and part == draft.part
        draft.amount += part
        self.see_item(draft, row)
        if self._has_back:
            before = draft.refunded
            self._take_off(draft, row)
            draft.refunded += abs(self._money(self._refunded_role(), row, money, blank=0) or 0)
            if draft.refunded - before != draft.beside.back_part:
                draft.own().back_alike = False
        if self._has_profit:
            profit = self._money("profit", row, money, blank=None)
            if profit != draft.beside.gain_part:
                draft.own().gain_alike = False
            if profit is not None:
                draft.profit = profit + (draft.profit or 0)
        draft.rows += 1

    def see_item(self, draft: Draft, row: Sequence[Cell]) -> None:
        """Note whether the row sells a gift card."""
        place = self._place.get("item")
        if place is not None and GIFT_WORDS.search(cells.shown(row[place])):
            draft.own().sells_gift = True

    def _take_off(self, draft: Draft, row: Sequence[Cell]) -> None:
        """Put back what came back of the order and is already taken off its amount."""
        off = abs(self._money("taken_off", row, draft.currency, blank=0) or 0)
        if not off:
            return
        scale = _LINE_SCALE - self._digits_of(draft.currency) if self._layout.by_lines else 0
        draft.amount += off * int(10**scale)
        draft.refunded += off

    def _see_payment(self, draft: Draft, row: Sequence[Cell]) -> None:
        """Note what says that an order was not paid, or not with new money."""
        self.see_item(draft, row)
        if outstanding := self._money("outstanding", row, draft.currency, blank=0):
            draft.own().outstanding = outstanding
        if gift := self._money("gift_card", row, draft.currency, blank=0):
            draft.own().gift_amount = abs(gift)
        payment, cancelled = self._place.get("payment"), self._place.get("cancelled")
        if payment is not None and CREDIT_WORDS.search(cells.shown(row[payment])):
            draft.own().gift = True
        if cancelled is None or cells.is_blank(row[cancelled]):
            return
        mark = cells.mark(row[cancelled])
        if mark is not False:
            draft.own().is_cancelled = True
            if mark is None:
                draft.own().cancelled = self._read("cancelled", row, self._clock, None)

    def minor(self, draft: Draft) -> tuple[int, bool]:
        """Return a draft's amount in minor units, half to even, and whether that is exact."""
        return self.minor_of(draft.amount, draft.currency)

    def minor_of(self, amount: int, currency: str) -> tuple[int, bool]:
        """Return an amount as the layout counts it in minor units, and whether that is exact."""
        if not self._layout.by_lines:
            return amount, True
        unit = 10 ** (_LINE_SCALE - self._digits_of(currency))
        whole, rest = divmod(amount, unit)
        up = 2 * rest > unit or (2 * rest == unit and whole % 2 == 1)
        return whole + up, rest == 0

    def _is_left_blank(self, role: str, row: Sequence[Cell]) -> bool:
        """Return whether a further line leaves a cell to the first line of its order."""
        return role not in self._place or cells.is_blank(row[self._place[role]])

    def _compare(self, draft: Draft, row: Sequence[Cell]) -> None:
        """Take the earliest time of an order's lines; what else they say must agree, or be blank."""
        columns, blank = self._layout.columns, self._is_left_blank
        roles = ("customer", "currency", "status", "refund_of", "time")
        gaps = [role for role in roles if role in self._place and blank(role, row)]
        firsts = dict(zip(self._same, draft.raw, strict=True))
        self.inherited += any(not cells.is_blank(firsts[self._place[role]]) for role in gaps)
        customer = draft.customer if blank("customer", row) else self._customer(row)
        if customer != draft.customer:
            reason = _TWO_CUSTOMERS.fill(one=quoted(draft.customer), other=quoted(customer))
            raise FieldError(columns["customer"], CellError(reason, _TWO_CUSTOMERS_OUT))
        currency = draft.currency if blank("currency", row) else self._currency(row)
        if currency != draft.currency:
            reason = _TWO_CURRENCIES.fill(one=draft.currency, other=currency)
            raise FieldError(columns["currency"], CellError(reason))
        for role, first, other in (
            ("status", draft.status, self._status(row)),
            ("refund_of", draft.refund_of, self._reference(row)),
        ):
            if other != first and not blank(role, row):
                reason = _TWO_WAYS.fill(one=quoted(first), other=quoted(other))
                raise FieldError(columns[role], CellError(reason, _TWO_WAYS_OUT))
        if not (blank("time", row) and blank("second_time", row)):
            draft.time = min(draft.time, self._time(row))

    def _customer(self, row: Sequence[Cell]) -> str:
        name = self.names.known(row[self._place["customer"]])
        if name:
            return name
        read = partial(self.names.customer, column=self._layout.columns["customer"])
        return self._read("customer", row, read, "")

    def _id(self, role: str, row: Sequence[Cell]) -> str:
        read = partial(self.names.id, column=self._layout.columns.get(role, ""))
        return self._read(role, row, read, "")

    def _reference(self, row: Sequence[Cell]) -> str:
        """Return the order that a refund names; number 0 is how shops write that there is none."""
        if "refund_of" not in self._place:
            return ""
        text = self._id("refund_of", row)
        return "" if text == "0" else text

    def _is_left_out(self, status: str) -> bool:
        """Return whether an order in this state doesn't count: it may have no time and no amount."""
        paid, unpaid = self._layout.paid_statuses, self._layout.unpaid_statuses
        if not status or paid is None or status in paid:
            return False
        return unpaid is None or status in unpaid

    def _has_no_time(self, row: Sequence[Cell]) -> bool:
        return self._is_left_blank("time", row) and self._is_left_blank("second_time", row)

    def _time(self, row: Sequence[Cell]) -> datetime:
        role = "time"
        if "second_time" in self._place and cells.is_blank(row[self._place[role]]):
            role = "second_time"
        if cells.is_blank(row[self._place[role]]):
            raise FieldError(self._layout.columns[role], CellError(_BLANK))
        return self._read(role, row, self._clock, NEVER)

    def _currency(self, row: Sequence[Cell]) -> str:
        if "currency" not in self._place:
            return self._currency_by_sign(row)
        text = self._read("currency", row, name_of, "")
        column = self._layout.columns["currency"]
        if not text and "currency" in self._layout.watched:
            return self._currency_by_sign(row)
        if not text:
            raise FieldError(column, CellError(_BLANK))
        code = text.upper()
        if code not in MINOR_DIGITS and (meant := meanings_together(text)):
            code = currency_meant(meant, self._only, self._default_currency)
        if self._named and code not in self._named:
            codes = "/".join(sorted(self._named))
            reason = _NAMED_OTHER.fill(currency=quoted(text), named=codes)
            raise FieldError(column, CellError(reason, _NAMED_OTHER_OUT))
        return code

    def _status(self, row: Sequence[Cell]) -> str:
        return state_of(self._read("status", row, name_of, "")) if "status" in self._place else ""

    def _digits_of(self, currency: str) -> int:
        digits = self._digits.get(currency)
        if digits is None:
            try:
                digits = self._digits[currency] = minor_digits(currency)
            except FigureError as fault:
                column = self._layout.columns.get("currency", "")
                raise FieldError(column, CellError(fault.reason)) from None
        return digits

    def _refunded_role(self) -> str:
        return "refund" if self._refund_amounts else "refunded"

    def _currency_by_sign(self, row: Sequence[Cell]) -> str:
        """Return the plan's currency, or, where one is picked out, the one that the sign means."""
        plan, cell = self._default_currency, row[self._place[self._signed]] if self._signed else 0
        if not isinstance(cell, str) or not self._only:
            return plan
        meant = self._read(self._signed, row, lambda _: currencies_of(cell), frozenset[str]())
        return currency_meant(meant, self._only, plan) if meant else plan

    def _is_signed(self, row: Sequence[Cell]) -> bool:
        cell = row[self._place[self._signed]] if self._signed else None
        if not isinstance(cell, str) or (cell[:1].isdigit() and cell[-1:].isdigit()):
            return False
        return bool(currencies_of(cell))

    def line_amount(self, row: Sequence[Cell], currency: str) -> int:
        """Return what a line of an order costs."""
        return self._amount(row, currency)

    def _amount(self, row: Sequence[Cell], currency: str, *, may_be_blank: bool = False) -> int:
        if may_be_blank and any(r in self._place and self._is_left_blank(r, row) for r in _AMOUNTS):
            return 0
        if "quantity" in self._place:
            milli = "unit_price_milli" in self._place
            role, fine = ("unit_price_milli", FINE - _MILLI) if milli else ("unit_price", FINE)
            usual = 0 if milli else self._digits_of(currency)
            quantity = self._fine("quantity", row, FINE, "", 0)
            return quantity * self._fine(role, row, fine, currency, usual)
        if "line_amount" in self._place:
            usual = self._digits_of(currency)
            return self._fine("line_amount", row, FINE, currency, usual) * 10**FINE
        amount = self._money(self._whole, row, currency)
        if amount is None:
            raise FieldError(self._layout.columns[self._whole], CellError(_BLANK))
        return amount

    def _fine(self, role: str, row: Sequence[Cell], digits: int, currency: str, usual: int) -> int:
        cell = row[self._place[role]]
        if type(cell) is int:
            return cell * int(10**digits)
        if isinstance(cell, str) and (plain := plain_amount(cell, digits)) is not None:
            return plain
        if cells.is_blank(cell):
            raise FieldError(self._layout.columns[role], CellError(_BLANK))
        read = partial(
            cells.scaled,
            digits=digits,
            rounded=self.rounded,
            usual=usual,
            comma=self._comma,
            currency=currency,
        )
        return self._read(role, row, read, 0)

    def _money(
        self, role: str, row: Sequence[Cell], currency: str, blank: int | None = None
    ) -> int | None:
        """Return an amount in minor units; in a file of minor units all money is in them."""
        if role not in self._place:
            return blank
        return self._money_of(role, row[self._place[role]], currency, blank)

    def _money_of(self, role: str, cell: Cell, currency: str, blank: int | None) -> int | None:
        if isinstance(cell, str) and "amount_minor" not in self._place:
            plain = plain_amount(cell, self._digits_of(currency))
            if plain is not None and plain <= cells.LARGEST:
                return plain
        if cells.is_blank(cell):
            return blank
        minor = "amount_minor" in self._place
        digits = self._digits_of(currency)

        def read(cell: Cell) -> int:
            if minor:
                return cells.in_range(cells.whole(cell))
            found = cells.scaled(cell, digits, self.rounded, comma=self._comma, currency=currency)
            return cells.in_range(found)

        return self._read_cell(role, cell, read)

    def _read(self, role: str, row: Sequence[Cell], read: Callable[[Cell], T], none: T) -> T:
        place = self._place.get(role)
        if place is None:
            return none
        try:
            return read(row[place])
        except CellError as fault:
            raise FieldError(self._layout.columns[role], fault) from None

    def _read_cell(self, role: str, cell: Cell, read: Callable[[Cell], T]) -> T:
        try:
            return read(cell)
        except CellError as fault:
            raise FieldError(self._layout.columns[role], fault) from None


_NAMED_OTHER = Text(
    "the order is in {currency}, but by their columns' names its amounts are in {named}",
    "订单的货币是 {currency}，但按列名金额是 {named}",
)
_NAMED_OTHER_OUT = Text(
    "Map the column with the amounts in the order's own currency, or, if the amounts are converted "
    "already, take the column with the currency out of the file.",
    "请指定以订单本身货币计的金额列；如果金额已经换算，请从文件中去掉币种列。",
)
_BLANK = Text("nothing is written here", "此处为空")
_TWO_CUSTOMERS = Text(
    "the lines of this order name two customers, {one} and {other}",
    "同一订单的明细写了两个客户：{one} 和 {other}",
)
_TWO_CUSTOMERS_OUT = Text(
    "If the ids repeat, map a column that tells the orders apart.",
    "如果订单号会重复，请改用能区分订单的列。",
)
_TWO_WAYS = Text(
    "the lines of this order say two things here, {one} and {other}",
    "同一订单的明细在此处写法不同：{one} 和 {other}",
)
_TWO_WAYS_OUT = Text(
    "An order counts as a whole: leave out the lines that don't count, or give them an id of "
    "their own.",
    "订单按整单计入：请删去不应计入的明细，或给它们单独的订单号。",
)
_TWO_CURRENCIES = Text(
    "the lines of this order are in two currencies, {one} and {other}",
    "同一订单的明细有两种货币：{one} 和 {other}",
)
