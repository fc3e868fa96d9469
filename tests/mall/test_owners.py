"""Nobody gets at what is somebody else's, by any address of the mall."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client

from tests.mall.owners import (
    MERCHANTS,
    MINE,
    OPERATORS,
    PUBLIC,
    Page,
    World,
    pages,
    world,
)
from tests.mall.stage import Mall
from tongbao.mall.people.models import User

REFUSED: Final = {403, 404, 405}
INLINE: Final = re.compile(
    r"<(?:script(?![^>]*\bsrc=)(?![^>]*\bnonce=)(?![^>]*application/(?:ld\+)?json)|style\b(?![^>]*\bnonce=))"
    r"|<[a-z][^>]*\s(?:on[a-z]+|style)=[\"']",
    re.IGNORECASE,
)


@pytest.fixture
def a(mall: Mall) -> World:
    """Shopper A and all that is hers."""
    return world(mall)


def outsiders(mall: Mall, *, tea: bool = True, operator: bool = True) -> Mapping[str, User | None]:
    """Return who is not shopper A."""
    found: dict[str, User | None] = {
        "a stranger": None,
        "another shopper": mall.user("bob"),
        "another merchant's staff": mall.staff("wine"),
    }
    if tea:
        found["the merchant's staff"] = mall.staff("tea")
    if operator:
        found["the mall's staff"] = mall.operator()
    return found


def refused(answer: Any) -> bool:  # noqa: ANN401  # a page
    """Say whether an answer tells nothing and does nothing."""
    login = answer.status_code == 302 and re.match(
        r"/(?:auth|dashboard)/login/", answer.headers["Location"]
    )
    return bool(login) or answer.status_code in REFUSED


def let_in(
    mall: Mall, people: Mapping[str, User | None], paths: Mapping[str, str]
) -> Iterator[str]:
    """Yield each case in which one of those people was let in at one of those addresses."""
    for who, user in people.items():
        client = mall.client(user)
        for name, path in paths.items():
            for method in ("get", "post"):
                answer = getattr(client, method)(path)
                if not refused(answer):
                    yield f"{who} got {answer.status_code} for {method.upper()} {path} ({name})"


def test_every_address_with_a_parameter_is_in_one_table() -> None:
    tables: tuple[Mapping[str, object], ...] = (MINE, MERCHANTS, OPERATORS, PUBLIC)
    for page in pages():
        if page.parameters and not page.is_dashboard:
            held = sum(page.name in table for table in tables)
            assert held == 1, f"{page.name} ({page.route}) stands in {held} tables of owners.py"


def test_the_tables_have_no_address_that_is_gone() -> None:
    names = {page.name for page in pages()}
    assert not {*MINE, *MERCHANTS, *OPERATORS, *PUBLIC} - names


def test_a_shoppers_own_are_nobody_elses(a: World) -> None:
    paths = {page.name: page.path(MINE[page.name](a)) for page in pages() if page.name in MINE}
    assert list(let_in(a.mall, outsiders(a.mall), paths)) == []


def test_a_shoppers_own_are_hers(a: World) -> None:
    for page in pages():
        if page.name in MINE:
            path = page.path(MINE[page.name](a))
            assert a.mall.client(a.user).get(path).status_code in {200, 302, 405}, path


def test_a_merchants_are_its_staffs(a: World) -> None:
    paths = {
        page.name: page.path(MERCHANTS[page.name](a)) for page in pages() if page.name in MERCHANTS
    }
    people = outsiders(a.mall, tea=False, operator=False)
    assert list(let_in(a.mall, people, paths)) == []
    hers = {name: path for name, path in paths.items() if name != "desk:scanned"}  # leads to hers
    assert list(let_in(a.mall, {"the buyer": a.user}, hers)) == []
    staff = a.mall.client(a.mall.staff("tea"))
    for path in paths.values():
        assert staff.get(path).status_code in {200, 302, 405}, path


def test_another_merchants_staff_cannot_name_the_object_as_their_own(a: World) -> None:
    paths = {}
    for page in pages():
        if page.name in MERCHANTS and page.parameters > {"account"}:
            given = {**MERCHANTS[page.name](a), "account": "wine"}
            paths[page.name] = page.path(given)
    people = {"another merchant's staff": a.mall.staff("wine")}
    assert list(let_in(a.mall, people, paths)) == []


def test_the_malls_are_its_operators(a: World) -> None:
    paths = {
        page.name: page.path(OPERATORS[page.name](a)) for page in pages() if page.name in OPERATORS
    }
    people = {**outsiders(a.mall, operator=False), "the shopper": a.user}
    assert list(let_in(a.mall, people, paths)) == []


def test_the_dashboard_is_the_operators(a: World) -> None:
    paths = {page.route: page.invented() for page in pages() if page.is_dashboard}
    people = {**outsiders(a.mall, operator=False), "the shopper": a.user}
    found = [
        case for case in let_in(a.mall, people, paths)
        if not re.search(r"302 for \w+ /dashboard/log(?:in|out)/", case)  # these lead to ours
    ]  # fmt: skip
    assert found == []


def plain(page: Page, a: World) -> str:
    """Return the address of a page that anybody may ask for."""
    return page.path(PUBLIC[page.name](a)) if page.parameters else f"/{page.route}"


def shared(a: World) -> Iterator[str]:
    """Yield the addresses that depend on nobody's object: public ones, and everybody's own."""
    for page in pages():
        if page.is_dashboard or (page.parameters and page.name not in PUBLIC):
            continue
        yield plain(page, a)


def test_pages_for_everybody_tell_nothing_of_a_shopper(a: World) -> None:
    for who, user in outsiders(a.mall, tea=False, operator=False).items():
        client = a.mall.client(user)
        for path in shared(a):
            answer = client.get(path, follow=True)
            text = b"".join(answer) if answer.streaming else answer.content
            told = [one for one in a.secrets if one.encode() in text]
            assert not told, f"{who} read {told} at {path}"


def every_page(a: World) -> Iterator[tuple[Client, str]]:
    """Yield who asks for what, so that each page is shown once in full."""
    shopper, staff = a.mall.client(a.user), a.mall.client(a.mall.staff("tea"))
    stranger, operator = a.mall.client(), a.mall.client(a.mall.operator())
    for path in shared(a):
        if path != "/auth/logout/":
            yield stranger, path
            yield shopper, path
    for page in pages():
        for client, table in ((shopper, MINE), (staff, MERCHANTS), (operator, OPERATORS)):
            if page.name in table:
                yield client, page.path(table[page.name](a))


def test_no_page_has_inline_scripts_or_styles_and_each_has_the_policy(a: World) -> None:
    for client, path in every_page(a):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        assert answer.status_code < 500, path
        if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            found = INLINE.search(answer.content.decode())
            assert found is None, f"{path}: {found}"


def test_nothing_that_is_posted_leads_elsewhere(a: World) -> None:
    client = a.mall.client(a.user)
    evil = {"next": "https://evil.example/", "redirect_to": "https://evil.example/"}
    for path in shared(a):
        if path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            continue
        for answer in (client.get(path, evil), client.post(path, evil)):
            location = answer.headers.get("Location", "")
            assert not re.match(r"(?:https?:)?//evil", location), f"{path} leads to {location}"
