"""Versions of a plan: the notice to the microsecond, withdrawal, what is due and in which order."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from tests.ledger.databases import Database
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import PlanRefused
from tongbao.ledger import programs, versions
from tongbao.ledger.door import open_program
from tongbao.ledger.models import Head, PlanVersion
from tongbao.ledger.programs import BadSetting
from tongbao.ledger.values import NotLaunched, PlanNotAllowed
from tongbao.ledger.versions import (
    Change,
    NoSuchVersion,
    NoticeTooShort,
    NotToBeWithdrawn,
    PlanDoesNotFollow,
    TooFarAhead,
    Version,
)

PLAN = dict(FOUNDING_EXAMPLE)
LEANER = {**PLAN, "backing_bps": 2500}
LEANEST = {**PLAN, "backing_bps": 2000, "exit_fee_bps": 500}
NOW = datetime(2027, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
WEEK_LATER = datetime(2027, 3, 8, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def wine(database: Database) -> Database:
    """A database with the program wine, launched on 1 January 2027."""
    programs.create("wine", PLAN, using=database.alias)
    programs.launch("wine", using=database.alias, now=datetime(2027, 1, 1, tzinfo=UTC))
    return database


def announce(
    database: Database,
    plan: dict[str, object] = LEANER,
    effective_at: datetime | None = None,
    now: datetime = NOW,
) -> Version:
    return versions.announce("wine", plan, effective_at, using=database.alias, now=now)


def due(database: Database, now: datetime) -> list[tuple[int, dict[str, object]]]:
    program = programs.overview("wine", using=database.alias).program_id
    return versions.due_commands(program, now, database.alias)


def applied(database: Database, version: int, number: int | None) -> datetime | None:
    program = programs.overview("wine", using=database.alias).program_id
    return versions.applied(program, version, number, database.alias)


def next_plan_at(database: Database) -> datetime | None:
    return programs.overview("wine", using=database.alias).next_plan_at


def states(database: Database) -> dict[int, str]:
    return {v.version: v.state for v in versions.history("wine", using=database.alias)}


# ---------------------------------------------------------------- the notice


def test_without_a_date_it_takes_effect_when_the_notice_ends(wine: Database) -> None:
    announced = announce(wine)
    assert (announced.version, announced.effective_at) == (2, WEEK_LATER)
    assert next_plan_at(wine) == WEEK_LATER


def test_the_very_moment_when_the_notice_ends_is_allowed(wine: Database) -> None:
    assert announce(wine, effective_at=WEEK_LATER).effective_at == WEEK_LATER


def test_a_microsecond_of_notice_too_few_is_refused(wine: Database) -> None:
    with pytest.raises(NoticeTooShort) as refused:
        announce(wine, effective_at=WEEK_LATER - timedelta(microseconds=1))
    assert (refused.value.days, refused.value.earliest) == (7, WEEK_LATER)
    assert states(wine) == {1: "in_force"}


def test_a_moment_in_another_time_zone_is_the_same_moment(wine: Database) -> None:
    in_shanghai = datetime(2027, 3, 8, 17, 30, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert announce(wine, effective_at=in_shanghai).effective_at == WEEK_LATER
    too_soon = in_shanghai.replace(tzinfo=ZoneInfo("Asia/Tokyo"))  # an hour earlier
    with pytest.raises(NoticeTooShort):
        announce(wine, effective_at=too_soon)


def test_days_of_notice_have_24_hours_also_when_clocks_change(database: Database) -> None:
    programs.create("wine", PLAN, timezone="Europe/Berlin", using=database.alias)
    programs.launch("wine", using=database.alias)
    noon = datetime(2027, 3, 25, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # clocks: 28 March
    announced = announce(database, now=noon)
    assert announced.effective_at == datetime(2027, 4, 1, 11, 0, tzinfo=UTC)
    shown = announced.effective_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert shown.hour == 13


def test_without_notice_it_takes_effect_at_once(database: Database) -> None:
    programs.create("wine", PLAN, plan_notice_days=0, using=database.alias)
    programs.launch("wine", using=database.alias)
    assert announce(database).effective_at == NOW
    assert [version for version, _ in due(database, NOW)] == [2]
    with pytest.raises(NoticeTooShort):
        announce(database, effective_at=NOW - timedelta(microseconds=1))


@pytest.mark.parametrize("latest", [NOW + timedelta(days=3653)])
def test_what_is_more_than_ten_years_ahead_is_refused(wine: Database, latest: datetime) -> None:
    assert announce(wine, effective_at=latest).effective_at == latest
    for beyond in (latest + timedelta(microseconds=1), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(TooFarAhead):
            announce(wine, effective_at=beyond)


@pytest.mark.parametrize("moment", [datetime(2028, 1, 1), "2028-01-01", 7])
def test_a_moment_without_its_time_zone_is_refused(wine: Database, moment: object) -> None:
    with pytest.raises(BadSetting) as refused:
        announce(wine, effective_at=moment)  # type: ignore[arg-type]  # bad on purpose
    assert refused.value.setting == "effective_at"


# ---------------------------------------------------------------- the plan


def test_a_draft_announces_nothing(database: Database) -> None:
    programs.create("wine", PLAN, using=database.alias)
    with pytest.raises(NotLaunched, match="replace-plan"):
        announce(database)


def test_a_plan_that_the_engine_refuses_is_not_announced(wine: Database) -> None:
    with pytest.raises(PlanRefused):
        announce(wine, {**PLAN, "grant_bps": 10001})
    assert states(wine) == {1: "in_force"}


@pytest.mark.parametrize(("field", "old"), [("issue_price", 100), ("min_supply", 1_000_000)])
def test_issue_price_and_smallest_pool_stay_as_they_are(
    wine: Database, field: str, old: int
) -> None:
    with pytest.raises(PlanDoesNotFollow) as refused:
        announce(wine, {**PLAN, field: old + 1})
    assert (refused.value.field, refused.value.found, refused.value.bound) == (field, old + 1, old)
    assert isinstance(refused.value, PlanNotAllowed)
    assert states(wine) == {1: "in_force"}


def test_the_limit_may_fall_to_what_was_issued_and_no_further(wine: Database) -> None:
    order = {"id": "o1", "type": "purchase", "member": "m1", "paid": 10000}
    assert open_program("wine", wine.alias).submit(order).fields["points"] == 21_000_000
    now = datetime.now(UTC)
    announce(wine, {**PLAN, "max_supply": 21_000_000}, now=now)
    with pytest.raises(PlanDoesNotFollow) as refused:
        announce(wine, {**PLAN, "max_supply": 20_999_999}, now=now)
    assert (refused.value.field, refused.value.bound) == ("max_supply", 21_000_000)


@pytest.mark.parametrize("who", ["two\nlines", "\x00", "a" * 129, None])
def test_who_announces_is_a_short_line(wine: Database, who: str) -> None:
    with pytest.raises(BadSetting):
        versions.announce("wine", LEANER, who=who, using=wine.alias)
    assert states(wine) == {1: "in_force"}


def test_a_version_bears_who_and_when_and_what_changes(wine: Database) -> None:
    announced = versions.announce("wine", LEANEST, who="安 ann", using=wine.alias, now=NOW)
    assert (announced.announced_by, announced.announced_at) == ("安 ann", NOW)
    assert announced.changes == (
        Change("backing_bps", 3000, 2000),
        Change("exit_fee_bps", 1000, 500),
    )


# ---------------------------------------------------------------- several at once


def test_each_version_is_compared_with_the_one_before_it_in_time(wine: Database) -> None:
    announce(wine, LEANEST, WEEK_LATER + timedelta(days=2))
    announce(wine, LEANER, WEEK_LATER)
    told = versions.history("wine", using=wine.alias)
    assert [v.version for v in told] == [1, 3, 2]
    assert told[1].changes == (Change("backing_bps", 3000, 2500),)
    assert told[2].changes == (
        Change("backing_bps", 2500, 2000),
        Change("exit_fee_bps", 1000, 500),
    )


def test_what_is_withdrawn_is_compared_but_not_built_upon(wine: Database) -> None:
    announce(wine, LEANER, WEEK_LATER)
    announce(wine, LEANEST, WEEK_LATER + timedelta(days=2))
    versions.withdraw("wine", 2, using=wine.alias, now=NOW)
    told = versions.history("wine", using=wine.alias)
    assert told[1].changes == (Change("backing_bps", 3000, 2500),)
    assert told[2].changes[0] == Change("backing_bps", 3000, 2000)


def test_what_is_due_comes_in_the_order_of_its_moment(wine: Database) -> None:
    announce(wine, LEANEST, WEEK_LATER + timedelta(days=2))
    announce(wine, LEANER, WEEK_LATER)
    announce(wine, PLAN, WEEK_LATER)
    announce(wine, PLAN, WEEK_LATER + timedelta(days=3))
    assert due(wine, WEEK_LATER - timedelta(microseconds=1)) == []
    assert [version for version, _ in due(wine, WEEK_LATER)] == [3, 4]
    assert [version for version, _ in due(wine, WEEK_LATER + timedelta(days=2))] == [3, 4, 2]


def test_a_due_version_is_a_change_plan_command(wine: Database) -> None:
    announce(wine)
    ((version, command),) = due(wine, WEEK_LATER)
    assert version == 2
    assert command == {
        "id": "plan-2",
        "type": "change_plan",
        "plan": {**LEANER, "referral_points_bps": [], "referral_cash_bps": []},
        "at": "2027-03-08T09:30:00.123456Z",
    }


def test_a_due_version_takes_another_id_where_its_own_was_used(wine: Database) -> None:
    announce(wine)
    member = {"type": "enroll", "member": "m1"}
    ledger = open_program("wine", wine.alias)
    assert ledger.submit({**member, "id": "plan-2"}).ok
    assert ledger.submit({**member, "id": "plan-2-2", "member": "m2"}).ok
    ((_, command),) = due(wine, WEEK_LATER)
    assert command["id"] == "plan-2-3"


def test_an_applied_version_is_in_force_and_the_next_one_awaited(wine: Database) -> None:
    later = WEEK_LATER + timedelta(days=1)
    announce(wine, LEANER)
    announce(wine, LEANEST, later)
    assert applied(wine, 2, 5) == later
    assert next_plan_at(wine) == later
    assert states(wine) == {1: "replaced", 2: "in_force", 3: "announced"}
    assert [version for version, _ in due(wine, later)] == [3]
    assert applied(wine, 3, 6) is None
    assert states(wine) == {1: "replaced", 2: "replaced", 3: "in_force"}


def test_a_version_that_the_engine_refuses_is_not_tried_again(wine: Database) -> None:
    announce(wine)
    assert applied(wine, 2, None) is None
    assert due(wine, WEEK_LATER) == []
    assert states(wine) == {1: "in_force", 2: "refused"}
    assert programs.overview("wine", using=wine.alias).plan_version == 1


def test_a_plan_that_came_as_a_command_is_a_version_too(wine: Database) -> None:
    program = programs.overview("wine", using=wine.alias).program_id
    announce(wine, LEANER)
    assert versions.submitted(program, LEANEST, 4, NOW, wine.alias) == 3
    assert states(wine) == {1: "replaced", 3: "in_force", 2: "announced"}
    assert programs.overview("wine", using=wine.alias).plan_version == 3


def test_versions_of_one_program_are_not_another_s(wine: Database) -> None:
    programs.create("tea", PLAN, using=wine.alias)
    programs.launch("tea", using=wine.alias)
    announce(wine)
    tea = programs.overview("tea", using=wine.alias)
    assert versions.due_commands(tea.program_id, WEEK_LATER, wine.alias) == []
    assert tea.next_plan_at is None
    assert len(versions.history("tea", using=wine.alias)) == 1


def test_versions_announced_at_once_are_numbered_one_by_one(wine: Database) -> None:
    works = [partial(announce, wine, LEANER, WEEK_LATER + timedelta(days=n)) for n in range(4)]
    announced = wine.at_once(works)
    assert sorted(version.version for version in announced) == [2, 3, 4, 5]
    assert next_plan_at(wine) == WEEK_LATER


# ---------------------------------------------------------------- withdrawal


def test_a_withdrawn_version_never_takes_effect(wine: Database) -> None:
    announce(wine)
    versions.withdraw("wine", 2, using=wine.alias, now=WEEK_LATER - timedelta(microseconds=1))
    assert due(wine, WEEK_LATER) == []
    assert next_plan_at(wine) is None
    assert states(wine) == {1: "in_force", 2: "withdrawn"}


def test_withdrawing_one_of_two_leaves_the_other_awaited(wine: Database) -> None:
    later = WEEK_LATER + timedelta(days=1)
    announce(wine, LEANER)
    announce(wine, LEANEST, later)
    versions.withdraw("wine", 2, using=wine.alias, now=NOW)
    assert next_plan_at(wine) == later


def test_a_number_is_not_given_again_after_a_withdrawal(wine: Database) -> None:
    announce(wine)
    versions.withdraw("wine", 2, using=wine.alias, now=NOW)
    assert announce(wine).version == 3


def test_at_its_moment_a_version_is_no_longer_withdrawn(wine: Database) -> None:
    announce(wine)
    with pytest.raises(NotToBeWithdrawn):
        versions.withdraw("wine", 2, using=wine.alias, now=WEEK_LATER)
    assert [version for version, _ in due(wine, WEEK_LATER)] == [2]


def test_neither_the_launch_plan_nor_a_withdrawn_one_is_withdrawn(wine: Database) -> None:
    announce(wine)
    versions.withdraw("wine", 2, using=wine.alias, now=NOW)
    for version in (1, 2):
        with pytest.raises(NotToBeWithdrawn):
            versions.withdraw("wine", version, using=wine.alias, now=NOW)


@pytest.mark.parametrize("version", [0, -1, 3, 10**30, None, "2"])
def test_an_unknown_version_is_named(wine: Database, version: int) -> None:
    announce(wine)
    with pytest.raises(NoSuchVersion):
        versions.withdraw("wine", version, using=wine.alias, now=NOW)


# ---------------------------------------------------------------- through the door


def test_settling_brings_a_due_version_into_force_before_anything_else(wine: Database) -> None:
    past = datetime.now(UTC) - timedelta(days=8)
    announce(wine, LEANER, now=past)
    announce(wine, LEANEST, datetime.now(UTC) + timedelta(days=30), now=past)
    ledger = open_program("wine", wine.alias)
    order = {"id": "o1", "type": "purchase", "member": "m1", "paid": 10000}
    outcome = ledger.submit(order)
    assert (outcome.number, outcome.fields["contribution"]) == (2, 2500)
    ((body,),) = wine.execute("SELECT body FROM ledger_entry WHERE number = 1")
    assert json.loads(str(body))["command"]["id"] == "plan-2"
    assert states(wine) == {1: "replaced", 2: "in_force", 3: "announced"}
    assert ledger.submit({**order, "id": "o2"}).number == 3
    after = programs.overview("wine", using=wine.alias)
    assert (after.plan.backing_bps, after.plan_version) == (2500, 2)
    assert after.next_plan_at is not None
    assert after.next_plan_at > datetime.now(UTC)


def test_settling_drops_a_version_whose_limit_was_passed_meanwhile(wine: Database) -> None:
    ledger = open_program("wine", wine.alias)
    order = {"id": "o1", "type": "purchase", "member": "m1", "paid": 10000}
    assert ledger.submit(order).fields["points"] == 21_000_000
    yesterday = datetime.now(UTC) - timedelta(days=1)
    PlanVersion.objects.using(wine.alias).create(
        program=ledger.program_id,
        version=2,
        plan=json.dumps({**LEANER, "max_supply": 20_999_999}, default=list),
        announced_at=yesterday,
        announced_by="",
        effective_at=yesterday,
    )
    Head.objects.using(wine.alias).update(next_plan_at=yesterday)
    outcome = ledger.submit({**order, "id": "o2"})
    assert (outcome.number, outcome.fields["contribution"]) == (2, 3000)
    assert states(wine) == {1: "in_force", 2: "refused"}
    assert next_plan_at(wine) is None
