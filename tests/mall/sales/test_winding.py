"""The program is wound up while credit waits at the mall: nobody's money stays there.

Store credit of 0.50 pays for tea of 0.50. Then everybody sells, too few points are left, and the
program turns all credit into money: what the mall, or the merchant, held of it moves as money.
"""

from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, overdue, wallet
from tests.mall.stage import Mall
from tongbao.mall.sales import cancelling, returns, settling
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.winding import is_same, was_paid_out

PAID = Split(0, 0, 50, 0)


def wind_up(mall: Mall) -> None:
    """Let somebody come, buy and sell all points: too few are left, the program is wound up."""
    user = buyer(mall, points=1000)
    sold = {"id": f"all-{user.account}", "type": "redeem", "account": user.account}
    assert mall.ledger.submit({**sold, "points": "all"}).ok
    assert mall.ledger.standing().figures.supply == 0
    assert mall.ledger.standing().figures.credit == 0


def waits(mall: Mall) -> Part:
    """Return a part paid in credit, whose credit has become money in the mall's account."""
    part = bought(mall, buyer(mall, credit=170), 50, PAID)
    wind_up(mall)
    return part


def has(mall: Mall, account: str) -> tuple[int, int]:
    """Return wallet money and credit."""
    found = mall.ledger.account(account)
    return (0, 0) if found is None else (found.wallet, found.credit)


def test_a_merchant_is_paid_in_money(mall: Mall) -> None:
    part = waits(mall)
    assert settling.settle_part(overdue(part))
    assert has(mall, "tea") == (50, 0)
    assert has(mall, mall.shop.account) == (0, 0)
    assert reconcile(timezone.now(), everything=True) == []


def by_cancelling(part: Part) -> None:
    assert cancelling.cancel(part.sale, "shopper")


def by_returning(part: Part) -> None:
    asked = returns.ask(part, 50)
    assert returns.approve(asked, None, returns.quote(part, 50)).state == Return.State.DONE


@pytest.mark.parametrize("give_back", [by_cancelling, by_returning])
def test_a_member_has_it_back_in_money(mall: Mall, give_back: Callable[[Part], None]) -> None:
    part = waits(mall)
    account = part.sale.user.account
    before = wallet(mall, account)
    give_back(part)
    assert has(mall, account) == (before + 50, 0)
    assert has(mall, mall.shop.account) == (0, 0)
    assert reconcile(timezone.now(), everything=True) == []


def test_what_comes_back_late_comes_from_the_merchants_money(mall: Mall) -> None:
    part = bought(mall, buyer(mall, credit=170), 50, PAID)
    assert settling.settle_part(overdue(part))
    assert has(mall, "tea") == (0, 50)
    wind_up(mall)
    account = part.sale.user.account
    before = wallet(mall, account)
    by_returning(Part.objects.get(pk=part.pk))
    assert has(mall, "tea") == (0, 0)
    assert has(mall, account) == (before + 50, 0)
    assert reconcile(timezone.now(), everything=True) == []


def test_what_was_done_in_credit_before_is_no_finding_after(mall: Mall) -> None:
    part = bought(mall, buyer(mall, credit=170), 50, PAID)
    by_returning(part)
    wind_up(mall)
    assert reconcile(timezone.now(), everything=True) == []


def test_only_a_command_that_moves_credit_may_be_of_either_type() -> None:
    move = {"payer": "a", "payee": "b", "amount": 1}
    for name, same in (("1-credit", True), ("1-merchant_credit", True), ("1-wallet", False)):
        one = {"id": name, "type": "pay_credit", **move}
        assert is_same(one, {**one, "type": "pay_wallet"}) is same
        assert not is_same(one, {**one, "type": "pay_wallet", "amount": 2})


def test_credit_of_a_later_life_of_the_program_moves_as_credit(mall: Mall) -> None:
    old = waits(mall)
    mall.ledger.submit(
        {
            "id": "again",
            "type": "purchase",
            "member": old.sale.user.account,
            "paid": 1000,
            "profit": 0,
        }
    )
    points = {
        "id": "convert",
        "type": "convert",
        "member": old.sale.user.account,
        "points": 600_000,
    }
    assert mall.ledger.submit(points).ok
    new = bought(mall, old.sale.user, 50, PAID)
    assert has(mall, mall.shop.account) == (50, 50)
    assert settling.settle_part(overdue(new))
    assert has(mall, "tea") == (0, 50)
    assert settling.settle_part(overdue(old))
    assert has(mall, "tea") == (50, 50)
    assert Sale.objects.count() == 2
    assert reconcile(timezone.now(), everything=True) == []
    # What of the first life comes back late is money; what of the second, credit.
    by_returning(Part.objects.get(pk=new.pk))
    assert has(mall, "tea") == (50, 0)
    by_returning(Part.objects.get(pk=old.pk))
    assert has(mall, "tea") == (0, 0)
    assert reconcile(timezone.now(), everything=True) == []


def test_a_program_that_was_never_wound_up_says_so_without_a_statement(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(*_arguments: object, **_options: object) -> None:
        raise AssertionError

    bought(mall, buyer(mall, credit=170), 50, PAID)
    with monkeypatch.context() as patched:
        patched.setattr("tongbao.mall.sales.winding.statement", unread)
        assert not was_paid_out(mall.ledger, mall.shop.account)
    wind_up(mall)
    assert was_paid_out(mall.ledger, mall.shop.account)
    assert not was_paid_out(mall.ledger, "wine")  # it had none
