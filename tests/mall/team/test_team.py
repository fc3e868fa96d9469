"""The team page: masked names, what their orders earned by the journal, levels of the plan only."""

import io

from PIL import Image

from tests.mall.stage import Mall
from tongbao.mall.people.members import bind, enrolled
from tongbao.mall.people.models import User
from tongbao.mall.team.earnings import Levels, earnings, levels
from tongbao.mall.team.poster import poster


def _friends(mall: Mall) -> tuple[User, User]:
    ann, bob = mall.user("ann"), mall.user("Bob Miller")
    bind(bob, ann.code)
    enrolled(bob, mall.ledger)
    for user, number in ((ann, 1), (bob, 2)):
        command = {"id": f"o{number}", "type": "purchase", "member": user.account, "paid": 10_000}
        assert mall.ledger.submit({**command, "profit": 3_500}).ok
    return ann, bob


def test_earnings_are_the_journals(mall: Mall) -> None:
    ann, bob = _friends(mall)
    found = earnings(mall.ledger, ann.account)
    # 2 % of 100.00 in cash; 10 % of the contribution of 30.00 = 3.00 in points at 30.00 / 21 points.
    assert found.total.cash == 200
    assert found.total.points == 300 * 21_000_000 // 3000
    assert found.by_buyer == {bob.account: found.total}
    assert found.is_whole


def test_the_page_masks_names_and_shows_both_sums(mall: Mall) -> None:
    ann, _bob = _friends(mall)
    page = mall.client(ann).get("/team/").content.decode()
    assert "B***" in page
    assert "Bob Miller" not in page
    assert "2.1 " in page
    assert "¥2.00" in page


def test_a_refund_takes_the_earning_back(mall: Mall) -> None:
    ann, _bob = _friends(mall)
    assert mall.ledger.submit({"id": "r", "type": "refund", "purchase": "o2", "amount": 10_000}).ok
    total = earnings(mall.ledger, ann.account).total
    assert (total.points, total.cash) == (0, 0)


def test_who_has_no_account_has_earned_nothing(mall: Mall) -> None:
    assert not earnings(mall.ledger, "m-nobody").total.some
    assert mall.client(mall.user("new")).get("/team/").status_code == 200


def test_levels_are_those_that_the_plan_pays(mall: Mall) -> None:
    assert levels(mall.ledger) == Levels((1000,), (200,))
    page = mall.client(mall.user("ann")).get("/team/?level=2").content.decode()
    assert "people whom those invited" not in page


def test_the_poster_is_a_picture_of_its_size(mall: Mall) -> None:
    client = mall.client(mall.user("ann"))
    response = client.get("/team/poster.png")
    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (1080, 1500)


def test_a_poster_survives_long_names() -> None:
    assert poster("http://localhost:8000/r/abcdefgh/", "W" * 80, ("a" * 200, "b", "c"), "abcdefgh")
