"""Where the plan pays no dividends, nothing speaks of them; the ceiling is a line, not a prize."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from tests.mall.stage import Mall
from tongbao.ledger.door import Ledger
from tongbao.ledger.values import Standing
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User

PAGES = ("/wallet/", "/wallet/how/", "/wallet/statement/", "/messages/choices/")
DIVIDENDS = re.compile("dividend|分红", re.IGNORECASE)


def words_of(mall: Mall, path: str, language: str, user: User) -> str:
    page = mall.client(user, language).get(path).content.decode()
    main = page[page.index('id="content"') : page.index("</main>")]
    return re.sub(r"<[^>]*>", " ", main)


def with_points(mall: Mall) -> User:
    """Return a member with points of an order that brought no profit, so nothing to share out."""
    user = mall.user("ann")
    enrolled(user, mall.ledger)
    order = {"id": "o1", "type": "purchase", "member": user.account, "paid": 10_000, "profit": 0}
    (outcome,) = mall.ledger.submit_many([order])
    assert outcome.ok
    return user


@contextmanager
def no_dividends(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the ledger tell of the same plan without dividends."""
    real = Ledger.standing

    def told(self: Ledger) -> Standing:
        standing = real(self)
        plan = msgspec.structs.replace(standing.plan, dividend_bps=0)
        return msgspec.structs.replace(standing, plan=plan)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "standing", told)
        yield


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("path", PAGES)
def test_a_mall_without_dividends_does_not_mention_them(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, path: str, language: str
) -> None:
    user = with_points(mall)
    assert DIVIDENDS.search(words_of(mall, path, language, user)), "the plan of the stage has some"
    with no_dividends(monkeypatch):
        assert DIVIDENDS.findall(words_of(mall, path, language, user)) == []


def test_a_mall_without_dividends_has_no_page_of_them(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mall.client(with_points(mall))
    assert client.get("/wallet/dividends/").status_code == 200
    with no_dividends(monkeypatch):
        assert client.get("/wallet/dividends/").headers["Location"] == "/wallet/"


def test_the_ceiling_is_told_as_the_line_at_which_points_are_sold(mall: Mall) -> None:
    # 100.00 paid raises the ceiling by 200 percent.
    page = words_of(mall, "/wallet/", "en", with_points(mall))
    assert re.search(r"Points are sold automatically at\s+¥200\.00", page)
    assert "at most" not in page
    assert "quota" not in page.lower()
