"""What is changed is found, and the entry named: bytes, lines, whole entries, consistent rewrites."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.exports import (
    Body,
    audited,
    bodies,
    brief,
    chain_of,
    forged,
    found,
    journal_of,
    stream_journal,
)
from tongbao.audit.problems import Problem, Unusable

BUY = {"type": "purchase", "member": "ann", "paid": 10_000}
SHORT = journal_of(
    {"type": "open_merchant", "merchant": "shop"},
    BUY,
    {"type": "purchase", "member": "bob", "paid": 25_000},
    {"type": "refund", "purchase": "c2", "amount": 5_000},
    {"type": "redeem", "account": "bob", "points": 5_000_000},
    {"type": "withdraw", "account": "bob", "amount": 100},
    {"type": "close_day", "day": "2026-01-01"},
    dividend_bps=100,
)
TEXT = b"".join(SHORT)
STREAM = b"".join(stream_journal("0018"))


def split(text: bytes) -> list[bytes]:
    """Split as a file is read: at line feeds alone."""
    lines = text.split(b"\n")
    return [*(line + b"\n" for line in lines[:-1]), *(line for line in lines[-1:] if line)]


def first_problem(text: bytes) -> Problem | None:
    """Return what an audit finds first; None if nothing. A file of no use counts as line 1."""
    try:
        problems = audited(split(text)).problems
    except Unusable:
        return Problem("line_form", 0, 1)  # type: ignore[arg-type]  # stands for any
    return problems[0] if problems else None


def test_the_journals_that_are_tampered_with_here_are_sound() -> None:
    assert found(SHORT) == []
    assert first_problem(TEXT) is None
    assert first_problem(STREAM) is None


def test_every_byte_of_a_short_journal_matters() -> None:
    for place in range(len(TEXT)):
        changed = bytearray(TEXT)
        changed[place] ^= 1
        problem = first_problem(bytes(changed))
        number = TEXT.count(b"\n", 0, place)
        assert problem is not None, (place, TEXT[place])
        assert problem.line == number + 1, (place, problem)


@given(st.integers(0, len(STREAM) - 1), st.integers(1, 255))
def test_a_byte_changed_anywhere_in_any_way_is_found_in_its_line(place: int, mask: int) -> None:
    changed = bytearray(STREAM)
    changed[place] ^= mask
    problem = first_problem(bytes(changed))
    assert problem is not None
    assert problem.line == STREAM.count(b"\n", 0, place) + 1


@given(st.integers(1, len(STREAM) - 1), st.integers(1, 40))
def test_bytes_taken_out_anywhere_are_found(place: int, count: int) -> None:
    kept = STREAM[:place] + STREAM[place + count :]
    whole_lines_off_the_end = place + count >= len(STREAM) and STREAM[place - 1 : place] == b"\n"
    assert whole_lines_off_the_end or first_problem(kept) is not None


@given(st.integers(0, len(STREAM)), st.binary(min_size=1, max_size=20))
def test_bytes_put_in_anywhere_are_found(place: int, more: bytes) -> None:
    assert first_problem(STREAM[:place] + more + STREAM[place:]) is not None


@pytest.mark.parametrize("number", range(1, len(SHORT) - 1))
def test_an_entry_that_is_dropped_is_missed_where_it_stood(number: int) -> None:
    problems = found([*SHORT[:number], *SHORT[number + 1 :]])
    assert problems[:2] == [("number", number + 1), ("hash", number + 1)]


@pytest.mark.parametrize("number", range(1, len(SHORT) - 1))
def test_two_entries_that_are_swapped_are_found(number: int) -> None:
    lines = [*SHORT]
    lines[number], lines[number + 1] = lines[number + 1], lines[number]
    assert found(lines)[0] == ("number", number + 1)


@pytest.mark.parametrize("number", range(1, len(SHORT)))
def test_an_entry_that_stands_twice_is_found(number: int) -> None:
    problems = found([*SHORT[: number + 1], SHORT[number], *SHORT[number + 1 :]])
    assert ("number", number) in problems
    assert ("id_twice", number) in problems


def test_a_genesis_that_stands_twice_is_found() -> None:
    assert found([SHORT[0], *SHORT])[0][0] == "hash"


def test_an_entry_of_another_journal_is_found() -> None:
    strange = journal_of(BUY, {**BUY, "paid": 7})[2]
    assert found([*SHORT[:2], strange, *SHORT[2:]])[0] == ("hash", 2)


def test_a_changed_entry_is_told_once_and_the_others_are_left_in_peace() -> None:
    moment = json.loads(SHORT[6])["body"]["recorded_at"].encode()
    lines = [*SHORT]
    lines[6] = lines[6].replace(moment, moment.replace(b"T20", b"T21"))
    assert lines[6] != SHORT[6]
    assert found(lines) == [("hash", 6)]


def test_a_hash_that_was_changed_is_told_once() -> None:
    lines = [*SHORT]
    lines[3] = lines[3][:-10] + (b"0" if lines[3][-10:-9] != b"0" else b"1") + lines[3][-9:]
    assert found(lines) == [("hash", 3)]


def test_the_last_line_without_its_end_is_cut_off() -> None:
    assert found([*SHORT[:-1], SHORT[-1][:-1]])[0] == ("cut_off", None)


def test_other_line_ends_are_not_the_form() -> None:
    lines = [SHORT[0], *(line[:-1] + b"\r\n" for line in SHORT[1:])]
    assert {fault for fault, _ in found(lines)} >= {"line_form"}


@pytest.mark.parametrize(
    ("written", "other"),
    [
        (b'"number":3', b'"number":3.0'),
        (b'"number":3', b'"number":03'),
        (b'"number":3', b'"number": 3'),
        (b'"number":3', b'"number":3,"number":3'),
        (b'"number":3', b'"number":3,"note":1'),
        (b'"bob"', b'"\\u0062ob"'),
        (b'{"command"', b'{"a":null,"command"'),
    ],
)
def test_an_entry_has_one_way_to_be_written(written: bytes, other: bytes) -> None:
    body = SHORT[3][8:-76]
    assert written in body
    problems = found(rechained(3, body.replace(written, other)))
    assert problems[0] in {("not_canonical", 3), ("not_an_entry", 3)}
    assert "hash" not in {fault for fault, _ in problems}


def rechained(number: int, body: bytes) -> list[bytes]:
    """Return the short journal with this text in an entry's place and the chain made good."""
    lines, digest = [], bytes(32)
    for place, line in enumerate(SHORT):
        text = body if place == number else line[8:-76]
        digest = sha256(digest + text).digest()
        lines.append(b'{"body":%b,"hash":"%b"}\n' % (text, digest.hex().encode()))
    return lines


