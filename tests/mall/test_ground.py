"""The ground that everything else in the mall stands on."""

from tests.mall.stage import Mall
from tongbao.mall.people.members import bind, enrolled


def test_a_mall_opens_with_its_accounts(mall: Mall) -> None:
    kinds = {name: account.kind for name, account in mall.ledger.accounts(["shop", "tea"]).items()}
    assert kinds == {"shop": "merchant", "tea": "merchant"}


def test_a_member_account_opens_below_the_referrers(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    assert bind(bob, f" {ann.code.upper()} ") == ann
    enrolled(bob, mall.ledger)
    account = mall.ledger.account(bob.account)
    assert account is not None
    assert account.referrer == ann.account


def test_nobody_invites_themselves_or_whoever_invited_them(mall: Mall) -> None:
    ann, bob = mall.user("ann"), mall.user("bob")
    assert bind(ann, ann.code) is None
    assert bind(bob, ann.code) == ann
    assert bind(ann, bob.code) is None
    assert bind(bob, mall.user("eve").code) is None
