"""Groups of members in a report: what they paid, brought in, received and have."""

from dataclasses import dataclass
from datetime import date
from typing import cast

import polars as pl


@dataclass(frozen=True, slots=True)
class Group:
    """Some members together; amounts are sums in minor units, ``paid`` is less late refunds."""

    name: str
    members: int
    first: date
    last: date
    paid: int
    has: int
    median: int
    all_brought: int
    all_received: int
    dividends: int

    @property
    def mean(self) -> int:
        """What one of them has on average, rounded down."""
        return self.has // self.members

    @property
    def brought(self) -> int:
        """What the orders of one of them brought into the reserve on average, rounded down."""
        return self.all_brought // self.members

    @property
    def received(self) -> int:
        """What one of them received for points or has in them on average, rounded down."""
        return self.all_received // self.members

    @property
    def difference(self) -> int:
        """What one received beyond what one brought."""
        return self.received - self.brought


@dataclass(frozen=True, slots=True)
class Holder:
    """One member by name."""

    name: str
    joined: date
    paid: int
    has: int


def group_of(name: str, members: pl.DataFrame) -> Group:
    """Return these members as one group of this name."""

    def total(*columns: str) -> int:
        return sum(sum(members[column].to_list()) for column in columns)

    has = sorted(members["has"].to_list())
    middle = (has[(len(has) - 1) // 2] + has[len(has) // 2]) // 2
    joined = cast("list[date]", members["joined"].to_list())
    return Group(
        name=name,
        members=len(has),
        first=min(joined),
        last=max(joined),
        paid=total("paid") - total("refunded_sales"),
        has=sum(has),
        median=middle,
        all_brought=_brought(members),
        all_received=total("value", "credit", "redeemed_net", "exit_net"),
        dividends=total("dividends", "accrued"),
    )


def _brought(members: pl.DataFrame) -> int:
    """Return what orders brought into the reserve, less the same part of it as was refunded."""
    rows = members.select("contributed", "paid", "refunded_sales").iter_rows()
    return sum(brought * (paid - back) // paid for brought, paid, back in rows if paid)
