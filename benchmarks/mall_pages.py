"""How long a shopper waits for the wallet and a product, among 100,000 members and 1,000,000 entries.

16 shoppers, each a second between two pages, in a mall on PostgreSQL; the web server, the load and
PostgreSQL share this machine. Bounds: 60 ms at the median, 200 ms at the 99th percentile.
"""

import http.client
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from socket import create_server
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from oscar.core.loading import get_model

from benchmarks.cluster import durable, missing
from benchmarks.measure import Result, Skipped, clock, in_steps
from tests.ledger.cluster import Cluster
from tests.ledger.databases import POSTGRESQL, Database, known
from tests.mall.stage import PLAN
from tongbao.ledger.delivery import deliver
from tongbao.ledger.door import Ledger
from tongbao.ledger.models import Program
from tongbao.mall.merchants.opening import open_merchant
from tongbao.mall.notices.follow import Exits
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.opening import open_mall

MEMBERS, ENTRIES, PRODUCTS, DAYS = 100_000, 1_000_000, 4_000, 300
SHOPPERS, THINK, WARM, SECONDS = 16, 1.0, 10.0, 60.0
MEDIAN_MS, P99_MS = 60.0, 200.0
_BATCH: Final = 1000
_NAME: Final = "mall"


def measure() -> Sequence[Result | Skipped]:
    """Return both pages' waiting times."""
    why = missing()
    if why is not None:
        return [Skipped("wallet and product page", why)]
    with durable() as cluster, _default(cluster):
        shop = _open()
        _fill(shop.ledger)
        paths = ["/wallet/", *_products(8)]
        sessions = [_session(user) for user in _shoppers()]
        connections["default"].close()
        with _served(cluster.url(_NAME)) as port:
            # A cookie's name has the port in it: malls that share a host do not share cookies.
            cookies = [f"sessionid_{port}={session}" for session in sessions]
            waits = _browse(port, cookies, paths)
    return [line for name in ("wallet", "product") for line in _lines(name, waits[name])]


