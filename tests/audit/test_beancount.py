"""The journal as beancount text: bean-check accepts it, and would not if an amount were wrong."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.exports import STREAMS, bodies, chain_of, journal_of, stream_journal
from tongbao.audit.beancount import account_name, beancount_lines
from tongbao.audit.problems import Unusable

BEAN_CHECK = shutil.which("bean-check", path=str(Path(sys.executable).parent)) or shutil.which(
    "bean-check"
)
needs_beancount = pytest.mark.skipif(BEAN_CHECK is None, reason="bean-check is not installed")
NAMES = ["王小明", "a b", "a-b", "a--b", "-", "a_b", "m1", "", ":", '"', "\\", "\n", "\ud800", "é"]


def text_of(lines: list[bytes] | tuple[bytes, ...], digits: int = 2) -> str:
    return "".join(beancount_lines(lines, lambda _: digits))


def bean_check(folder: Path, text: str) -> tuple[int, str]:
    path = folder / "books.beancount"
    path.write_text(text, encoding="utf-8")
    run = subprocess.run([str(BEAN_CHECK), str(path)], capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


@needs_beancount
@pytest.mark.parametrize("stream", [path.name for path in STREAMS][::4])
def test_bean_check_accepts_a_conformance_stream(stream: str, tmp_path: Path) -> None:
    assert bean_check(tmp_path, text_of(stream_journal(stream))) == (0, "")


@needs_beancount
def test_bean_check_accepts_any_name(tmp_path: Path) -> None:
    orders = [{"type": "purchase", "member": name, "paid": 10_000} for name in NAMES if name]
    assert bean_check(tmp_path, text_of(journal_of(*orders))) == (0, "")


@needs_beancount
def test_bean_check_accepts_currencies_without_a_minor_unit(tmp_path: Path) -> None:
    lines = journal_of({"type": "purchase", "member": "ann", "paid": 10_000})
    for code, digits in (("JPY", 0), ("KWD", 3), ("points!", 2), ("POINTS", 2)):
        entries = bodies(lines)
        entries[0]["currency"] = code
        assert bean_check(tmp_path, text_of(chain_of(entries), digits)) == (0, ""), code


@needs_beancount
@pytest.mark.parametrize("account", ["Assets:Pool:Reserve", "Equity:Points:Issued"])
def test_bean_check_notices_one_minor_unit_too_much(account: str, tmp_path: Path) -> None:
    orders = [{"type": "purchase", "member": f"m{n}", "paid": 10_000} for n in range(30)]
    text = text_of(journal_of(*orders))
    lines = text.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith(f"  {account}"))
    other = place + 2 if lines[place + 1].startswith("    cause") else place - 2
    for at in (place, other):  # both halves, so that the entry itself still balances
        lines[at] = re.sub(r"(\d)( [A-Z]+)$", lambda m: f"{(int(m[1]) + 1) % 10}{m[2]}", lines[at])
    status, errors = bean_check(tmp_path, "\n".join(lines) + "\n")
    assert (status, "Balance failed" in errors) == (1, True)


def test_an_order_is_written_as_an_accountant_would() -> None:
    text = text_of(journal_of({"type": "purchase", "member": "ann", "paid": 10_000}))
    entry = text.partition('"purchase"')[2]
    postings = [line.split() for line in entry.splitlines() if line.startswith("  ")]
    assert [p for p in postings if len(p) == 3] == [
        ["Equity:Points:Supply:Held:Id-ann", "21.000000", "POINTS"],
        ["Equity:Points:Issued", "-21.000000", "POINTS"],
        ["Assets:Pool:Reserve", "30.00", "CNY"],
        ["Income:Sales", "-30.00", "CNY"],
    ]
    assert [line for line in text.splitlines() if " balance " in line] == [
        "2026-01-02 balance Assets:Pool:Reserve  30.00 ~ 0 CNY",
        "2026-01-02 balance Assets:Pool:Dividend-Fund  0.00 ~ 0 CNY",
        "2026-01-02 balance Equity:Points:Supply  21.000000 ~ 0 POINTS",
    ]


def test_every_day_with_entries_is_asserted() -> None:
    # An entry every two hours from 8 o'clock on: the ninth is on the second day.
    orders = [{"type": "purchase", "member": f"m{n}", "paid": 10_000} for n in range(9)]
    lines = text_of(journal_of(*orders)).splitlines()
    reserve = [line for line in lines if " balance Assets:Pool:Reserve " in line]
    assert reserve == [
        "2026-01-02 balance Assets:Pool:Reserve  210.00 ~ 0 CNY",
        "2026-01-03 balance Assets:Pool:Reserve  270.00 ~ 0 CNY",
    ]


def test_different_owners_have_different_accounts() -> None:
    names = [account_name(f"wallet:{name}") for name in NAMES]
    assert len(set(names)) == len(NAMES)
    assert all(re.fullmatch(r"Assets:Wallets:Id-[A-Za-z0-9-]*", name) for name in names)


def test_what_is_no_journal_is_not_converted() -> None:
    lines = journal_of({"type": "purchase", "member": "ann", "paid": 10_000})
    for export, reason, detail in (
        ([], "empty", ""),
        (lines[1:], "first_line", "1"),
        ([lines[0], b"x\n"], "line", "2"),
    ):
        with pytest.raises(Unusable) as caught:
            text_of(export)
        assert (caught.value.reason, caught.value.detail) == (reason, detail)
