"""`tongbao backtest` as a user meets it: what it writes, what it says, how it ends."""

import html
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.lab.shop import EXAMPLES, HEADER, MAPPING, wine, written
from tongbao.cli.backtest import backtest
from tongbao.engine.plan import plan_fields
from tongbao.engine.units import InvariantBroken
from tongbao.lab import play

ORDERS = HEADER + "".join(f"{n},m{n % 7},2024-01-{n:02d}T10:00,{n * 10}.00\n" for n in range(1, 29))


def plan(folder: Path, **changes: object) -> Path:
    path = folder / "plan.json"
    path.write_text(json.dumps(plan_fields(wine("CNY", **changes).plan)), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(backtest, [str(argument) for argument in arguments])


def basic(folder: Path, *more: object, orders: str = ORDERS) -> Result:
    path = written(folder, orders)
    return run(path, "--plan", plan(folder), "--out", folder / "out", "--columns", MAPPING, *more)


def test_it_writes_everything_and_ends_with_the_reports_path(tmp_path: Path) -> None:
    result = basic(tmp_path)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == str(tmp_path / "out" / "report.html")
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == [
        *("commands.jsonl.gz", "days.parquet", "members.parquet", "plan.json", "plots"),
        *("receipts.jsonl.gz", "report.html", "summary.json"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.csv", "out", "plan.json"]


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for _ in range(2):
        assert basic(tmp_path, "--behaviour", "hazard:2%", "--seed", 5).exit_code == 0
        files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
        contents.append({path.name: path.read_bytes() for path in files})
    assert contents[0] == contents[1]


def test_the_report_and_the_words_are_in_chinese_on_request(tmp_path: Path) -> None:
    result = basic(tmp_path, "--lang", "zh")
    assert "订单 28 笔" in result.stdout
    assert "积分准备金" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--settle-after", "soon"), "--settle-after 'soon' is no number of days"),
        (("--settle-after", "367"), "0 to 366"),
        (("--profit", "0.35"), "--profit '0.35': the percent sign is missing"),
        (("--profit", "101%"), "not between 0% and 100%"),
        (("--profit", "-5%"), "not between 0% and 100%"),
        (("--behaviour", "dance"), "there is no behaviour 'dance'"),
        (("--only-currency", "MOON"), "no currency has the code 'MOON'"),
        (("--time-format", "%d"), "line 2, field 'when'"),
        (("--columns", "order=x"), "there is no column 'x'"),
    ],
)
def test_a_choice_that_can_not_be_followed_says_why(
    tmp_path: Path, more: tuple[str, str], message: str
) -> None:
    result = basic(tmp_path, *more)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()
    assert isinstance(result.exception, SystemExit)


def test_a_bad_row_ends_with_file_line_field_and_way_out(tmp_path: Path) -> None:
    result = basic(tmp_path, orders=HEADER + "1,ann,2024-01-01,5.00\n2,ann,2024-01-01,five\n")
    assert result.exit_code == 2
    assert result.stderr.startswith("orders.csv, line 3, field 'total': 'five' is no amount\n")
    assert "--skip-bad-rows" in result.stderr
    chinese = basic(
        tmp_path, "--lang", "zh", orders=HEADER + "1,ann,2024-01-01,5.00\n2,ann,2024-01-01,five\n"
    )
    assert chinese.stderr.startswith("orders.csv，第 3 行，字段 'total'：'five' 不是金额\n")


def test_bad_rows_are_counted_where_they_may_be_skipped(tmp_path: Path) -> None:
    orders = HEADER + "1,ann,2024-01-01,5.00\n2,ann,2024-01-01,five\n"
    assert basic(tmp_path, "--skip-bad-rows", orders=orders).exit_code == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["skipped_bad_rows"] == 1
    assert summary["bad_rows"] == ["line 3, field 'total': 'five' is no amount"]


def test_a_plan_that_is_none_ends_with_its_message(tmp_path: Path) -> None:
    bad = tmp_path / "plan.toml"
    bad.write_text("backing = 'much'", encoding="utf-8")
    for path in (bad, tmp_path / "none.toml"):
        result = run(written(tmp_path, ORDERS), "--plan", path, "--out", tmp_path / "out")
        assert result.exit_code == 2
        assert path.name in result.stderr
        assert not (tmp_path / "out").exists()


def test_profit_that_nobody_gives_names_both_ways_out(tmp_path: Path) -> None:
    shop = plan(tmp_path, dividend_base="profit", dividend_bps=3000)
    path = written(tmp_path, ORDERS)
    result = run(path, "--plan", shop, "--out", tmp_path / "out", "--columns", MAPPING)
    assert result.exit_code == 2
    assert "--profit 35%" in result.stderr
    assert "profit=margin" in result.stderr


def test_a_directory_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").write_text("mine", encoding="utf-8")
    result = basic(tmp_path)
    assert result.exit_code == 2
    assert "diary.txt" in result.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["diary.txt"]


def test_a_defect_of_the_engine_is_named_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise InvariantBroken("3: money in")

    monkeypatch.setattr(play.Player, "play", broken)
    result = basic(tmp_path)
    assert result.exit_code == 70
    assert "a defect to report" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_leaves_nothing_behind_and_says_so(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    source = Path(__file__).parents[2] / "src"
    code = "from tongbao.cli.backtest import backtest; backtest()"
    command = [sys.executable, "-c", code, str(EXAMPLES / "online_retail_orders.csv.gz")]
    command += ["--plan", str(EXAMPLES / "plan.toml"), "--profit", "35%"]
    command += ["--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()):  # until it has begun to write
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert said.splitlines()[-1] == "Stopped; nothing was written."
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_afterwards_sigterm_means_what_it_meant_before(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert basic(tmp_path).exit_code == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_root_as_a_directory_ends_with_a_message(tmp_path: Path) -> None:
    result = run(
        written(tmp_path, ORDERS), "--plan", plan(tmp_path), "--out", "/", "--columns", MAPPING
    )
    assert result.exit_code == 2
    assert "root of the file system" in result.stderr


def test_orders_that_the_rules_reject_are_told_with_amount_and_reason(tmp_path: Path) -> None:
    orders = "no,who,when,total,gain\n1,ann,2024-01-01,100,10\n2,bob,2024-01-02,100,90\n"
    shop = plan(tmp_path, backing_bps=5000, dividend_base="profit", dividend_bps=6000)
    mapping = f"{MAPPING},profit=gain"
    path = written(tmp_path, orders)
    rest = ("--plan", shop, "--out", tmp_path / "out", "--columns", mapping)
    result = run(path, *rest)  # the second would give away 50 + 54 of 100
    assert result.exit_code == 0
    assert "rejected 1 order of ¥100.00 and 0 refunds" in result.stdout
    assert "overspent" in result.stdout
    chinese = run(path, *rest, "--lang", "zh")
    assert "拒绝了 1 笔订单（¥100.00）" in chinese.stdout


def test_a_plan_that_takes_no_order_at_all_is_told_plainly(tmp_path: Path) -> None:
    shop = plan(tmp_path, backing_bps=10000, dividend_bps=2000)
    path = written(tmp_path, ORDERS)
    result = run(path, "--plan", shop, "--out", tmp_path / "out", "--columns", MAPPING)
    assert result.exit_code == 0, result.output
    # 10 + 20 + … + 280 = 4,060.
    assert (
        "Not one order was accepted: the plan's rules rejected all 28 (¥4,060.00)" in result.stdout
    )


def test_a_run_without_rejections_does_not_speak_of_them(tmp_path: Path) -> None:
    assert "Mind:" not in basic(tmp_path).stdout


def test_what_has_no_customer_is_told_with_its_amount(tmp_path: Path) -> None:
    result = basic(tmp_path, orders=ORDERS + "29,,2024-01-29,70.00\n")
    assert "1 order or refund without a customer (¥70.00)" in result.stdout


def test_time_zone_encoding_and_states_can_be_given(tmp_path: Path) -> None:
    text = "no,who,when,total,state\n1,Zoë,2024-01-01T17:00Z,5.00,ok\n2,Zoë,2024-01-02T17:00Z,5.00,no\n"
    path = tmp_path / "orders.csv"
    path.write_bytes(text.encode("cp850"))
    result = run(
        *(path, "--plan", plan(tmp_path), "--out", tmp_path / "out"),
        *("--columns", f"{MAPPING},status=state", "--paid-status", "ok"),
        *("--encoding", "cp850", "--time-zone", "Asia/Shanghai"),
    )
    assert result.exit_code == 0, result.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["orders"], summary["skipped_by_status"]) == (1, 1)
    assert summary["first_day"] == "2024-01-02"
    members = pl.read_parquet(tmp_path / "out" / "members.parquet")
    assert members["member"].to_list() == ["Zoë"]


def test_make_run_names_the_source_and_licence_in_the_report(tmp_path: Path) -> None:
    makefile = (EXAMPLES.parents[1] / "Makefile").read_text(encoding="utf-8")
    options = next(line for line in makefile.splitlines() if line.startswith("OPTIONS ="))
    more = shlex.split(options.partition("=")[2], comments=True)
    citation = more[more.index("--citation") + 1]
    assert "CC BY 4.0" in citation
    assert "10.24432/C5BW33" in citation
    assert basic(tmp_path, *more).exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert html.escape(citation) in page or citation in page
    commands = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert f"'{citation}'" in commands.replace("\\\n", " ")