def _lines(name: str, waits: Sequence[float]) -> list[Result]:
    ordered = sorted(waits)
    middle, late = 1e3 * median(ordered), 1e3 * ordered[len(ordered) * 99 // 100]
    detail = f"{len(ordered)} pages; {SHOPPERS} shoppers, {ENTRIES:,} entries, {MEMBERS:,} members"
    return [
        Result(f"the {name} page, median", middle, MEDIAN_MS, "ms", detail),
        Result(f"the {name} page, 99th percentile", late, P99_MS, "ms", detail),
    ]


@contextmanager
def _default(cluster: Cluster) -> Iterator[None]:
    """Let Django's default database be a new one in this cluster."""
    cluster.execute(f"CREATE DATABASE {_NAME}")
    with known(Database(_NAME, POSTGRESQL, cluster.url(_NAME))):
        before = connections.settings["default"]
        connections["default"].close()
        del connections["default"]
        connections.settings["default"] = connections.settings[_NAME]
        try:
            yield
        finally:
            connections["default"].close()
            del connections["default"]
            connections.settings["default"] = before


def _open() -> Shop:
    call_command("migrate", verbosity=0)
    shop = open_mall(program=_NAME, plan=PLAN, name_en="Bench", name_zh="测速", currency="CNY")
    merchant = open_merchant(shop, "seller", name_en="Seller", name_zh="卖家")
    goods = get_model("catalogue", "ProductClass").objects.create(name="Goods", slug="goods")
    product, category = get_model("catalogue", "Product"), get_model("catalogue", "Category")
    root = category.add_root(name="Everything", slug="everything")
    rng = random.Random(7)
    words = ("red", "white", "oak", "glass", "lantern", "teapot", "candle", "box", "rose", "tin")
    made = product.objects.bulk_create(
        product(
            title=" ".join(rng.sample(words, 4)).capitalize(),
            slug=f"p{n}",
            upc=f"p{n}",
            product_class=goods,
            structure="standalone",
        )
        for n in range(PRODUCTS)
    )
    get_model("partner", "StockRecord").objects.bulk_create(
        get_model("partner", "StockRecord")(
            product=one,
            partner=merchant.partner,
            partner_sku=one.upc,
            price_currency="CNY",
            price=f"{rng.randrange(100, 50_000) / 100:.2f}",
            num_in_stock=1000,
        )
        for one in made
    )
    through = product.categories.through
    through.objects.bulk_create(through(product=one, category=root) for one in made)
    return shop


def _fill(ledger: Ledger) -> None:
    """Settle purchases of random members, everybody's first among them, and close days."""
    rng = random.Random(1)
    buyers = list(range(MEMBERS)) + [rng.randrange(MEMBERS) for _ in range(ENTRIES - MEMBERS)]
    first = date.today() - timedelta(days=DAYS)  # noqa: DTZ011  # any day will do
    every = ENTRIES // DAYS
    for start in in_steps(range(0, ENTRIES, _BATCH), "entries"):
        commands: list[dict[str, Any]] = [
            {
                "id": f"o{n}",
                "type": "purchase",
                "member": f"m-{buyers[n]}",
                "paid": 10_000,
                "profit": 3_500,
            }
            for n in range(start, start + _BATCH)
        ]
        closed = start // every
        if closed != (start + _BATCH) // every and closed < DAYS:
            day = str(first + timedelta(days=closed))
            commands.append({"id": f"close-{day}", "type": "close_day", "day": day})
        ledger.submit_many(commands, wait=600)
    # The mall's worker has followed all the while: it does not read a year at once.
    deliver(Program.objects.get(name=_NAME).pk, _NAME, Exits())
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")  # what was just filled in does not reach the disk meanwhile


def _shoppers() -> list[User]:
    rng = random.Random(3)
    return [
        User.objects.create_user(f"s{n}@example.com", None, account=f"m-{rng.randrange(MEMBERS)}")
        for n in range(SHOPPERS)
    ]


def _session(user: User) -> str:
    """Log somebody in, and return the session's key."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _products(count: int) -> list[str]:
    products = get_model("catalogue", "Product").objects.order_by("pk")[:count]
    return [product.get_absolute_url() for product in products]


@contextmanager
def _served(url: str) -> Iterator[int]:
    """Serve the mall as `tongbao mall serve` does, and give the port."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory(prefix="tongbao-bench-") as files:
        environment = {
            **os.environ,
            "TONGBAO_DATABASE": url,
            "TONGBAO_FILES": files,
            "TONGBAO_ADDRESS": f"http://localhost:{port}",
            "TONGBAO_SECRET": settings.SECRET_KEY,
        }
        command = [sys.executable, "-m", "tongbao", "mall", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment)
        try:
            _await(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = clock() + 60
    while clock() < until and process.poll() is None:
        try:
            _get(port, "/", "")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The mall did not start.")


def _browse(port: int, cookies: Sequence[str], paths: Sequence[str]) -> dict[str, list[float]]:
    """Let everybody look at the wallet and at products in turn; return the seconds they waited."""
    waits: dict[str, list[float]] = {"wallet": [], "product": []}
    began = clock()

    def shop(number: int) -> None:
        rng = random.Random(number)
        time.sleep(number * THINK / SHOPPERS)
        turn = 0
        while (now := clock()) < began + WARM + SECONDS:
            path = paths[0] if turn % 2 == 0 else rng.choice(paths[1:])
            _get(port, path, cookies[number])
            if now > began + WARM:
                waits["wallet" if turn % 2 == 0 else "product"].append(clock() - now)
            turn += 1
            time.sleep(THINK)

    with ThreadPoolExecutor(len(cookies)) as threads:
        for done in [threads.submit(shop, number) for number in range(len(cookies))]:
            done.result()
    return waits


def _get(port: int, path: str, cookie: str) -> None:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    headers = {"Cookie": cookie, "Accept-Language": "en", "Accept-Encoding": "gzip"}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200, f"{path}: {answer.status}"
