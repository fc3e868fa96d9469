"""What members do besides buying: a backtest must assume it, so the assumption is one plain rule.

At each day close, after the day's dividends, a behaviour names the members who
sell everything (who turn everything into credit, if the plan has no cash
redemption). They sell one after the other, by opening number.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from heapq import heappop, heappush
from typing import Final, Protocol

from msgspec import Struct

from tongbao.engine.program import Program
from tongbao.engine.units import SCALE, ceil_div
from tongbao.lab.problems import LabError, quoted
from tongbao.plans.words import Text

KINDS: Final = ("hold", "redeem-when-up", "hazard", "leave-at-end")

_NUMBER: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(%?)")
_BITS: Final = 128


class BehaviourChoice(Struct, frozen=True):
    """A behaviour as chosen; ``factor`` is N of redeem-when-up:N or hazard's daily chance."""

    kind: str
    factor: Fraction
    written: str


class Behaviour(Protocol):
    """Decides who sells at a day close."""

    def changed(self, name: str, points: int, cost: int, day: int) -> None:
        """Hear that a member now holds these points, which were worth ``cost`` when granted."""

    def rejected(self, name: str, day: int) -> None:
        """Hear that this member's sale was rejected."""

    def leavers(self, program: Program, day: int) -> Sequence[str]:
        """Return who sells everything at this day's close."""


def behaviour_choice(written: str) -> BehaviourChoice:
    """Return the behaviour that --behaviour names.

    >>> behaviour_choice("hazard:0.5%").factor
    Fraction(1, 200)

    Raises:
        LabError: if there is no such behaviour.
    """
    kind, colon, given = written.strip().partition(":")
    if kind not in KINDS or bool(colon) != (kind in {"redeem-when-up", "hazard"}):
        raise LabError(_UNKNOWN.fill(written=quoted(written)), _UNKNOWN_OUT)
    if not colon:
        return BehaviourChoice(kind, Fraction(0), kind)
    match = _NUMBER.fullmatch(given.strip())
    factor = Fraction(match[1]) / (100 if match[2] else 1) if match else Fraction(0)
    if factor <= 0 or (kind == "hazard" and factor > 1):
        raise LabError(_FACTOR.fill(written=quoted(written)), _UNKNOWN_OUT)
    return BehaviourChoice(kind, factor, f"{kind}:{given.strip()}")


def behaviour_of(choice: BehaviourChoice, seed: int, days: int) -> Behaviour:
    """Return the behaviour for a run of that many days."""
    if choice.kind == "redeem-when-up":
        return _RedeemWhenUp(choice.factor)
    if choice.kind == "hazard":
        return _Hazard(choice.factor, seed, days)
    return _Hold()


class _Hold:
    """Nobody sells (leave-at-end is played after the last close)."""

    def changed(self, name: str, points: int, cost: int, day: int) -> None:
        """Do nothing."""

    def rejected(self, name: str, day: int) -> None:
        """Do nothing."""

    def leavers(self, program: Program, day: int) -> Sequence[str]:
        """Return nobody."""
        del program, day
        return ()


class _RedeemWhenUp:
    """A member sells all once it is worth ``times`` what it was worth when granted.

    A heap over the price at which each would sell makes a quiet day O(1):
    value(points) >= target exactly when reserve / supply >= target / points.
    """

    def __init__(self, times: Fraction) -> None:
        self._times = times
        self._targets: dict[str, tuple[int, int]] = {}
        self._heap: list[tuple[int, str]] = []

    def changed(self, name: str, points: int, cost: int, day: int) -> None:
        """Note the price at which the member now would sell."""
        del day
        if not points:
            self._targets.pop(name, None)
            return
        # Ceiling: the value must reach the multiple in full.
        target = max(ceil_div(cost * self._times.numerator, self._times.denominator), 1)
        key = target * SCALE // points
        self._targets[name] = (key, target)
        heappush(self._heap, (key, name))

    def rejected(self, name: str, day: int) -> None:
        """Leave the member alone until their points change."""
        del day
        self._targets.pop(name, None)

    def leavers(self, program: Program, day: int) -> Sequence[str]:
        """Return who has reached their multiple, by opening number."""
        del day
        price = program.price_scaled()
        found: dict[str, int] = {}
        early: list[tuple[int, str]] = []
        while self._heap and self._heap[0][0] <= price:
            key, name = heappop(self._heap)
            known = self._targets.get(name)
            if known is None or known[0] != key or name in found:
                continue
            account = program.accounts[name]
            if program.value(account.points) >= known[1]:
                found[name] = account.opening
            else:
                early.append((key, name))  # the key is floored: not quite there yet
        for entry in early:
            heappush(self._heap, entry)
        return sorted(found, key=lambda name: found[name])


class _Hazard:
    """Every holder sells all on any day with the same chance, by numbers drawn from a seed.

    Who becomes a holder draws once how many closes they stay: the first k with
    u >= (1 - P)^k, where u is the SHA-256 of seed, name and a counter as a
    fraction of 2^128 and the powers are integers floored at each step. So it
    is the same on every machine, and a day costs only its leavers.
    """

    def __init__(self, chance: Fraction, seed: int, days: int) -> None:
        self._seed = seed
        self._due: dict[int, list[tuple[str, int]]] = {}
        self._draws: dict[str, int] = {}
        self._holding: dict[str, int] = {}
        stays = chance.denominator - chance.numerator
        survival = 1 << _BITS
        self._falling: list[int] = []  # minus the chance to stay past 1, 2, … closes
        for _ in range(days + 1):
            survival = survival * stays // chance.denominator
            self._falling.append(-survival)

    def changed(self, name: str, points: int, cost: int, day: int) -> None:
        """Draw when somebody becomes a holder; forget who no longer is."""
        del cost
        if not points:
            self._holding.pop(name, None)
        elif name not in self._holding:
            self._draw(name, day)

    def rejected(self, name: str, day: int) -> None:
        """Draw again, from the next day on."""
        self._draw(name, day + 1)

    def leavers(self, program: Program, day: int) -> Sequence[str]:
        """Return whose day it is, by opening number."""
        due = self._due.pop(day, [])
        found = [name for name, draw in due if self._holding.get(name) == draw]
        return sorted(found, key=lambda name: program.accounts[name].opening)

    def _draw(self, name: str, day: int) -> None:
        draw = self._draws[name] = self._draws.get(name, 0) + 1
        self._holding[name] = draw
        text = f"{self._seed}\0{name}\0{draw}"
        u = int.from_bytes(sha256(text.encode()).digest()[: _BITS // 8], "big")
        # Stays past k closes while u < survival[k], that is -survival[k] < -u.
        closes = bisect_left(self._falling, -u)
        self._due.setdefault(day + closes, []).append((name, draw))


_UNKNOWN = Text("there is no behaviour {written}", "没有 {written} 这种行为")
_UNKNOWN_OUT = Text(
    "Write one of: hold (nobody sells); redeem-when-up:2 (sell all once worth twice as much); "
    "hazard:0.5% (each holder sells all with this chance a day); leave-at-end (all sell after the "
    "last day).",
    "请选其一：hold（都不卖）；redeem-when-up:2（价值翻一倍就全部卖出）；"
    "hazard:0.5%（每人每天以此概率全部卖出）；leave-at-end（最后一天之后全部卖出）。",
)
_FACTOR = Text(
    "{written} needs a number above 0 after the colon (a chance of at most 100%)",
    "{written} 的冒号后需要一个大于 0 的数（概率不超过 100%）",
)
