"""The lab and the commands say «1 order», not «1 orders», and name every column they take."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tongbao.cli.backtest import backtest
from tongbao.lab.formats import ROLES

SOURCE = Path(__file__).parents[2] / "src" / "tongbao"
_COUNTED = re.compile(
    r"\{(?!factor\b)\w+\} (?:further |equal |more |forced )?(?:orders|rows|refunds|lines|days|members|customers|"
    r"ids|numbers|columns|cells|months|purchases|commands|times|files|accounts|points|digits|exits)\b"
)


@pytest.mark.parametrize(
    "path", [*sorted((SOURCE / "lab").glob("*.py")), *sorted((SOURCE / "cli").glob("backtest*.py"))],
    ids=lambda path: path.name,
)  # fmt: skip
def test_a_counted_word_has_a_singular(path: Path) -> None:
    assert _COUNTED.findall(path.read_text(encoding="utf-8")) == []


def test_the_help_names_every_role_of_a_column() -> None:
    text = CliRunner().invoke(backtest, ["--help"]).output
    assert [role for role in ROLES if not re.search(rf"\b{role}\b", text)] == []
