"""Random sequences of buying, returning and settling, against the clerk's books after each step."""

import random
from datetime import date, timedelta
from typing import Final

import pytest
from django.db.models import Sum
from django.utils import timezone

from tests.mall.sales.buying import bought, buyer
from tests.mall.sales.model import TENDERS, Books
from tests.mall.stage import Mall
from tongbao.ledger import rebuild
from tongbao.ledger.effects import CauseCode
from tongbao.ledger.statements import walk
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, comparing, receiving, returns, settling
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.refusals import NotNow, Refused
from tongbao.mall.shop.models import Shop

STEPS: Final = 40


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(s, marks=pytest.mark.long) for s in range(3, 60))]
)
def test_every_fen_is_where_the_clerk_says(mall: Mall, seed: int) -> None:
    Shop.objects.update(return_least_bps=0, returns_most=100)
    Walk(mall, random.Random(seed)).go(STEPS)


class Walk:
    """One mall, one member, one merchant, and the books beside them."""

    def __init__(self, mall: Mall, chance: random.Random) -> None:
        self.mall, self.chance = mall, chance
        buyer(mall, points=10**6)  # who was there before: there is a price
        self.operator = mall.operator()
        self.user: User = buyer(mall, wallet=10**6, points=10**6, credit=10**6)
        self.books = Books(member=10**6, member_credit=self.now()[1], merchant=10**7)
        deposit = {"id": "float", "type": "deposit", "account": "tea", "amount": 10**7}
        assert mall.ledger.submit(deposit).ok  # so that its share can come back at any time
        self.day = 0

    def go(self, steps: int) -> None:
        for _ in range(steps):
            step = self.chance.choice(
                [
                    *(self.buy, self.buy, self.cancel, self.settle, self.settle),
                    *(self.give_back, self.give_back, self.give_back, self.close_day),
                ]
            )
            step()
            self.compare()
        assert reconcile(timezone.now()) == []
        assert rebuild.check(self.mall.ledger).ok

    def now(self) -> tuple[int, int]:
        account = self.mall.ledger.account(self.user.account)
        assert account is not None
        return account.wallet, account.credit

    def compare(self) -> None:
        books, ledger = self.books, self.mall.ledger
        accounts = ledger.accounts([self.user.account, "shop", "tea"])
        member, shop, tea = (accounts[name] for name in (self.user.account, "shop", "tea"))
        told = (member.wallet, member.credit, shop.wallet, shop.credit, tea.wallet, tea.credit)
        assert told == (
            *(books.member + self.dividends(), books.member_credit),
            *(books.shop, books.shop_credit),
            *(books.merchant, books.merchant_credit),
        )
        charged = Charge.objects.filter(state="confirmed").aggregate(
            a=Sum("amount_minor", default=0)
        )
        back = ChargeRefund.objects.aggregate(a=Sum("amount_minor", default=0))
        assert charged["a"] - back["a"] == books.provider
        assert comparing.kept() == (books.shop, books.shop_credit)

    def dividends(self) -> int:
        """What the program itself paid to the member, by the statement."""
        items = walk(self.mall.ledger, self.user.account)
        own = (CauseCode.DIVIDEND, CauseCode.EXIT, CauseCode.REST, CauseCode.WIND_UP)
        return sum(item.change.wallet for item in items if item.cause.code in own)

    def close_day(self) -> None:
        self.day += 1
        day = str(date(2026, 1, 1) + timedelta(days=self.day))
        assert self.mall.ledger.submit({"id": day, "type": "close_day", "day": day}).ok

    def buy(self) -> None:
        amounts = {name: self.chance.choice([0, 1, 3, 99, 1000, 7777]) for name in TENDERS}
        if amounts["points"] == 1:
            amounts["points"] = 0  # nothing would be left of it after the fee
        if not sum(amounts.values()):
            return
        part = bought(self.mall, self.user, sum(amounts.values()), Split(**amounts))
        self.books.pay(part.sale.number, amounts)

    def cancel(self) -> None:
        sales = list(Sale.objects.filter(state="paid").order_by("pk"))
        if not sales:
            return
        sale = self.chance.choice(sales)
        fresh = self.books.parts[sale.number]
        untouched = fresh.state == "waiting" and fresh.left == fresh.tenders
        assert cancelling.cancel(sale, "shopper") == untouched
        if untouched:
            self.books.cancel(sale.number)

    def settle(self) -> None:
        part = self.some("waiting")
        if part is None:
            return
        receiving.receive(part)
        Part.objects.filter(pk=part.pk).update(due_at=timezone.now())
        assert settling.settle_part(part)
        part.refresh_from_db()
        taken = (part.to_reserve, part.to_dividends, part.to_commissions)
        # By the plan: 30 % of what was paid, 30 % of its profit, nobody invited the member.
        assert sum(taken) <= part.settled_minor * 405 // 1000 + 1
        self.books.settle(part.sale.number, *taken)

    def give_back(self) -> None:
        part = self.some("waiting", "settled")
        if part is None:
            return
        book = self.books.parts[part.sale.number]
        left = sum(book.left.values())
        if not left:
            with pytest.raises(NotNow):
                returns.ask(part, 1)
            return
        amount = self.chance.choice([left, self.chance.randint(1, left), 1])
        slice_ = by_largest_remainder(amount, book.left)
        borne = self.chance.random() < 0.3
        asked = returns.ask(part, amount)
        quote = returns.quote(part, amount, borne)
        try:
            done = returns.approve(asked, self.operator, quote)
        except Refused as refused:
            raise AssertionError(str(refused.outcome)) from refused
        assert done.state == Return.State.DONE
        assert done.is_late == (book.state == "settled")
        if book.state == "settled":
            back = {"provider": done.provider_minor, "wallet": done.wallet_minor}
            short = done.shortfall_minor
            self.books.return_late(part.sale.number, slice_, back, short, borne=borne)
        else:
            self.books.return_early(part.sale.number, slice_, borne=borne)

    def some(self, *states: str) -> Part | None:
        numbers = [n for n, part in self.books.parts.items() if part.state in states]
        if not numbers:
            return None
        return Part.objects.select_related("sale").get(sale__number=self.chance.choice(numbers))


def by_largest_remainder(amount: int, left: dict[str, int]) -> dict[str, int]:
    """Divide an amount as a clerk would, with a table of remainders."""
    whole = sum(left.values())
    shares = {name: amount * left[name] // whole for name in TENDERS}
    odd = amount - sum(shares.values())
    rest = {name: amount * left[name] % whole for name in TENDERS}
    while odd:
        winner = max(TENDERS, key=lambda name: rest[name])  # the first of equals
        shares[winner] += 1
        rest[winner] = -1
        odd -= 1
    return shares
