"""Derives what the demo mall needs from the history's lines, once; the results are kept here.

Run it after a change of the rules, in a clone: ``.venv/bin/python examples/online-retail/derive.py``.
It writes, the same bytes every time:

catalogue.csv.gz
    What was sold: SKU, title, the source's own wording, price (the median, in pence), on how many
    lines it was sold, category.
history.csv.gz
    What the ledger settles: every purchase seven days after its order, less what came back until
    then, and every later refund, each with its moment. Refunds are matched to orders as the
    backtest does it. ``goods`` are the order's pence by category.
people.csv.gz
    The order lines of the few customers whose accounts the demo's people have.
"""

import csv
import gzip
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from categories import category_of

from tongbao.lab.orders import ReadOptions, read_history
from tongbao.lab.returns import match_refunds
from tongbao.lab.timeline import timeline_of
from tongbao.plans.files import load_plan

HERE: Final = Path(__file__).parent
RETURN_DAYS: Final = 7
PROFIT_BPS: Final = 3500
# Shoppers with a year of orders and nothing sent back; who they are, src/tongbao/mall/demo tells.
PEOPLE: Final = ("14825", "12877", "15910", "15134", "16910")
NO_GOODS: Final = re.compile(
    r"postage|carriage|packing charge|high resolution|gift voucher|\bcab electronic"
    r"|^(adjust|check|manual|sample|found|lost|thrown|damage|wrong|amazon|ebay)|[?]"
)
# What sentence case would spoil.
NAMES: Final = (
    *("Christmas", "Easter", "London", "Union Jack", "English", "French", "Danish", "Paris"),
    *("Chinese", "Japanese", "Scandinavian", "Swiss", "Edwardian", "Victorian", "Regency"),
    *("Moroccan", "Turkish", "Columbian", "Edinburgh", "Bertie", "Charlie", "Lola", "Suki"),
    *("Santa", "Noel", "Valentine", "Murano", "Boudicca", "Montana", "Elvis", "Mao", "Buddha"),
    *("T-light", "T-lights", "LED", "3D", "A4", "A5", "A6", "TV", "CD", "DIY", "USB", "BBQ", "I"),
)


def main() -> None:
    """Write the three files."""
    lines = pl.read_parquet(HERE / "online_retail_lines.parquet")
    catalogue = catalogue_of(lines)
    categories = {row[0]: row[5] for row in catalogue}
    _write("catalogue", "sku,title,source_text,price_minor,sold,category", catalogue)
    _write("history", "kind,id,member,amount_minor,of,at,goods", history(lines, categories))
    _write("people", "member,order_id,at,sku,quantity,line_minor", people_lines(lines, categories))


def catalogue_of(lines: pl.DataFrame) -> list[Sequence[object]]:
    """Return the goods, most often sold first; capitals in a SKU make no difference."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    prices: dict[str, list[int]] = defaultdict(list)
    sold = lines.filter((pl.col("quantity") > 0) & (pl.col("unit_price_milli") > 0))
    columns = ("sku", "description", "unit_price_milli")
    for sku, text, milli in sold.select(columns).iter_rows():
        if re.fullmatch(r"\d{5}[A-Za-z]{0,2}|DCGS\w+", sku) and text and not _is_no_goods(text):
            texts[sku.upper()][" ".join(text.split())] += 1
            prices[sku.upper()].append(milli)
    found: list[Sequence[object]] = []
    for sku, counter in texts.items():
        text = min(counter, key=lambda one: (-counter[one], one))
        pence = max(1, (_median(prices[sku]) + 5) // 10)
        found.append((sku, title_of(text), text, pence, counter.total(), category_of(text)))
    return sorted(found, key=lambda row: (-int(str(row[4])), str(row[0])))


def history(lines: pl.DataFrame, categories: dict[str, object]) -> Iterable[Sequence[object]]:
    """Yield the ledger's events in their order."""
    goods: dict[str, Counter[str]] = defaultdict(Counter)
    sold = lines.filter((pl.col("quantity") > 0) & (pl.col("unit_price_milli") > 0))
    columns = ("order_id", "sku", "quantity", "unit_price_milli")
    for order, sku, quantity, milli in sold.select(columns).iter_rows():
        goods[order][str(categories.get(sku.upper(), "other"))] += (quantity * milli + 5) // 10
    orders = read_history(HERE / "online_retail_orders.csv.gz", ReadOptions(currency="GBP"))
    plan = load_plan(HERE / "plan.toml").plan
    timeline = timeline_of(orders, match_refunds(orders), plan, RETURN_DAYS, PROFIT_BPS)
    for event in timeline.events:
        kind = "purchase" if event.is_purchase else "refund"
        weights = goods[event.id] if event.is_purchase else Counter[str]()
        told = " ".join(f"{name}:{pence}" for name, pence in sorted(weights.items()) if pence)
        at = event.time.isoformat(timespec="minutes")
        yield kind, event.id, event.member, event.amount, event.purchase, at, told


def people_lines(lines: pl.DataFrame, categories: dict[str, object]) -> Iterable[Sequence[object]]:
    """Yield the order lines of the demo's people; each order's add up to what it came to."""
    theirs = lines.filter(pl.col("customer_id").is_in(PEOPLE))
    columns = ("customer_id", "order_id", "ordered_at", "sku", "quantity", "unit_price_milli")
    for member, order, at, sku, quantity, milli in theirs.select(columns).iter_rows():
        if quantity <= 0 or milli <= 0 or sku.upper() not in categories:
            raise ValueError(f"{member} has a line that is no plain sale: {order}, {sku}.")
        moment = at.isoformat(timespec="minutes")
        yield member, order, moment, sku.upper(), quantity, (quantity * milli + 5) // 10


def title_of(text: str) -> str:
    """Return a title in sentence case.

    >>> title_of("WHITE HANGING HEART T-LIGHT HOLDER")
    'White hanging heart T-light holder'
    """
    lower = text.lower().strip(" .,*")
    for name in NAMES:
        lower = re.sub(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z])", name, lower)
    return lower[:1].upper() + lower[1:]


def _is_no_goods(text: str) -> bool:
    return NO_GOODS.search(text.lower()) is not None


def _median(numbers: list[int]) -> int:
    """Return the median, floored where it falls between two."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def _write(name: str, header: str, rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    # No file name and no time inside: the same rows are the same bytes.
    packed = gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0)
    (HERE / f"{name}.csv.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
