"""What is no command: each field's form, and the id that the receipt echoes (spec: «Commands»)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import pytest

from tests.engine.desk import Desk, everything, program_of
from tongbao.engine.commands import parse_line
from tongbao.engine.receipts import Rejection, encode_receipt

# One well-formed command of each type, with every field it may have.
WELL: Final[Mapping[str, Mapping[str, object]]] = {
    "enroll": {"member": "ann", "referrer": "bob"},
    "open_merchant": {"merchant": "shop"},
    "purchase": {"member": "ann", "paid": 1, "profit": 1},
    "refund": {"purchase": "o1", "amount": 1},
    "redeem": {"account": "ann", "points": 1},
    "pay_points": {"member": "ann", "merchant": "shop", "amount": 1},
    "pay_wallet": {"payer": "ann", "payee": "shop", "amount": 1},
    "convert": {"member": "ann", "points": 1},
    "pay_credit": {"payer": "ann", "payee": "shop", "amount": 1},
    "redeem_credit": {"merchant": "shop", "amount": 1},
    "withdraw": {"account": "ann", "amount": 1},
    "deposit": {"account": "ann", "amount": 1},
    "change_plan": {"plan": {}},
    "close_day": {"day": "2026-01-01"},
}
NAMES: Final = ("member", "referrer", "merchant", "purchase", "account", "payer", "payee")
NUMBERS: Final = ("paid", "profit", "amount", "points")
FIELDS: Final = [(kind, field) for kind, fields in WELL.items() for field in fields]
OPTIONAL: Final = [("enroll", "referrer"), ("purchase", "profit")]

BAD_NAMES: Final = ["", "x" * 129, "店" * 129, "😀" * 129, None, 1, True, 1.5, ["ann"], {"a": 1}]
GOOD_NAMES: Final = ["x", "x" * 128, "店" * 128, "😀" * 128, " ", "\n", "\x00", "\ud800", "all"]
BAD_NUMBERS: Final = [
    *(10**15 + 1, 10**5000, -(10**15) - 1, True, False, 1.0, 1000.0, 1.5, float("nan")),
    *(float("inf"), "1", "", "ALL", [1], {"n": 1}),
]
BAD_DAYS: Final = [
    *("2026-02-30", "2026-13-01", "2026-00-10", "2025-02-29", "0000-01-01", "2026-1-1"),
    *("2026-W01-1", "2026W011", "20260101", "2026-001", "26-01-01", "02026-01-01"),
    *("٢٠٢٦-01-01", "２０２６-01-01", "2026-01-01T00:00:00", " 2026-01-01", "2026-01-01\n"),
    *("2026/01/01", "-026-01-01", "", None, 20260101, True, ["2026-01-01"]),
]


def command(kind: str, **changes: object) -> dict[str, object]:
    return {"id": "x", "type": kind, **WELL[kind], **changes}


def is_malformed(received: object) -> bool:
    program = program_of()
    before = everything(program)
    receipt = program.submit(received).receipt
    assert receipt.ok or everything(program) == before
    return receipt.error is Rejection.MALFORMED


@pytest.mark.parametrize("kind", WELL)
def test_a_whole_command_is_well_formed(kind: str) -> None:
    assert not is_malformed(command(kind))
    assert not is_malformed(command(kind, at="2026-01-01T08:00:00+08:00"))
    assert not is_malformed(command(kind, at="some time"))
    assert not is_malformed(command(kind, at=""))


@pytest.mark.parametrize("kind", WELL)
@pytest.mark.parametrize("at", [None, 1, True, 1.5, ["now"], {"t": 1}])
def test_a_time_that_is_no_string_is_malformed(kind: str, at: object) -> None:
    assert is_malformed(command(kind, at=at))


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_may_be_absent_or_null_only_where_it_is_optional(kind: str, field: str) -> None:
    received = command(kind)
    del received[field]
    assert is_malformed(received) is ((kind, field) not in OPTIONAL)
    assert is_malformed(command(kind, **{field: None})) is ((kind, field) not in OPTIONAL)


@pytest.mark.parametrize("kind", WELL)
def test_an_unknown_field_is_malformed_even_if_null(kind: str) -> None:
    assert is_malformed(command(kind, note="x"))
    assert is_malformed(command(kind, note=None))
    assert is_malformed(command(kind, **{"": "x"}))


@pytest.mark.parametrize(("kind", "field"), [f for f in FIELDS if f[1] in NAMES])
def test_names_are_strings_of_1_to_128_code_points(kind: str, field: str) -> None:
    for name in BAD_NAMES:
        if name is not None or (kind, field) not in OPTIONAL:
            assert is_malformed(command(kind, **{field: name})), name
    for name in GOOD_NAMES:
        assert not is_malformed(command(kind, **{field: name})), name


@pytest.mark.parametrize(("kind", "field"), [f for f in FIELDS if f[1] in NUMBERS])
def test_numbers_are_whole_and_within_their_range(kind: str, field: str) -> None:
    for number in BAD_NUMBERS:
        assert is_malformed(command(kind, **{field: number})), number
    for number in (1, 10**15):
        assert not is_malformed(command(kind, **{field: number})), number
    for number in (0, -1, -(10**15)):
        assert is_malformed(command(kind, **{field: number})) is (field != "profit"), number


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_only_points_may_be_all(kind: str, field: str) -> None:
    if field in NUMBERS:
        assert is_malformed(command(kind, **{field: "all"})) is (field != "points")


@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_day_is_a_real_date_written_one_way(day: object) -> None:
    assert is_malformed(command("close_day", day=day))


@pytest.mark.parametrize("day", ["2024-02-29", "0001-01-01", "9999-12-31"])
def test_a_real_day_is_well_formed(day: str) -> None:
    assert not is_malformed(command("close_day", day=day))


@pytest.mark.parametrize("plan", [[], "plan", 1, True, None])
def test_a_plan_that_is_no_object_is_malformed(plan: object) -> None:
    assert is_malformed(command("change_plan", plan=plan))


@pytest.mark.parametrize(
    "kind", ["Enroll", "", "enrol", "malformed", None, 1, True, ["enroll"], {}]
)
def test_an_unknown_type_is_malformed(kind: object) -> None:
    assert is_malformed({"id": "x", "type": kind, "member": "ann"})


def test_a_command_without_a_type_is_malformed() -> None:
    assert is_malformed({"id": "x", "member": "ann"})


@pytest.mark.parametrize(
    "received", [None, True, 1, 1.5, "enroll", [], [{}], {}, [command("enroll")]]
)
def test_what_is_no_object_or_an_empty_one_is_malformed(received: object) -> None:
    assert is_malformed(received)


@pytest.mark.parametrize("id_", ["", "x" * 129, 0, 7, -1.5, True, None, ["x"], {"a": [1]}, 10**30])
def test_the_receipt_echoes_whatever_stands_for_the_id_of_an_object(id_: object) -> None:
    received = {"id": id_, "type": "deposit", "account": "ann", "amount": 1}
    receipt = program_of().submit(received).receipt
    assert receipt.error is Rejection.MALFORMED
    assert json.loads(encode_receipt(receipt)) == {
        "id": id_,
        "status": "rejected",
        "error": "malformed",
    }


def test_an_object_without_an_id_echoes_null() -> None:
    receipt = program_of().submit({"type": "deposit", "account": "ann", "amount": 1}).receipt
    assert (receipt.id, receipt.error) == (None, Rejection.MALFORMED)


@pytest.mark.parametrize("received", [None, "x", 5, [], [{"id": "x"}]])
def test_what_is_no_object_echoes_null(received: object) -> None:
    assert program_of().submit(received).receipt.id is None


def test_malformed_is_found_before_a_reused_id() -> None:
    desk = Desk()
    desk.ok("enroll", member="ann")
    received = {"id": desk.last_id, "type": "enroll", "member": 5}
    assert desk.program.submit(received).receipt.error is Rejection.MALFORMED


def test_a_malformed_command_leaves_nothing_behind() -> None:
    desk = Desk()
    desk.buy("ann", 10_000)
    assert desk.refused("purchase", member="ann", paid=True) == "malformed"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b" \t\r\n",
        b"\xff\xfe",
        b'{"id": "a\xff", "type": "enroll", "member": "ann"}',
        b'{"id": "a", "type": "enroll", "member": "ann"',
        b'{"id": "a", "type": "enroll", "member": "ann"}}',
        b'{"id": "a", "type": "enroll", "member": "ann"} {}',
        b"[" * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"id": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b"1" + b"0" * 5000,
        b"nan",
        b"NaN",
        b"-Infinity",
        b"'enroll'",
        b"None",
    ],
    ids=lambda line: repr(line[:24]),
)
def test_a_line_that_is_no_object_is_no_command_and_has_no_id(line: bytes) -> None:
    assert parse_line(line) == (None, None)


@pytest.mark.parametrize(
    "number", ["1" + "0" * 5000, "1e3", "1.0", "NaN", "1e400", "-1", "01", "+1"]
)
def test_a_line_with_a_number_in_another_form_is_no_command(number: str) -> None:
    line = f'{{"id": "a", "type": "deposit", "account": "ann", "amount": {number}}}'
    assert parse_line(line.encode())[0] is None


@pytest.mark.parametrize(
    "id_", ["NaN", "Infinity", "-Infinity", "1e400", '["a", NaN]', '{"a": 1e999}']
)
def test_an_id_that_json_cannot_write_is_not_echoed(id_: str) -> None:
    assert parse_line(f'{{"id": {id_}, "type": "enroll"}}'.encode()) == (None, None)


def test_of_a_field_given_twice_the_last_counts() -> None:
    line = b'{"id": "a", "type": "deposit", "account": "ann", "amount": 1, "amount": 2}'
    deposit, _ = parse_line(line)
    assert getattr(deposit, "amount", None) == 2


def test_a_lone_surrogate_is_one_code_point_of_a_name_and_is_echoed() -> None:
    line = b'{"id": "\\ud800", "type": "enroll", "member": "\\udfff"}'
    enroll, echoed = parse_line(line)
    assert enroll is not None
    assert echoed == "\ud800"
    receipt = program_of().execute(enroll).receipt
    assert encode_receipt(receipt) == '{"id": "\\ud800", "status": "ok", "exits": []}'


@pytest.mark.parametrize("line", [b"\t{} \r\n", b"\xef\xbb\xbf{}"], ids=["white space", "mark"])
def test_white_space_and_a_byte_order_mark_do_not_spoil_a_command(line: bytes) -> None:
    body = b'{"id": "a", "type": "enroll", "member": "ann"}'
    assert parse_line(line.replace(b"{}", body))[0] is not None
