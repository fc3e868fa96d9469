"""The whole demo, as `make run` starts it: built, served, stopped, served again."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT


def free_pair() -> int:
    """Return a port that is free, and the next one too."""
    for _ in range(100):
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise AssertionError("no two free ports in a row")


def started(folder: Path, port: int) -> "subprocess.Popen[str]":
    command = ["-m", "tongbao", "mall", "demo", "--folder", str(folder), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("TONGBAO_DATABASE", None)
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def answered(process: "subprocess.Popen[str]", port: int, seconds: float) -> float:
    """Wait for both malls' first pages; return how long that took."""
    begin = time.monotonic()
    waiting = [port, port + 1]
    while waiting:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() - begin < seconds
        try:
            with urllib.request.urlopen(f"http://localhost:{waiting[0]}/", timeout=30) as page:
                assert page.status == 200
                waiting.pop(0)
        except OSError:
            time.sleep(0.02)
    return time.monotonic() - begin


def stopped(process: "subprocess.Popen[str]") -> str:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out


@pytest.mark.long
def test_the_demo_is_built_once_and_opens_again(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_pair()
    process = started(folder, port)
    answered(process, port, 600)
    time.sleep(1)
    told = stopped(process)
    assert f"http://localhost:{port}\n" in told
    assert f"http://localhost:{port + 1}\n" in told
    assert told.count("ann@demo.example") == told.count("lin@demo.example") == 1
    made = (folder / "retail" / "mall.sqlite3").stat().st_ino
    assert sorted(path.name for path in tmp_path.iterdir()) == [".demo.lock", "demo"]

    again = started(folder, port)
    answered(again, port, 60)
    time.sleep(1)
    assert stopped(again) == told  # the same log-ins
    assert (folder / "retail" / "mall.sqlite3").stat().st_ino == made
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0  # nobody is left


@pytest.mark.long
def test_a_demo_that_was_stopped_while_it_was_built_begins_anew(tmp_path: Path) -> None:
    folder, port = tmp_path / "demo", free_pair()
    process = started(folder, port)
    time.sleep(8)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert not folder.exists()
    again = started(folder, port)
    answered(again, port, 600)
    stopped(again)


@pytest.mark.long
def test_the_derived_files_are_what_the_source_gives(tmp_path: Path) -> None:
    source = ROOT / "examples/online-retail"
    for path in source.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    names = ("catalogue.csv.gz", "history.csv.gz", "people.csv.gz")
    for name in names:
        (tmp_path / name).unlink()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, str(tmp_path / "derive.py")], env=environment, check=True)
    for name in names:
        assert (tmp_path / name).read_bytes() == (source / name).read_bytes(), name
