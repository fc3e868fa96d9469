"""Returns before and after the settlement: what comes back, to the last fen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, transaction

from tests.mall.sales.buying import bought, buyer, overdue, wallet
from tests.mall.stage import Mall
from tongbao.mall.merchants.opening import open_merchant
from tongbao.mall.paying.models import ChargeRefund
from tongbao.mall.sales import receiving, returns, settling
from tongbao.mall.sales.leftover import Slice
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.quoting import back_of
from tongbao.mall.sales.refusals import NotNow, Refused, Why
from tongbao.mall.shop.models import Shop

T = TypeVar("T")


def give_back(part: Part, amount: int, by: object = None, *, bears: bool = False) -> Return:
    asked = returns.ask(part, amount)
    return returns.approve(asked, by, returns.quote(part, amount, bears))  # type: ignore[arg-type]  # None or a user


def test_before_the_settlement_a_part_comes_back_as_it_was_paid(mall: Mall) -> None:
    user = buyer(mall, wallet=4000)
    part = bought(mall, user, 10000, Split(provider=6000, wallet=4000))
    done = give_back(part, 5000)
    assert done.state == "done"
    assert Slice.of(done) == Slice(3000, 2000)
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (2000, 2000)
    assert ChargeRefund.objects.get().amount_minor == 3000


def test_only_what_did_not_come_back_is_settled(mall: Mall) -> None:
    user = buyer(mall, wallet=10000)
    part = bought(mall, user, 10000, Split(wallet=10000))
    receiving.receive(part)
    give_back(part, 4000)
    part.refresh_from_db()
    assert not settling.settle_part(part)
    part.due_at = part.received_at
    part.save()
    assert settling.settle_part(part)
    part.refresh_from_db()
    # Of 60.00: 18.00 to the reserve, 30 % of the profit of 21.00, 2 % to the platform.
    assert (part.settled_minor, part.to_reserve, part.to_dividends) == (6000, 1800, 630)
    assert (part.to_platform, part.to_merchant) == (120, 3450)
    assert (wallet(mall, user.account), wallet(mall, "shop")) == (4000, 0)


def test_a_late_return_pays_back_less_the_shortfall(mall: Mall) -> None:
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    quote = returns.quote(part, 10000)
    # The only points there are: all of them go, and the pool is wound up with what is left in it.
    # Their worth is 30.00 and comes back; so do the 10.50, for no day was closed.
    assert (quote.points_atoms, quote.recovered_minor, quote.shortfall_minor) == (21000000, 4050, 0)
    assert (quote.back, quote.merchant_minor) == (Slice(0, 10000), 5750)
    give_back(part, 10000)
    assert wallet(mall, user.account) == 10000
    assert (wallet(mall, "shop"), wallet(mall, "tea")) == (0, 0)


def test_a_shortfall_is_explained_and_kept_back(mall: Mall) -> None:
    buyer(mall, points=10000)  # who was there before
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    mall.ledger.submit({"id": "day", "type": "close_day", "day": "2026-11-23"})
    quote = returns.quote(part, 10000)
    # 14.7 of 35.7 points for a reserve of 60.00 are worth 24.70 of the 30.00 put in. Two orders'
    # dividends of 21.00 went to 35.7 points, and 14.7 of them may have drawn 8.64 of that; the
    # 10.50 of this order are gone.
    assert (quote.points_atoms, quote.recovered_minor) == (14700000, 2470)
    assert (quote.unfetched_minor, quote.drawn_minor, quote.taken_minor) == (1580, 864, 0)
    assert quote.shortfall_minor == 2444
    assert quote.back == Slice(0, 7556)
    assert (quote.withheld_minor, quote.bears_minor, quote.merchant_minor) == (2444, 2444, 5750)
    done = give_back(part, 10000)
    assert done.shortfall_minor == 2444
    assert wallet(mall, user.account) == 7556 + 864  # the dividend is the member's
    assert (wallet(mall, "shop"), wallet(mall, "tea")) == (0, 0)


def test_slices_of_a_late_return_bring_no_more_than_one(mall: Mall) -> None:
    buyer(mall, points=10000)
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    mall.ledger.submit({"id": "day", "type": "close_day", "day": "2026-11-23"})
    slices = [give_back(part, amount) for amount in (3333, 3333, 3334)]
    back, short = sum(s.wallet_minor for s in slices), sum(s.shortfall_minor for s in slices)
    assert back == 10000 - short
    assert (wallet(mall, "shop"), wallet(mall, "tea")) == (0, 0)


def test_what_came_back_is_not_claimed_back_but_later_slices_wait_for_the_bound() -> None:
    """Of 500.00: the second slice's shortfall is more than its amount, so the bound sinks."""
    late: list[tuple[Return, Slice]] = []
    told = []
    for amount, shortfall in ((30000, 2028), (10000, 13000), (10000, 0)):
        worth = Slice(wallet_minor=amount)
        _, back = back_of(late, worth, shortfall)
        told.append(back)
        late.append((Return(wallet_minor=back, shortfall_minor=shortfall), worth))
    # 300.00 − 20.28; then 400.00 − 150.28 = 249.72 are less than that; then 500.00 − 150.28.
    assert told == [27972, 0, 34972 - 27972]


