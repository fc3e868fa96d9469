"""What the tests of `tongbao program` share: orders with their receipts, sending and showing."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]

ORDERS = [
    {"id": "o1", "type": "purchase", "member": "m1", "paid": 10000},
    {"id": "o2", "type": "purchase", "member": "m2", "paid": 10000},
    {"id": "o3", "type": "purchase", "member": "m3", "paid": 10000},
]
RECEIPTS = (
    '{"id": "o1", "status": "ok", "points": 21000000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
    '{"id": "o2", "status": "ok", "points": 14700000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
    '{"id": "o3", "status": "ok", "points": 12495000, "contribution": 3000, "dividend": 0, '
    '"exits": []}\n'
)


def written(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def sent(cli: Run, commands: list[dict[str, object]], *more: object) -> Result:
    path = written("commands.jsonl", "".join(json.dumps(c) + "\n" for c in commands))
    return cli("program", "submit", "wine", path, *more)


def shown(cli: Run, name: str = "wine") -> dict[str, object]:
    found: dict[str, object] = json.loads(cli("program", "show", name, "--json").stdout)
    return found
