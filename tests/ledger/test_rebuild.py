"""Rebuilding reads the journal page by page: memory does not grow with it, nothing is half-written."""

import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Final

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import check_books, deposit, dump, journal, opened, purchase, redeem
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import journal_comparison, journal_replay, rebuild
from tongbao.ledger.door import Ledger
from tongbao.ledger.journal_comparison import Rebuilt
from tongbao.ledger.values import LedgerError

MEMBERS: Final = 7
Work = Callable[[Ledger], Rebuilt]


def history(turns: int) -> Iterator[Mapping[str, object]]:
    """Yield eight commands a turn: few members, and everything else that a journal can hold."""
    for turn in range(turns):
        member, other = f"m{turn % MEMBERS}", f"m{(turn + 3) % MEMBERS}"
        yield purchase(f"{turn}-a", member, paid=10_000 + turn)
        yield purchase(f"{turn}-b", other, paid=7_000)
        yield deposit(f"{turn}-c", member, 50 + turn)
        yield {"id": f"{turn}-d", "type": "refund", "purchase": f"{turn}-a", "amount": 900}
        # of a purchase pages ago, and of one that was refunded before
        yield {"id": f"{turn}-e", "type": "refund", "purchase": f"{turn // 2}-a", "amount": 3}
        yield redeem(f"{turn}-f", other, 40_000)
        day = f"{2026 + turn // 336}-{1 + turn // 28 % 12:02}-{1 + turn % 28:02}"
        yield {"id": f"{turn}-g", "type": "close_day", "day": day}
        plan = {**FOUNDING_EXAMPLE, "dividend_bps": 100 + turn % 2}
        yield {"id": f"{turn}-h", "type": "change_plan", "plan": plan}


def filled(database: Database, turns: int, name: str = "wine") -> Ledger:
    ledger = opened(database, name, notice=0, dividend_bps=100)
    assert all(outcome.ok for outcome in ledger.submit_many(list(history(turns))))
    return ledger


def peak(work: Callable[[], object]) -> int:
    """The most bytes that Python held during the work beyond those before."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("work", [rebuild.check, rebuild.write_anew])
def test_memory_does_not_grow_with_the_journal(
    database: Database, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_replay, "PAGE", 50)
    monkeypatch.setattr(journal_comparison, "PAGE", 50)
    short, long = filled(database, 20, "short"), filled(database, 160, "long")
    work(short)  # what is loaded once is not counted
    least, most = peak(lambda: work(short)), peak(lambda: work(long))
    assert long.standing().number - short.standing().number == 8 * 140
    assert most - least < 100_000, (least, most)  # 90 bytes an entry; an entry alone has a thousand


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_pages_of_any_size_give_the_same_tables(
    database: Database, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = filled(database, 10)
    before = dump(database)
    monkeypatch.setattr(journal_replay, "PAGE", size)
    monkeypatch.setattr(journal_comparison, "PAGE", size)
    assert rebuild.check(ledger) == Rebuilt(81, MEMBERS, (), 0)
    assert rebuild.write_anew(ledger) == Rebuilt(81, MEMBERS, (), 0)
    after = dump(database)
    bounds = {table: rows for table, rows in after.items() if table != "ledger_account"}
    assert bounds == {table: before[table] for table in bounds}
    assert rebuild.check(ledger).ok
    check_books(ledger)


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE ledger_refunded SET refunded = '1' WHERE purchase = '0-a'", "refunded of 0-a"),
        ("DELETE FROM ledger_refunded WHERE purchase = '4-a'", "refunded of 4-a"),
        ("UPDATE ledger_day SET turnover = '{}' WHERE day = '2026-01-03'", "day 2026-01-03"),
        ("DELETE FROM ledger_plan_version WHERE number = 16", "plan of entry 16"),
        ("UPDATE ledger_plan_version SET plan = '{}' WHERE number = 24", "plan of entry 24"),
        ("UPDATE ledger_plan_version SET number = 99 WHERE number = 40", "plan of entry 40"),
        ("UPDATE ledger_line SET wallet = '1' WHERE number = 27", "statement of m"),
        ("UPDATE ledger_line SET account = 'm10' WHERE number = 3", "statement of m0"),
    ],
)
def test_a_changed_figure_is_named_whatever_page_it_belongs_to(
    database: Database, size: int, sql: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = filled(database, 5)
    monkeypatch.setattr(journal_replay, "PAGE", size)
    database.lift_protection()
    database.execute(sql)
    assert rebuild.check(ledger).differences[0].place.startswith(place)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_who_stops_it_in_the_middle_leaves_everything_as_it_was(
    database: Database, stop: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = filled(database, 5)
    monkeypatch.setattr(journal_replay, "PAGE", 10)
    database.execute("UPDATE ledger_account SET wallet = '1'")
    before = dump(database)

    def progress(done: int, total: int) -> None:
        if done > total // 2:
            raise stop

    with pytest.raises(stop):
        rebuild.write_anew(ledger, progress)
    assert dump(database) == before
    assert rebuild.write_anew(ledger).count == 0
    assert rebuild.check(ledger).ok
    assert ledger.submit(purchase("after", "m1")).ok


def test_how_far_it_is_counts_entries_and_then_the_lines_of_statements(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = filled(database, 5)
    monkeypatch.setattr(journal_replay, "PAGE", 20)
    ((lines,),) = database.execute("SELECT count(*) FROM ledger_line")
    told: list[tuple[int, int]] = []
    rebuild.check(ledger, lambda done, total: told.append((done, total)))
    assert isinstance(lines, int)
    total = 41 + lines
    assert told == [(20, total), (40, total), (41, total), (total, total)]
    told.clear()
    rebuild.write_anew(ledger, lambda done, total: told.append((done, total)))
    assert told == [(20, 41), (40, 41), (41, 41)]


def test_a_journal_without_entries_is_refused_and_nothing_written(database: Database) -> None:
    ledger = filled(database, 1)
    database.lift_protection()
    database.execute("DELETE FROM ledger_entry")
    before = dump(database)
    assert rebuild.check(ledger).differences[0].place == "entry 8"
    with pytest.raises(LedgerError, match="not sound at entry 0; nothing was written"):
        rebuild.write_anew(ledger)
    assert dump(database) == before


# ---------------------------------------------------------------- a chain made good over nonsense


def put(database: Database, number: int, command_id: str, body: str, before: str) -> None:
    """Write an entry at the end with a good chain, and let the program's row agree."""
    digest = sha256(bytes.fromhex(before) + body.encode()).hexdigest()
    ((program,),) = database.execute("SELECT program FROM ledger_head")
    sql = "INSERT INTO ledger_entry (program, number, command_id, body, hash) VALUES (%s, %s, %s, %s, %s)"
    assert isinstance(program, int)
    database.execute(sql, program, number, command_id, body, digest)
    database.execute("UPDATE ledger_head SET number = %s, hash = %s", number, digest)