def test_an_operator_bears_a_shortfall_for_the_mall(mall: Mall) -> None:
    buyer(mall, points=10000)
    user, operator = buyer(mall, wallet=10000), mall.operator()
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    mall.ledger.submit({"id": "day", "type": "close_day", "day": "2026-11-23"})
    done = give_back(part, 10000, operator, bears=True)
    assert (done.wallet_minor, done.shop_bears, done.decided_by) == (10000, True, operator)
    assert (wallet(mall, "shop"), wallet(mall, "tea")) == (0, 0)


def test_a_merchant_bears_a_shortfall_from_its_own_wallet(mall: Mall) -> None:
    buyer(mall, points=10000)
    user, staff = buyer(mall, wallet=10000), mall.staff("tea")
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    mall.ledger.submit({"id": "day", "type": "close_day", "day": "2026-11-23"})
    with pytest.raises(Refused) as refused:
        give_back(part, 10000, staff, bears=True)
    assert refused.value.why is Why.MERCHANT_SHORT
    asked = part.returns.get()
    assert (asked.state, wallet(mall, "tea")) == ("asked", 5750)
    mall.ledger.submit({"id": "more", "type": "deposit", "account": "tea", "amount": 3000})
    returns.approve(asked, staff, returns.quote(part, 10000, True))
    assert wallet(mall, "tea") == 5750 + 3000 - 5750 - 2444


def test_a_stale_quote_is_refused_with_the_new_one(mall: Mall) -> None:
    buyer(mall, points=10000)
    user = buyer(mall, wallet=10000)
    part = overdue(bought(mall, user, 10000, Split(wallet=10000)))
    settling.settle_part(part)
    shown = returns.quote(part, 10000)
    mall.ledger.submit({"id": "day", "type": "close_day", "day": "2026-11-23"})
    asked = returns.ask(part, 10000)
    with pytest.raises(returns.StaleQuote) as stale:
        returns.approve(asked, None, shown)
    assert stale.value.new.shortfall_minor == 2444
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_what_a_provider_collected_goes_back_through_it_after_the_settlement(mall: Mall) -> None:
    user = buyer(mall)
    part = overdue(bought(mall, user, 10000, Split(provider=10000)))
    settling.settle_part(part)
    assert wallet(mall, "tea") == 5690
    asked = returns.ask(part, 10000)
    with pytest.raises(
        Refused
    ):  # the provider keeps its fee of 0.60, and the merchant answers for it
        returns.approve(asked, None, returns.quote(part, 10000))
    assert mall.ledger.submit({"id": "fee", "type": "deposit", "account": "tea", "amount": 60}).ok
    done = returns.approve(asked, None, returns.quote(part, 10000))
    assert (done.provider_minor, ChargeRefund.objects.get().amount_minor) == (10000, 10000)
    # The merchant's share left the program: the operator sends the whole back from outside.
    assert (wallet(mall, "shop"), wallet(mall, "tea"), wallet(mall, user.account)) == (0, 0, 0)


def test_one_return_at_a_time(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    returns.ask(part, 10)
    with pytest.raises(NotNow) as not_now:
        returns.ask(part, 10)
    assert not_now.value.why is Why.OPEN_RETURN


def test_an_open_return_holds_up_the_settlement_until_it_is_decided(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    asked = returns.ask(part, 10)
    overdue(part)
    assert not settling.settle_part(part)
    returns.refuse(asked, mall.operator(), "worn")
    assert settling.settle_part(part)


def test_what_the_mall_itself_sold_comes_back_from_its_own_account(mall: Mall) -> None:
    own = open_merchant(mall.shop, "shop", name_en="The mall", name_zh="商城")
    user = buyer(mall, wallet=10000, points=10000, credit=10000)
    tenders = Split(wallet=10000, credit=500, points=500)
    part = overdue(bought(mall, user, 11000, tenders, own.account))
    settling.settle_part(part)
    before = wallet(mall, user.account)
    quote = returns.quote(part, 11000)
    give_back(part, 11000)
    shop = mall.ledger.account("shop")
    assert shop is not None
    assert (shop.wallet, shop.credit) == (0, 0)
    assert wallet(mall, user.account) == before + quote.back.wallet_minor + 500 - 50  # its fee


def test_approving_twice_at_once_gives_back_once(mall: Mall) -> None:
    user = buyer(mall, wallet=100)
    part = bought(mall, user, 100, Split(wallet=100))
    asked = returns.ask(part, 60)
    quote = returns.quote(part, 60)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(in_thread, lambda: returns.approve(asked, None, quote)) for _ in "1234"]
    assert {run.result().state for run in runs} <= {"done", "approved"}
    asked.refresh_from_db()
    assert (asked.state, wallet(mall, user.account)) == ("done", 60)


def test_asking_after_the_window_does_not_stop_a_settlement_at_the_same_moment(mall: Mall) -> None:
    for _ in range(3):
        part = overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100)))
        with ThreadPoolExecutor(2) as pool:
            settled = pool.submit(in_thread, lambda: settling.settle_part(part))  # noqa: B023
            asked = pool.submit(in_thread, lambda: tried(part))  # noqa: B023
        assert settled.result()
        found = asked.result()
        assert found is None or found.is_late


