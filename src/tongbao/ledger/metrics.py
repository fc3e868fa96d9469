"""Metrics for Prometheus: where the programs stand, read at each scrape, and what settling did.

Money in minor units of the program's currency, points in atoms, as in the ledger. The registry is
made by `Metrics`, nothing is registered anywhere else.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from socketserver import ThreadingMixIn
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
from django.db import DatabaseError, InterfaceError, connections
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tongbao.engine.state import Figures, value_of
from tongbao.engine.units import ATOMS
from tongbao.ledger import closing, delivery
from tongbao.ledger.health import health
from tongbao.ledger.models import Head, Inbox, Program
from tongbao.ledger.observing import Settled
from tongbao.ledger.programs import DRAFT

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Published = Callable[[str], datetime | None]
"""Says when a program's last checkpoint was published, by the program's name."""

_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60)
_GAUGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "running": "1 while the program runs, 0 while it is paused.",
        "inbox_waiting": "Commands that wait to be settled.",
        "inbox_oldest_seconds": "For how long the first of them has waited.",
        "price_minor": "Minor units per point; 0 while no point exists.",
        "reserve_minor": "Cash that backs the points.",
        "supply_atoms": "Points that exist.",
        "owed_minor": "What all points in accounts are worth, and all store credit.",
        "backing_ratio": "The reserve by what is owed from it; absent while nothing is.",
        "dividend_fund_minor": "Cash waiting for the next day close.",
        "cash_minor": "Cash that must be there: reserve, dividends, wallets.",
        "day_overdue_seconds": "For how long a day has ended that is not closed; 0 when none has.",
        "last_close_age_seconds": "Since the end of the last closed day, or the launch.",
        "checkpoint_age_seconds": "Since the last checkpoint was published.",
    }
)


class Metrics:
    """A registry of metrics over the database with an alias; ``published`` knows the checkpoints.

    What a process settled is counted where it settled (`settled`, an `observing.Observer`); what
    the database tells is the same in every process.
    """

    def __init__(
        self,
        using: str = "default",
        *,
        names: Sequence[str] = (),
        published: Published | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Begin with nothing counted; ``names`` of programs, or all."""
        self.registry = CollectorRegistry()
        self._using = using
        self._clock = clock
        self.registry.register(_Standings(using, tuple(names), published, clock))
        self._names: dict[int, str] = {}
        own = self.registry
        self._commands = Histogram(
            *("tongbao_settle_commands", "Commands settled together.", ("program",)),
            registry=own,
            buckets=_SIZES,
        )
        self._seconds = Histogram(
            *("tongbao_settle_seconds", "How long that took, commit and all.", ("program",)),
            registry=own,
            buckets=_SECONDS,
        )
        self._refusals = Counter(
            *("tongbao_refusals", "Commands not accepted.", ("program", "reason")), registry=own
        )
        self._failures = Counter(
            *("tongbao_worker_failures", "What failed.", ("program", "doing")), registry=own
        )
        self._looked = Gauge(
            *("tongbao_worker_round_timestamp_seconds", "When the worker last finished a round."),
            registry=own,
        )

    def settled(self, batch: Settled) -> None:
        """Count a settled batch."""
        name = self.name_of(batch.program)
        self._commands.labels(name).observe(batch.commands)
        self._seconds.labels(name).observe(batch.seconds)
        for reason, count in batch.refusals.items():
            self._refusals.labels(name, reason).inc(count)

    def failed(self, program: str, doing: str) -> None:
        """Count something that failed (`worker.Watch`)."""
        self._failures.labels(program, doing).inc()

    def round_done(self) -> None:
        """Note that the worker has looked after all programs (`worker.Watch`)."""
        self._looked.set(self._clock().timestamp())

    def application(self) -> "WSGIApplication":
        """Return what answers /metrics to Prometheus and /health to load balancers.

        /health answers 200 or 503, with the same words as `tongbao health --json`.
        """
        metrics = make_wsgi_app(self.registry)

        def answer(environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
            try:
                if environ.get("PATH_INFO") == "/health":
                    found = health(self._using, now=self._clock())
                    start(
                        "200 OK" if found.ok else "503 Service Unavailable",
                        [("Content-Type", "application/json")],
                    )
                    return [json.dumps(msgspec.to_builtins(found)).encode() + b"\n"]
                return list(metrics(environ, start))
            finally:
                connections[self._using].close()  # each request has a thread of its own

        return answer

    def name_of(self, program: int) -> str:
        """Return a program's name, or its id if it has none."""
        if program not in self._names:
            row = Program.objects.using(self._using).filter(program=program).first()
            self._names[program] = str(program) if row is None else row.name
        return self._names[program]


def served(metrics: Metrics, host: str, port: int) -> WSGIServer:
    """Return a server of a metrics' application, not yet serving; port 0 takes a free one.

    Raises:
        OSError: the port is taken, or the host is not this machine.
    """
    return make_server(
        host, port, metrics.application(), server_class=_Server, handler_class=_Quiet
    )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as it is called
        """Say nothing of each scrape."""


class _Standings(Collector):
    """Reads at each scrape where the programs stand; drafts are left out."""

    def __init__(
        self,
        using: str,
        names: tuple[str, ...],
        published: Published | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._using = using
        self._names = names
        self._published = published
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Name nothing beforehand, so that registering reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; without the database only that it is away."""
        up = GaugeMetricFamily("tongbao_database_up", "1 if the database answers.")
        try:
            found = list(self._families())
        except (DatabaseError, InterfaceError):
            connections[self._using].close()
            found = []
            up.add_metric((), 0)
        else:
            up.add_metric((), 1)
        yield up
        yield from found

    def _families(self) -> Iterator[Metric]:
        gauges = {
            name: GaugeMetricFamily(f"tongbao_{name}", text, labels=("program",))
            for name, text in _GAUGES.items()
        }
        entries = CounterMetricFamily(
            "tongbao_entries", "Entries in the journal.", labels=("program",)
        )
        behind = GaugeMetricFamily(
            *("tongbao_delivery_behind", "Entries that a receiver has not had yet."),
            labels=("program", "receiver"),
        )
        programs = Program.objects.using(self._using).order_by("name")
        if self._names:
            programs = programs.filter(name__in=self._names)
        for program in programs:
            head = Head.objects.using(self._using).filter(program=program.program).first()
            if head is None or head.status == DRAFT:
                continue
            for name, value in self._values(program, head):
                gauges[name].add_metric((program.name,), value)
            entries.add_metric((program.name,), head.number + 1)
            for receiver, number in delivery.places(program.program, using=self._using).items():
                behind.add_metric((program.name, receiver), head.number - number)
        yield from (*gauges.values(), entries, behind)

    def _values(self, program: Program, head: Head) -> Iterator[tuple[str, float]]:
        yield "running", head.status == "running"
        yield from self._inbox(program.program)
        yield from _money(head)
        now = self._clock()
        launched = closing.launched_at(program.program, using=self._using)
        due = closing.first_open(head.last_day, launched, program.timezone)
        late = (now - closing.ended_at(due, program.timezone)).total_seconds()
        yield "day_overdue_seconds", max(0.0, late)
        last = launched
        if head.last_day:
            last = closing.ended_at(date.fromisoformat(head.last_day), program.timezone)
        yield "last_close_age_seconds", (now - last).total_seconds()
        published = None if self._published is None else self._published(program.name)
        if published is not None:
            yield "checkpoint_age_seconds", (now - published).total_seconds()

    def _inbox(self, program: int) -> Iterator[tuple[str, float]]:
        waiting = Inbox.objects.using(self._using).filter(program=program, outcome__isnull=True)
        yield "inbox_waiting", waiting.count()
        first = waiting.order_by("ticket").values_list("arrived_at", flat=True).first()
        age = 0.0 if first is None else (self._clock() - first).total_seconds()
        yield "inbox_oldest_seconds", max(0.0, age)


def _money(head: Head) -> Iterator[tuple[str, float]]:
    figures = Figures(**{name: getattr(head, name) for name in Figures.__struct_fields__})
    reserve, supply = figures.reserve, figures.supply
    yield "price_minor", reserve * ATOMS / supply if supply else 0.0
    yield "reserve_minor", reserve
    yield "supply_atoms", supply
    owed = value_of(figures.points, figures) + figures.credit
    yield "owed_minor", owed
    if owed:
        yield "backing_ratio", reserve / owed
    yield "dividend_fund_minor", figures.dividend_fund
    dividends = figures.dividend_fund + figures.dividend_payable
    yield "cash_minor", reserve + dividends + figures.wallets
