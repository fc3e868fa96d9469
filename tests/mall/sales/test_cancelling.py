"""Cancelling: unpaid sales end, of paid ones everything goes back, exactly once."""

import warnings
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from oscar.core.loading import get_class, get_model
from oscar.test.factories import create_order

from tests.mall.crowd import at_once
from tests.mall.sales.buying import buyer, paid, placed
from tests.mall.stage import Mall
from tongbao.ledger import programs
from tongbao.ledger.values import NotSettled
from tongbao.mall.notices.models import Notice
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, ChargeRefund, SandboxRefund
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, ending, placing, receiving
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Draft, Split


def balances(mall: Mall, account: str) -> tuple[int, int]:
    """Return an account's wallet and credit."""
    found = mall.ledger.account(account)
    assert found is not None
    return found.wallet, found.credit


def now(sale: Sale) -> Sale:
    """Return a sale as it is now."""
    return Sale.objects.get(pk=sale.pk)


def at_provider(mall: Mall, tenders: Split, user: User | None = None) -> Sale:
    """Return a sale whose provider's part waits at the sandbox's pay page."""
    user = user or buyer(mall, wallet=tenders.wallet)
    sale = placed(mall, user, {"tea": tenders.total}, tenders)
    assert sale.charge is not None
    charges.page(sale.charge)
    return sale


def really_paid(mall: Mall, tenders: Split, user: User | None = None) -> Sale:
    """Return a sale whose provider's part was paid at the sandbox."""
    sale = at_provider(mall, tenders, user)
    assert sale.charge is not None
    bank.pay(sale.charge.pk)
    assert bank.deliver_due() == [200]
    assert now(sale).state == "paid"
    return sale


def sent_back() -> list[int]:
    """Return what the sandbox sent back, amount by amount."""
    return [one.amount_minor for one in SandboxRefund.objects.order_by("pk")]


