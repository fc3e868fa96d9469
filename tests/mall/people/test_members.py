"""Who invited whom, when things happen at once or a process dies in between."""

from functools import partial
from typing import Any

import pytest

from tests.mall.crowd import at_once
from tests.mall.stage import Mall
from tongbao.ledger.door import Ledger
from tongbao.mall.people.members import bind, enrolled
from tongbao.mall.people.models import User


def again(user: User) -> User:
    """Read a user as another request would."""
    return User.objects.get(pk=user.pk)


def above(mall: Mall, user: User) -> str | None:
    """Return who stands above a member in the program."""
    account = mall.ledger.account(user.account)
    assert account is not None
    return account.referrer


def test_two_tabs_bind_to_one_inviter_only(any_mall: Mall) -> None:
    ann, eve, bob = any_mall.user("ann"), any_mall.user("eve"), any_mall.user("bob")
    answers = at_once([partial(bind, again(bob), one.code) for one in (ann, eve)])
    (bound,) = [one for one in answers if one is not None]
    assert again(bob).referrer == bound


@pytest.mark.parametrize("count", [2, 4])
def test_people_who_invite_one_another_at_once_make_no_ring(any_mall: Mall, count: int) -> None:
    people = [any_mall.user(f"p{number}") for number in range(count)]
    ring = [*people[1:], people[0]]
    answers = at_once(
        [partial(bind, one, other.code) for one, other in zip(people, ring, strict=True)]
    )
    assert sum(one is not None for one in answers) == count - 1
    for one in people:
        enrolled(again(one), any_mall.ledger)


def test_what_is_bound_while_the_account_opens_is_either_in_both_or_in_none(
    any_mall: Mall,
) -> None:
    for _ in range(5):
        ann, bob = any_mall.user("ann"), any_mall.user("bob")
        works: list[Any] = [
            partial(bind, again(bob), ann.code),
            partial(enrolled, again(bob), any_mall.ledger),
        ]
        bound, _account = at_once(works)
        assert above(any_mall, bob) == (ann.account if bound else None)
        assert (again(bob).referrer == ann) == bool(bound)


def test_an_account_is_opened_once_by_two_at_once(any_mall: Mall) -> None:
    ann, bob = any_mall.user("ann"), any_mall.user("bob")
    bind(bob, ann.code)
    at_once([partial(enrolled, again(bob), any_mall.ledger) for _ in range(3)])
    assert above(any_mall, bob) == ann.account


def test_a_user_read_before_the_binding_is_still_enrolled_below_the_inviter(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    old = again(bob)
    bind(bob, ann.code)
    enrolled(old, mall.ledger)
    assert above(mall, bob) == ann.account


def test_a_crash_before_the_command_is_made_good(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    bind(bob, ann.code)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "submit", die)
        with pytest.raises(KeyboardInterrupt):
            enrolled(again(bob), mall.ledger)
    assert mall.ledger.account(bob.account) is None
    enrolled(again(bob), mall.ledger)
    assert above(mall, bob) == ann.account
    assert again(bob).enrolled_at is not None


def test_a_crash_after_the_command_is_made_good(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = mall.user("bob")
    real = Ledger.submit

    def die(self: Ledger, command: dict[str, object]) -> None:
        real(self, command)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "submit", die)
        with pytest.raises(KeyboardInterrupt):
            enrolled(again(bob), mall.ledger)
    assert again(bob).enrolled_at is None
    enrolled(again(bob), mall.ledger)
    assert again(bob).enrolled_at is not None


def test_nobody_is_bound_between_the_seal_and_the_account(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    User.objects.filter(pk=bob.pk).update(sealed_at=bob.date_joined)
    assert bind(bob, ann.code) is None


def test_nobody_is_bound_to_somebody_closed_out(mall: Mall) -> None:
    ann, bob = mall.user("ann", is_active=False), mall.user("bob")
    assert bind(bob, ann.code) is None
