"""An order survives a declined card: paid again, by another provider, twice by mistake, or not at all."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.checkout.way import pay, put, rich
from tests.mall.crowd import at_once
from tests.mall.sales.buying import buyer, placed, wallet
from tests.mall.services.goods import offer
from tests.mall.stage import Mall
from tongbao.mall.paying import bank, charges
from tongbao.mall.paying.models import Charge, ChargeRefund, SandboxRefund
from tongbao.mall.paying.sandbox import Sandbox
from tongbao.mall.people.models import User
from tongbao.mall.sales import attempts, cancelling, placing
from tongbao.mall.sales.models import Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.refusals import NotNow, Why

Basket = get_model("basket", "Basket")


class OtherSandbox(Sandbox):
    """A second provider, of the same bank."""

    code = "other"

    @property
    def label(self) -> str:
        """Its name."""
        return "Other card"


@pytest.fixture(autouse=True)
def _two_providers(request: pytest.FixtureRequest) -> Iterator[None]:
    request.getfixturevalue("any_mall" if "any_mall" in request.fixturenames else "mall")
    names = [f"{OtherSandbox.__module__}.OtherSandbox"]
    with override_settings(MALL_PAYMENT_PROVIDERS=["tongbao.mall.paying.sandbox.Sandbox", *names]):
        yield


def ordered(mall: Mall, user: User, upc: str = "tea-1", quantity: int = 1, **options: str) -> Sale:
    """Order through the pages, all of it to be paid by the sandbox."""
    client = mall.client(user)
    put(client, mall, upc, quantity, **options)
    assert pay(client, provider="sandbox").status_code == 302
    return Sale.objects.filter(user=user).latest("pk")


def waiting(mall: Mall, tenders: Split | None = None) -> Sale:
    """Place a sale of 10.00 and open the provider's page."""
    sale = placed(mall, buyer(mall, wallet=1_000), {"tea": 1_000}, tenders or Split(provider=1_000))
    charges.page(charge_of(sale))
    return sale


def charge_of(sale: Sale) -> Charge:
    sale.refresh_from_db()
    assert sale.charge is not None
    return sale.charge


def decline(charge: Charge) -> None:
    charges.page(charge)
    bank.fail(charge.pk)
    assert bank.deliver_due() == [200]


def confirm(charge: Charge) -> None:
    charges.page(charge)
    bank.pay(charge.pk)
    assert bank.deliver_due() == [200]


def in_basket(mall: Mall, user: User) -> dict[str, int]:
    """Return what is in the shopper's basket, as its page counts it."""
    mall.client(user).get("/basket/")
    (basket,) = Basket.objects.filter(owner=user, status="Open")
    return {line.product.upc: line.quantity for line in basket.lines.all()}


def states(sale: Sale) -> list[tuple[str, str]]:
    rows = charges.attempts("sale", sale.number)
    return [(str(one.state), str(one.trouble)) for one in rows]


def test_a_declined_order_waits_and_is_paid_at_the_second_try(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user)
    client = mall.client(user)
    first = charge_of(sale)
    decline(first)
    back = client.get(f"/pay/back/{first.pk}/").content.decode()
    assert "you were not charged" in back
    assert "Pay again" in back
    page = client.get(f"/orders/{sale.number}/").content.decode()
    assert "The last payment did not go through" in page
    assert re.search(r"Pay by \d{4}-\d\d-\d\d \d\d:\d\d: (29|30) minutes left", page)
    assert re.findall(r'name="provider" value="(\w+)"', page) == ["sandbox", "other"]
    assert in_basket(mall, user) == {}  # its goods are the order's
    answer = client.post(f"/orders/{sale.number}/pay/", {"provider": "sandbox"})
    second = charge_of(sale)
    assert second.attempt == 2
    assert f"/pay/sandbox/{second.pk}/" in answer.headers["Location"]
    confirm(second)
    sale.refresh_from_db()
    assert (sale.state, states(sale)) == ("paid", [("failed", ""), ("confirmed", "")])
    assert not ChargeRefund.objects.exists()
    assert reconcile(timezone.now()) == []
    assert in_basket(mall, user) == {}


def test_a_card_that_fails_first_and_then_pays_on_the_same_page_pays(mall: Mall) -> None:
    sale = waiting(mall)
    decline(charge_of(sale))
    bank.pay(charge_of(sale).pk)
    assert bank.deliver_due() == [200]
    sale.refresh_from_db()
    assert (sale.state, states(sale)) == ("paid", [("confirmed", "")])
    assert not ChargeRefund.objects.exists()


