"""Placing sales and paying them: inside the program, by a provider, and both."""

from itertools import count

import pytest
from django.db import transaction

from tests.mall.sales.buying import buyer
from tests.mall.stage import Mall
from tongbao.mall.notices.models import Notice
from tongbao.mall.paying import bank, charges, providers
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.people.models import User
from tongbao.mall.sales import placing
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.sales.placing import Draft, Split

_numbers = count(1)


def place(
    mall: Mall, user: User, tenders: Split, *, number: str = "", tea: int = 0, wine: int = 0
) -> Sale:
    """Place a sale of so much tea and wine; by default all that is tendered is for tea."""
    totals = {"tea": tea or tenders.total - wine, "wine": wine}
    drafts = [Draft(mall.merchant(name), total) for name, total in totals.items() if total]
    with transaction.atomic():
        return placing.place(
            mall.shop,
            user,
            number or f"P{next(_numbers)}",
            drafts,
            tenders,
            provider="sandbox" if tenders.provider else "",
        )


def wallet_of(mall: Mall, account: str) -> int:
    """Return what is in an account's wallet."""
    found = mall.ledger.account(account)
    assert found is not None
    return found.wallet


def paid_at_provider(sale: Sale) -> Sale:
    """Go to the provider's page, pay there, and let the callback come."""
    assert sale.charge is not None
    charges.page(sale.charge)
    bank.pay(sale.charge.pk)
    assert bank.deliver_due() == [200]
    return Sale.objects.get(pk=sale.pk)


def test_a_sale_from_the_wallet_is_paid_when_the_ledger_has_booked_it(mall: Mall) -> None:
    user = buyer(mall, wallet=10_000)
    sale = place(mall, user, Split(wallet=4_000))
    assert (sale.state, wallet_of(mall, user.account)) == ("pending", 10_000)
    sale = placing.finish(sale)
    assert sale.state == "paid"
    assert wallet_of(mall, user.account) == 6_000
    assert wallet_of(mall, "shop") == 4_000


