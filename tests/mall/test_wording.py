"""What people read on pages and in messages has no word that we do not use, as it is shown.

The sources are held against the same list (tests/tidy); here stand pages with their figures, what
Oscar, allauth and Django say on them, and messages as they are sent.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

import pytest
from django.utils import translation

from tests.mall.notices.test_notices import FACTS
from tests.mall.owners import MERCHANTS, MINE, OPERATORS, PUBLIC, World, pages, world
from tests.mall.stage import Mall
from tests.mall.test_oscar_urls import dashboard_paths
from tests.tidy.vocabulary import find_unwanted
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import Kind
from tongbao.mall.notices.words import LABELS, worded
from tongbao.mall.people import words
from tongbao.mall.people.models import User

LANGUAGES: Final = ("en", "zh-hans")
LETTERS: Final = (
    *("email_confirmation", "email_confirmation_signup", "password_reset_code"),
    *("account_already_exists", "unknown_account", "password_changed", "password_set"),
    *("password_reset", "email_changed", "email_deleted"),
)
SAID: Final = (
    *("email_confirmation_failed", "email_confirmed", "email_deleted", "logged_out"),
    *("password_changed", "password_set", "phone_verified"),
)
_READ: Final = ("alt", "title", "aria-label", "placeholder", "hx-confirm", "data-confirm")
_CODE: Final = frozenset({"script", "style", "code"})
_EMPTY: Final = frozenset(
    {"meta", "link", "input", "br", "img", "hr", "path", "circle", "rect", "line"}
)


class Shown(HTMLParser):
    """Collects what a page shows or has read out, a piece a line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._above: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            self._above.append(tag)
        named = dict(attrs)
        self.pieces += [" ".join((named[name] or "").split()) for name in _READ if name in named]
        if tag == "meta" and named.get("name") == "description":
            self.pieces.append(named.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._above:
            while self._above.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not _CODE.intersection(self._above):
            self.pieces.append(" ".join(data.split()))


def readers(a: World) -> Iterator[tuple[User | None, str]]:
    """Yield every page with whom it is for."""
    staff, operator = a.mall.staff("tea"), a.mall.operator()
    for page in pages():
        for table, user in (
            (MINE, a.user), (MERCHANTS, staff), (OPERATORS, operator), (PUBLIC, a.user),
        ):  # fmt: skip
            if page.name in table:
                yield user, page.path(table[page.name](a))
        if not page.parameters and not page.is_dashboard:
            here = (staff, operator) if page.route.startswith("desk/") else (None, a.user)
            yield from ((one, f"/{page.route}") for one in here)
    for path in dashboard_paths(a):
        yield operator, path


def test_no_page_shows_a_word_that_we_do_not_use(mall: Mall) -> None:
    a, said, shown = world(mall), dict[str, str](), 0
    clients = {}
    for user, path in readers(a):
        for language in LANGUAGES:
            who = None if user is None else user.pk
            if (who, language) not in clients:
                clients[who, language] = mall.client(user, language)
            answer = clients[who, language].get(path)
            if "text/html" in answer.headers.get("Content-Type", ""):
                shown += 1
                for piece in Shown(answer.content.decode()).pieces:
                    said.setdefault(piece, f"{path} ({language})")
    assert shown > 250
    places = list(said.values())
    found = list(find_unwanted("", "\n".join(said)))
    assert not found, [(places[int(hit.split(":")[1]) - 1], hit) for hit in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_has_a_word_that_we_do_not_use(mall: Mall, language: str) -> None:
    user = mall.user("ann")
    for kind in Kind:
        with translation.override(language):
            told = worded(Notice(user=user, kind=str(kind), key="k", facts=FACTS[kind]), mall.shop)
            text = f"{told.text}\n{LABELS[kind]}"
        assert list(find_unwanted(str(kind), text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_about_an_account_has_a_word_that_we_do_not_use(language: str) -> None:
    facts = {"code": "123456", "password_reset_url": "/r/", "signup_url": "/s/", "ip": "::1"}
    with translation.override(language):
        said = [line for kind in LETTERS for line in words.letter(kind, facts)]
        said += [words.message(kind, {}) for kind in SAID]
        said += [words.text("123456"), words.taken_text(), words.unknown_text()]
    assert list(find_unwanted(language, "\n".join(said))) == []
    assert all(said)
    if language == "zh-hans":
        assert not [line for line in said if not re.search("[\u4e00-\u9fff]", line)]


def test_a_page_with_a_word_that_we_do_not_use_would_be_found() -> None:
    page = "<p>Fine</p><script>var quota</script><img alt='Your quota'><b>资金池</b>"
    found = [hit for piece in Shown(page).pieces for hit in find_unwanted("/x/", piece)]
    assert len(found) == 2