def test_paying_in_another_way_gives_the_first_one_up(mall: Mall) -> None:
    sale = waiting(mall, Split(provider=600, wallet=400))
    first = charge_of(sale)
    second = attempts.begin(sale, "other")
    assert (second.provider, second.amount_minor, second.attempt) == ("other", 600, 2)
    assert states(sale) == [("failed", ""), ("started", "")]
    confirm(second)
    confirm(first)  # on the page that was still open: all of it goes back, once
    for _ in "12":
        charges.ask(first)
        reconcile(timezone.now())
    assert states(sale) == [("failed", "late"), ("confirmed", "")]
    (back,) = SandboxRefund.objects.all()
    assert (back.amount_minor, back.payment.charge) == (600, first.pk)
    sale.refresh_from_db()
    assert (sale.state, wallet(mall, "shop")) == ("paid", 400)
    assert reconcile(timezone.now()) == []
    page = mall.client(sale.user).get(f"/orders/{sale.number}/").content.decode()
    assert "Refunded through the payment provider" in page


def test_an_older_try_that_is_paid_while_a_newer_is_open_pays_the_order(mall: Mall) -> None:
    sale = waiting(mall)
    first = charge_of(sale)
    second = attempts.begin(sale, "other")
    charges.page(second)
    confirm(first)
    assert charge_of(sale) == first
    assert (sale.state, states(sale)) == ("paid", [("confirmed", ""), ("failed", "")])
    assert not ChargeRefund.objects.exists()
    confirm(second)
    (back,) = SandboxRefund.objects.all()
    assert (back.amount_minor, back.payment.charge) == (1_000, second.pk)
    assert states(sale) == [("confirmed", ""), ("failed", "late")]
    assert reconcile(timezone.now()) == []


def test_a_first_try_that_was_paid_unheard_is_asked_about_before_a_second(mall: Mall) -> None:
    sale = waiting(mall)
    bank.pay(charge_of(sale).pk, callback=False)
    with pytest.raises(NotNow) as paid:
        attempts.begin(sale, "other")
    assert paid.value.why is Why.NOTHING_TO_PAY
    sale.refresh_from_db()
    assert (sale.state, Charge.objects.count()) == ("paid", 1)


def test_two_tabs_that_pay_again_begin_one_try(any_mall: Mall) -> None:
    sale = waiting(any_mall)
    decline(charge_of(sale))
    begun = at_once([lambda: attempts.begin(sale, "sandbox").pk for _ in range(4)])
    assert len(set(begun)) == 1
    assert states(sale) == [("failed", ""), ("started", "")]


def test_two_tries_that_are_confirmed_at_once_pay_once(any_mall: Mall) -> None:
    for _ in range(4):
        sale = waiting(any_mall, Split(provider=600, wallet=400))
        first = charge_of(sale)
        second = attempts.begin(sale, "other")
        charges.page(second)
        for one in (first, second):
            bank.pay(one.pk, callback=False)
        at_once([lambda one=one: charges.ask(one) for one in (first, second, first)])  # type: ignore[misc]  # a default binds it
        for one in (first, second):
            charges.ask(one)
        placing.finish(sale)
        sale.refresh_from_db()
        assert sale.state == "paid"
        assert sorted(states(sale)) == [("confirmed", ""), ("failed", "late")]
        assert charge_of(sale).state == "confirmed"
        backs = SandboxRefund.objects.filter(payment__charge__in=[first.pk, second.pk])
        assert [one.amount_minor for one in backs] == [600]
    assert reconcile(timezone.now()) == []


def test_a_try_and_an_older_confirmation_at_once_leave_one_payment(any_mall: Mall) -> None:
    for _ in range(4):
        sale = waiting(any_mall)
        first = charge_of(sale)
        decline(first)
        bank.pay(first.pk, callback=False)

        def again(sale: Sale = sale) -> object:
            try:
                return attempts.begin(sale, "other")
            except NotNow as error:
                return error.why

        def hear(first: Charge = first) -> object:
            return charges.ask(first)

        works: list[Callable[[], object]] = [again, hear, again]
        at_once(works)
        charges.ask(first)
        placing.finish(sale)
        sale.refresh_from_db()
        assert (sale.state, charge_of(sale)) == ("paid", first)
        assert {one for one, _ in states(sale)[1:]} <= {"failed"}
        assert not ChargeRefund.objects.exists()