def test_tenders_are_divided_over_the_merchants_parts(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    sale = place(mall, user, Split(provider=10_000, wallet=5_000), tea=9_000, wine=6_000)
    shown = {
        part.merchant.account: (part.provider_minor, part.wallet_minor, part.profit_minor)
        for part in sale.parts.select_related("merchant")
    }
    # 100.00 by 90:60, the wallet fills up; a profit of 35 % of all of it.
    assert shown == {"tea": (6_000, 3_000, 3_150), "wine": (4_000, 2_000, 2_100)}


def test_what_is_paid_inside_waits_for_the_providers_part(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    sale = placing.finish(place(mall, user, Split(provider=1_000, wallet=5_000)))
    assert sale.state == "pending"
    mall.ledger.settle()
    assert wallet_of(mall, user.account) == 5_000
    sale = paid_at_provider(sale)
    assert sale.state == "paid"
    assert wallet_of(mall, user.account) == 0


def test_a_sale_paid_in_every_way_keeps_what_the_points_cost(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000, credit=40_000, points=40_000)
    before = mall.ledger.account(user.account)
    assert before is not None
    most = placing.most(mall.shop, user)
    sale = place(mall, user, Split(1_000, 3_000, 2_000, 4_000))
    sale = paid_at_provider(sale)
    assert sale.state == "paid"
    after = mall.ledger.account(user.account)
    assert after is not None
    assert after.wallet == 0
    assert after.credit == before.credit - 2_000
    assert sale.spent_points == before.points - after.points
    assert sale.goods_fee_minor == 400  # 10 % of 40.00
    assert wallet_of(mall, "shop") == 3_000 + 4_000 - 400
    assert placing.most(mall.shop, user).points < most.points - 4_000 + 200


def test_only_money_counts_as_paid(mall: Mall) -> None:
    user = buyer(mall, wallet=3_000, points=90_000)
    sale = placing.finish(place(mall, user, Split(wallet=3_000, points=4_000)))
    part = sale.parts.get()
    assert (part.paid_minor, part.profit_minor) == (3_000, 1_050)
    # 21 % of the 30.00, as points at today's price.
    figures = mall.ledger.standing().figures
    assert part.estimate_atoms == 630 * figures.supply // figures.reserve


def test_a_group_that_is_refused_cancels_and_sends_the_providers_part_back(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    sale = place(mall, user, Split(provider=1_000, wallet=5_000))
    # Another tab spends the wallet meanwhile.
    assert placing.finish(place(mall, user, Split(wallet=1))).state == "paid"
    sale = paid_at_provider(sale)
    assert (sale.state, sale.why_cancelled) == ("cancelled", "insufficient_funds")
    assert wallet_of(mall, user.account) == 4_999
    refund = ChargeRefund.objects.get()
    assert (refund.amount_minor, refund.state) == (1_000, "done")
    assert list(sale.parts.values_list("state", flat=True)) == ["cancelled"]


def test_a_frozen_members_sale_is_cancelled(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    sale = place(mall, user, Split(wallet=5_000))
    mall.ledger.freeze(user.account, who="operator", why="asked")
    sale = placing.finish(sale)
    assert (sale.state, sale.why_cancelled) == ("cancelled", "frozen")
    assert wallet_of(mall, user.account) == 5_000


def test_while_the_program_is_paused_a_sale_waits_and_is_booked_afterwards(mall: Mall) -> None:
    from tongbao.ledger import programs  # noqa: PLC0415

    user = buyer(mall, wallet=5_000)
    programs.pause("test")
    sale = placing.finish(place(mall, user, Split(wallet=5_000)))
    assert sale.state == "pending"
    programs.launch("test")
    assert placing.finish(sale).state == "paid"


def test_the_same_sale_placed_again_is_the_first(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    first = placing.finish(place(mall, user, Split(wallet=5_000), number="N1"))
    again = placing.finish(place(mall, user, Split(wallet=5_000), number="N1"))
    assert (again.pk, again.state) == (first.pk, "paid")
    assert wallet_of(mall, "shop") == 5_000


def test_a_number_that_is_another_sales_is_refused(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    place(mall, user, Split(wallet=3_000), number="N1")
    with pytest.raises(placing.NumberTaken):
        place(mall, user, Split(wallet=2_000), number="N1")
    with pytest.raises(placing.NumberTaken):
        place(mall, buyer(mall), Split(wallet=3_000), number="N1")


def test_a_sale_for_nothing_is_paid_at_once(mall: Mall) -> None:
    user = buyer(mall)
    with transaction.atomic():
        sale = placing.place(mall.shop, user, "N1", [Draft(mall.merchant(), 0)], Split())
    assert placing.finish(sale).state == "paid"


def test_what_is_bought_in_person_is_received_when_it_is_paid(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    with transaction.atomic():
        drafts = [Draft(mall.merchant(), 5_000)]
        sale = placing.place(mall.shop, user, "N1", drafts, Split(wallet=5_000), immediate=True)
    sale = placing.finish(sale)
    part = sale.parts.get()
    assert (part.state, part.received_at) == (Part.State.RECEIVED, sale.paid_at)
    assert part.due_at is not None
    assert sale.paid_at is not None
    assert (part.due_at - sale.paid_at).days == 7


def test_a_payment_in_person_is_told_with_the_merchants_name(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    placing.finish(place(mall, user, Split(wallet=5_000)))
    notice = Notice.objects.get(user=user)
    assert (notice.kind, notice.facts["merchant"]) == ("paid_in_person", "茶铺")


def test_being_paid_is_told_once(mall: Mall) -> None:
    user = buyer(mall, wallet=5_000)
    sale = place(mall, user, Split(wallet=5_000))
    placing.finish(placing.finish(sale))
    assert Notice.objects.filter(user=user, facts__sale=sale.number).count() == 1


@pytest.mark.parametrize(
    ("totals", "tenders", "provider"),
    [
        ([5], Split(wallet=4), ""),
        ([5], Split(wallet=6, credit=-1), ""),
        ([-1, 6], Split(wallet=5), ""),
        ([], Split(), ""),
        ([5], Split(provider=5), ""),
        ([5], Split(wallet=5), "sandbox"),
    ],
)
def test_amounts_that_do_not_fit_are_refused(
    mall: Mall, totals: list[int], tenders: Split, provider: str
) -> None:
    user = buyer(mall)
    names = ["tea", "wine"]
    drafts = [Draft(mall.merchant(name), total) for name, total in zip(names, totals, strict=False)]
    with pytest.raises(ValueError, match=r"differ|provider"), transaction.atomic():
        placing.place(mall.shop, user, "N1", drafts, tenders, provider=provider)
    assert not Sale.objects.exists()


def test_a_merchant_has_one_part(mall: Mall) -> None:
    user = buyer(mall)
    drafts = [Draft(mall.merchant(), 2), Draft(mall.merchant(), 3)]
    with pytest.raises(ValueError, match="one part"), transaction.atomic():
        placing.place(mall.shop, user, "N1", drafts, Split(wallet=5))


def test_whoever_has_no_member_account_cannot_place(mall: Mall) -> None:
    user = mall.user()
    with pytest.raises(placing.NotReady):
        place(mall, user, Split(wallet=5))


def test_outside_of_a_transaction_nothing_is_placed(mall: Mall) -> None:
    with pytest.raises(placing.NotReady):
        placing.place(mall.shop, buyer(mall), "N1", [Draft(mall.merchant(), 5)], Split(wallet=5))


def test_a_provider_that_is_not_offered_is_refused(mall: Mall) -> None:
    user = buyer(mall)
    with pytest.raises(providers.PayingError), transaction.atomic():
        placing.place(
            mall.shop, user, "N1", [Draft(mall.merchant(), 5)], Split(provider=5), provider="x"
        )
    assert not Sale.objects.exists()
    assert not Charge.objects.exists()
