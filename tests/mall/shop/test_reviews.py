"""What shoppers say of goods."""

import pytest
from oscar.core.loading import get_model

from tests.mall.checkout.way import rich
from tests.mall.sales.test_views import ordered
from tests.mall.stage import Mall
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Sale

ADDRESS = "/catalogue/tea-1_1/reviews/"
WORDS = {"score": "4", "title": "Fine leaves", "body": "Smells of\nsmoke."}


def owner(mall: Mall, state: str = "received", **fields: str) -> User:
    """Make somebody who bought the tea; its part of the sale stands as told."""
    user = rich(mall)
    User.objects.filter(pk=user.pk).update(**fields)
    user.refresh_from_db()
    Part.objects.filter(sale=ordered(mall, user)).update(state=state)
    return user


@pytest.mark.parametrize("state", ["waiting", "returned", "cancelled"])
def test_only_who_has_the_goods_reviews_them(mall: Mall, state: str) -> None:
    for user in (mall.user(), owner(mall, state), mall.operator()):
        client = mall.client(user)
        for answer in (client.get(f"{ADDRESS}add/"), client.post(f"{ADDRESS}add/", WORDS)):
            assert answer.status_code == 302
            assert answer["Location"] == "/catalogue/tea-1_1/"
        page = client.get("/catalogue/tea-1_1/").content.decode()
        assert "Only who bought this and received it can review it." in page
        assert f"{ADDRESS}add/" not in page
    assert not get_model("reviews", "ProductReview").objects.exists()


def test_who_bought_something_else_or_did_not_pay_reviews_nothing(mall: Mall) -> None:
    client = mall.client(owner(mall))
    other = mall.product("tea-2")
    client.post(f"/catalogue/{other.slug}_{other.pk}/reviews/add/", WORDS)
    Sale.objects.update(state="cancelled")
    client.post(f"{ADDRESS}add/", WORDS)
    assert not get_model("reviews", "ProductReview").objects.exists()


@pytest.mark.parametrize("state", ["received", "settled"])
def test_who_has_the_goods_finds_the_form(mall: Mall, state: str) -> None:
    client = mall.client(owner(mall, state))
    assert f"{ADDRESS}add/" in client.get("/catalogue/tea-1_1/").content.decode()
    assert client.get(f"{ADDRESS}add/").status_code == 200
    too_long = WORDS | {"body": "x" * 4001}
    assert client.post(f"{ADDRESS}add/", too_long).status_code == 200
    assert not get_model("reviews", "ProductReview").objects.exists()


def test_a_review_is_written_once_and_read_by_everybody_under_a_masked_name(mall: Mall) -> None:
    client = mall.client(owner(mall, name="Winifred"))
    assert client.post(f"{ADDRESS}add/", WORDS).status_code == 302
    assert client.post(f"{ADDRESS}add/", WORDS).status_code == 302
    assert get_model("reviews", "ProductReview").objects.count() == 1
    page = mall.client().get("/catalogue/tea-1_1/").content.decode()
    assert "Fine leaves" in page
    assert "W***" in page
    assert "Winifred" not in page
    assert 'aria-label="4.0 of 5 stars"' in page


def test_a_review_needs_somebody_and_all_its_parts(mall: Mall) -> None:
    assert mall.client().get(f"{ADDRESS}add/")["Location"].startswith("/auth/login/")
    client = mall.client(owner(mall))
    for wrong in ({"score": "0"}, {"score": "6"}, {"title": " "}, {"body": ""}):
        assert client.post(f"{ADDRESS}add/", WORDS | wrong).status_code == 200
    assert not get_model("reviews", "ProductReview").objects.exists()


def test_markup_in_a_review_is_only_words(mall: Mall) -> None:
    client = mall.client(owner(mall))
    client.post(f"{ADDRESS}add/", WORDS | {"body": "<img src=x onerror=alert(1)>Good"})
    page = mall.client().get(ADDRESS).content.decode()
    assert "<img src=x" not in page
    assert "<p>Good</p>" in page


def test_a_review_helps_each_once_and_not_its_writer(mall: Mall) -> None:
    writer, reader = mall.client(owner(mall)), mall.client(mall.user())
    writer.post(f"{ADDRESS}add/", WORDS)
    review = get_model("reviews", "ProductReview").objects.get()
    for client in (writer, reader, reader):
        assert client.post(f"{ADDRESS}{review.pk}/vote/").status_code == 302
    review.refresh_from_db()
    assert (review.total_votes, review.delta_votes) == (1, 1)
    assert mall.client().post(f"{ADDRESS}{review.pk}/vote/")["Location"].startswith("/auth/login/")


def test_reviews_that_the_mall_holds_back_are_not_shown(mall: Mall) -> None:
    mall.client(owner(mall)).post(f"{ADDRESS}add/", WORDS)
    get_model("reviews", "ProductReview").objects.update(status=2)
    for path in (ADDRESS, "/catalogue/tea-1_1/"):
        assert "Fine leaves" not in mall.client().get(path).content.decode()
    pk = get_model("reviews", "ProductReview").objects.get().pk
    assert mall.client().get(f"{ADDRESS}{pk}/").status_code == 404


def test_nobody_yet_is_said(mall: Mall) -> None:
    assert "Nobody has written one yet." in mall.client().get(ADDRESS).content.decode()
