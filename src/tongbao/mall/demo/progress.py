"""Telling how far the building of a demo is."""

from collections.abc import Callable
from typing import Final

Watch = Callable[[str, int, int], None]
"""Told of a stage, the steps done and all its steps."""

STAGES: Final = ("people", "goods", "history", "orders")


def nobody(stage: str, done: int, total: int) -> None:
    """Hear nothing."""
