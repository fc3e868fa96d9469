"""What an audit may find: each fault has a code, the entry and line it is in, and the particulars."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Fault(StrEnum):
    """What is wrong with a journal."""

    # The text of a line.
    LINE_FORM = "line_form"
    CUT_OFF = "cut_off"
    NOT_AN_ENTRY = "not_an_entry"
    NOT_CANONICAL = "not_canonical"
    RECORDED_AT = "recorded_at"
    # The order of the entries.
    NUMBER = "number"
    HASH = "hash"
    ID_TWICE = "id_twice"
    # Postings and plain changes.
    POSTING = "posting"
    AMOUNT = "amount"
    UNIT = "unit"
    UNKNOWN_ACCOUNT = "unknown_account"
    ACCOUNT_TWICE = "account_twice"
    DELTA = "delta"
    POOL = "pool"
    # What the entry says of itself in several places.
    RECEIPT = "receipt"
    UNEXPLAINED = "unexplained"
    TAKEN = "taken"
    GAINED = "gained"
    PURCHASE = "purchase"
    REFUND = "refund"
    PLAN = "plan"
    DAY = "day"
    # What always holds (spec/engine.md), by number.
    PRICE = "invariant_1"
    SUPPLY = "invariant_2"
    MONEY = "invariant_3"
    CREDIT = "invariant_4"
    ACCRUED = "invariant_5"
    NEGATIVE = "negative"
    BACKING = "invariant_6"
    QUOTA = "invariant_7"
    SUMS = "sums"
    # Against the engine, against checkpoints.
    REPLAY = "replay"
    CHECKPOINT_FORM = "checkpoint_form"
    CHECKPOINT_SIGNATURE = "checkpoint_signature"
    CHECKPOINT_KEY = "checkpoint_key"
    CHECKPOINT_PROGRAM = "checkpoint_program"
    CHECKPOINT_MISSING = "checkpoint_missing"
    CHECKPOINT_HASH = "checkpoint_hash"
    CHECKPOINT_TOTALS = "checkpoint_totals"


class Problem(Struct, frozen=True):
    """One thing that is wrong: the entry's number where it is known, the line, the particulars."""

    fault: Fault
    entry: int | None
    line: int | None
    values: Mapping[str, object] = {}


class Remark(StrEnum):
    """What is worth a note, but wrong with nothing."""

    CLOCK_BACK = "clock_back"
    BEFORE_GENESIS = "before_genesis"


class Note(Struct, frozen=True):
    """Something odd that is no fault: how often, the first entry and line, its particulars."""

    remark: Remark
    entry: int
    line: int
    count: int
    values: Mapping[str, object] = {}


class Unusable(Exception):
    """What was given is no export at all; ``reason`` says why, ``detail`` what was found."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}" if detail else reason)
