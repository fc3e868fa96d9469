"""What was had does not come back because nobody answered: vouchers that were used, top-ups delivered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.mall.sales.buying import wallet
from tests.mall.services.goods import SANDBOX, bought, offer
from tests.mall.stage import Mall
from tongbao.mall.sales import returns, unanswered
from tongbao.mall.sales.models import Return, Sale
from tongbao.mall.services import vouchers


def had_twice(mall: Mall, kind: str) -> Sale:
    """Let somebody buy two for 100.00 each, and have both."""
    if kind == "topup":
        offer(mall, "topup", "x", "100.00", topup_kind="phone")
        with SANDBOX:
            return bought(mall, "x", 2, target="13800138000")
    offer(mall, "voucher", "x", "100.00")
    sale = bought(mall, "x", 2)
    for voucher in sale.parts.get().vouchers.all():
        vouchers.use(voucher, mall.staff("tea"))
    return sale


@pytest.mark.parametrize("kind", ["topup", "voucher"])
@pytest.mark.parametrize("amount", [20_000, 10_000, 200])
def test_silence_brings_back_nothing_that_was_had(mall: Mall, kind: str, amount: int) -> None:
    sale = had_twice(mall, kind)
    asked = returns.ask(sale.parts.get(), amount)
    before = wallet(mall, sale.user.account)
    assert not asked.holds  # the merchant's money does not wait for it
    assert unanswered.decide(timezone.now() + timedelta(days=15)) == 1
    asked.refresh_from_db()
    assert asked.state == Return.State.REFUSED
    assert wallet(mall, sale.user.account) == before


def test_a_merchant_may_still_choose_to_give_it_back(mall: Mall) -> None:
    sale = had_twice(mall, "voucher")
    asked = returns.ask(sale.parts.get(), 10_000)
    before = wallet(mall, sale.user.account)
    done = returns.approve(asked, mall.staff("tea"), returns.quote(asked.part, 10_000))
    assert done.state == Return.State.DONE
    assert wallet(mall, sale.user.account) == before + 10_000


def test_goods_beside_a_used_voucher_come_back_by_silence(mall: Mall) -> None:
    offer(mall, "voucher", "x", "100.00")
    sale = bought(mall, "x", also="tea-1", together=True)
    part = sale.parts.get()
    vouchers.use(part.vouchers.get(), mall.staff("tea"))
    asked = returns.ask(part, 10_000)  # the teapot's worth
    assert asked.holds
    before = wallet(mall, sale.user.account)
    assert unanswered.decide(timezone.now() + timedelta(days=15)) == 1
    assert wallet(mall, sale.user.account) == before + 10_000
