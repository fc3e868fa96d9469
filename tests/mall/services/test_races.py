"""Two at the same time: a voucher is used once, a bill is paid once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from tests.mall.checkout.way import rich
from tests.mall.services.goods import bought, offer
from tests.mall.stage import Mall
from tongbao.mall.instore import codes, till
from tongbao.mall.instore.models import Bill
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.services import vouchers
from tongbao.mall.services.models import Voucher

_AT_ONCE = 4


@pytest.fixture(params=["mall", "mall_on_postgresql"])
def either(request: pytest.FixtureRequest) -> Mall:
    found: Mall = request.getfixturevalue(request.param)
    return found


def at_once(deed: Callable[[int], object]) -> list[object]:
    """Do it in several threads that begin together; return what each gave or raised."""
    barrier = Barrier(_AT_ONCE)

    def one(number: int) -> object:
        barrier.wait()
        try:
            return deed(number)
        except (vouchers.NotUsable, till.NotPayable) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, range(_AT_ONCE)))


def test_a_voucher_is_used_by_one_of_many_at_once(either: Mall) -> None:
    mall = either
    offer(mall, "voucher", "dinner", "88.00")
    voucher = Voucher.objects.get(part__sale=bought(mall, "dinner"))
    staff = mall.staff("tea")
    answers = at_once(lambda _: vouchers.use(voucher, staff))
    assert sum(isinstance(one, Voucher) for one in answers) == 1


def test_a_bill_is_paid_by_one_of_many_at_once(either: Mall) -> None:
    mall = either
    code, shop = codes.make(mall.merchant("tea"), "Counter 1"), mall.shop
    bill = Bill.objects.create(code=code, amount_minor=1000, key="b", created_by=mall.staff("tea"))
    users = [rich(mall) for _ in range(_AT_ONCE)]

    def pay(number: int) -> Sale:
        wish = till.Wish(f"form-{number}", 1000, Split(wallet=1000))
        return till.pay(shop, users[number], code, bill, wish)

    answers = at_once(pay)
    assert sum(isinstance(one, Sale) for one in answers) == 1
    assert Sale.objects.filter(state=Sale.State.PAID).count() == 1


def test_one_form_in_two_tabs_is_one_payment(either: Mall) -> None:
    mall = either
    code, shop, user = codes.make(mall.merchant("tea"), "Counter 1"), mall.shop, rich(mall)
    wish = till.Wish("the-form", 1000, Split(wallet=1000))
    answers = at_once(lambda _: till.pay(shop, user, code, None, wish).number)
    assert len(set(answers)) == 1
    assert Sale.objects.filter(state=Sale.State.PAID).count() == 1
