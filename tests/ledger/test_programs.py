"""Programs: drafts, the launch that writes the genesis, pausing, and all that is refused."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.ledger.databases import Database
from tongbao.engine.example import FOUNDING_EXAMPLE
from tongbao.engine.plan import PlanRefused
from tongbao.ledger import programs, versions
from tongbao.ledger.values import BadName, LedgerError, NoSuchProgram, NotLaunched, ProgramExists

PLAN = {**FOUNDING_EXAMPLE, "referral_points_bps": [1000, 500], "grant_bps": 7000}
OTHER = {**PLAN, "backing_bps": 2500}
NOON = datetime(2027, 1, 2, 12, 0, 0, 5, tzinfo=UTC)
TABLES = ("ledger_program", "ledger_head", "ledger_entry", "ledger_plan_version")


def rows(database: Database) -> list[object]:
    """How many rows each table of programs has."""
    return [database.execute(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


def made(database: Database, name: str = "wine", *, launched: bool = True) -> int:
    program = programs.create(name, PLAN, using=database.alias)
    if launched:
        programs.launch(name, using=database.alias)
    return program


def test_a_draft_has_settings_and_a_plan_but_no_entry(database: Database) -> None:
    program = programs.create(
        "wine",
        {**PLAN, "spend_per_point": 20000},
        currency="GBP",
        timezone="Europe/London",
        plan_notice_days=30,
        using=database.alias,
        now=NOON,
    )
    draft = programs.overview("wine", using=database.alias)
    assert (draft.program_id, draft.name, draft.status) == (program, "wine", "draft")
    assert (draft.currency, draft.timezone, draft.plan_notice_days) == ("GBP", "Europe/London", 30)
    assert draft.created_at == NOON
    assert (draft.number, draft.plan_version, draft.next_plan_at) == (-1, 0, None)
    assert (draft.plan.spend_per_point, draft.plan.referral_points_bps) == (20000, (1000, 500))
    assert rows(database) == [1, 1, 0, 0]


def test_a_draft_s_figures_are_all_zero(database: Database) -> None:
    made(database, launched=False)
    figures = programs.overview("wine", using=database.alias).figures
    values = {getattr(figures, name) for name in figures.__struct_fields__ if name != "last_day"}
    assert values == {0}
    assert figures.last_day == ""


def test_ids_are_made_here_and_fit_into_json(database: Database) -> None:
    ids = {made(database, f"p{n}") for n in range(8)}
    assert len(ids) == 8
    assert all(0 < program < 2**53 for program in ids)


def test_the_launch_writes_the_genesis(database: Database) -> None:
    made(database, launched=False)
    programs.launch("wine", using=database.alias, now=NOON)
    genesis = {
        "currency": "CNY",
        "number": 0,
        "plan": {**PLAN, "referral_cash_bps": []},
        "program": "wine",
        "recorded_at": "2027-01-02T12:00:00.000005Z",
    }
    body = json.dumps(genesis, sort_keys=True, separators=(",", ":"))
    chained = hashlib.sha256(bytes(32) + body.encode()).hexdigest()
    entries = database.execute("SELECT number, command_id, body, hash FROM ledger_entry")
    assert entries == [(0, None, body, chained)]
    launched = programs.overview("wine", using=database.alias)
    assert (launched.status, launched.number, launched.hash) == ("running", 0, chained)


def test_the_launch_plan_is_version_1(database: Database) -> None:
    made(database, launched=False)
    programs.launch("wine", using=database.alias, who="ann", now=NOON)
    (first,) = versions.history("wine", using=database.alias)
    assert (first.version, first.state, first.number) == (1, "in_force", 0)
    assert (first.effective_at, first.announced_by) == (NOON, "ann")
    assert first.plan == programs.overview("wine", using=database.alias).plan
    assert programs.overview("wine", using=database.alias).plan_version == 1


def test_launching_a_running_program_changes_nothing(database: Database) -> None:
    made(database)
    before = programs.overview("wine", using=database.alias)
    programs.launch("wine", using=database.alias, now=NOON + timedelta(days=1))
    assert programs.overview("wine", using=database.alias) == before
    assert rows(database) == [1, 1, 1, 1]


def test_a_paused_program_goes_on_where_it_stood(database: Database) -> None:
    made(database)
    before = programs.overview("wine", using=database.alias)
    programs.pause("wine", using=database.alias)
    programs.pause("wine", using=database.alias)
    assert programs.overview("wine", using=database.alias).status == "paused"
    programs.launch("wine", using=database.alias)
    assert programs.overview("wine", using=database.alias) == before
    assert rows(database) == [1, 1, 1, 1]


def test_a_draft_cannot_be_paused(database: Database) -> None:
    made(database, launched=False)
    with pytest.raises(NotLaunched):
        programs.pause("wine", using=database.alias)
    assert programs.overview("wine", using=database.alias).status == "draft"


def test_a_draft_s_plan_can_be_replaced_until_the_launch(database: Database) -> None:
    made(database, launched=False)
    programs.replace_plan("wine", OTHER, using=database.alias)
    programs.launch("wine", using=database.alias)
    with pytest.raises(programs.AlreadyLaunched, match="announce"):
        programs.replace_plan("wine", PLAN, using=database.alias)
    assert programs.overview("wine", using=database.alias).plan.backing_bps == 2500
    ((body,),) = database.execute("SELECT body FROM ledger_entry")
    assert json.loads(str(body))["plan"]["backing_bps"] == 2500


def test_a_discarded_draft_leaves_nothing_and_its_name(database: Database) -> None:
    made(database, launched=False)
    programs.discard("wine", using=database.alias)
    assert rows(database) == [0, 0, 0, 0]
    made(database)


def test_a_launched_program_cannot_be_discarded(database: Database) -> None:
    made(database)
    programs.pause("wine", using=database.alias)
    with pytest.raises(programs.AlreadyLaunched):
        programs.discard("wine", using=database.alias)
    assert rows(database) == [1, 1, 1, 1]


def test_programs_are_listed_by_name_each_as_it_stands(database: Database) -> None:
    made(database, "wine")
    made(database, "mall", launched=False)
    made(database, "tea")
    programs.pause("tea", using=database.alias)
    listed = [(one.name, one.status) for one in programs.listing(using=database.alias)]
    assert listed == [("mall", "draft"), ("tea", "paused"), ("wine", "running")]


def test_what_happens_to_one_program_leaves_the_others(database: Database) -> None:
    made(database, "mall", launched=False)
    made(database, "wine")
    before = programs.overview("wine", using=database.alias)
    programs.replace_plan("mall", OTHER, using=database.alias)
    programs.launch("mall", using=database.alias)
    programs.pause("mall", using=database.alias)
    assert programs.overview("wine", using=database.alias) == before


BAD_NAMES = [
    "",
    " ",
    "a b",
    "酒",
    "a/b",
    "a.b",
    "-a",
    "_a",
    "a\n",
    "a\x00",
    "\ud800",
    "a" * 65,
    None,
    7,
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_what_is_no_name_is_refused_and_nothing_written(database: Database, name: str) -> None:
    with pytest.raises(BadName, match="letters a to z"):
        programs.create(name, PLAN, using=database.alias)
    assert rows(database) == [0, 0, 0, 0]


@pytest.mark.parametrize("name", ["a", "7", "Wine-2_b", "a" * 64])
def test_what_is_a_name_is_taken(database: Database, name: str) -> None:
    programs.create(name, PLAN, using=database.alias)
    assert programs.overview(name, using=database.alias).name == name


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("currency", bad) for bad in ("", "cny", "YUAN", "C1Y", None)),
        *(("timezone", bad) for bad in ("", "Asia", "Beijing", "asia/shanghai", "../etc", None)),
        *(("plan_notice_days", bad) for bad in (-1, 367, True, 7.0, "7", None)),
    ],
)
def test_a_bad_setting_is_named_and_nothing_written(
    database: Database, setting: str, value: object
) -> None:
    with pytest.raises(programs.BadSetting) as refused:
        programs.create("wine", PLAN, using=database.alias, **{setting: value})  # type: ignore[arg-type]  # bad on purpose
    assert refused.value.setting == setting
    assert rows(database) == [0, 0, 0, 0]


@pytest.mark.parametrize("plan", [{}, {**PLAN, "grant_bps": 10001}, None, [], "plan"])
def test_a_plan_that_the_engine_refuses_is_refused(database: Database, plan: object) -> None:
    with pytest.raises(PlanRefused):
        programs.create("wine", plan, using=database.alias)  # type: ignore[arg-type]  # bad on purpose
    assert rows(database) == [0, 0, 0, 0]


@pytest.mark.parametrize("again", ["wine", "WINE", "Wine"])
def test_a_name_is_taken_in_any_capitals(database: Database, again: str) -> None:
    made(database)
    with pytest.raises(ProgramExists, match="wine"):
        programs.create(again, OTHER, using=database.alias)
    assert rows(database) == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["tea", "Wine", "", "wine\x00", "\ud800", None])
@pytest.mark.parametrize(
    "use",
    [
        programs.overview,
        programs.launch,
        programs.pause,
        programs.discard,
        programs.freezes,
        lambda name, using: programs.replace_plan(name, PLAN, using=using),
        versions.history,
        lambda name, using: versions.announce(name, OTHER, using=using),
        lambda name, using: versions.withdraw(name, 2, using=using),
    ],
)
def test_an_unknown_program_is_named(
    database: Database, use: Callable[..., object], name: str
) -> None:
    made(database)
    before = rows(database)
    with pytest.raises(NoSuchProgram, match="program list"):
        use(name, using=database.alias)
    assert rows(database) == before


def test_of_two_who_take_a_name_at_once_one_gets_it(database: Database) -> None:
    def take() -> str:
        try:
            programs.create("wine", PLAN, using=database.alias)
        except LedgerError as error:
            return type(error).__name__
        return "made"

    answers = database.at_once([take] * 4)
    assert sorted(answers) == ["ProgramExists"] * 3 + ["made"]
    assert rows(database) == [1, 1, 0, 0]


def test_launching_at_once_writes_one_genesis(database: Database) -> None:
    made(database, launched=False)
    database.at_once([partial(programs.launch, "wine", using=database.alias)] * 4)
    assert rows(database) == [1, 1, 1, 1]
    assert programs.overview("wine", using=database.alias).number == 0
