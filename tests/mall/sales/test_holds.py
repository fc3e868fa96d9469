"""Asking for a return costs nothing, so it stops nobody's money for longer than is written down."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, overdue, wallet
from tests.mall.stage import Mall
from tongbao.mall.sales import receiving, returns, settling
from tongbao.mall.sales.models import Part, Return
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.refusals import NotNow, Why

DAYS = timedelta(days=1)


def received(mall: Mall, days_ago: int = 0, total: int = 50_000) -> Part:
    """Buy for so much from the wallet, received so long ago; the window is 7 days."""
    part = bought(mall, buyer(mall, wallet=total), total, Split(wallet=total))
    return receiving.receive(part, timezone.now() - days_ago * DAYS)


def state(part: Part) -> str:
    return Part.objects.get(pk=part.pk).state


def settle(in_days: float) -> None:
    settling.settle_due(timezone.now() + in_days * DAYS)


def asked_of(client: Client, part: Part, amount: str) -> Return | None:
    """Ask by the pages, as a shopper does; return the return, if one was written down."""
    address = f"/orders/{part.sale.number}/parts/{part.pk}/return/"
    page = client.post(address, {"amount": amount}).content.decode()
    shown = dict(re.findall(r'name="(back|shortfall|points)" value="(\d+)"', page))
    client.post(address, {"amount": amount, "ask": "1", **shown})
    return part.returns.filter(state="asked").first()


def test_a_return_asked_after_the_window_holds_nothing_and_goes_on_as_a_late_one(
    mall: Mall,
) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=50_000), 50_000, Split(wallet=50_000)))
    asked = returns.ask(part, 10_000)
    settle(0)
    assert state(part) == "settled"
    # 150.00 to the reserve, 52.50 dividends of a profit of 175.00, 10.00 to the platform.
    assert wallet(mall, "tea") == 28_750
    asked.refresh_from_db()
    part.refresh_from_db()
    done = returns.approve(asked, None, returns.quote(part, 10_000))
    assert (done.state, done.is_late) == ("done", True)


def test_by_the_pages_an_overdue_part_is_settled_before_a_return_of_it_is_shown(mall: Mall) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=50_000), 50_000, Split(wallet=50_000)))
    asked = asked_of(mall.client(part.sale.user), part, "100.00")
    assert state(part) == "settled"
    assert asked is not None
    assert asked.is_late


def test_approving_a_return_that_holds_nothing_settles_its_due_part_first(mall: Mall) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=50_000), 50_000, Split(wallet=50_000)))
    asked, shown = returns.ask(part, 10_000), returns.quote(part, 10_000)
    with pytest.raises(returns.StaleQuote) as stale:
        returns.approve(asked, None, shown)
    assert stale.value.new.is_late
    assert state(part) == "settled"


def test_after_a_refusal_asking_again_holds_nothing(mall: Mall) -> None:
    part = received(mall)
    returns.refuse(returns.ask(part, 10_000), mall.staff("tea"), "no")
    again = returns.ask(part, 10_000)
    settle(8)
    assert state(part) == "settled"
    again.refresh_from_db()
    assert again.state == "asked"


def test_a_refused_return_of_other_goods_of_the_part_counts_as_a_refusal(mall: Mall) -> None:
    part = received(mall)
    returns.refuse(returns.ask(part, 10_000), mall.operator(), "no")
    returns.ask(part, 20_000)
    settle(8)
    assert state(part) == "settled"


def test_asked_in_time_it_holds_until_it_is_decided(mall: Mall) -> None:
    part = received(mall)
    asked = returns.ask(part, 10_000)
    settle(8)
    assert state(part) == "received"
    returns.refuse(asked, mall.staff("tea"), "no")
    settle(8)
    assert state(part) == "settled"


def test_taken_back_by_the_shopper_and_asked_again_in_time_it_still_holds(mall: Mall) -> None:
    part = received(mall)
    returns.refuse(returns.ask(part, 10_000), part.sale.user)
    again = returns.ask(part, 20_000)
    settle(8)
    assert (state(part), again.holds) == ("received", True)


def test_taken_back_and_asked_again_after_the_window_it_holds_nothing(mall: Mall) -> None:
    part = received(mall, days_ago=6)
    returns.refuse(returns.ask(part, 10_000), part.sale.user)
    part.due_at = timezone.now() - timedelta(seconds=1)
    part.save()
    returns.ask(part, 10_000)
    settle(0)
    assert state(part) == "settled"


def test_what_nobody_answers_is_approved_after_twice_the_answering_days(mall: Mall) -> None:
    part = received(mall)
    asked = returns.ask(part, 10_000)
    settle(13.9)
    assert state(part) == "received"
    settle(14.1)
    asked.refresh_from_db()
    assert (asked.state, asked.wallet_minor, asked.decided_by) == ("done", 10_000, None)
    assert wallet(mall, part.sale.user.account) == 10_000
    assert state(part) == "settled"
    assert Part.objects.get().settled_minor == 40_000


def test_asked_before_the_goods_were_sent_silence_gives_the_money_back(mall: Mall) -> None:
    part = bought(mall, buyer(mall, wallet=50_000), 50_000, Split(wallet=50_000))
    returns.ask(part, 50_000)
    settle(14.1)
    assert wallet(mall, part.sale.user.account) == 50_000
    assert state(part) == "returned"


def test_a_late_return_that_nobody_answers_is_closed_and_may_be_asked_again(mall: Mall) -> None:
    part = overdue(bought(mall, buyer(mall, wallet=50_000), 50_000, Split(wallet=50_000)))
    settle(0)
    asked = returns.ask(Part.objects.get(), 10_000)
    settle(14.1)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("refused", None)
    assert asked.answer == "Nobody answered in time, so this return is closed. You can ask again."
    assert returns.ask(Part.objects.get(), 10_000).state == "asked"
    assert part.pk


def test_deciding_is_done_once_however_often_it_is_tried(mall: Mall) -> None:
    part = received(mall)
    returns.ask(part, 10_000)
    for _ in range(3):
        settle(14.1)
    assert wallet(mall, part.sale.user.account) == 10_000
    assert Return.objects.count() == 1


def test_whatever_a_shopper_asks_for_a_part_settles_by_the_written_bound(mall: Mall) -> None:
    """She asks again whenever she can, and nobody ever answers."""
    part = received(mall)
    due = part.due_at
    assert due is not None
    with_time = _Clock()
    for half_days in range(100):
        with_time.now = timezone.now() + half_days * DAYS / 2
        row = Part.objects.get()
        if row.state == "received" and not row.returns.filter(state="asked").exists():
            with_time.ask(row)
        settling.settle_due(with_time.now)
        if state(part) == "settled":
            break
    assert state(part) == "settled"
    assert with_time.now <= due + 14.5 * DAYS


class _Clock:
    """Asks for returns as at another time."""

    now: datetime

    def ask(self, part: Part) -> None:
        asked = returns.ask(part, part.total_minor // 50)
        moved = self.now - timezone.now()
        inside = part.due_at is not None and self.now < part.due_at
        asked.answer_by = asked.answer_by and asked.answer_by + moved
        asked.decide_by = asked.decide_by and asked.decide_by + moved
        asked.holds = asked.holds and inside
        asked.save()


def test_an_amount_is_at_least_a_hundredth_of_the_part(mall: Mall) -> None:
    part = received(mall, total=50_001)
    with pytest.raises(NotNow) as error:
        returns.ask(part, 500)  # 5.0001, rounded up, is 5.01
    assert error.value.why == Why.BELOW_LEAST
    assert returns.ask(part, 501).amount_minor == 501


def test_all_that_is_left_is_always_enough(mall: Mall) -> None:
    part = received(mall)
    returns.approve(returns.ask(part, 49_900), None, returns.quote(part, 49_900))
    assert returns.ask(part, 100).amount_minor == 100


@pytest.mark.parametrize("how", ["refused", "taken back", "approved"])
def test_a_part_has_so_many_returns_and_no_more(mall: Mall, how: str) -> None:
    part, staff = received(mall), mall.staff("tea")
    for _ in range(5):
        asked = returns.ask(part, 500)
        if how == "approved":
            returns.approve(asked, None, returns.quote(part, 500))
        else:
            returns.refuse(asked, staff if how == "refused" else part.sale.user)
    with pytest.raises(NotNow) as error:
        returns.ask(part, 500)
    assert error.value.why == Why.TOO_OFTEN


def test_the_page_says_the_least_and_how_often_before_one_asks(mall: Mall) -> None:
    part = received(mall)
    client = mall.client(part.sale.user)
    page = client.get(f"/orders/{part.sale.number}/parts/{part.pk}/return/").content.decode()
    assert "¥5.00" in page
    assert "5 more times" in page
    assert asked_of(client, part, "4.99") is None
    assert asked_of(client, part, "5.00") is not None


def test_the_operator_sees_what_a_merchant_has_not_answered(mall: Mall) -> None:
    part = received(mall)
    asked = returns.ask(part, 10_000)
    client = mall.client(mall.operator())
    assert part.sale.number not in client.get("/desk/unanswered/").content.decode()
    asked.answer_by = timezone.now() - timedelta(seconds=1)
    asked.save()
    page = client.get("/desk/unanswered/").content.decode()
    assert part.sale.number in page
    assert f"/desk/tea/returns/{asked.pk}/" in page
    assert mall.client(mall.staff("tea")).get("/desk/unanswered/").status_code == 404
