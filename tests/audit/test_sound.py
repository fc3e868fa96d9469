"""What is sound audits clean, with figures that the engine reached on its own way."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.audit.exports import STREAMS, audited, bodies, found, journal_of, stream_journal

every_stream = pytest.mark.parametrize("stream", [path.name for path in STREAMS])


@every_stream
def test_every_conformance_stream_audits_clean(stream: str) -> None:
    verdict = audited(stream_journal(stream))
    assert verdict.problems == ()
    assert verdict.entries == len(stream_journal(stream))


@every_stream
def test_the_figures_are_those_of_the_vectors_state(stream: str) -> None:
    folder = next(path for path in STREAMS if path.name == stream)
    state = json.loads((folder / "state.json").read_bytes())
    figures = audited(stream_journal(stream)).figures
    names = [name for name in figures if name in state]
    assert names == [
        *("reserve", "supply", "treasury", "issued", "burned", "dividend_fund"),
        *("dividend_payable", "dividend_index", "paid_out", "refunded"),
    ]
    assert {name: figures[name] for name in names} == {name: state[name] for name in names}
    accounts = state["accounts"].values()
    assert figures["opened"] == len(accounts)
    for figure, field in (("points", "points"), ("wallets", "wallet"), ("credit", "credit")):
        assert figures[figure] == sum(account[field] for account in accounts)


def test_the_verdict_tells_the_program_its_times_and_its_accounts() -> None:
    verdict = audited(
        journal_of(
            {"type": "open_merchant", "merchant": "shop"},
            {"type": "purchase", "member": "ann", "paid": 10_000},
            {"type": "enroll", "member": "bob", "referrer": "ann"},
            {"type": "close_day", "day": "2026-01-01"},
        )
    )
    assert (verdict.program, verdict.currency, verdict.entries) == ("wine", "CNY", 5)
    assert (verdict.members, verdict.merchants, verdict.days) == (2, 1, 1)
    assert verdict.first_at == "2026-01-01T08:00:00.000000Z"
    assert verdict.last_at == "2026-01-01T16:00:00.000000Z"
    assert (verdict.figures["reserve"], verdict.figures["supply"]) == (3000, 21_000_000)


def test_a_genesis_alone_is_sound() -> None:
    assert found(journal_of()) == []


@pytest.mark.parametrize(
    "name",
    ["王小明", "a:b", "wallet:x", ":", "\\", '"', "\u0000", "\x7f", "\ud800", "😀", "a\nb", " "],
)
def test_any_name_is_a_name(name: str) -> None:
    lines = journal_of(
        {"type": "purchase", "member": name, "paid": 10_000},
        {"type": "redeem", "account": name, "points": "all"},
    )
    assert found(lines) == []


def test_a_plan_that_raises_the_limit_of_supply_is_followed() -> None:
    tight = {"max_supply": 21_000_000}
    plan = dict(bodies(journal_of(**tight))[0]["plan"])
    wider = {**plan, "max_supply": 10**14}
    lines = journal_of(
        {"type": "purchase", "member": "ann", "paid": 10_000},
        {"type": "change_plan", "plan": wider},
        {"type": "purchase", "member": "bob", "paid": 10_000},
        **tight,
    )
    assert len(lines) == 4
    assert found(lines) == []


def test_the_audit_loads_neither_django_nor_the_engines_formulas() -> None:
    script = (
        "import sys, tongbao.audit.verify, tongbao.audit.source, tongbao.audit.beancount, "
        "tongbao.audit.checkpoint; print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    engine = {name for name in loaded if name.startswith("tongbao.engine.")}
    assert engine == {"tongbao.engine.commands", "tongbao.engine.receipts"} & engine
    assert "tongbao.engine.commands" in loaded
    assert not {"django", "tongbao.ledger", "tongbao.plans"} & set(loaded)


def test_the_command_replays_without_django() -> None:
    script = (
        "import sys; sys.modules['django'] = None; import tongbao.cli.audit, "
        "tongbao.cli.audit_replay, tongbao.cli.export; print('fine')"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "fine\n"