@pytest.mark.parametrize(
    "body",
    [
        *("", "no JSON", "[]", "{}", "7", "null", '"text"', '{"command":{}}', '{"command":[1]}'),
        '{"command":{"id":"x","type":"nothing"},"recorded_at":"2026-01-01T00:00:00.000000Z"}',
        '{"command":{"id":"x","type":"deposit","account":"m0","amount":5}}',
        '{"a":' * 5000 + "1" + "}" * 5000,
    ],
)
def test_a_body_that_is_no_entry_is_named_though_the_chain_is_good(
    database: Database, body: str
) -> None:
    ledger = filled(database, 1)
    put(database, 9, "x", body, ledger.standing().hash)
    assert [d.place for d in rebuild.check(ledger).differences] == ["entry 9"]
    with pytest.raises(LedgerError, match="not sound at entry 9; nothing was written"):
        rebuild.write_anew(ledger)


@pytest.mark.parametrize("body", ["{}", "[]", '{"plan":{}}', '{"plan":1,"currency":"CNY"}'])
def test_a_genesis_that_is_none_is_named(database: Database, body: str) -> None:
    ledger = filled(database, 1)
    database.lift_protection()
    database.execute("DELETE FROM ledger_entry")
    put(database, 0, "x", body, "00" * 32)
    assert [d.place for d in rebuild.check(ledger).differences] == ["entry 0"]


def test_a_command_that_counts_twice_is_named_where_the_tables_key_was_taken_away(
    database: Database,
) -> None:
    """The forger lets another program settle one more deposit, and gives it the first one's id."""
    ledger, other = filled(database, 1), filled(database, 1, "other")
    assert other.submit(deposit("0-X", "m0", 50)).number == 9
    body = journal(other)[9][2].replace('"0-X"', '"0-c"')
    other_head = other.standing()
    for table in ("ledger_entry", "ledger_head"):
        database.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
        database.execute(f"DROP TABLE {table}")
        database.execute(f"ALTER TABLE kept RENAME TO {table}")
    database.execute("DELETE FROM ledger_entry WHERE program = %s", other.program_id)
    database.execute("DELETE FROM ledger_head WHERE program = %s", other.program_id)
    recorded = json.loads(body)["number"]
    assert (recorded, other_head.number) == (9, 9)
    put(database, 9, "0-c", body, ledger.standing().hash)
    found = rebuild.check(ledger).differences[0]
    assert (found.place, found.expected) == ("entry 9", "sent twice")
