"""What the linter finds: a level, what it is about, why it matters, and what to do."""

from typing import Literal

from msgspec import Struct

from tongbao.engine.plan import Plan
from tongbao.engine.units import BPS
from tongbao.plans.files import PlanFile
from tongbao.plans.money import format_money, minor_digits
from tongbao.plans.settings import in_json
from tongbao.plans.sources import Source
from tongbao.plans.words import Text

Level = Literal["error", "warning", "note"]

_SAMPLE_UNITS = 100


class Finding(Struct, frozen=True):
    """One finding; the code is stable, for machines, the texts are for people.

    ``figure`` is a worked example of what it means, empty where there is none.
    """

    level: Level
    code: str
    field: str
    line: int | None
    text: Text
    way_out: Text
    sources: tuple[Source, ...] = ()
    figure: Text = Text("", "")


class Subject(Struct, frozen=True):
    """The plan under examination, with the sample order that worked figures use."""

    file: PlanFile

    @property
    def plan(self) -> Plan:
        """The engine's plan."""
        return self.file.plan

    @property
    def sample(self) -> int:
        """The sample order in minor units: 100.00, or 10,000 where there is no minor unit."""
        unit: int = 10 ** (minor_digits(self.file.currency) or 2)
        return _SAMPLE_UNITS * unit

    @property
    def granted_bps(self) -> int:
        """What one order grants in all, to buyer and referrers, as a share of its contribution."""
        return self.plan.grant_bps + sum(self.plan.referral_points_bps)

    def money(self, minor: int) -> Text:
        """Return an amount in the plan's currency, in both languages."""
        currency = self.file.currency
        return Text(format_money(minor, currency, "en"), format_money(minor, currency, "zh"))

    def share(self, minor: int, bps: int) -> int:
        """Return a share of an amount, rounded down as the engine does."""
        return minor * bps // BPS

    def line(self, engine_name: str) -> int | None:
        """Return the line in which the file writes this field."""
        return self.file.lines.get(self.file.key(engine_name))


class Rule(Struct, frozen=True):
    """What the linter says where one of its rules applies; texts may name values in braces."""

    level: Level
    code: str
    field: str
    text: Text
    way_out: Text
    sources: tuple[Source, ...]
    figure: Text = Text("", "")

    def found(self, subject: Subject, **values: object) -> Finding:
        """Return the finding for this plan, its texts filled in with the values.

        In a way out, ``{field}`` is the field's name in this file.
        """
        field = subject.file.key(self.field)
        way_out = self.way_out.fill(field=field, **values)
        if subject.file.format == "json":
            way_out = in_json(way_out, subject.file.currency)
        return Finding(
            self.level,
            self.code,
            field,
            subject.line(self.field),
            self.text.fill(**values),
            way_out,
            self.sources,
            self.figure.fill(**values),
        )
