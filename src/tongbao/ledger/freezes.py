"""Freezing an account, and releasing it: who, when, why.

Under the program's lock, so that it is settled before or after a command, never in between.
"""

from datetime import UTC, datetime
from typing import Final

from tongbao.ledger.combine import Desk
from tongbao.ledger.models import Account, Freeze
from tongbao.ledger.values import AlreadyFrozen, BadName, NotFrozen, UnknownAccount

LONGEST_WHO: Final = 128
LONGEST_WHY: Final = 500


def write(desk: Desk, account: str, *, frozen: bool, who: str, why: str) -> None:
    """Freeze or release an account and note who did it, when and why."""
    _check_line("who", who, LONGEST_WHO)
    _check_line("why", why, LONGEST_WHY)
    if not isinstance(account, str):
        raise UnknownAccount(f"The program has no account {account!r:.100}.")
    program, using = desk.program, desk.using
    with desk.held():
        rows = Account.objects.using(using).filter(program=program, name=account)
        before = rows.values_list("frozen", flat=True).first()
        if before is None:
            raise UnknownAccount(f"The program has no account {account!r}.")
        if before and frozen:
            raise AlreadyFrozen(f"{account!r} is frozen; `tongbao program freezes` says by whom.")
        if not before and not frozen:
            raise NotFrozen(f"{account!r} is not frozen.")
        rows.update(frozen=frozen)
        notes = Freeze.objects.using(using).filter(program=program, account=account)
        Freeze.objects.using(using).create(
            program=program,
            account=account,
            serial=notes.count() + 1,
            frozen=frozen,
            at=datetime.now(UTC),
            who=who,
            why=why,
        )


def _check_line(name: str, text: object, longest: int) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        raise BadName(f"{name} must be a text of 1 to {longest} characters")
    if not text.isprintable():
        raise BadName(f"{name} must be one line without control characters")