def with_order(
    mall: Mall, user: User, upc: str, quantity: int, number: str = "O1"
) -> tuple[Any, Sale]:
    """Place a sale of an Oscar order, as checkout does."""
    enrolled(user, mall.ledger)
    basket = get_model("basket", "Basket").objects.create(owner=user)
    basket.strategy = get_class("partner.strategy", "Selector")().strategy(user=user)
    basket.add_product(mall.product(upc), quantity)
    with transaction.atomic(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Oscar's factory of orders
        order = create_order(basket=basket, user=user, number=number)
        total = 10_000 * quantity
        drafts, tenders = [Draft(mall.merchant(), total)], Split(wallet=total)
        sale = placing.place(mall.shop, user, order.number, drafts, tenders, order=order)
    return order, sale


def test_everything_that_was_paid_comes_back(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000, credit=40_000, points=40_000)
    wallet, credit = balances(mall, user.account)
    sale = really_paid(mall, Split(1_000, 3_000, 2_000, 4_000), user)
    assert cancelling.cancel(sale, "shopper")
    # The points' 40.00 come back as wallet money, less the fee of 10 % that the reserve kept.
    assert balances(mall, user.account) == (wallet + 3_600, credit)
    assert balances(mall, "shop") == (0, 0)
    assert sent_back() == [1_000]
    sale = now(sale)
    assert (sale.state, sale.why_cancelled) == ("cancelled", "shopper")
    assert sale.back_at is not None
    assert sale.parts.get().state == "cancelled"


def test_cancelling_again_changes_nothing(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = really_paid(mall, Split(1_000, 3_000), user)
    assert [cancelling.cancel(sale, "shopper") for _ in range(3)] == [True] * 3
    assert balances(mall, user.account) == (3_000, 0)
    assert sent_back() == [1_000]
    assert Notice.objects.filter(kind="order_cancelled").count() == 1
    told = Notice.objects.filter(kind="refund").order_by("pk")
    assert sorted(one.facts["amount"] for one in told) == [1_000, 3_000]  # by its own way each


def test_cancelling_at_the_same_time_gives_back_once(any_mall: Mall) -> None:
    user = buyer(any_mall, wallet=3_000)
    sale = really_paid(any_mall, Split(1_000, 3_000), user)
    answers = at_once([lambda: cancelling.cancel(sale, "shopper") for _ in range(4)])
    assert answers == [True] * 4
    assert balances(any_mall, user.account) == (3_000, 0)
    assert balances(any_mall, "shop") == (0, 0)
    assert sent_back() == [1_000]


def test_shipping_and_cancelling_at_the_same_time_is_one_of_both(any_mall: Mall) -> None:
    for _ in range(4):
        user = buyer(any_mall, wallet=3_000)
        sale = paid(any_mall, user, {"tea": 3_000}, Split(wallet=3_000))
        part = sale.parts.get()

        def ship(part: Part = part) -> bool:
            try:
                receiving.ship(part)
            except Exception:  # noqa: BLE001  # its own refusal
                return False
            return True

        shipped, cancelled = at_once(
            [ship, lambda sale=sale: cancelling.cancel(sale, "shopper")]  # type: ignore[misc]  # a default binds it
        )
        assert shipped is not cancelled
        assert balances(any_mall, user.account)[0] == (3_000 if cancelled else 0)


@pytest.mark.parametrize("how", ["shipped", "received", "asked back"])
def test_what_is_under_way_cannot_be_cancelled(mall: Mall, how: str) -> None:
    user = buyer(mall, wallet=3_000)
    sale = paid(mall, user, {"tea": 2_000, "wine": 1_000}, Split(wallet=3_000))
    part = sale.parts.get(merchant__account="wine")
    if how == "shipped":
        receiving.ship(part)
    elif how == "received":
        receiving.receive(part)
    else:
        Return.objects.create(part=part, amount_minor=1)
    assert not cancelling.cancel(sale, "shopper")
    assert now(sale).state == "paid"
    assert balances(mall, user.account) == (0, 0)


def test_a_refused_return_does_not_hinder(mall: Mall) -> None:
    sale = paid(mall, buyer(mall, wallet=3_000), {"tea": 3_000}, Split(wallet=3_000))
    Return.objects.create(part=sale.parts.get(), amount_minor=1, state=Return.State.REFUSED)
    assert cancelling.cancel(sale, "shopper")


def test_an_unpaid_sale_is_cancelled_and_its_later_payment_goes_back_whole(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = at_provider(mall, Split(1_000, 3_000), user)
    assert cancelling.cancel(sale, "shopper")
    assert sale.charge is not None
    bank.pay(sale.charge.pk)
    assert bank.deliver_due() == [200]
    assert now(sale).state == "cancelled"
    assert Charge.objects.get().state == "confirmed"
    assert sent_back() == [1_000]
    assert balances(mall, user.account) == (3_000, 0)
    assert mall.ledger.outcome(f"{sale.number}-wallet") is None


def test_paying_and_cancelling_at_the_same_time_leaves_no_money_behind(any_mall: Mall) -> None:
    for _ in range(4):
        user = buyer(any_mall, wallet=3_000)
        sale = at_provider(any_mall, Split(1_000, 3_000), user)
        assert sale.charge is not None
        bank.pay(sale.charge.pk)
        before = sum(sent_back())

        def cancel(sale: Sale = sale) -> object:
            return cancelling.cancel(sale, "shopper")

        def tell() -> object:
            return bank.deliver_due()

        at_once([tell, cancel])
        placing.finish(sale)
        back, state = sum(sent_back()) - before, now(sale).state
        assert (state, balances(any_mall, user.account)[0], back) in [
            ("paid", 0, 0),
            ("cancelled", 3_000, 1_000),
        ]


def test_finishing_at_the_same_time_is_finishing_once(any_mall: Mall) -> None:
    user = buyer(any_mall, wallet=9_000)
    sale = placed(any_mall, user, {"tea": 3_000}, Split(wallet=3_000))
    states = at_once([lambda: placing.finish(sale).state for _ in range(5)])
    assert set(states) == {"paid"}
    assert balances(any_mall, user.account) == (6_000, 0)
    assert Notice.objects.filter(user=user).count() == 1


def test_placing_one_number_at_the_same_time_is_one_sale(any_mall: Mall) -> None:
    user = buyer(any_mall, wallet=9_000)
    shop, merchant = any_mall.shop, any_mall.merchant()

    def place() -> int:
        with transaction.atomic():
            drafts = [Draft(merchant, 3_000)]
            sale = placing.place(shop, user, "N1", drafts, Split(wallet=3_000))
        return placing.finish(sale).pk

    assert len(set(at_once([place] * 4))) == 1
    assert balances(any_mall, user.account) == (6_000, 0)


def test_two_tabs_cannot_spend_one_wallet(any_mall: Mall) -> None:
    user = buyer(any_mall, wallet=5_000)
    sales = [placed(any_mall, user, {"tea": 3_000}, Split(wallet=3_000)) for _ in range(2)]
    finished = at_once([lambda sale=sale: placing.finish(sale) for sale in sales])  # type: ignore[misc]  # a default binds it
    shown = sorted((sale.state, sale.why_cancelled) for sale in finished)
    assert shown == [("cancelled", "insufficient_funds"), ("paid", "")]
    assert balances(any_mall, user.account) == (2_000, 0)


def test_a_sale_that_is_being_booked_is_not_cancelled(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    programs.pause("test")
    sale = placing.finish(placed(mall, user, {"tea": 3_000}, Split(wallet=3_000)))
    assert not cancelling.cancel(sale, "shopper")
    assert not cancelling.expire(sale)
    assert now(sale).state == "pending"
    programs.launch("test")
    assert placing.finish(sale).state == "paid"


def test_what_the_program_cannot_give_back_now_is_given_back_later(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = really_paid(mall, Split(1_000, 3_000), user)
    programs.pause("test")
    assert cancelling.cancel(sale, "shopper")
    assert (now(sale).state, now(sale).back_at) == ("cancelled", None)
    assert sent_back() == [1_000]  # the provider needs no program
    programs.launch("test")
    assert placing.finish(sale).back_at is not None
    assert balances(mall, user.account) == (3_000, 0)


def test_a_mall_without_the_money_gives_back_when_it_has_it(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = paid(mall, user, {"tea": 3_000}, Split(wallet=3_000))
    taken = {"id": "taken", "type": "withdraw", "account": "shop", "amount": 1}
    assert mall.ledger.submit(taken).ok
    assert cancelling.cancel(sale, "shopper")
    assert not ending.give_back(sale)
    assert (now(sale).back_at, balances(mall, user.account)) == (None, (0, 0))
    brought = {"id": "brought", "type": "deposit", "account": "shop", "amount": 1}
    assert mall.ledger.submit(brought).ok
    assert ending.give_back(sale)
    assert ending.give_back(sale)
    assert balances(mall, user.account) == (3_000, 0)


def test_a_crash_after_the_cancellation_is_mended_by_anybody(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = buyer(mall, wallet=3_000)
    sale = really_paid(mall, Split(1_000, 3_000), user)

    def crash(sale: Sale) -> bool:
        raise NotSettled("killed", may_still_settle=True)

    with monkeypatch.context() as patched:
        patched.setattr(ending, "give_back", crash)
        with pytest.raises(NotSettled):
            cancelling.cancel(sale, "shopper")
    assert (now(sale).state, sent_back()) == ("cancelled", [])
    placing.finish(sale)
    assert (balances(mall, user.account), sent_back()) == ((3_000, 0), [1_000])


def test_a_sale_that_nobody_pays_in_time_expires(mall: Mall) -> None:
    sale = at_provider(mall, Split(1_000))
    later = timezone.now() + timedelta(minutes=29)
    assert cancelling.expire_due(later) == 0
    assert cancelling.expire_due(later + timedelta(minutes=2)) == 1
    assert (now(sale).state, now(sale).why_cancelled) == ("cancelled", "expired")


def test_one_that_was_paid_without_a_word_does_not_expire(mall: Mall) -> None:
    sale = at_provider(mall, Split(1_000))
    assert sale.charge is not None
    bank.pay(sale.charge.pk, callback=False)
    assert cancelling.expire_due(timezone.now() + timedelta(minutes=31)) == 0
    assert now(sale).state == "paid"


def test_one_whose_provider_is_down_waits(mall: Mall) -> None:
    sale = at_provider(mall, Split(1_000))
    bank.outage("query")
    assert cancelling.expire_due(timezone.now() + timedelta(minutes=31)) == 0
    assert now(sale).state == "pending"
    assert cancelling.expire_due(timezone.now() + timedelta(minutes=31)) == 1


def test_one_paid_after_it_expired_goes_back(mall: Mall) -> None:
    sale = at_provider(mall, Split(1_000))
    cancelling.expire_due(timezone.now() + timedelta(minutes=31))
    assert sale.charge is not None
    bank.pay(sale.charge.pk, callback=False)
    charges.ask(sale.charge)
    assert sent_back() == [1_000]


def test_a_failed_payment_cancels_the_sale_only_where_it_was_made_in_person(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000)
    sale = at_provider(mall, Split(1_000, 3_000), user)
    assert sale.charge is not None
    bank.fail(sale.charge.pk)
    bank.deliver_due()
    assert now(sale).state == "pending"
    sale = at_provider(mall, Split(1_000, 3_000), user)
    Sale.objects.filter(pk=sale.pk).update(is_immediate=True)
    assert sale.charge is not None
    bank.fail(sale.charge.pk)
    bank.deliver_due()
    assert (now(sale).state, now(sale).why_cancelled) == ("cancelled", "provider")
    assert balances(mall, user.account) == (3_000, 0)
    assert not ChargeRefund.objects.exists()


def test_a_refund_that_the_provider_cannot_do_now_is_done_later(mall: Mall) -> None:
    sale = really_paid(mall, Split(1_000))
    bank.outage("refund")
    assert cancelling.cancel(sale, "shopper")
    assert sent_back() == []
    placing.finish(sale)
    assert sent_back() == [1_000]


def test_stock_is_kept_for_an_order_and_returned_when_it_is_cancelled(mall: Mall) -> None:
    user = buyer(mall, wallet=20_000)
    order, sale = with_order(mall, user, "tea-1", 2)
    record = mall.product("tea-1").stockrecords.get()
    assert record.num_allocated == 2
    assert placing.finish(sale).state == "paid"
    order.refresh_from_db()
    assert order.status == "Paid"
    cancelling.cancel(sale, "shopper")
    record.refresh_from_db()
    order.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated, order.status) == (1000, 0, "Cancelled")


def test_stock_returns_once(mall: Mall) -> None:
    first, second = buyer(mall, wallet=10_000), buyer(mall)
    _, sale = with_order(mall, first, "tea-1", 1)
    placing.finish(sale)
    record = mall.product("tea-1").stockrecords.get()
    record.allocate(3)  # by others
    for _ in range(2):
        cancelling.cancel(sale, "shopper")
    record.refresh_from_db()
    assert record.num_allocated == 3
    assert second.pk != first.pk
