"""Forgers who make the chain good: the engine's second run finds whatever they changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.exports import bodies, chain_of, journal_of, stream_journal
from tongbao.audit.problems import Unusable
from tongbao.audit.verify import Audit
from tongbao.cli.audit_replay import EngineReplay

STREAM = stream_journal("0018")
ENTRIES = bodies(STREAM)
DERIVED = ("deltas", "pool", "postings", "purchase", "receipt")

other = st.one_of(
    st.integers(-(10**3), 10**3),
    st.integers(-(10**40), 10**40),
    st.sampled_from(["", "m0", "m1", "s0", "wallet:m0", "reserve", "grant", "ok", None, True, 1.5]),
    st.sampled_from([[], {}, [["m0", "quota", 1]], {"points": 1}]),
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401  # JSON
    """Return the paths of everything in a JSON value, itself left out."""
    if isinstance(value, dict):
        inside = [(path + (key,), part) for key, part in value.items()]
    elif isinstance(value, list):
        inside = [(path + (place,), part) for place, part in enumerate(value)]
    else:
        return []
    return [found for p, part in inside for found in [p, *leaves(part, p)]]


def put(body: dict[str, Any], path: tuple[Any, ...], value: object) -> None:
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = copy.deepcopy(value)  # what was put in may be forged in its turn


def faults(lines: list[bytes]) -> list[str]:
    """Return what the audit and the engine find; a file of no use counts."""
    audit = Audit(replayer=EngineReplay())
    try:
        for line in lines:
            audit.line(line)
        return [str(problem.fault) for problem in audit.finish().problems]
    except Unusable:
        return ["unusable"]


@given(st.data())
def test_whatever_follows_from_a_command_cannot_be_forged(data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(ENTRIES) - 1), label="entry")
    paths = [path for path in leaves(ENTRIES[number]) if path[0] in DERIVED]
    path = data.draw(st.sampled_from(paths), label="path")
    value = data.draw(other, label="value")
    entries = copy.deepcopy(ENTRIES)
    put(entries[number], path, value)
    if repr(entries[number]) != repr(ENTRIES[number]):  # 1 and true differ
        assert faults(chain_of(entries))


@given(st.data())
def test_no_forgery_makes_the_audit_stumble(data: st.DataObject) -> None:
    entries = copy.deepcopy(ENTRIES[:40])
    for _ in range(data.draw(st.integers(1, 4))):
        body = data.draw(st.sampled_from(entries))
        put(body, data.draw(st.sampled_from(leaves(body))), data.draw(other))
    assert isinstance(faults(chain_of(entries)), list)


def test_the_journal_that_is_forged_here_is_sound() -> None:
    assert faults(list(STREAM)) == []


@pytest.mark.parametrize("plan", [None, [], {}, {"max_supply": True}, {"max_supply": 10**40}])
def test_any_plan_in_the_genesis_gives_a_verdict(plan: object) -> None:
    entries = bodies(journal_of({"type": "purchase", "member": "ann", "paid": 10_000}))
    entries[0]["plan"] = plan
    assert faults(chain_of(entries))
