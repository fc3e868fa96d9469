"""The plan: an issuer's figures, checked once and never edited (spec: «Plan»)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Literal

from msgspec import Struct

from tongbao.engine.units import BPS

Base = Literal["sales", "profit"]
QuotaBase = Literal["sales", "contribution"]

FIGURE_LIMIT: Final = 10**18
RATE_LIMIT: Final = 10**7
REFERRAL_RATE_LIMIT: Final = 10**4
REFERRAL_LEVELS: Final = 2


class PlanFault(StrEnum):
    """Why a plan is refused."""

    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    NEGATIVE = "negative"
    BELOW_ONE = "below_one"
    TOO_LARGE = "too_large"
    RATE_TOO_HIGH = "rate_too_high"
    FEE_TOO_HIGH = "fee_too_high"
    TOO_MANY_LEVELS = "too_many_levels"
    DILUTION = "dilution"
    QUOTA_WITHOUT_BACKING = "quota_without_backing"


class PlanProblem(Struct, frozen=True):
    """One reason why a plan is refused: the fault, the field it is in, the value found there."""

    fault: PlanFault
    field: str = ""
    value: object = None


class PlanRefused(ValueError):
    """The plan breaks the rules of the spec; ``problems`` says where and why."""

    def __init__(self, problems: tuple[PlanProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.fault} in {p.field or 'the plan'}" for p in problems))


class Plan(Struct, frozen=True, kw_only=True):
    """A checked plan; money in minor units, points in atoms, rates in basis points.

    Build it with `plan_from_fields`, which refuses what the spec refuses.
    """

    issue_price: int
    max_supply: int
    backing_base: Base
    backing_bps: int
    grant_bps: int
    dividend_base: Base
    dividend_bps: int
    quota_base: QuotaBase
    quota_bps: int
    merchant_quota_bps: int
    exit_fee_bps: int
    goods_fee_bps: int
    referral_points_bps: tuple[int, ...]
    referral_cash_bps: tuple[int, ...]
    cash_redemption: bool
    cash_withdrawal: bool
    min_supply: int
    min_holding: int
    spend_per_point: int | None = None


_AT_LEAST_ONE: Final = ("issue_price", "max_supply", "min_supply", "spend_per_point")
_PLAIN: Final = (*_AT_LEAST_ONE, "min_holding")
_FEES: Final = ("exit_fee_bps", "goods_fee_bps")
_RATES: Final = (
    *("backing_bps", "grant_bps", "dividend_bps", "quota_bps", "merchant_quota_bps"),
    *_FEES,
)
_LISTS: Final = ("referral_points_bps", "referral_cash_bps")
_BASES: Final[Mapping[str, tuple[str, ...]]] = {
    "backing_base": ("sales", "profit"),
    "dividend_base": ("sales", "profit"),
    "quota_base": ("sales", "contribution"),
}
_SWITCHES: Final = ("cash_redemption", "cash_withdrawal")
PLAN_FIELDS: Final = Plan.__struct_fields__


def plan_from_fields(fields: object) -> Plan:
    """Return the plan with these JSON fields; an absent or null spend_per_point is none.

    Raises:
        PlanRefused: with every problem found, in the order of the plan's fields.
    """
    problems = plan_problems(fields)
    if problems or not isinstance(fields, Mapping):
        raise PlanRefused(problems)
    values: dict[str, Any] = {
        name: tuple(value) if name in _LISTS else value
        for name, value in fields.items()
        if value is not None
    }
    return Plan(**values)


def plan_fields(plan: Plan) -> dict[str, object]:
    """Return the plan as the JSON object that `plan_from_fields` reads."""
    fields: dict[str, object] = {name: getattr(plan, name) for name in PLAN_FIELDS}
    for name in _LISTS:
        fields[name] = list(getattr(plan, name))
    if plan.spend_per_point is None:
        del fields["spend_per_point"]
    return fields


def plan_problems(fields: object) -> tuple[PlanProblem, ...]:
    """Return every reason to refuse these fields, empty if they make a plan."""
    if not isinstance(fields, Mapping):
        return (PlanProblem(PlanFault.NOT_AN_OBJECT),)
    problems = [
        PlanProblem(PlanFault.UNKNOWN_FIELD, str(name), value)
        for name, value in fields.items()
        if name not in PLAN_FIELDS
    ]
    for name in PLAN_FIELDS:
        if name == "spend_per_point" and fields.get(name) is None:
            continue
        if name not in fields:
            problems.append(PlanProblem(PlanFault.MISSING_FIELD, name))
        elif (fault := _field_fault(name, fields[name])) is not None:
            problems.append(PlanProblem(fault, name, fields[name]))
    return tuple(problems) or _joint_problems(fields)


def _field_fault(name: str, value: object) -> PlanFault | None:
    if name in _BASES:
        return None if isinstance(value, str) and value in _BASES[name] else PlanFault.WRONG_TYPE
    if name in _SWITCHES:
        return None if isinstance(value, bool) else PlanFault.WRONG_TYPE
    if name not in _LISTS:
        return _figure_fault(name, value)
    if not isinstance(value, list | tuple):
        return PlanFault.WRONG_TYPE
    if len(value) > REFERRAL_LEVELS:
        return PlanFault.TOO_MANY_LEVELS
    return next((f for rate in value if (f := _figure_fault(name, rate)) is not None), None)


def _figure_fault(name: str, value: object) -> PlanFault | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return PlanFault.WRONG_TYPE
    if value < 0:
        return PlanFault.NEGATIVE
    if name in _AT_LEAST_ONE and value < 1:
        return PlanFault.BELOW_ONE
    if name in _FEES and value >= BPS:
        return PlanFault.FEE_TOO_HIGH
    if value > FIGURE_LIMIT:
        return PlanFault.TOO_LARGE
    rate_limit = REFERRAL_RATE_LIMIT if name in _LISTS else RATE_LIMIT
    return PlanFault.RATE_TOO_HIGH if name not in _PLAIN and value > rate_limit else None


def _joint_problems(fields: Mapping[str, Any]) -> tuple[PlanProblem, ...]:
    """Promises that several figures keep together; each field is sound by now."""
    problems = []
    grants = [fields["grant_bps"], *fields["referral_points_bps"]]
    if sum(grants) > BPS:
        problems.append(PlanProblem(PlanFault.DILUTION, "grant_bps", sum(grants)))
    if fields["backing_base"] == "profit" and fields["quota_base"] == "sales":
        problems.append(PlanProblem(PlanFault.QUOTA_WITHOUT_BACKING, "quota_base", "sales"))
    return tuple(problems)
