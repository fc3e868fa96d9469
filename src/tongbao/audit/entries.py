"""Reading an entry: the strict form of a line and of a body, and its one canonical text."""

import json
import re
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tongbao.engine.commands import Command

_OPENING: Final = b'{"body":'
_MIDDLE: Final = b',"hash":"'
_CLOSING: Final = b'"}\n'
_TAIL: Final = len(_MIDDLE) + 64 + len(_CLOSING)
_HASH: Final = re.compile(rb"[0-9a-f]{64}")


class NoEntry(ValueError):
    """A body holds no entry; str() says where and why."""


class Genesis(Struct, frozen=True, forbid_unknown_fields=True):
    """Entry 0: the program as it was launched; ``plan`` has the engine's JSON fields."""

    currency: str
    number: int
    plan: dict[str, Any]
    program: str
    recorded_at: str


class ExitLine(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A forced sale: points in atoms, gross, net and credit in minor units."""

    account: str
    points: int
    gross: int
    net: int
    credit: int | UnsetType = UNSET


class ReceiptLine(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The receipt of an accepted command; which figures it has depends on the command."""

    id: str
    status: Literal["ok"]
    exits: tuple[ExitLine, ...]
    points: int | UnsetType = UNSET
    contribution: int | UnsetType = UNSET
    dividend: int | UnsetType = UNSET
    recovered: int | UnsetType = UNSET
    shortfall: int | UnsetType = UNSET
    gross: int | UnsetType = UNSET
    fee: int | UnsetType = UNSET
    net: int | UnsetType = UNSET
    credit: int | UnsetType = UNSET
    distributed: int | UnsetType = UNSET
    burned: int | UnsetType = UNSET


class PurchaseLine(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What a purchase took and granted; its chain has name, points granted, commission."""

    buyer: str
    paid: int
    contribution: int
    dividend: int
    gained: int
    granted: int
    chain: tuple[tuple[str, int, int], ...]
    index: int
    closes: int


class Entry(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An accepted command and all it did.

    ``postings`` are cause, unit, source, target, amount; ``deltas`` account, field, amount;
    ``pool`` is reserve and supply afterwards.
    """

    command: Command
    deltas: list[tuple[str, str, int]]
    number: int
    pool: tuple[int, int]
    postings: list[tuple[str, str, str, str, int]]
    receipt: ReceiptLine
    recorded_at: str
    purchase: PurchaseLine | UnsetType = UNSET


Kind = TypeVar("Kind", Genesis, Entry)
_entry: Final[msgspec.json.Decoder[Entry]] = msgspec.json.Decoder(Entry)
_genesis: Final[msgspec.json.Decoder[Genesis]] = msgspec.json.Decoder(Genesis)
_moment: Final = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
)


def split_line(line: bytes) -> tuple[bytes, str] | None:
    r"""Return the body and the hash (hex) of an exported line; None if it has not that form.

    >>> split_line(b'{"body":{},"hash":"' + b"0" * 64 + b'"}\n')[0]
    b'{}'
    >>> split_line(b'{"body":{}}\n') is None
    True
    """
    if not line.startswith(_OPENING) or not line.endswith(_CLOSING):
        return None
    cut = len(line) - _TAIL
    claimed = line[cut + len(_MIDDLE) : -len(_CLOSING)]
    if not line.startswith(_MIDDLE, cut) or _HASH.fullmatch(claimed) is None:
        return None
    return line[len(_OPENING) : cut], claimed.decode()


def read_genesis(body: bytes) -> Genesis:
    """Return entry 0; raise NoEntry if the body holds something else."""
    return _read(body, _genesis, Genesis)


def read_entry(body: bytes) -> Entry:
    """Return the entry in a body; raise NoEntry if it holds something else."""
    return _read(body, _entry, Entry)


def is_canonical(body: bytes, value: Genesis | Entry) -> bool:
    """Say whether the body is the canonical text of what was read from it."""
    try:
        if msgspec.json.encode(value, order="sorted") == body:
            return body.isascii()
    except UnicodeEncodeError:  # half of a surrogate pair in a name
        pass
    return canonical(msgspec.to_builtins(value)) == body


def canonical(value: object) -> bytes:
    r"""Return JSON in ASCII with sorted keys and no spaces.

    >>> canonical({"b": [1, "中"], "a": None})
    b'{"a":null,"b":[1,"\\u4e2d"]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def is_moment(text: str) -> bool:
    """Say whether a text is a time as the journal writes it.

    >>> is_moment("2026-01-02T03:04:05.000000Z"), is_moment("2026-01-02")
    (True, False)
    """
    return _moment.fullmatch(text) is not None


def _read(body: bytes, decoder: msgspec.json.Decoder[Kind], kind: type[Kind]) -> Kind:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        reason = str(error)
    try:  # The fast decoder also refuses some JSON that a name may hold: lone surrogates.
        return msgspec.convert(json.loads(body), kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NoEntry(reason) from None