def test_once_its_time_is_up_an_order_is_not_paid_any_more_and_the_basket_comes_back(
    mall: Mall,
) -> None:
    user = rich(mall)
    sale = ordered(mall, user, quantity=3)
    decline(charge_of(sale))
    client = mall.client(user)
    put(client, mall, "tea-1", 1)  # meanwhile: the same again, and something else
    put(client, mall, "wine-1", 1)
    Sale.objects.update(pay_by=timezone.now() - timedelta(minutes=1))
    page = client.post(f"/orders/{sale.number}/pay/", {"provider": "other"}, follow=True)
    assert "The time to pay for this order is over" in page.content.decode()
    assert Charge.objects.count() == 1
    assert cancelling.expire_due(timezone.now()) == 1
    assert in_basket(mall, user) == {"tea-1": 3, "wine-1": 1}
    page = client.get(f"/orders/{sale.number}/")
    assert "You were not charged." in page.content.decode()
    assert "points" not in re.findall(r'<div class="alert.*?</div></div>', page.content.decode())[0]
    assert "what you chose is back in your basket" in client.get("/messages/").content.decode()
    # A payment that comes now goes back.
    confirm(Charge.objects.get())
    assert [one.amount_minor for one in SandboxRefund.objects.all()] == [sale.provider_minor]
    sale.refresh_from_db()
    assert sale.state == "cancelled"


def test_what_was_ordered_again_meanwhile_does_not_come_back(mall: Mall) -> None:
    user = rich(mall)
    sale = ordered(mall, user, quantity=3)
    decline(charge_of(sale))
    client = mall.client(user)
    client.post(f"/orders/{sale.number}/again/")
    assert pay(client, wallet="30.00").status_code == 302
    assert cancelling.cancel(sale, "shopper")
    assert in_basket(mall, user) == {}


def test_an_order_that_is_cancelled_unpaid_gives_its_basket_back_with_what_was_chosen(
    mall: Mall,
) -> None:
    with override_settings(MALL_TOPUP_PROVIDERS=["tongbao.mall.services.sandbox.Sandbox"]):
        user = rich(mall)
        offer(mall, "topup", "phone", "10.00", topup_kind="phone")
        sale = ordered(mall, user, "phone", target="13800138000")
        client = mall.client(user)
        page = client.post(f"/orders/{sale.number}/cancel/", follow=True).content.decode()
        assert "What you chose is back in your basket." in page
        assert in_basket(mall, user) == {"phone": 1}
        assert "13800138000" in client.get("/basket/").content.decode()


def test_what_a_provider_holds_wrongly_is_not_paid_again(mall: Mall) -> None:
    sale = waiting(mall)
    bank.pay(charge_of(sale).pk, amount_minor=999)
    bank.deliver_due()
    with pytest.raises(NotNow):
        attempts.begin(sale, "other")
    charges.send_back(charge_of(sale))
    sale.refresh_from_db()
    assert sale.state == "pending"
    confirm(attempts.begin(sale, "other"))
    sale.refresh_from_db()
    assert sale.state == "paid"


def test_an_order_is_tried_so_often_and_no_more(mall: Mall) -> None:
    sale = waiting(mall)
    for _ in range(attempts.MOST - 1):
        decline(charge_of(sale))
        attempts.begin(sale, "sandbox")
    decline(charge_of(sale))
    with pytest.raises(NotNow) as error:
        attempts.begin(sale, "sandbox")
    assert error.value.why is Why.TOO_MANY_ATTEMPTS


def test_the_reconciler_finds_that_an_older_try_was_paid(mall: Mall) -> None:
    sale = waiting(mall)
    first = charge_of(sale)
    second = attempts.begin(sale, "other")
    charges.page(second)
    bank.pay(first.pk, callback=False)
    assert [one.is_repaired for one in reconcile(timezone.now())] == [True]
    sale.refresh_from_db()
    assert (sale.state, charge_of(sale)) == ("paid", first)
    assert reconcile(timezone.now()) == []


def test_before_an_order_expires_every_try_is_asked_about(mall: Mall) -> None:
    sale = waiting(mall)
    first = charge_of(sale)
    attempts.begin(sale, "other")
    bank.pay(first.pk, callback=False)
    cancelling.expire_due(timezone.now() + timedelta(minutes=31))
    sale.refresh_from_db()
    assert (sale.state, charge_of(sale)) == ("paid", first)
