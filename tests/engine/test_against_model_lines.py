"""Lines as they come in: the engine's reading of raw JSON text against the spec's and the model's.

An expectation of True means a command, False none; the second entry is the id that a malformed
receipt echoes. Both are written by hand from spec/engine.md («Commands»).
"""

from __future__ import annotations

import json

import pytest

from tests.model.naive import Naive
from tongbao.engine.commands import parse_line
from tongbao.engine.example import FOUNDING_EXAMPLE

AMOUNTS = {
    b"1": True,
    b"1000000000000000": True,
    b" 1\t": True,
    b"1000000000000001": False,
    b"0": False,
    b"-0": False,
    b"-1": False,
    b"1.0": False,
    b"1e0": False,
    b"10E-1": False,
    b"1.5": False,
    b"18446744073709551617": False,
    b"true": False,
    b"null": False,
    b'"1"': False,
    b"[1]": False,
    b'1,"extra":null': False,
    b'1,"at":"any string"': True,
    b'1,"at":""': True,
    b'1,"at":5': False,
    b'1,"at":["x"]': False,
    b'1,"\\u0061t":"x"': True,
}
LINES = {
    b"": (False, None),
    b"not json": (False, None),
    b"null": (False, None),
    b"[]": (False, None),
    b'"deposit"': (False, None),
    b"{}": (False, None),
    b"{'id':'a'}": (False, None),
    b'{"id":"a",}': (False, None),
    b'{"id":"a"} x': (False, None),
    b"[" * 100_000: (False, None),
    b'{"id":"\xff","type":"enroll","member":"m"}': (False, None),
    b'{"id":"a"}': (False, "a"),
    b'{"id":5}': (False, 5),
    b'{"id":[1,{"x":null}]}': (False, [1, {"x": None}]),
    b'{"id":"","type":"enroll","member":"m"}': (False, ""),
    b'{"type":"enroll","member":"m"}': (False, None),
    b'{"id":"a","type":["enroll"],"member":"m"}': (False, "a"),
    b'{"id":"a","type":"Enroll","member":"m"}': (False, "a"),
    b'{"id":"a","type":"enroll"}': (False, "a"),
    b'{"id":"a","type":"enroll","member":""}': (False, "a"),
    b'{"id":"a","type":"enroll","member":"m","referrer":""}': (False, "a"),
    b'{"id":"a","type":"enroll","member":"m","referrer":null}': (True, "a"),
    b'{"member":"m","type":"enroll","id":"a"}\r\n': (True, "a"),
    b'{"id":"a","type":"redeem","account":"m","points":"all"}': (True, "a"),
    b'{"id":"a","type":"redeem","account":"m","points":"All"}': (False, "a"),
    b'{"id":"a","type":"redeem","account":"m","points":1e3}': (False, "a"),
    b'{"id":"a","type":"purchase","member":"m","paid":1,"profit":null}': (True, "a"),
    b'{"id":"a","type":"purchase","member":"m","paid":1,"profit":-1000000000000000}': (True, "a"),
    b'{"id":"a","type":"purchase","member":"m","paid":1,"profit":-1000000000000001}': (False, "a"),
    b'{"id":"a","type":"purchase","member":"m","paid":1,"profit":0.0}': (False, "a"),
    b'{"id":"a","type":"close_day","day":"2024-02-29"}': (True, "a"),
    b'{"id":"a","type":"close_day","day":"2023-02-29"}': (False, "a"),
    b'{"id":"a","type":"close_day","day":"2024-W09-4"}': (False, "a"),
    b'{"id":"a","type":"close_day","day":"0000-01-01"}': (False, "a"),
    '{"id":"a","type":"close_day","day":"٢٠٢٤-01-01"}'.encode(): (False, "a"),
    b'{"id":"a","type":"change_plan","plan":{}}': (True, "a"),
    b'{"id":"a","type":"change_plan","plan":[]}': (False, "a"),
    ('{"id":"a","type":"enroll","member":"' + "😀" * 128 + '"}').encode(): (True, "a"),
    ('{"id":"a","type":"enroll","member":"' + "😀" * 129 + '"}').encode(): (False, "a"),
}
LINES |= {
    b'{"id":"a","type":"deposit","account":"m","amount":' + amount + b"}": (well, "a")
    for amount, well in AMOUNTS.items()
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:60].decode("utf-8", "replace"))
def test_a_line_is_read_as_the_spec_says(line: bytes) -> None:
    well_formed, echoed = LINES[line]
    command, id_ = parse_line(line)
    assert (command is not None, id_) == (well_formed, echoed)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:60].decode("utf-8", "replace"))
def test_the_model_reads_a_line_as_the_spec_says(line: bytes) -> None:
    plan = {name: list(v) if isinstance(v, tuple) else v for name, v in FOUNDING_EXAMPLE.items()}
    try:
        received = json.loads(line)
    except (ValueError, RecursionError):
        received = None
    receipt = Naive(plan).submit(received)
    well_formed, echoed = LINES[line]
    assert (receipt.get("error") != "malformed", receipt["id"]) == (well_formed, echoed)