def test_making_a_chain_good_gives_the_journal_itself_where_nothing_was_forged() -> None:
    assert rechained(0, SHORT[0][8:-76]) == SHORT
    assert chain_of(bodies(SHORT)) == SHORT


def amount_up(body: Body) -> None:
    body["postings"][0][4] += 1


@pytest.mark.parametrize("number", range(2, len(SHORT)))
def test_an_amount_that_is_changed_is_found_although_the_chain_is_made_good(number: int) -> None:
    problems = found(forged(SHORT, number, amount_up))
    assert problems[0][1] == number
    assert {fault for fault, _ in problems} & {"receipt", "pool"}


def test_a_withdrawal_booked_higher_everywhere_leaves_a_wallet_below_zero() -> None:
    def forge(body: Body) -> None:
        body["postings"][-1][4] = body["command"]["amount"] = 10**9

    problems = audited(forged(SHORT, 6, forge)).problems
    assert [brief(problem) for problem in problems] == [("negative", 6)] * 2
    assert [problem.values["what"] for problem in problems] == ["wallet", "wallet:bob"]


def test_an_order_struck_out_with_its_postings_breaks_what_follows() -> None:
    entries = bodies(SHORT)
    del entries[3]
    for number, entry in enumerate(entries):
        entry["number"] = number
    problems = [brief(problem) for problem in audited(chain_of(entries)).problems]
    assert problems[0] == ("pool", 3)
