"""Members by the hundred thousand, written where a program keeps them without a journal's entries.

The server makes the rows itself: everybody bought once, for 100.00, before the price ever moved,
and the program's figures are the sums over them, so every promise holds and the checks after each
command pass. Only `rebuild --check` would miss the purchases: nobody made them.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from tests.ledger.databases import Database
from tongbao.engine.units import SCALE
from tongbao.ledger.door import Ledger

POINTS: Final = 21_000_000  # atoms; what the founding example grants for 100.00
WORTH: Final = 3_000  # minor units in the reserve for them
_COLUMNS: Final = (
    "program, name, kind, opening, frozen, points, quota, owed, wallet, credit, mark, fraction, "
    "gained, lost, taken, forfeited, exit_bound"
)


class Group(Struct, frozen=True):
    """Neighbours in the order of opening: how many, and the quota of each in minor units.

    With a ``spread``, each has up to that much more, so that their exit keys differ.
    """

    count: int
    quota: int
    spread: int = 1


def fill(database: Database, ledger: Ledger, groups: Sequence[Group]) -> None:
    """Give a program, launched and empty, holders m0, m1 …; then let the server settle down."""
    first = 0
    for group in groups:
        database.execute(_HOLDERS, *_values(ledger, group, first))
        first += group.count
    database.execute(_FIGURES, *(first,) * 6, ledger.program_id)
    # What the server does by itself, sooner or later, with a table that has grown. No CHECKPOINT:
    # the first write to a page after one logs all of it, and not only that is to be measured.
    database.execute("VACUUM ANALYZE ledger_account")


_QUOTA: Final = "(%s + n %% %s)::numeric"
_HOLDERS: Final = (
    f"INSERT INTO ledger_account ({_COLUMNS}) SELECT %s, 'm' || n, 'member', n, false, {POINTS}, "
    f"{_QUOTA}, 0, 0, 0, 0, 0, {_QUOTA}, 0, 0, 0, div({_QUOTA} * {SCALE}, {POINTS}) "
    "FROM generate_series(%s, %s) AS n"
)
_FIGURES: Final = (
    f"UPDATE ledger_head SET opened = %s, reserve = %s * {WORTH}::numeric, "
    f"money_in = %s * {WORTH}::numeric, supply = %s * {POINTS}::numeric, "
    f"issued = %s * {POINTS}::numeric, points = %s * {POINTS}::numeric WHERE program = %s"
)


def _values(ledger: Ledger, group: Group, first: int) -> tuple[int, ...]:
    quota = (group.quota, group.spread)
    return (ledger.program_id, *quota, *quota, *quota, first, first + group.count - 1)
