"""One order in the making."""

from datetime import datetime
from typing import Final

from tongbao.lab.cells import Cell

NEVER: Final = datetime(1, 1, 1)  # wall times all over


class Beside:
    """What some files say of an order beside its amount; of most orders nothing."""

    __slots__ = (
        *("back_alike", "back_part", "cancelled", "doubled", "extras", "gain_alike", "gain_part"),
        *("gift", "gift_amount", "is_cancelled", "outstanding", "sells_gift"),
    )

    def __init__(self) -> None:
        self.cancelled: datetime | None = None
        self.is_cancelled = False
        self.outstanding = 0
        self.gift = False
        self.gift_amount = 0
        self.sells_gift = False
        self.extras: tuple[str, ...] = ()
        self.back_part = 0  # what the first line says came back, or was taken off
        self.back_alike = True
        self.gain_part: int | None = None  # the first line's profit
        self.gain_alike = True
        self.doubled = 0  # what lines add that are equal to an earlier one


_NOTHING: Final = Beside()


class Draft:
    """An order or refund while its rows are read; amounts as the layout counts them."""

    __slots__ = (
        *("alike", "amount", "beside", "currency", "customer", "hashes", "id", "line", "marked"),
        *("part", "profit", "raw", "refund_of", "refunded", "rows", "status", "time"),
    )

    def __init__(self, name: str, line: int) -> None:
        self.id = name
        self.line = line
        self.rows = 1
        self.raw: tuple[Cell, ...] = ()
        self.customer = ""
        self.time = NEVER
        self.amount = 0
        self.marked = False
        self.currency = ""
        self.status = ""
        self.refunded = 0
        self.refund_of = ""
        self.profit: int | None = None
        self.part = 0  # the first row's amount, as the file has it
        self.alike = True  # whether every line has that one
        self.hashes = b""  # of its lines, one after another
        self.beside = _NOTHING

    def own(self) -> Beside:
        """Return what is said beside the amount, to write into."""
        if self.beside is _NOTHING:
            self.beside = Beside()
        return self.beside
