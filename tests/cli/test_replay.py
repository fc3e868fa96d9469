"""`tongbao replay` as a user meets it: what it writes, what it says, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.desk import FOUNDING
from tongbao.cli.main import main
from tongbao.engine.program import Program
from tongbao.engine.units import InvariantBroken

COMMAND = (sys.executable, "-c", "from tongbao.cli.main import main; main()", "replay")
ORDER = b'{"id": "o1", "type": "purchase", "member": "ann", "paid": 10000}\n'
ANSWER = (
    '{"id": "o1", "status": "ok", "points": 21000000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(FOUNDING), encoding="utf-8")
    return path


def run(*arguments: object, standard_input: bytes = b"") -> Result:
    words = ["replay", *map(str, arguments)]
    return CliRunner().invoke(main, words, input=standard_input)


def in_file(folder: Path, content: bytes, name: str = "commands.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_receipts_go_to_the_standard_output(plan: Path, tmp_path: Path) -> None:
    result = run("--plan", plan, in_file(tmp_path, ORDER))
    assert (result.exit_code, result.stdout, result.stderr) == (0, ANSWER, "")


@pytest.mark.parametrize("dash", [[], ["-"]])
def test_commands_may_come_from_the_standard_input(plan: Path, dash: list[str]) -> None:
    result = run("--plan", plan, *dash, standard_input=ORDER)
    assert (result.exit_code, result.stdout) == (0, ANSWER)


def test_a_plan_for_people_replays_as_its_engine_fields_do(tmp_path: Path) -> None:
    assert (
        CliRunner()
        .invoke(main, ["plan", "new", "--preset", "wine", "--out", str(tmp_path / "plan.toml")])
        .exit_code
        == 0
    )
    result = run("--plan", tmp_path / "plan.toml", in_file(tmp_path, ORDER))
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (0, "ok")


def test_no_commands_give_no_receipts_and_the_empty_state(plan: Path, tmp_path: Path) -> None:
    result = run("--plan", plan, "--state", tmp_path / "s.json", in_file(tmp_path, b""))
    assert (result.exit_code, result.stdout) == (0, "")
    state = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert state["reserve"] == state["supply"] == 0
    assert state["accounts"] == {}


def test_files_are_replaced_whole_and_keep_their_mode(plan: Path, tmp_path: Path) -> None:
    receipts = in_file(tmp_path, b"old\n" * 1000, "r.jsonl")
    receipts.chmod(0o640)
    result = run("--plan", plan, "--receipts", receipts, in_file(tmp_path, ORDER))
    assert (result.exit_code, result.output) == (0, "")
    assert receipts.read_text(encoding="utf-8") == ANSWER
    assert receipts.stat().st_mode & 0o777 == 0o640
    assert left_in(tmp_path) == ["commands.jsonl", "plan.json", "r.jsonl"]


@pytest.mark.parametrize(
    ("content", "answers"),
    [
        (ORDER.replace(b"\n", b"\r\n"), [None]),
        (ORDER.rstrip(b"\n"), [None]),
        (b"\n" + ORDER, ["malformed", None]),
        (b"\r\n\r\n" + ORDER, ["malformed", "malformed", None]),
        (b"\xef\xbb\xbf" + ORDER, [None]),
        (b"\xff\xfe\n" + ORDER, ["malformed", None]),
        (b"not json\n" + ORDER, ["malformed", None]),
        (b"[]\nnull\n7\n" + ORDER, ["malformed", "malformed", "malformed", None]),
        (ORDER + ORDER, [None, None]),
        (ORDER + ORDER.replace(b"10000", b"1"), [None, "id_reused"]),
        (b'{"id": "o1", "type": "purchase"\n' + ORDER, ["malformed", None]),
    ],
)
def test_each_line_gets_one_receipt_and_the_stream_goes_on(
    plan: Path, tmp_path: Path, content: bytes, answers: list[str | None]
) -> None:
    result = run("--plan", plan, in_file(tmp_path, content))
    assert (result.exit_code, result.stderr) == (0, "")
    receipts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [receipt.get("error") for receipt in receipts] == answers


LONGEST = 3000
line = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "type", "paid", "member", "x"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.integers(0, len(ORDER)).map(lambda n: ORDER[:n] + b"\xe9" + ORDER[n:]),
    st.integers(1, LONGEST).map(lambda n: b'{"id": ' + b"[" * n + b"]" * n + b"}"),
    st.just(ORDER),
)


@settings(max_examples=150)
@given(content=st.lists(line, max_size=6).map(b"\n".join))
@example(content=b'{"id": NaN}\n{"id": 1e999}\n{"id": [Infinity]}')
@example(content=b'{"id": 1' + b"0" * 5000 + b"}")
@example(content=b"\x00\n\x0b\n\x0c\n\x1c\n\x85\n\xe2\x80\xa8\n")
@example(content=b"\n".join(b'{"id": ' + b"[" * n + b"]" * n + b"}" for n in range(150, 1100)))
def test_whatever_the_bytes_each_line_gets_one_receipt_of_json(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        plan = in_file(Path(folder), json.dumps(FOUNDING).encode(), "plan.json")
        result = run("--plan", plan, in_file(Path(folder), content))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = content.split(b"\n")
    expected = len(lines) - (lines[-1] == b"")
    receipts = result.stdout.splitlines()
    assert len(receipts) == expected
    for receipt in receipts:
        read = json.loads(receipt, parse_constant=no_json)
        assert list(read)[:2] == ["id", "status"]


def no_json(constant: str) -> None:
    raise AssertionError(constant)


@settings(max_examples=100)
@given(content=st.binary(max_size=300))
@example(content=b"")
@example(content=b"{}")
@example(content=b"[" * 100_000)
def test_whatever_the_plan_there_is_a_message_and_no_traceback(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for name in ("plan.json", "plan.toml", "plan"):
            plan = in_file(Path(folder), content, name)
            result = run("--plan", plan, "--receipts", Path(folder, "r"), standard_input=ORDER)
            assert result.exit_code == 2
            assert name in result.stderr
            assert isinstance(result.exception, SystemExit)
            assert not Path(folder, "r").exists()


@pytest.mark.parametrize("missing", ["plan", "commands", "receipts", "state"])
def test_a_file_that_is_not_there_is_named_and_nothing_is_written(
    missing: str, plan: Path, tmp_path: Path
) -> None:
    commands = in_file(tmp_path, ORDER)
    paths = {
        "plan": plan,
        "receipts": tmp_path / "r.jsonl",
        "state": tmp_path / "s.json",
        "commands": commands,
    }
    paths[missing] = tmp_path / "nowhere" / "file"
    before = left_in(tmp_path)
    options = [f"--{name}={path}" for name, path in paths.items() if name != "commands"]
    result = run(*options, paths["commands"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert str(tmp_path / "nowhere") in result.stderr
    assert result.stdout == ""
    assert left_in(tmp_path) == before


@pytest.mark.parametrize("place", ["plan", "commands", "receipts", "state"])
def test_a_folder_in_place_of_a_file_is_named(place: str, plan: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    paths = {"plan": plan, "receipts": tmp_path / "r", "state": tmp_path / "s"}
    paths |= {"commands": in_file(tmp_path, ORDER)}
    paths[place] = folder
    before = left_in(tmp_path)
    options = [f"--{name}={path}" for name, path in paths.items() if name != "commands"]
    result = run(*options, paths["commands"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "folder" in result.stderr
    # What could be written is not written either.
    assert left_in(tmp_path) == before


def test_a_broken_promise_keeps_the_old_files(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(_: Program) -> None:
        raise InvariantBroken("1: the price never falls")

    monkeypatch.setattr(Program, "check", defect)
    receipts = in_file(tmp_path, b"old", "r.jsonl")
    state = in_file(tmp_path, b"old", "s.json")
    result = run(
        *("--plan", plan, "--receipts", receipts, "--state", state),
        in_file(tmp_path, ORDER),
    )
    assert result.exit_code == 70
    assert "1: the price never falls" in result.stderr
    assert receipts.read_bytes() == state.read_bytes() == b"old"
    assert left_in(tmp_path) == ["commands.jsonl", "plan.json", "r.jsonl", "s.json"]


def test_an_unreadable_plan_keeps_the_old_files(plan: Path, tmp_path: Path) -> None:
    plan.write_text("{", encoding="utf-8")
    receipts = in_file(tmp_path, b"old", "r.jsonl")
    result = run("--plan", plan, "--receipts", receipts, in_file(tmp_path, ORDER))
    assert (result.exit_code, receipts.read_bytes()) == (2, b"old")


def test_a_refused_plan_says_which_field_and_why(plan: Path) -> None:
    plan.write_text(json.dumps({**FOUNDING, "grant_bps": 10_001}), encoding="utf-8")
    result = run("--plan", plan, standard_input=ORDER)
    assert result.exit_code == 2
    assert "plan.json" in result.stderr
    assert "grant_bps" in result.stderr


def test_file_and_standard_input_give_the_same_bytes(plan: Path, tmp_path: Path) -> None:
    stream = Path(__file__).parents[1] / "vectors" / "0000"
    written = {}
    for way in ("file", "input"):
        receipts, state = tmp_path / f"{way}.r", tmp_path / f"{way}.s"
        options = ["--plan", stream / "plan.json", "--receipts", receipts, "--state", state]
        commands = stream / "commands.jsonl"
        result = (
            run(*options, commands)
            if way == "file"
            else run(*options, standard_input=commands.read_bytes())
        )
        assert result.exit_code == 0
        written[way] = (receipts.read_bytes(), state.read_bytes())
    assert written["file"] == written["input"]


def test_ctrl_c_ends_with_130_and_leaves_no_file(plan: Path, tmp_path: Path) -> None:
    receipts = in_file(tmp_path, b"old", "r.jsonl")
    words = ["--plan", str(plan), "--receipts", str(receipts), "--state", str(tmp_path / "s.json")]
    process = subprocess.Popen(
        [*COMMAND, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(ORDER)
    process.stdin.flush()
    wait_for(lambda: len(list(tmp_path.glob(".*.part"))) == 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert err.count(b"\n") == 1
    assert out == b""
    assert receipts.read_bytes() == b"old"
    assert left_in(tmp_path) == ["plan.json", "r.jsonl"]


def test_a_reader_that_has_had_enough_is_no_disaster(plan: Path, tmp_path: Path) -> None:
    commands = in_file(tmp_path, b"x\n" * 50_000)
    process = subprocess.Popen(
        [*COMMAND, "--plan", str(plan), str(commands)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 1
    assert err == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("output", ["--receipts", "--state", "standard output"])
def test_a_full_disk_is_said_plainly(output: str, plan: Path, tmp_path: Path) -> None:
    words = ["--plan", str(plan), str(in_file(tmp_path, ORDER * 3))]
    if output.startswith("--"):
        words += [output, "/dev/full"]
    with Path("/dev/full").open("wb") as full:
        run_ = subprocess.run(
            [*COMMAND, *words],
            stdout=subprocess.DEVNULL if output.startswith("--") else full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert run_.returncode == 2
    assert b"No space left" in run_.stderr
    assert b"Traceback" not in run_.stderr


def test_it_works_in_a_locale_without_utf_8(plan: Path, tmp_path: Path) -> None:
    enroll = '{"id": "一", "type": "enroll", "member": "安娜\\ud83d\\ude00"}\n'
    commands = in_file(tmp_path, enroll.encode())
    state = tmp_path / "s.json"
    done = subprocess.run(
        [*COMMAND, "--plan", str(plan), "--state", str(state), str(commands)],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b'{"id": "\\u4e00", "status": "ok", "exits": []}\n'
    assert list(json.loads(state.read_bytes())["accounts"]) == ["安娜😀"]


def wait_for(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("commands", "receipts"),
        ("commands", "state"),
        ("plan", "receipts"),
        ("plan", "state"),
        ("receipts", "state"),
        ("plan", "commands"),
    ],
)
def test_one_file_in_two_roles_is_refused_and_kept(
    one: str, other: str, plan: Path, tmp_path: Path
) -> None:
    paths = {"plan": plan, "receipts": tmp_path / "r", "state": tmp_path / "s"}
    paths |= {"commands": in_file(tmp_path, ORDER)}
    paths[other] = paths[one]
    held = {path: path.read_bytes() for path in tmp_path.iterdir()}
    options = [f"--{name}={path}" for name, path in paths.items() if name != "commands"]
    result = run(*options, paths["commands"])
    assert result.exit_code == 2
    assert "this file is both" in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == held


def test_a_line_on_a_pipe_is_answered_at_once(plan: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--plan", str(plan)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(ORDER)
    process.stdin.flush()
    assert process.stdout.readline() == ANSWER.encode()  # the stream is still open
    process.stdin.close()
    assert process.wait(timeout=20) == 0
    process.stdout.close()


def test_a_full_disk_is_said_of_the_output(plan: Path, tmp_path: Path) -> None:
    result = run("--plan", plan, "--receipts", "/dev/full", in_file(tmp_path, ORDER))
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert "commands.jsonl" not in result.stderr


@pytest.mark.parametrize("out", ["--receipts", "stdout"])
def test_a_file_on_a_standard_stream_is_known_too(out: str, plan: Path, tmp_path: Path) -> None:
    commands = in_file(tmp_path, ORDER)
    words = [*COMMAND, "--plan", str(plan)]
    if out == "--receipts":
        words += [out, str(commands)]
    with commands.open("rb") as source, commands.open("ab") as target:
        done = subprocess.run(
            words, stdin=source, stdout=target, stderr=subprocess.PIPE, check=False, timeout=20
        )
    assert done.returncode == 2
    assert b"this file is both COMMANDS and --receipts" in done.stderr
    assert commands.read_bytes() == ORDER
