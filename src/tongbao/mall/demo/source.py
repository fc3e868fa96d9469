"""The files that the demo is made from: examples/online-retail, as derive.py there writes them."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

NAMES: Final = ("catalogue", "history", "people")


@dataclass(frozen=True, slots=True)
class Goods:
    """Something that was sold: ``text`` is the source's own wording, ``sold`` on how many lines."""

    sku: str
    title: str
    text: str
    price_minor: int
    sold: int
    category: str


@dataclass(frozen=True, slots=True)
class Event:
    """A purchase that became final, or a later refund ``of`` one.

    ``at`` is the source's own time, of no zone. ``goods`` are an order's amounts by category,
    before anything came back.
    """

    kind: str
    id: str
    member: str
    amount_minor: int
    of: str
    at: datetime
    goods: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order of one of the demo's people."""

    member: str
    order: str
    at: datetime
    sku: str
    quantity: int
    amount_minor: int


def catalogue(folder: Path) -> list[Goods]:
    """Read the goods, most often sold first."""
    return [
        Goods(
            *(row["sku"], row["title"], row["source_text"]),
            *(int(row["price_minor"]), int(row["sold"]), row["category"]),
        )
        for row in _rows(folder, "catalogue")
    ]


def history(folder: Path) -> list[Event]:
    """Read what the ledger settles, by time."""
    return [
        Event(
            *(row["kind"], row["id"], row["member"], int(row["amount_minor"]), row["of"]),
            datetime.fromisoformat(row["at"]),
            _weights(row["goods"]),
        )
        for row in _rows(folder, "history")
    ]


def lines(folder: Path) -> list[Line]:
    """Read the order lines of the demo's people."""
    return [
        Line(
            *(row["member"], row["order_id"], datetime.fromisoformat(row["at"]), row["sku"]),
            *(int(row["quantity"]), int(row["line_minor"])),
        )
        for row in _rows(folder, "people")
    ]


def _weights(text: str) -> dict[str, int]:
    pairs = (part.partition(":") for part in text.split())
    return {name: int(amount) for name, _, amount in pairs}


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
