"""A crash at any moment of a shopper's way loses no money and doubles none.

The way is `tests.mall.way`; processes really die, see `tests.mall.killing`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from django.core.management import call_command

from tests.ledger import cluster
from tests.mall.conftest import default_database
from tests.mall.stage import open_for_tests

# By hand. Tea: of 100.00 (50.00 provider, 25.00 wallet, 12.50 credit, 12.50 points) 20.00 came
# back before the settlement as 10.00, 5.00, 2.50, 2.50. Of the 60.00 paid that are left 18.00 go
# to the reserve, 30 % of the profit of 21.00 to the dividends, 1.20 to ann, 1.20 to the platform,
# 0.24 of the provider's 40.00 to the provider: 33.06 to tea, and 9.00 of the 10.00 in points.
# Wine came back as a whole, so of its 1.00 it has all but the 0.18 that the provider keeps of
# 30.00; ann keeps only tea's commission.
# The buyer had 100.00: 40.00 less, then 5.00 + 2.25 of tea (of 2.50 in points 0.25 are the goods
# fee), 6.75 for wine's 7.50 in points, 9.00 for the 10.00 of K2. Of wine's 45.00 paid 3.93 could
# not be fetched back (read from a run of the engine), and 41.07 came back in proportion to 30.00
# from the provider and 15.00 from the wallet.
END: Final = {
    "shop wallet": 0,
    "shop credit": 0,
    "tea wallet": 3306 + 900,
    "tea credit": 1000,
    "wine wallet": 100 - 18,
    "wine credit": 0,
    "ann wallet": 2000 + 120,
    "ann credit": 0,
    "buyer wallet": 10000 - 4000 + 725 + 675 + 900 + 1369,
    "buyer credit": 7142 - 2000 + 250 + 750,
    "charged": 8000 + 2000 + 1000,
    "refunded": 1000 + 2000 + 1000 + 2738,
}
STATES: Final = {
    "K1": {"pending", "paid", "cancelled"},
    "K2": {"pending", "paid", "cancelled"},
    "K3": {"pending", "cancelled"},
}
REPAIRED: Final = {"Payment", "Order", "Refund", "Return"}
"""What is found half done after a kill, at one write or another."""


def killed(url: str, folder: Path, **order: object) -> Iterator[dict[str, Any]]:
    """Run the killing, and give what was seen after each."""
    told = json.dumps({"url": url, "folder": str(folder), **order})
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.mall.killing", told],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        output, complaints = running.communicate()
    assert running.returncode == 0, complaints[-4000:]
    for line in output.splitlines():
        yield json.loads(line)


def check(seen: dict[str, Any]) -> None:
    """Nothing is left over, everything agrees, and the end is the one that there always is."""
    at = f"killed at {seen['at']}: {seen}"
    assert not any("Nothing was done" in found for found in seen["first"]), at
    assert seen["second"] == [], at
    assert seen["trouble"] == "", at
    for number, allowed in STATES.items():
        assert seen["states"].get(number, "pending") in allowed, at
    check_money(seen["between"], at)
    if seen["end"]:
        assert seen["end"] == END, at


def check_money(money: dict[str, int], at: str) -> None:
    """Whatever the provider collected and did not send back is somewhere in the mall's books."""
    assert 0 <= money["refunded"] <= money["charged"], at
    assert min(money.values()) >= 0, at


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory: what is tested is what was written, not how fast the disk is."""
    with TemporaryDirectory(prefix="tongbao-", dir=cluster.memory()) as folder:
        yield Path(folder)


def kill_and_check(template: Path, folder: Path, step: int) -> tuple[int, set[str]]:
    """Kill at every so manieth write and check what is left; return how often, and what was found."""
    seen = list(killed(f"sqlite:///{template}", folder, first=1, step=step))
    for one in seen:
        check(one)
    assert [one["killed"] for one in seen] == [True] * (len(seen) - 1) + [False]
    return len(seen), {found.partition(" ")[0] for one in seen for found in one["first"]}


def test_it_may_be_killed_at_any_write(mall_template: Path, folder: Path) -> None:
    kills, repaired = kill_and_check(mall_template, folder, step=8)
    assert kills > 8
    assert len(repaired & REPAIRED) > 1, "the kills must leave something"


@pytest.mark.long
def test_it_may_be_killed_at_every_write(mall_template: Path, folder: Path) -> None:
    kills, repaired = kill_and_check(mall_template, folder, step=1)
    assert kills > 50
    assert repaired == REPAIRED, "the kills must leave something"


def test_whoever_never_comes_back_has_the_goods_or_the_money(
    mall_template: Path, folder: Path
) -> None:
    """A day later nothing is pending: what was not paid in time is cancelled, and paid back."""
    seen = list(killed(f"sqlite:///{mall_template}", folder, first=1, step=9, late=[True]))
    for one in seen:
        check(one)
        assert "pending" not in {one["states"].get(number) for number in STATES}, one
        if one["states"].get("K1") == "cancelled":
            assert one["between"]["charged"] == one["between"]["refunded"], one
            assert one["between"]["shop wallet"] == one["between"]["shop credit"] == 0, one


@pytest.fixture
def mall_on_postgresql(postgresql: None) -> Iterator[str]:
    """Give the URL of an open mall on a server whose databases may be copied."""
    with cluster.scratch(*cluster.FAST, under=cluster.memory()) as own:
        own.execute("CREATE DATABASE mall")
        with default_database(own.url("mall")):
            call_command("migrate", verbosity=0)
            open_for_tests()
        yield own.url("mall")


def test_it_may_be_killed_on_postgresql(mall_on_postgresql: str, folder: Path) -> None:
    for one in killed(mall_on_postgresql, folder, first=5, step=15, last=35):
        check(one)
        assert one["killed"]


@pytest.mark.long
def test_it_may_be_killed_at_every_write_on_postgresql(
    mall_on_postgresql: str, folder: Path
) -> None:
    for one in killed(mall_on_postgresql, folder, first=1, step=1, late=[False, True]):
        check(one)
