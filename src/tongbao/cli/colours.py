"""Colours, where a terminal shows them: NO_COLOR turns them off, FORCE_COLOR on."""

import os
from collections.abc import Mapping
from typing import Final, TextIO

import click

from tongbao.plans.findings import Level
from tongbao.plans.verdict import Paint, leave_plain

_COLOURS: Final[Mapping[Level, str]] = {"error": "red", "warning": "yellow", "note": "cyan"}
_OFF: Final = frozenset({"", "0", "false"})


def paint_for(stream: TextIO) -> Paint:
    """Return what gives a finding's level its colour there, or leaves it as it is."""
    return _paint if takes_colours(stream, os.environ) else leave_plain


def takes_colours(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether to write colours there.

    NO_COLOR, with anything in it, wins; then FORCE_COLOR; else a terminal that is not «dumb».
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "").lower() not in _OFF:
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def _paint(text: str, level: Level) -> str:
    return click.style(text, fg=_COLOURS[level], bold=True if level == "error" else None)
