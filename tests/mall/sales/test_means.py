"""What a member can pay with, and why a payment would not go through."""

import pytest
from django.utils.translation import override

from tests.mall.sales.buying import buyer
from tests.mall.stage import Mall
from tongbao.mall.sales.estimates import Estimate, estimate
from tongbao.mall.sales.means import CannotPay, Most, check, most, most_but_dust
from tongbao.mall.sales.placing import Split


def refused(mall: Mall, user: object, tenders: Split) -> str:
    """Return what a shopper is told who wants to pay so."""
    with pytest.raises(CannotPay) as raised:
        check(mall.shop, user, tenders)  # type: ignore[arg-type]  # a User
    return str(raised.value)


def test_nobody_has_anything_before_the_member_account_is_open(mall: Mall) -> None:
    assert most(mall.shop, mall.user()) == Most(0, 0, 0)


def test_the_most_is_what_the_ledger_would_take(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000, credit=40_000, points=40_000)
    has = most(mall.shop, user)
    assert has.wallet == 3_000
    for tenders in (Split(wallet=1), Split(credit=1), Split(points=1)):
        more = Split(
            wallet=(has.wallet + 1) * tenders.wallet,
            credit=(has.credit + 1) * tenders.credit,
            points=(has.points + 1) * tenders.points,
        )
        assert "Pay the rest in another way" in refused(mall, user, more)
    check(mall.shop, user, Split(wallet=has.wallet, credit=has.credit, points=has.points))


def test_dividends_not_collected_yet_can_be_paid_with(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    assert mall.ledger.submit({"id": "close", "type": "close_day", "day": "2030-01-01"}).ok
    account = mall.ledger.account(user.account)
    assert account is not None
    assert account.wallet == 0
    # 30 % of a profit of 35 % of 900.00, all of it to the only holder; the last cent may be dust.
    assert most(mall.shop, user).wallet in {9_449, 9_450}
    check(mall.shop, user, Split(wallet=most(mall.shop, user).wallet))


def test_what_is_too_much_is_told_with_what_there_is(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    told = refused(mall, user, Split(wallet=3_001))
    assert told == "Your wallet has ¥30.00. Pay the rest in another way."


def test_a_rest_of_dust_is_told_with_both_ways_out(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    all_of_it = most(mall.shop, user).points
    some = most_but_dust(mall.ledger, user.account)
    assert some < all_of_it
    told = refused(mall, user, Split(points=all_of_it - 1))
    assert f"¥{all_of_it / 100:.2f}" in told
    assert f"¥{some / 100:.2f}" in told
    # Both ways out are open, and one minor unit more is dust.
    check(mall.shop, user, Split(points=all_of_it))
    check(mall.shop, user, Split(points=some))
    refused(mall, user, Split(points=some + 1))


def test_whoever_has_next_to_nothing_pays_with_all_of_it(mall: Mall) -> None:
    buyer(mall, points=90_000)
    user = buyer(mall, points=7)  # 0.01 granted, at a price above 1.00: less than the least holding
    account = mall.ledger.account(user.account)
    assert account is not None
    assert 0 < account.points <= 10_000
    assert most_but_dust(mall.ledger, user.account) == 0


def test_a_frozen_member_is_told_so(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    mall.ledger.freeze(user.account, who="operator", why="asked")
    assert "frozen" in refused(mall, user, Split(wallet=1))


def test_what_only_a_provider_collects_needs_no_look(mall: Mall) -> None:
    check(mall.shop, mall.user(), Split(provider=5_000))


def test_it_is_told_in_chinese(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    with override("zh-hans"):
        assert refused(mall, user, Split(wallet=3_001)) == "余额中有 ¥30.00，其余请用其他方式支付。"


def test_an_estimate_in_an_empty_pool_is_priced_at_issue(mall: Mall) -> None:
    # 100.00: 30.00 to the reserve, 21.00 of it granted at 1.00 a point; a tenth is the fee.
    expected = Estimate(points_atoms=21_000_000, worth_minor=2_100, sold_minor=1_890)
    assert estimate(mall.shop, None, 10_000, 3_500) == expected


def test_an_estimate_is_what_the_purchase_then_brings(mall: Mall) -> None:
    user = buyer(mall, points=90_000)
    expected = estimate(mall.shop, user, 10_000, 3_500)
    before = mall.ledger.standing().figures
    purchase = {"id": "p", "type": "purchase", "member": user.account}
    outcome = mall.ledger.submit({**purchase, "paid": 10_000, "profit": 3_500})
    assert outcome.fields["points"] == expected.points_atoms
    assert expected.worth_minor == expected.points_atoms * before.reserve // before.supply


def test_a_newcomers_estimate_opens_no_account(mall: Mall) -> None:
    user = mall.user()
    entries = mall.ledger.standing().number
    assert estimate(mall.shop, user, 10_000, 3_500).points_atoms > 0
    assert mall.ledger.account(user.account) is None
    assert mall.ledger.standing().number == entries


def test_nothing_paid_brings_nothing(mall: Mall) -> None:
    assert estimate(mall.shop, None, 0, 3_500) == Estimate(0, 0, None)
    assert estimate(mall.shop, None, -5, 3_500) == Estimate(0, 0, None)
