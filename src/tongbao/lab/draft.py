"""One order in the making."""

from datetime import datetime
from typing import Final

from tongbao.lab.cells import Cell

NEVER: Final = datetime(1, 1, 1)  # wall times all over


class Draft:
    """An order or refund while its rows are read; amounts as the layout counts them."""

    __slots__ = (
        *(
            "alike",
            "amount",
            "back_alike",
            "back_part",
            "cancelled",
            "currency",
            "customer",
            "doubled",
            "extras",
            "gain_alike",
            "gain_part",
            "gift",
        ),
        *("gift_amount", "head", "id", "is_cancelled", "line", "marked", "outstanding", "part"),
        *("profit", "raw", "refund_of", "refunded", "rows", "sells_gift", "status", "time"),
        "written",
    )

    def __init__(self, name: str, line: int) -> None:
        self.id = name
        self.line = line
        self.rows = 1
        self.raw: tuple[Cell, ...] = ()
        self.head: tuple[str, ...] = ()
        self.customer = ""
        self.time = NEVER
        self.amount = 0
        self.marked = False
        self.currency = ""
        self.status = ""
        self.refunded = 0
        self.cancelled: datetime | None = None
        self.refund_of = ""
        self.profit: int | None = None
        self.written = 0  # the amount as the file has it
        self.extras: tuple[str, ...] = ()
        self.outstanding = 0
        self.is_cancelled = False
        self.gift = False
        self.gift_amount = 0
        self.sells_gift = False
        self.part = 0  # the first line's amount
        self.alike = True  # whether every line has that one
        self.back_part = 0  # what the first line says came back, or was taken off
        self.back_alike = True
        self.gain_part: int | None = None  # the first line's profit
        self.gain_alike = True
        self.doubled = 0  # what lines add that are equal to an earlier one
