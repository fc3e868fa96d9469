"""What leaves the ledger holds the ids that were handed in; logs and metrics hold not even those."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from msgspec import json
from prometheus_client import generate_latest

from tests.ledger.databases import Database
from tests.ledger.stage import opened, purchase, redeem
from tongbao.ledger import logs, observing
from tongbao.ledger.door import Ledger
from tongbao.ledger.export import export_lines
from tongbao.ledger.metrics import Metrics
from tongbao.ledger.statements import statement

MEMBERS = ("m-4711-7f3a", "m-4712-99c0")
COMMANDS = ("order-55ab01", "order-55ab02", "sale-55ab03", "note-55ab04")
WORDS = {
    *("purchase", "redeem", "all", "ok"),  # kinds of commands, one's figure, a receipt's status
    *("contribution", "grant", "redemption"),  # causes
    *("sales", "reserve", "issuance", "quota", "burned", "gained", "taken"),  # places
    *("money", "points"),  # units
}
"""The journal's own words."""


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logs.configure("json", stream)
    yield stream
    logger = logging.getLogger(logs.ROOT)
    logger.removeHandler(handler)
    logger.propagate = True


def shop(database: Database) -> Ledger:
    """A program with two members who bought, one of whom sold; one command was refused."""
    ledger = opened(database)
    ledger.submit(purchase(COMMANDS[0], MEMBERS[0]))
    ledger.submit(purchase(COMMANDS[1], MEMBERS[1]))
    ledger.submit(redeem(COMMANDS[2], MEMBERS[0]))
    ledger.submit(redeem(COMMANDS[3], "nobody-5a5a"))
    return ledger


def texts(value: object) -> Iterator[str]:
    """Yield every text within, except hashes and moments."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, within in value.items():
            if key not in {"hash", "recorded_at"}:
                yield from texts(within)
    elif isinstance(value, list | tuple):
        for within in value:
            yield from texts(within)


def test_an_export_holds_no_text_but_its_own_words_and_the_ids_handed_in(
    database: Database,
) -> None:
    ledger = shop(database)
    lines = list(export_lines(ledger.program_id, ledger.standing().number, using=ledger.using))
    found = {text for line in lines[1:] for text in texts(json.decode(line))}
    named = {text.removeprefix("points:").removeprefix("wallet:") for text in found}
    assert {*MEMBERS, *COMMANDS[:3]} <= named
    assert named - {*MEMBERS, *COMMANDS[:3]} <= WORDS
    assert b"nobody-5a5a" not in b"".join(lines)


def test_a_statement_names_nobody_but_the_ids_handed_in(database: Database) -> None:
    page = statement(shop(database), MEMBERS[1])
    text = json.encode(page).decode()
    assert COMMANDS[1] in text
    for other in (MEMBERS[0], COMMANDS[0], COMMANDS[2], "nobody-5a5a"):
        assert other not in text


def test_neither_log_nor_metrics_hold_any_id(
    database: Database, heard: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps.get_app_config("ledger"), "observers", [])
    metrics = Metrics(database.alias)
    observing.observe(metrics.settled)
    observing.observe(logs.batches(logging.getLogger("tongbao.ledger"), metrics.name_of))
    shop(database)
    told = heard.getvalue() + generate_latest(metrics.registry).decode()
    assert "settled" in told
    assert "tongbao_reserve_minor" in told
    for name in (*MEMBERS, *COMMANDS, "nobody-5a5a"):
        assert name not in told
