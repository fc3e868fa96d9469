"""What goes in and out of the ledger's door: guards, outcomes, standings, errors."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from tongbao.engine.plan import Plan
from tongbao.engine.receipts import Receipt
from tongbao.engine.state import Figures


class Refusal(StrEnum):
    """Why the ledger did not let a command into the journal that the engine might accept."""

    FROZEN = "frozen"
    GUARD = "guard"
    GROUP = "group"
    NOT_ANNOUNCED = "not_announced"
    DEFECT = "defect"


class Guard(Struct, frozen=True):
    """Figures that the receipt must keep to, or the command is refused and changes nothing.

    Names are the receipt's figures: money in minor units, points in atoms.
    """

    at_least: dict[str, int] = {}
    at_most: dict[str, int] = {}

    def holds(self, figures: Mapping[str, int]) -> bool:
        """Say whether these figures keep to it; one that is named must be there."""
        return all(
            name in figures and figures[name] >= least for name, least in self.at_least.items()
        ) and all(name in figures and figures[name] <= most for name, most in self.at_most.items())


class Outcome(Struct, frozen=True):
    """What became of a command.

    Either accepted (``number`` is its journal entry), or rejected by the engine (the receipt says
    why), or refused by the ledger: ``refusal``, and where the engine had answered, its receipt.
    """

    id: object
    receipt: Receipt | None
    refusal: Refusal | None = None
    number: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the command was accepted."""
        return self.number is not None

    @property
    def fields(self) -> Mapping[str, int]:
        """The receipt's figures by name."""
        return {} if self.receipt is None else self.receipt.fields


class Standing(Struct, frozen=True):
    """Where a program stands: its last entry, its figures, its plan.

    ``turnover`` has the sums moved since the beginning by «cause source target».
    """

    status: str
    number: int
    hash: str
    figures: Figures
    plan: Plan
    plan_version: int
    turnover: Mapping[str, int]


class LedgerError(Exception):
    """Something that the ledger cannot do; the message says what and the way out."""


class NoSuchProgram(LedgerError):
    """No program has that name."""


class ProgramExists(LedgerError):
    """A program has that name already."""


class NotLaunched(LedgerError):
    """The program is a draft: it takes no commands before its launch."""


class ProgramPaused(LedgerError):
    """The program is paused: commands can wait in the inbox, none is settled."""


class ProgramMoved(LedgerError):
    """The program was moved to another database; here it only rests."""


class BadName(LedgerError):
    """That cannot be a name."""


class InsideTransaction(LedgerError):
    """Settling commits by itself: inside a transaction of the caller's, write with `enqueue`."""


class KeyTaken(LedgerError):
    """A command with that id waits or was accepted already, with other fields."""


class NotSettled(LedgerError):
    """The time limit has passed; ``may_still_settle`` says whether the command still waits."""

    def __init__(self, message: str, *, may_still_settle: bool) -> None:
        self.may_still_settle = may_still_settle
        super().__init__(message)


class DatabaseTrouble(LedgerError):
    """The database did not do what was asked, or is not there; the message has its words."""


class BadArgument(LedgerError):
    """What was handed in is not what is asked for; the message says which and what would be."""


class BadCommand(LedgerError):
    """The command cannot wait in the inbox, for it is none."""


class UnknownAccount(LedgerError):
    """The program has no account of that name."""


class AlreadyFrozen(LedgerError):
    """The account is frozen."""


class NotFrozen(LedgerError):
    """The account is not frozen."""


class PlanNotAllowed(LedgerError):
    """That plan, or its date, cannot be announced; the message says why."""
