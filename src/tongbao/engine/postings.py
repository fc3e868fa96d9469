"""Postings: what a command moved, in double entry, over named accounts.

A movement takes an amount from one place and puts it into another of the same
unit, so each is balanced by itself. Sums of movements reproduce every balance:
money in reserve, dividend_fund, dividend_payable, paid_out, refunded and
wallet:NAME; points in treasury, burned and points:NAME (issued is what left
issuance); credit in credit:NAME. Quota, owed, mark and fraction travel as
plain deltas beside them.
"""

from typing import Literal

from msgspec import Struct

Unit = Literal["money", "points", "credit"]
Place = Literal[
    "sales",
    "deposits",
    "reserve",
    "dividend_fund",
    "dividend_payable",
    "wallet",
    "paid_out",
    "refunded",
    "issuance",
    "points",
    "treasury",
    "burned",
    "credit_issued",
    "credit",
]
Cause = Literal[
    "contribution",
    "dividend_share",
    "commission",
    "grant",
    "referral_grant",
    "dividend",
    "distribution",
    "redemption",
    "exit",
    "wind_up",
    "rest",
    "surplus",
    "goods",
    "payment",
    "conversion",
    "credit_redemption",
    "withdrawal",
    "deposit",
    "refund",
]
Move = tuple[Cause, Place, str, Place, str, int]
"""cause, from place, its owner ('' if the program's), to place, its owner, amount."""


class Movement(Struct, frozen=True):
    """A balanced posting of one unit: the amount leaves ``source`` and enters ``target``."""

    cause: Cause
    unit: Unit
    source: str
    target: str
    amount: int


class Delta(Struct, frozen=True):
    """A plain change of one field of an account (of the program where account is empty)."""

    account: str
    field: str
    amount: int
