"""The journal's text: each entry as canonical JSON, and the chain of hashes over it.

A body is one JSON object in ASCII, its keys sorted, without spaces. Entry 0 is the genesis::

    {"currency":"CNY","number":0,"plan":{...},"program":"...","recorded_at":"..."}

every other entry is an accepted command and all it did::

    {"command":{...},"deltas":[[account,field,amount]...],"number":7,"pool":[reserve,supply],
     "postings":[[cause,unit,source,target,amount]...],"purchase":{...},"receipt":{...},
     "recorded_at":"..."}

``pool`` is reserve and supply afterwards, ``purchase`` (of purchases only) what refunds need.
The chain: hash(n) = SHA-256 over the 32 bytes of hash(n - 1) and the bytes of body(n); before the
genesis stand 32 zero bytes. An exported line is ``{"body":<body>,"hash":"<64 hex digits>"}``.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from tongbao.engine.commands import Command
from tongbao.engine.entry import Entry
from tongbao.engine.receipts import Exit, Receipt, Rejection
from tongbao.engine.state import Party, PurchaseRecord

BEFORE_GENESIS: Final = "0" * 64
RECEIPT_FIGURES: Final = (
    *("points", "contribution", "dividend", "gross", "fee", "net"),
    *("recovered", "shortfall", "credit", "distributed", "burned"),
)
"""What a receipt may tell besides its exits, in the order in which every command does."""


def canonical(value: object) -> str:
    r"""Return JSON in ASCII with sorted keys and no spaces.

    >>> canonical({"b": [1, "中"], "a": None})
    '{"a":null,"b":[1,"\\u4e2d"]}'
    """
    try:
        quick = msgspec.json.encode(value, order="sorted")
    except UnicodeEncodeError:  # half of a surrogate pair
        return _slowly(msgspec.to_builtins(value))
    if quick.isascii() and b"\x7f" not in quick:  # which the one writes as it is, the other escapes
        return quick.decode()
    return _slowly(json.loads(quick))


def read(text: str) -> Any:  # noqa: ANN401  # it is JSON
    r"""Return what `canonical` wrote.

    >>> read('{"a":"\\ud800"}') == {"a": "\ud800"}  # half of a surrogate pair
    True
    """
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def chained(previous: str, body: str) -> str:
    """Return the hash (hex) of an entry: over the hash before it and its body.

    >>> chained(BEFORE_GENESIS, "{}")[:16]
    'fb1634c4e6cd4b1f'
    """
    return sha256(bytes.fromhex(previous) + body.encode("ascii")).hexdigest()


def genesis_body(
    program: str, currency: str, plan: Mapping[str, object], recorded_at: datetime
) -> str:
    """Return the body of entry 0; ``plan`` has the engine's JSON fields."""
    return canonical(
        {
            "currency": currency,
            "number": 0,
            "plan": plan,
            "program": program,
            "recorded_at": timestamp(recorded_at),
        }
    )


def entry_body(number: int, command: Command, receipt: Receipt, entry: Entry, at: str) -> str:
    """Return the body of an accepted command; ``at`` is when it was settled (`timestamp`)."""
    work = entry.work
    fields: dict[str, object] = {
        "command": command,
        "deltas": entry.plain_deltas,
        "number": number,
        "pool": (work.figures.reserve, work.figures.supply),
        "postings": entry.plain_movements,
        "receipt": receipt_fields(receipt),
        "recorded_at": at,
    }
    if work.recorded is not None and work.recorded[0] == command.id:
        fields["purchase"] = _purchase_fields(work.recorded[1])
    return canonical(fields)


def receipt_fields(receipt: Receipt) -> dict[str, object]:
    """Return the receipt as the JSON object that the spec describes."""
    if receipt.error is not None:
        return {"id": receipt.id, "status": "rejected", "error": str(receipt.error)}
    return {
        "id": receipt.id,
        "status": "ok",
        **dict(zip(receipt.names, receipt.figures, strict=True)),
        "exits": [_exit_fields(e) for e in receipt.exits],
    }


def timestamp(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the microsecond.

    >>> timestamp(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_purchase(fields: Mapping[str, Any], refunded: int) -> PurchaseRecord:
    """Return the record in the ``purchase`` of a body; ``refunded`` minor units were given back."""
    chain = tuple(Party(*party) for party in fields["chain"])
    return PurchaseRecord(**{**fields, "chain": chain, "refunded": refunded})


def read_receipt(fields: Mapping[str, Any]) -> Receipt:
    """Return the receipt that `receipt_fields` gave; its figures come in the spec's order again."""
    if fields["status"] != "ok":
        return Receipt(fields["id"], Rejection(fields["error"]))
    names = tuple(name for name in RECEIPT_FIGURES if name in fields)
    return Receipt(
        fields["id"],
        None,
        names,
        tuple(fields[name] for name in names),
        tuple(Exit(**e) for e in fields["exits"]),
    )


def _purchase_fields(record: PurchaseRecord) -> dict[str, object]:
    return {
        "buyer": record.buyer,
        "paid": record.paid,
        "contribution": record.contribution,
        "dividend": record.dividend,
        "gained": record.gained,
        "granted": record.granted,
        "chain": [(p.name, p.granted, p.commission) for p in record.chain],
        "index": record.index,
        "closes": record.closes,
    }


def _exit_fields(e: Exit) -> dict[str, object]:
    fields: dict[str, object] = {
        "account": e.account,
        "points": e.points,
        "gross": e.gross,
        "net": e.net,
    }
    if e.credit is not None:
        fields["credit"] = e.credit
    return fields


def _slowly(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
