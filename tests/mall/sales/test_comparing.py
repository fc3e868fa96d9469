"""The nightly comparison starts where the last one stood in which nothing was found."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer, overdue, placed
from tests.mall.stage import Mall
from tongbao.ledger.door import Ledger
from tongbao.ledger.statements import purchase_bodies
from tongbao.mall.sales import cancelling, comparing, returns, settlement
from tongbao.mall.sales.findings import Finding, Kind
from tongbao.mall.sales.models import Compared, Part, Return, Sale
from tongbao.mall.sales.placing import Split


def nightly() -> list[Finding]:
    return list(comparing.compared(timezone.now()))


def whole() -> list[Finding]:
    return list(comparing.compared(timezone.now(), everything=True))


def settled(mall: Mall) -> Part:
    part = overdue(bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100)))
    settlement.settle_part(part)
    return part


def old(mall: Mall) -> tuple[Part, Sale]:
    """A settled part and a sale that was never paid, ten days old and compared."""
    part = settled(mall)
    unpaid = placed(mall, buyer(mall), {"tea": 100}, Split(provider=100))
    assert cancelling.cancel(unpaid, "shopper")
    ago = timezone.now() - timedelta(days=10)
    Sale.objects.filter(paid_at__isnull=False).update(paid_at=ago)
    Sale.objects.filter(cancelled_at__isnull=False).update(cancelled_at=ago)
    Part.objects.filter(settled_at__isnull=False).update(settled_at=ago)
    assert nightly() == []
    return part, unpaid


def stray(mall: Mall, number: str) -> str:
    user = buyer(mall, wallet=100)
    pay = {"id": f"{number}-wallet", "type": "pay_wallet", "payer": user.account, "payee": "shop"}
    assert mall.ledger.submit({**pay, "amount": 100}).ok
    return f"{number}-wallet"


def pay_nothing_known(mall: Mall, _: Sale) -> tuple[Kind, str]:
    return Kind.JOURNAL_ALONE, stray(mall, "T0")


def pay_an_old_cancelled_sale(mall: Mall, unpaid: Sale) -> tuple[Kind, str]:
    return Kind.JOURNAL_ALONE, stray(mall, unpaid.number)


def count_on_what_was_never_paid(mall: Mall, _: Sale) -> tuple[Kind, str]:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    Sale.objects.filter(pk=part.sale_id).update(number="other")
    return Kind.JOURNAL_LACKS, "other-wallet"


def settle_with_other_figures(mall: Mall, _: Sale) -> tuple[Kind, str]:
    part = settled(mall)
    Part.objects.filter(pk=part.pk).update(to_merchant=1)
    return Kind.JOURNAL_DIFFERS, f"{part.base_id}-purchase"


def settle_at_a_time_long_ago(mall: Mall, sale: Sale) -> tuple[Kind, str]:
    found = settle_with_other_figures(mall, sale)
    Part.objects.filter(to_merchant=1).update(settled_at=timezone.now() - timedelta(days=9))
    return found


def return_another_amount(mall: Mall, _: Sale) -> tuple[Kind, str]:
    part = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    returns.approve(returns.ask(part, 40), None, returns.quote(part, 40))
    Return.objects.update(wallet_minor=39)
    return Kind.JOURNAL_DIFFERS, f"{part.base_id}-return1-wallet"


@pytest.mark.parametrize(
    "plant",
    [
        pay_nothing_known,
        pay_an_old_cancelled_sale,
        count_on_what_was_never_paid,
        settle_with_other_figures,
        settle_at_a_time_long_ago,
        return_another_amount,
    ],
)
def test_what_went_wrong_since_is_found_as_by_comparing_all(
    mall: Mall, plant: Callable[[Mall, Sale], tuple[Kind, str]]
) -> None:
    _, unpaid = old(mall)
    point = Compared.objects.get()
    planted = Finding(*plant(mall, unpaid))
    findings = nightly()
    assert planted in findings
    assert findings == nightly() == whole()
    assert Compared.objects.get().number == point.number  # it stays until nothing is found


def test_what_was_changed_in_what_had_been_compared_is_found_by_comparing_all(mall: Mall) -> None:
    part, _ = old(mall)
    Part.objects.filter(pk=part.pk).update(to_merchant=1)
    assert nightly() == []
    assert whole() == [Finding(Kind.JOURNAL_DIFFERS, f"{part.base_id}-purchase")]


def test_where_the_journal_is_another_one_it_is_told_and_all_is_compared(mall: Mall) -> None:
    part, _ = old(mall)
    Part.objects.filter(pk=part.pk).update(to_merchant=1)
    Compared.objects.update(hash="0" * 64)
    number = Compared.objects.get().number
    differs = Finding(Kind.JOURNAL_DIFFERS, f"{part.base_id}-purchase")
    assert nightly() == nightly() == [Finding(Kind.JOURNAL_CHANGED, str(number)), differs]


def test_what_was_interrupted_starts_where_it_started_before(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(mall)
    before = Compared.objects.get()
    settled(mall)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(comparing, "_escrow", killed)
        with pytest.raises(KeyboardInterrupt):
            nightly()
    assert Compared.objects.get().number == before.number
    assert nightly() == []
    assert Compared.objects.get().number > before.number


def test_it_reads_no_more_however_long_the_history_is(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    bodies = purchase_bodies

    def counted(ledger: Ledger, ids: Sequence[str]) -> object:
        asked.extend(ids)
        return bodies(ledger, ids)

    part, _ = old(mall)
    monkeypatch.setattr(comparing, "purchase_bodies", counted)
    assert nightly() == []
    assert asked == []
    new = bought(mall, buyer(mall, wallet=100), 100, Split(wallet=100))
    assert nightly() == []
    assert asked == [f"{new.sale.number}-{name}" for name in ("wallet", "credit", "points")]
    asked.clear()
    assert whole() == []
    assert f"{part.base_id}-purchase" in asked
