"""`tongbao plan new`, `check` and `show`, as a shop owner meets them."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tongbao
from tests.plans.plans import toml
from tongbao.cli.colours import takes_colours
from tongbao.cli.main import main
from tongbao.plans.presets import PRESETS


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["plan", *map(str, words)], catch_exceptions=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_new_plan_passes_the_check_and_can_be_shown(name: str, lang: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    assert run("new", "--preset", name, "--lang", lang, "--out", path).exit_code == 0
    assert run("check", path, "--lang", lang).exit_code == 0
    assert run("show", path, "--lang", lang).exit_code == 0


def test_new_prints_the_file_without_out() -> None:
    result = run("new", "--preset", "wine")
    assert 'backing = "30%"' in result.stdout
    assert result.stderr == ""


def test_new_keeps_a_file_that_exists(tmp_path: Path) -> None:
    path = written(tmp_path, "mine")
    result = run("new", "--preset", "wine", "--out", path)
    assert result.exit_code == 2
    assert "is kept" in result.stderr
    assert path.read_text() == "mine"


def test_new_into_a_missing_folder_says_so(tmp_path: Path) -> None:
    result = run("new", "--preset", "wine", "--out", tmp_path / "no" / "plan.toml")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_new_with_an_unknown_preset_names_the_known_ones() -> None:
    result = run("new", "--preset", "ponzi")
    assert result.exit_code == 2
    assert "cooperative" in result.stderr


def test_check_with_warnings_only_exits_with_0(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, toml(exit_fee='"0%"')))
    assert result.exit_code == 0
    assert "WARNING  exit-fee-zero, line 13, exit_fee" in result.stdout


def test_check_of_a_refused_plan_exits_with_1(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, toml(grant='"95%"', referral_points='["6%"]')))
    assert result.exit_code == 1
    assert "ERROR  dilution" in result.stdout
    assert "Errors: 1, warnings: 0" in result.stdout


def test_check_of_what_cannot_be_read_exits_with_2_and_says_it_on_standard_error(
    tmp_path: Path,
) -> None:
    result = run("check", written(tmp_path, "backing = 30%"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "plan.toml, line 1: this is not TOML" in result.stderr


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_missing_file_exits_with_2(command: str, tmp_path: Path) -> None:
    result = run(command, tmp_path / "none.toml", "--lang", "zh")
    assert result.exit_code == 2
    assert "文件不存在" in result.stderr


def test_show_of_a_refused_plan_exits_with_1_and_says_why(tmp_path: Path) -> None:
    result = run("show", written(tmp_path, toml(exit_fee='"100%"')))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "line 13, exit_fee" in result.stderr


def test_check_speaks_chinese(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, toml(exit_fee='"0%"')), "--lang", "zh")
    assert "警告  exit-fee-zero，第 13 行，exit_fee" in result.stdout
    assert "建议：" in result.stdout
    assert "WARNING" not in result.stdout


def test_check_as_json_is_for_machines(tmp_path: Path) -> None:
    path = written(tmp_path, toml(exit_fee='"0%"'))
    verdict = json.loads(run("check", path, "--json").stdout)
    assert (verdict["file"], verdict["status"]) == (str(path), "ok")
    finding = next(f for f in verdict["findings"] if f["code"] == "exit-fee-zero")
    assert (finding["level"], finding["line"], finding["field"]) == ("warning", 13, "exit_fee")
    assert finding["sources"][0]["name"]


def test_check_as_json_of_a_refused_plan_names_its_errors(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, toml(exit_fee='"100%"')), "--json")
    assert result.exit_code == 1
    verdict = json.loads(result.stdout)
    assert verdict["status"] == "errors"
    assert [f["code"] for f in verdict["findings"]] == ["fee-too-high"]


@pytest.mark.parametrize("text", ["backing = 30%", "", "x." * 20_000 + "x = 1"])
def test_check_as_json_of_what_cannot_be_read_is_json_too(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    result = run("check", path, "--json")
    assert result.exit_code == 2
    assert result.stderr == ""
    verdict = json.loads(result.stdout)
    assert (verdict["file"], verdict["status"]) == (str(path), "errors")
    assert [(f["level"], f["code"]) for f in verdict["findings"]] == [("error", "unreadable")]
    assert verdict["findings"][0]["way_out"]


def test_check_as_json_of_a_missing_file_is_json_too(tmp_path: Path) -> None:
    result = run("check", tmp_path / "none.toml", "--json", "--lang", "zh")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["findings"][0]["text"] == "文件不存在"


def narrow(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command where the terminal only knows Latin-1."""
    source = Path(tongbao.__file__).parents[1]
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from tongbao.cli.main import main; main()",
            "plan",
            *map(str, words),
        ],
        env=os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(source)},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_terminal_without_chinese_gets_marks_and_no_traceback(tmp_path: Path) -> None:
    result = narrow("check", written(tmp_path, toml()), "--lang", "zh")
    assert result.returncode == 0
    assert b"??  quota-not-fillable" in result.stdout
    assert result.stderr == b""


