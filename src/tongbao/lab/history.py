"""An order history as values: orders, refunds, and an account of every row that was read."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from tongbao.plans.words import Text


class Order(Struct, frozen=True, gc=False):
    """One order that was paid; money in minor units, ``profit`` None if the file has none.

    ``returned`` is what came back of it without a date of its own.
    """

    id: str
    customer: str
    time: datetime
    paid: int
    profit: int | None
    line: int
    returned: int = 0
    returned_at: datetime | None = None


class Refund(Struct, frozen=True, gc=False):
    """One row that returns money; ``order`` is the order it returns, '' if nothing says which."""

    id: str
    customer: str
    time: datetime
    amount: int
    line: int
    order: str = ""


class Tally(Struct, frozen=True, gc=False):
    """How many rows and documents (orders, refunds) went one way, and their money."""

    rows: int = 0
    documents: int = 0
    amount: int = 0


class History(Struct, frozen=True, kw_only=True):
    """What was read.

    ``tallies`` holds every way a row went: orders, refunds,
    without_customer, without_amount, by_status, other_currency, bad. Their
    rows add up to ``rows``. ``problems`` are the first of the bad rows,
    ``notes`` what the reader decided that a shop owner should know. ``strangers``
    counts the refunds that name an order of another customer.
    """

    source: str
    kind: str
    layout: Text
    currency: str
    orders: tuple[Order, ...]
    refunds: tuple[Refund, ...]
    rows: int
    tallies: Mapping[str, Tally]
    problems: tuple[Text, ...]
    notes: tuple[Text, ...]
    strangers: Tally = Tally()
