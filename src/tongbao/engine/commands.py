"""Commands: what may be asked of a program, and the strict reading of it (spec: «Commands»).

A field that was received as null is None, one that was not received is UNSET:
they mean the same, but a command is the same command only with the same fields.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

AMOUNT_LIMIT: Final = 10**15
NAME_LENGTH: Final = 128
_DIGITS: Final = 1000
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH)]
Amount = Annotated[int, Meta(ge=1, le=AMOUNT_LIMIT)]
Profit = Annotated[int, Meta(ge=-AMOUNT_LIMIT, le=AMOUNT_LIMIT)]
Atoms = Amount | Literal["all"]


class Malformed(ValueError):
    """What was received is no command; str() says where and why."""


class _Command(
    Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    """What every command has: its id, and perhaps when it happened (changes no figure)."""

    id: Name
    at: str | UnsetType = UNSET


class Enroll(_Command, frozen=True, tag="enroll"):
    """A member joins, perhaps brought by another."""

    member: Name
    referrer: Name | UnsetType | None = UNSET


class OpenMerchant(_Command, frozen=True, tag="open_merchant"):
    """A merchant joins."""

    merchant: Name


class Purchase(_Command, frozen=True, tag="purchase"):
    """A final order: ``paid`` real money and the order's ``profit``, in minor units."""

    member: Name
    paid: Amount
    profit: Profit | UnsetType | None = UNSET


class Refund(_Command, frozen=True, tag="refund"):
    """Part of a final purchase is given back, in minor units of what was paid."""

    purchase: Name
    amount: Amount


class Redeem(_Command, frozen=True, tag="redeem"):
    """An account sells points (atoms) to the reserve for cash in its wallet."""

    account: Name
    points: Atoms


class PayPoints(_Command, frozen=True, tag="pay_points"):
    """A member pays goods of ``amount`` minor units with points."""

    member: Name
    merchant: Name
    amount: Amount


class PayWallet(_Command, frozen=True, tag="pay_wallet"):
    """Cash (minor units) moves between wallets."""

    payer: Name
    payee: Name
    amount: Amount


class Convert(_Command, frozen=True, tag="convert"):
    """A member turns points (atoms) into store credit."""

    member: Name
    points: Atoms


class PayCredit(_Command, frozen=True, tag="pay_credit"):
    """Store credit (minor units) moves between accounts."""

    payer: Name
    payee: Name
    amount: Amount


class RedeemCredit(_Command, frozen=True, tag="redeem_credit"):
    """A merchant turns store credit (minor units) into points out of the treasury."""

    merchant: Name
    amount: Amount


class Withdraw(_Command, frozen=True, tag="withdraw"):
    """Cash (minor units) leaves an account's wallet for the world outside."""

    account: Name
    amount: Amount


class Deposit(_Command, frozen=True, tag="deposit"):
    """Cash (minor units) enters an account's wallet from outside."""

    account: Name
    amount: Amount


class ChangePlan(_Command, frozen=True, tag="change_plan"):
    """What comes later follows this plan (its JSON fields)."""

    plan: dict[str, Any]


class CloseDay(_Command, frozen=True, tag="close_day"):
    """The day (``YYYY-MM-DD``) ends: surplus burned, the dividend fund distributed."""

    day: str

    def __post_init__(self) -> None:
        """Refuse what is no real date, or one written another way."""
        if not _DAY.fullmatch(self.day):
            reason = "day is written YYYY-MM-DD"
            raise ValueError(reason)
        date.fromisoformat(self.day)


Command = (
    Enroll
    | OpenMerchant
    | Purchase
    | Refund
    | Redeem
    | PayPoints
    | PayWallet
    | Convert
    | PayCredit
    | RedeemCredit
    | Withdraw
    | Deposit
    | ChangePlan
    | CloseDay
)

_TYPES: Final[Mapping[str, Any]] = {
    str(one.__struct_config__.tag): one for one in get_args(Command)
}
_decoder: Final[msgspec.json.Decoder[Command]] = msgspec.json.Decoder(Command)


def parse(received: object) -> Command:
    """Return the command in a JSON object; raise Malformed, saying where, if it is none."""
    tag = received.get("type") if isinstance(received, dict) else None
    # One type is read ten times as fast as the union of all, which is looked through anew each time.
    wanted = _TYPES.get(tag, Command) if isinstance(tag, str) else Command
    try:
        # The object is read as JSON itself, so that both doors have one reading.
        return msgspec.convert(received, wanted)  # type: ignore[arg-type, no-any-return, unused-ignore]  # a union
    except (msgspec.ValidationError, RecursionError) as error:
        raise Malformed(str(error)) from None


def parse_line(line: bytes) -> tuple[Command | None, object]:
    """Read one line of JSON; return the command, or None, and the id to echo."""
    try:
        command = _decoder.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _parse_slowly(line)
    return command, command.id


def same_command(first: Command, again: Command) -> bool:
    """Say whether all fields were received alike."""
    if first != again:
        return False
    if isinstance(first, ChangePlan) and isinstance(again, ChangePlan):
        # In Python 1 == True == 1.0, in JSON they differ.
        return _canonical(first.plan) == _canonical(again.plan)
    return True


def command_fields(command: Command) -> dict[str, object]:
    """Return the command as the JSON object that was received."""
    fields: dict[str, object] = msgspec.to_builtins(command)
    return fields


def _parse_slowly(line: bytes) -> tuple[Command | None, object]:
    """Read what the fast decoder refuses: it also refuses some JSON (lone surrogates)."""
    try:
        text = line.decode("utf-8-sig")  # with or without the mark that some editors write
        received = json.loads(text, parse_int=_whole, parse_constant=_refuse)
        echoed = received.get("id") if isinstance(received, Mapping) else None
        json.dumps(echoed, allow_nan=False)
    except (ValueError, RecursionError):
        return None, None
    try:
        return parse(received), echoed
    except Malformed:
        return None, echoed


def _whole(digits: str) -> object:
    """Read an integer; one beyond all limits becomes what no field takes, and the id is echoed."""
    return int(digits) if len(digits) <= _DIGITS else []


def _refuse(constant: str) -> None:
    """Refuse NaN and the infinities: the line is not JSON."""
    raise ValueError(constant)


def _canonical(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, sort_keys=True)