def test_the_mall_gives_back_by_itself_what_it_owes(mall: Mall) -> None:
    user = buyer(mall, wallet=100)
    part = bought(mall, user, 200, Split(provider=100, wallet=100))
    done = returns.automatic(part, 100, "the top-up failed")
    assert (done.state, done.decided_by, done.wallet_minor, done.provider_minor) == (
        *("done", None),
        *(50, 50),
    )
    assert (wallet(mall, user.account), ChargeRefund.objects.get().state) == (50, "done")


def test_what_the_mall_owes_is_part_of_the_transaction_that_finds_it_out(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))

    def fails() -> None:
        with transaction.atomic():
            returns.automatic(part, 100, "the top-up failed")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert (Return.objects.count(), mall.ledger.settle()) == (0, 0)


def test_a_refused_return_cannot_be_approved(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    asked = returns.ask(part, 100)
    quote = returns.quote(part, 100)
    returns.refuse(asked, None, "no")
    with pytest.raises(NotNow) as not_now:
        returns.approve(asked, None, quote)
    assert not_now.value.why is Why.DECIDED


@pytest.mark.parametrize(("amount", "why"), [(-1, Why.TOO_LITTLE), (101, Why.TOO_MUCH)])
def test_no_more_comes_back_than_there_is(mall: Mall, amount: int, why: Why) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    with pytest.raises(NotNow) as not_now:
        returns.quote(part, amount)
    assert not_now.value.why is why


def test_nothing_of_no_goods_cannot_be_asked_back(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    with pytest.raises(NotNow):
        returns.ask(part, 0)
    assert not part.returns.exists()


def test_the_guard_holds_what_was_shown_until_the_ledger_decides(mall: Mall) -> None:
    buyer(mall, points=10000)
    part = overdue(bought(mall, buyer(mall, wallet=10000), 10000, Split(wallet=10000)))
    settling.settle_part(part)
    asked, shown = returns.ask(part, 10000), returns.quote(part, 10000)
    with transaction.atomic():  # somebody was faster: the day will be closed before
        mall.ledger.enqueue({"id": "day", "type": "close_day", "day": "2026-11-23"})
    with pytest.raises(returns.StaleQuote) as stale:
        returns.approve(asked, None, shown)
    asked.refresh_from_db()
    assert (asked.state, stale.value.new.shortfall_minor) == ("asked", 2444)


def in_thread(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connection.close()


def tried(part: Part) -> Return | None:
    try:
        return returns.ask(part, 10)
    except NotNow:
        return None


def test_a_fen_at_a_time_brings_no_more_than_the_whole(mall: Mall) -> None:
    """The points are sold: 30 fen cannot be fetched back, so of the whole 70 come back.

    Of ninety fens, one at a time, 27 cannot and 63 come back; the last ten lack two each, for the
    quota was drawn on, and bring nothing. Slices never bring more than the whole, here less.
    """
    Shop.objects.update(return_least_bps=0, returns_most=100)
    buyer(mall, points=10000)
    user = buyer(mall, wallet=100)
    part = overdue(bought(mall, user, 100, Split(wallet=100)))
    settling.settle_part(part)
    account = user.account
    mall.ledger.submit({"id": "rich", "type": "deposit", "account": "tea", "amount": 1000})
    mall.ledger.submit({"id": "all", "type": "redeem", "account": account, "points": "all"})
    before = wallet(mall, account)
    whole = returns.quote(part, 100)
    slices = [give_back(part, 1) for _ in range(100)]
    short = [one.shortfall_minor for one in slices]
    assert (sum(short[:90]), short[90:]) == (27, [2] * 10)
    assert wallet(mall, account) - before == 63 < whole.back.total_minor == 70
    assert wallet(mall, "shop") == 0
