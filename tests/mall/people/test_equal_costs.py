"""Whoever asks cannot tell by what it costs whether there is an account: queries, hashes, letters."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sites.models import Site
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.mall.people.test_registering import texts_sent
from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.models import User

NUMBERS = "+8613812345678", "+8613912345678"
ADDRESSES = "known@example.com", "other@example.com"
Cost = tuple[int, int, tuple[int, int], dict[str, int]]
Way = Callable[[Client, str], Any]


def register(client: Client, login: str) -> Any:  # noqa: ANN401  # a page
    form = {"login": login, "password1": PASSWORD, "code": "", "agree": "on"}
    return client.post("/auth/signup/", form, follow=True)


def register_and_ask_again(client: Client, login: str) -> Any:  # noqa: ANN401  # a page
    page = register(client, login)
    return client.post(page.redirect_chain[-1][0], {"action": "resend"}, follow=True)


def register_and_guess(client: Client, login: str) -> Any:  # noqa: ANN401  # a page
    page = register(client, login)
    return client.post(page.redirect_chain[-1][0], {"code": "12"})


def reset(client: Client, login: str) -> Any:  # noqa: ANN401  # a page
    return client.post("/auth/password/reset/", {"login": login}, follow=True)


def log_in(client: Client, login: str) -> Any:  # noqa: ANN401  # a page
    return client.post("/auth/login/", {"login": login, "password": "wrong horse 9"}, follow=True)


WAYS = [register, register_and_ask_again, register_and_guess, reset, log_in]


def shapes(queries: list[dict[str, str]]) -> dict[str, int]:
    """Count queries by what they do to which table."""
    counts: dict[str, int] = {}
    for one in queries:
        verb, table = (
            one["sql"].split(" ", 1)[0],
            re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', one["sql"]),
        )
        if verb == "ROLLBACK":  # ends what was begun, as a commit does
            verb = "COMMIT"
        key = f"{verb} {table[1] if table else ''}".strip()
        counts[key] = counts.get(key, 0) + 1
    return counts


def assert_equal(known: Cost, unknown: Cost, *, exactly: bool) -> None:
    """Compare all; on the page of the code a few rows that are read by their keys may differ."""
    assert known[:3] == unknown[:3]
    if exactly:
        assert known[3] == unknown[3]
        return
    reads = [sum(n for key, n in cost[3].items() if "SELECT" in key) for cost in (known, unknown)]
    writes = [
        {key: n for key, n in cost[3].items() if "SELECT" not in key} for cost in (known, unknown)
    ]
    assert writes[0] == writes[1]
    assert abs(reads[0] - reads[1]) <= 4


@override_settings(SANDBOX=False)  # which shows codes
@pytest.mark.parametrize("logins", [ADDRESSES, NUMBERS])
@pytest.mark.parametrize("way", WAYS)
def test_known_and_unknown_cost_the_same(
    mall: Mall, way: Way, logins: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.mall.people.limits._APART", 0)
    fields = {"phone": logins[0]} if logins is NUMBERS else {"email": logins[0]}
    email = fields.pop("email", "somebody@example.com")
    User.objects.create_user(email, PASSWORD, **fields)
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    Site.objects.get_current()  # a process asks once
    costs: list[Cost] = []
    for login in logins:
        hashed.clear()
        before = len(mail.outbox), len(texts_sent())
        client = Client(
            SERVER_NAME="localhost",
            headers={"accept-language": "en"},
            REMOTE_ADDR=f"192.0.2.{len(costs)}",  # what is counted by place begins anew
        )
        with CaptureQueriesContext(connection) as queries:
            page = way(client, login)
        sent = len(mail.outbox) - before[0], len(texts_sent()) - before[1]
        costs.append((page.status_code, len(hashed), sent, shapes(queries.captured_queries)))
    assert_equal(*costs, exactly=way in {register, reset, log_in})
