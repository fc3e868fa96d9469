"""How the package starts and runs: lightly, and with its checks on even under python -O."""

import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

HEAVY = ("polars", "matplotlib", "numpy", "jinja2", "django", "tongbao.lab")

TAMPERED = """
from tongbao.engine.plan import plan_from_fields
from tongbao.engine.program import Program
from tongbao.engine.units import InvariantBroken

program = Program(plan_from_fields(dict(
    issue_price=100, max_supply=10**14, backing_base="sales", backing_bps=3000, grant_bps=7000,
    dividend_base="sales", dividend_bps=0, quota_base="sales", quota_bps=20000,
    merchant_quota_bps=0, exit_fee_bps=1000, goods_fee_bps=0, referral_points_bps=[],
    referral_cash_bps=[], cash_redemption=True, cash_withdrawal=True, min_supply=1, min_holding=0,
)))
outcome = program.submit({"id": "1", "type": "purchase", "member": "ann", "paid": 10000})
assert not outcome.receipt.ok, "under -O nobody reads this"
program.check()
print("sound")
try:
    TAMPER
    WHAT_NOTICES
except InvariantBroken:
    print("noticed")
"""


def python(*arguments: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_check_still_raises_under_python_o() -> None:
    program = TAMPERED.replace("TAMPER", "program.accounts['ann'].points += 1")
    assert python("-O", "-c", program.replace("WHAT_NOTICES", "program.check()")) == (
        "sound\nnoticed\n"
    )


def test_every_command_is_still_checked_under_python_o() -> None:
    program = TAMPERED.replace("TAMPER", "program.figures.reserve -= 1")
    command = '{"id": "2", "type": "purchase", "member": "bob", "paid": 10000}'
    assert python("-O", "-c", program.replace("WHAT_NOTICES", f"program.submit({command})")) == (
        "sound\nnoticed\n"
    )


def test_the_command_line_imports_a_room_only_when_its_command_runs() -> None:
    loaded = python("-c", "import sys, tongbao.cli.main; print(*sys.modules)").split()
    assert not set(HEAVY) & set(loaded)


def test_the_engine_loads_nothing_but_msgspec() -> None:
    script = (
        "import sys; before = set(sys.modules); import tongbao.engine.program;"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    loaded = set(python("-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {script}").split())
    assert loaded - sys.stdlib_module_names <= {"tongbao", "msgspec", "typing_extensions"}


@pytest.mark.parametrize(
    ("sin", "code"),
    [
        ('"""Doc."""\n\nprint("hello")\n', "T201"),
        ('"""Doc."""\n\n\ndef f() -> None:\n    pass\n', "D103"),
        ('"""Doc."""\n\n\nclass C:\n    x = 1\n', "D101"),
        ('"""Doc."""\n\nx = 1\nassert x == 1\n', "S101"),
        ('"""Doc."""\n\nx = 1  # type: ignore\n', "PGH003"),
        ('"""Doc."""\n\n\ndef f(a):\n    """Do."""\n    return a\n', "ANN001"),
        (
            '"""Doc."""\n\n\ndef f(a: list[int] = []) -> int:\n    """Do."""\n    return a[0]\n',
            "B006",
        ),
    ],
)
@pytest.mark.parametrize("room", ["engine", "plans", "lab"])
def test_ruff_reports_a_canary(room: str, sin: str, code: str) -> None:
    place = f"src/tongbao/{room}/canary.py"
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", place, "-"],
        cwd=ROOT,
        input=sin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert code in run.stdout
