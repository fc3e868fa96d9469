"""`tongbao backtest` as a user meets it: what it writes, what it says, how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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
    assert "资金池" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


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


def test_ctrl_c_leaves_nothing_behind_and_says_so(tmp_path: Path) -> None:
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
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "Stopped; nothing was written."
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
