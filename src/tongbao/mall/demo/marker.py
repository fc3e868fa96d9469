"""What tells a demo from a real mall: a file among its own, with the log-ins that it prints."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

NAME: Final = "demo.json"


def path() -> Path:
    """Return where the file is."""
    return Path(settings.FILES) / NAME


def is_demo() -> bool:
    """Say whether this mall is a demo."""
    return path().exists()


@cache
def facts(place: Path) -> dict[str, Any] | None:
    """Return what a demo's file says, None where there is none; read once."""
    if not place.exists():
        return None
    read: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return read


def write(told: dict[str, Any]) -> None:
    """Make this mall a demo."""
    path().parent.mkdir(parents=True, exist_ok=True)
    path().write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    path().chmod(0o600)
