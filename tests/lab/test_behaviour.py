"""Behaviours: who sells at a day's close, and the same on every machine."""

from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from tests.lab.shop import HEADER, played, wine, written
from tongbao.lab.behaviour import behaviour_choice
from tongbao.lab.problems import LabError

Commands = list[tuple[str, str, str, str]]


def sales(path: Path, behaviour: str, **options: object) -> Commands:
    """Return (at, type, who, status) of each sale by the behaviour."""
    heard: Commands = []

    def sink(command: object, receipt: object) -> None:
        assert isinstance(command, dict)
        if command["type"] in {"redeem", "convert"}:
            who = str(command.get("account") or command.get("member"))
            ok = "ok" if receipt.ok else str(receipt.error)  # type: ignore[attr-defined]  # a Receipt
            heard.append((str(command["at"]), str(command["type"]), who, ok))

    played(path, behaviour=behaviour, settle_after=0, sink=sink, **options)  # type: ignore[arg-type]  # what a test varies
    return heard


@pytest.mark.parametrize(
    "written_so",
    [
        "",
        "sell",
        "hold:1",
        "hazard",
        "hazard:0",
        "hazard:101%",
        "hazard:2",
        "redeem-when-up:x",
        "redeem-when-up:-1",
        "leave-at-end:2",
        "hazard:1e-3",
        "redeem-when-up:",
    ],
)
def test_what_is_no_behaviour_is_refused_with_the_choices(written_so: str) -> None:
    with pytest.raises(LabError, match="redeem-when-up:2"):
        behaviour_choice(written_so)


def test_a_chance_is_written_as_a_share_or_a_percentage() -> None:
    assert behaviour_choice("hazard:0.5%").factor == Fraction(1, 200)
    assert behaviour_choice("hazard:0.005").factor == Fraction(1, 200)
    assert behaviour_choice("redeem-when-up:1.5").factor == Fraction(3, 2)


def test_everybody_leaves_at_the_end_by_opening_number(tmp_path: Path) -> None:
    text = "1,bob,2024-01-01,100\n2,ann,2024-01-02,100\n3,cat,2024-01-03,100\n"
    assert sales(written(tmp_path, HEADER + text), "leave-at-end") == [
        ("2024-01-04T00:00:00", "redeem", "bob", "ok"),
        ("2024-01-04T00:00:00", "redeem", "ann", "ok"),
        ("2024-01-04T00:00:00", "redeem", "cat", "ok"),
    ]


def test_where_cash_is_off_leaving_means_credit(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,bob,2024-01-01,100\n")
    found = sales(path, "leave-at-end", plan_file=wine(cash_redemption=False))
    assert found == [("2024-01-02T00:00:00", "convert", "bob", "ok")]


def test_a_member_sells_once_the_value_reaches_the_multiple(tmp_path: Path) -> None:
    # By the founding example's prices after orders 1 to 4: 1.4286, 1.6807, 1.8674, 2.0188.
    # The first buyer's 21 points were worth 21.00 when granted: twice that at 2.0188, order 4.
    text = "".join(f"{n},m{n},2024-01-0{n},100\n" for n in range(1, 6))
    assert sales(written(tmp_path, HEADER + text), "redeem-when-up:2") == [
        ("2024-01-05T00:00:00", "redeem", "m1", "ok"),
    ]


def test_the_multiple_counts_from_each_grants_own_price(tmp_path: Path) -> None:
    # m1 buys first and third: 21 points at 1.00 and 12.495 at 1.6807, worth 41.99 when granted.
    # 1.8 times that is 75.58. Supply grows by the factors 1.7, 1.35, 1.2333, 1.175, 1.14, so the
    # price is 150 / 69.8426 = 2.1477 after order 5 and 180 / 79.6206 = 2.2607 after order 6:
    # 33.495 points are worth 71.94 and then 75.72. Counted from the first grant alone (21.00)
    # they would have been sold at order 3.
    rows = ("m1,2024-01-01", "m2,2024-01-02", "m1,2024-01-03", "m4,2024-01-04", "m5,2024-01-05")
    text = HEADER + "".join(f"{n},{row},100\n" for n, row in enumerate(rows))
    assert sales(written(tmp_path, text), "redeem-when-up:1.8") == []
    sixth = written(tmp_path, f"{text}9,m6,2024-01-06,100\n")
    assert sales(sixth, "redeem-when-up:1.8") == [("2024-01-07T00:00:00", "redeem", "m1", "ok")]


def test_a_refund_scales_what_the_points_were_worth_when_granted(tmp_path: Path) -> None:
    # Half of order 1 comes back on day 2: 10.5 points are left, worth 10.50 when granted. Three
    # more orders carry the price past 2.00; had the basis stayed 21.00, no one would sell.
    rows = (
        "1,m1,2024-01-01T08:00,100",
        "2,m2,2024-01-01T09:00,100",
        "R,m1,2024-01-02,-50",
        "3,m3,2024-01-03,100",
        "4,m4,2024-01-04,100",
        "5,m5,2024-01-05,100",
    )
    path = written(tmp_path, HEADER + "\n".join(rows) + "\n")
    assert "m1" in [who for _, _, who, _ in sales(path, "redeem-when-up:2")]


def closes_stayed(seed: int, name: str, draw: int, chance: Fraction) -> int:
    """Return how many closes a holder stays, by the documented rule in plain loops."""
    u = int.from_bytes(sha256(f"{seed}\0{name}\0{draw}".encode()).digest()[:16], "big")
    closes, survival = 0, 2**128
    while True:
        survival = survival * (chance.denominator - chance.numerator) // chance.denominator
        if u >= survival:
            return closes
        closes += 1


def test_hazard_draws_each_holders_last_day_from_the_seed(tmp_path: Path) -> None:
    text = "".join(f"{n},m{n},2024-01-01,100\n" for n in range(1, 31)) + "31,z,2024-02-29,1\n"
    path = written(tmp_path, HEADER + text)
    days: dict[str, str] = {}
    for at, _, who, ok in sales(path, "hazard:5%", seed=7):
        assert ok == "ok"
        days.setdefault(who, at)
    expected = {}
    for n in range(1, 31):
        stayed = closes_stayed(7, f"m{n}", 1, Fraction(1, 20))
        if stayed < 60:  # 2024-01-01 to 2024-02-29
            at = f"2024-{1 + (stayed + 1) // 31:02d}-{(stayed + 1) % 31 + 1:02d}"
            expected[f"m{n}"] = f"{at}T00:00:00" if stayed + 1 < 60 else "2024-03-01T00:00:00"
    days.pop("z", None)
    assert days == expected
    assert 10 < len(expected) < 30


def test_a_certain_hazard_empties_the_pool_every_day(tmp_path: Path) -> None:
    text = "1,a,2024-01-01,100\n2,b,2024-01-02,100\n3,a,2024-01-03,100\n"
    found = sales(written(tmp_path, HEADER + text), "hazard:100%")
    assert [who for _, _, who, _ in found] == ["a", "b", "a"]


def test_another_seed_draws_other_days(tmp_path: Path) -> None:
    text = "".join(f"{n},m{n},2024-01-01,100\n" for n in range(1, 31)) + "31,z,2024-02-29,1\n"
    path = written(tmp_path, HEADER + text)
    assert sales(path, "hazard:5%", seed=1) == sales(path, "hazard:5%", seed=1)
    assert sales(path, "hazard:5%", seed=1) != sales(path, "hazard:5%", seed=2)
