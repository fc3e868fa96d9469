"""Receipts: what a program answers (spec: «Commands»)."""

import json
from collections.abc import Mapping
from enum import StrEnum
from json.encoder import encode_basestring_ascii

from msgspec import Struct


class Rejection(StrEnum):
    """Why a command is rejected; each command's are checked in the order the spec gives."""

    MALFORMED = "malformed"
    ID_REUSED = "id_reused"
    ALREADY_ENROLLED = "already_enrolled"
    ALREADY_OPEN = "already_open"
    NOT_A_MEMBER = "not_a_member"
    NOT_A_MERCHANT = "not_a_merchant"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_MERCHANT = "unknown_merchant"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_PURCHASE = "unknown_purchase"
    EXCEEDS_PURCHASE = "exceeds_purchase"
    PROFIT_REQUIRED = "profit_required"
    PROFIT_EXCEEDS_PAID = "profit_exceeds_paid"
    OVERSPENT = "overspent"
    NOT_ALLOWED = "not_allowed"
    INSUFFICIENT_POINTS = "insufficient_points"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    INSUFFICIENT_CREDIT = "insufficient_credit"
    DUST_REMAINING = "dust_remaining"
    TOO_SMALL = "too_small"
    PLAN_REFUSED = "plan_refused"
    DAY_CLOSED = "day_closed"
    TOO_FAR = "too_far"


class Exit(Struct, frozen=True, gc=False):
    """A forced sale: points in atoms, gross, net and credit in minor units.

    ``credit`` is given when the whole pool was wound up, None at an exit by quota.
    """

    account: str
    points: int
    gross: int
    net: int
    credit: int | None = None


class Receipt(Struct, frozen=True, gc=False):
    """The answer to one command: accepted with its figures, or rejected with the reason.

    ``id`` is the command's; at a malformed line whatever stood in its place.
    ``names`` and ``figures`` go together, in the order of the spec.
    """

    id: object
    error: Rejection | None = None
    names: tuple[str, ...] = ()
    figures: tuple[int, ...] = ()
    exits: tuple[Exit, ...] = ()

    @property
    def fields(self) -> Mapping[str, int]:
        """The figures by name: money in minor units, points in atoms."""
        return dict(zip(self.names, self.figures, strict=True))

    @property
    def ok(self) -> bool:
        """Whether the command was accepted."""
        return self.error is None


def encode_receipt(receipt: Receipt) -> str:
    """Return the receipt as one line of JSON (ASCII, without the line's end).

    >>> encode_receipt(Receipt("o1", None, ("points",), (21,)))
    '{"id": "o1", "status": "ok", "points": 21, "exits": []}'
    >>> encode_receipt(Receipt(None, Rejection.MALFORMED))
    '{"id": null, "status": "rejected", "error": "malformed"}'
    """
    echoed = receipt.id
    name = encode_basestring_ascii(echoed) if type(echoed) is str else json.dumps(echoed)
    if receipt.error is not None:
        return f'{{"id": {name}, "status": "rejected", "error": "{receipt.error}"}}'
    figures = "".join(
        [f'"{n}": {v}, ' for n, v in zip(receipt.names, receipt.figures, strict=True)]
    )
    exits = ", ".join([_encode_exit(e) for e in receipt.exits]) if receipt.exits else ""
    return f'{{"id": {name}, "status": "ok", {figures}"exits": [{exits}]}}'


def _encode_exit(e: Exit) -> str:
    credit = "" if e.credit is None else f', "credit": {e.credit}'
    account = encode_basestring_ascii(e.account)
    return (
        f'{{"account": {account}, "points": {e.points}, '
        f'"gross": {e.gross}, "net": {e.net}{credit}}}'
    )
