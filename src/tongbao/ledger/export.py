"""The journal as it leaves the database: its lines in order, in memory that does not grow.

An exported line is ``{"body":<body>,"hash":"<64 hex digits>"}`` (see `tongbao.ledger.journal`).
"""

from collections.abc import Iterator
from typing import Final

from tongbao.ledger.models import Entry

STEP: Final = 500
"""So many entries are read at a time."""


def export_lines(
    program: int, last: int, *, first: int = 0, using: str = "default", step: int = STEP
) -> Iterator[bytes]:
    """Yield the lines of the entries from ``first`` to ``last``, with their ends.

    The journal only grows, so what is written meanwhile changes none of them.

    Raises:
        LookupError: naming an entry that is missing.
    """
    entries = Entry.objects.using(using).filter(program=program).order_by("number")
    expected = first
    while expected <= last:
        rows = entries.filter(number__gte=expected, number__lte=last)
        number = expected
        for number, body, digest in rows.values_list("number", "body", "hash")[:step]:
            if number != expected:
                break
            yield f'{{"body":{body},"hash":"{digest}"}}\n'.encode("ascii")
            expected += 1
        if number != expected - 1:
            raise LookupError(expected)


def hash_at(program: int, number: int, *, using: str = "default") -> str | None:
    """Return the hash (hex) of an entry, None if there is none of that number."""
    entries = Entry.objects.using(using).filter(program=program, number=number)
    return entries.values_list("hash", flat=True).first()
