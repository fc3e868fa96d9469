"""The log: structured, and without anything personal, whoever writes to it."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.ledger.databases import Database
from tests.ledger.stage import purchase, redeem
from tests.ledger.test_worker import LAUNCH, Clock, Wall
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.ledger import logs, programs
from tongbao.ledger.door import Ledger, open_program
from tongbao.ledger.models import Head
from tongbao.ledger.worker import Worker


@pytest.fixture
def wine(database: Database) -> Ledger:
    programs.create("wine", dict(FOUNDING_EXAMPLE), using=database.alias)
    programs.launch("wine", using=database.alias, now=LAUNCH)
    return open_program("wine", using=database.alias)


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What is written to the log, as JSON lines."""
    stream = io.StringIO()
    handler = logs.configure("json", stream)
    yield stream
    forget(handler)


def forget(handler: logging.Handler) -> None:
    """Leave the loggers as they were."""
    logger = logging.getLogger(logs.ROOT)
    logger.removeHandler(handler)
    logger.propagate = True


def events(said: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


SECRETS = ("zhangsan", "lisi", "order-4711", "10007", "close-day-secret")


def test_no_name_id_or_body_gets_into_the_log(wine: Ledger, said: io.StringIO) -> None:
    wine.enqueue(purchase("order-4711", "zhangsan", 10_007))
    wine.enqueue(redeem("order-4711-r", "lisi"))
    clock = Clock(datetime(2027, 3, 1, 16, 0, tzinfo=UTC))
    wall = Wall("wall", fails=1)
    Worker(wine.using, receivers=[wall], clock=clock).once()
    wine.enqueue(purchase("order-4711-b", "zhangsan", 10_007))
    Head.objects.using(wine.using).update(plan='{"zhangsan": ')
    Worker(wine.using, clock=clock).once()
    told = [one["event"] for one in events(said)]
    assert told == ["day_closed", "pruned", "failed", "failed"]
    for secret in SECRETS:
        assert secret not in said.getvalue()


@pytest.mark.parametrize("kind", logs.KINDS)
def test_what_others_write_to_the_log_tells_no_more(kind: str) -> None:
    stream = io.StringIO()
    handler = logs.configure(kind, stream)
    logger = logging.getLogger("tongbao.elsewhere")
    logger.info("settled %s", "zhangsan")
    logger.warning("zhangsan bought order-4711")
    logger.info("settled", extra={"account": "zhangsan"})
    logs.event(logger, "settled", program="wine", account="zhangsan", command_id="order-4711")
    try:
        int("zhangsan")
    except ValueError as error:
        logger.exception("Failed with zhangsan")
        logs.failure(logger, "failed", error, program="wine", doing="settle")
    forget(handler)
    text = stream.getvalue()
    assert len(text.splitlines()) == 6
    assert "wine" in text
    assert "ValueError" in text
    for secret in SECRETS:
        assert secret not in text


def test_an_event_is_a_line_of_json_with_its_fields(said: io.StringIO) -> None:
    logger = logging.getLogger("tongbao.worker")
    logs.event(logger, "day_closed", program="wine", day="2027-03-01", number=7, seconds=0.25)
    (line,) = events(said)
    moment = datetime.fromisoformat(str(line.pop("time")))
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    assert line == {
        "level": "info",
        "logger": "tongbao.worker",
        "event": "day_closed",
        "program": "wine",
        "day": "2027-03-01",
        "number": 7,
        "seconds": 0.25,
    }


def test_an_unknown_kind_of_log_is_refused() -> None:
    with pytest.raises(ValueError, match="text or json"):
        logs.configure("xml")
