"""The mall's pages behind PgBouncer in transaction mode."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from django.utils import translation

from tests.ledger.cluster import Cluster
from tests.ledger.pooler import pooled
from tests.ledger.stage import purchase
from tests.mall.conftest import default_database, surroundings
from tests.mall.stage import Mall
from tongbao.mall.shop import shelf

SHOPPERS = 8
PAGES = ("/", "/?q=tea", "/me/")


@pytest.fixture
def mall_behind(
    pgbouncer: None, mall_cluster: tuple[Cluster, str], tmp_path: Path
) -> Iterator[Mall]:
    """An open mall whose connections all pass through a pooler that has two."""
    running, template = mall_cluster
    running.execute(f"CREATE DATABASE mall_pooled TEMPLATE {template} {running.quick_copy}")
    with pooled(running, "mall_pooled") as url, surroundings(tmp_path):
        behind = f"{url}?pooler=transaction"
        with default_database(behind):
            yield Mall(behind)
    running.execute("DROP DATABASE mall_pooled WITH (FORCE)")


def test_pages_are_right_with_more_shoppers_than_connections(mall_behind: Mall) -> None:
    users = [mall_behind.user() for _ in range(SHOPPERS)]

    def visit(number: int) -> list[int]:
        seen = []
        try:
            with translation.override("en"):
                client = mall_behind.client(users[number])
                for _ in range(3):
                    shelf.forget()  # so that it is read anew, with its cursors
                    seen += [client.get(page).status_code for page in PAGES]
                bought = mall_behind.ledger.submit(
                    {**purchase(f"p{number}", f"p{number}"), "profit": 4000}
                )
                assert bought.ok
        finally:
            connections.close_all()
        return seen

    with ThreadPoolExecutor(SHOPPERS) as pool:
        answers = list(pool.map(visit, range(SHOPPERS)))
    assert answers == [[200] * 9] * SHOPPERS