def test_a_new_file_is_utf_8_whatever_the_terminal() -> None:
    result = narrow("new", "--preset", "wine", "--lang", "zh")
    assert "积分准备金" in result.stdout.decode("utf-8")


# ---- what no seller can afford


@pytest.mark.parametrize(
    "lines",
    [
        {"backing": '"130%"'},
        {"backing": '"100.01%"'},
        {"dividend": '"71%"'},
        {"referral_cash": '["40%", "31%"]'},
        {"dividend_base": '"profit"', "dividend": '"71%"'},
        {"backing_base": '"profit"', "backing": '"130%"', "quota_base": '"contribution"'},
    ],
)
def test_check_of_what_no_seller_can_afford_exits_with_1(
    lines: dict[str, str], tmp_path: Path
) -> None:
    path = written(tmp_path, toml(**lines))
    result = run("check", path)
    assert result.exit_code == 1
    assert "ERROR  overspent-" in result.stdout
    asked = run("check", path, "--json")
    assert asked.exit_code == 1
    assert json.loads(asked.stdout)["status"] == "errors"


@pytest.mark.parametrize(
    "lines",
    [
        {"backing": '"100%"'},
        {"backing": '"97.01%"'},
        {"dividend": '"70%"'},
        {"dividend": '"60%"', "referral_cash": '["8%"]'},
        {"dividend_base": '"profit"', "dividend": '"70%"'},
    ],
)
def test_check_of_what_leaves_nothing_even_of_goods_without_cost_exits_with_1(
    lines: dict[str, str], tmp_path: Path
) -> None:
    result = run("check", written(tmp_path, toml(**lines)))
    assert result.exit_code == 1
    assert "ERROR  nothing-left" in result.stdout
    assert "sale-loses" not in result.stdout


@pytest.mark.parametrize("lines", [{"backing": '"97%"'}, {"dividend": '"67%"'}])
def test_check_of_what_only_a_dear_article_can_bear_warns(
    lines: dict[str, str], tmp_path: Path
) -> None:
    result = run("check", written(tmp_path, toml(**lines)))
    assert result.exit_code == 0
    assert "WARNING  sale-loses" in result.stdout


# ---- colours


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),  # a pipe
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_check_has_colours_where_they_are_wanted(
    environment: dict[str, str], coloured: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = run("check", written(tmp_path, toml(backing='"130%"'))).stdout
    assert ("\x1b[31m\x1b[1mERROR\x1b[0m  overspent-always" in said) == coloured
    assert ("\x1b" in said) == coloured


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ],
)
def test_a_terminal_has_colours_unless_told(environment: dict[str, str], coloured: bool) -> None:
    assert takes_colours(Terminal(), environment) == coloured
    assert not takes_colours(io.StringIO(), environment)
