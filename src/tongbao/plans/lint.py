"""The linter: refuses what breaks the engine's promises, warns of what is risky.

Errors are what the engine refuses and what no seller can afford; warnings are legal or
economic risks that a shop owner can choose to bear; notes say what follows from a choice.
"""

from collections.abc import Mapping
from typing import Final

from tongbao.engine.plan import PlanFault
from tongbao.plans import sources
from tongbao.plans.files import PlanFile, PlanFileError
from tongbao.plans.findings import Finding, Level, Subject
from tongbao.plans.risks_of_law import RISKS_OF_LAW
from tongbao.plans.risks_of_money import RISKS_OF_MONEY
from tongbao.plans.risks_of_sales import RISKS_OF_SALES
from tongbao.plans.sources import Source

RULES: Final = (*RISKS_OF_SALES, *RISKS_OF_MONEY, *RISKS_OF_LAW)
_ORDER: Final[Mapping[Level, int]] = {"error": 0, "warning": 1, "note": 2}
_SOURCES: Final[Mapping[str, tuple[Source, ...]]] = {
    PlanFault.DILUTION: (sources.RULES_HOLDS,),
    PlanFault.TOO_MANY_LEVELS: (sources.PYRAMID_LINES, sources.PYRAMID_CRIME),
    PlanFault.FEE_TOO_HIGH: (sources.RULES_PLAN,),
    PlanFault.QUOTA_WITHOUT_BACKING: (sources.RULES_PLAN, sources.REBATE_NOTICE),
}


def lint(plan_file: PlanFile) -> tuple[Finding, ...]:
    """Return what is found in a plan that the engine takes: errors, then warnings, then notes."""
    subject = Subject(plan_file)
    found = [finding for rule in RULES if (finding := rule(subject)) is not None]
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.level]))


def refused(error: PlanFileError) -> tuple[Finding, ...]:
    """Return what is wrong with a plan file as findings of level error."""
    return tuple(
        Finding(
            "error",
            problem.code.replace("_", "-"),
            problem.field,
            problem.line,
            problem.reason,
            problem.way_out,
            _SOURCES.get(problem.code, ()),
        )
        for problem in error.problems
    )
