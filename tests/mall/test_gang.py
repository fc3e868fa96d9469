"""A gang's sequences, done by the mall itself: every account as the model of the attacks has it.

`tests/attacks/gang.py` plays them on the engine with the mall's flows modelled from the docs; here the
mall's own functions do the same moves, and nobody may have a fen, an atom or a unit of quota more
or less; vouchers and gift cards at their face value are among it. `-m long` plays a thousand.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import count, filterfalse, islice
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connections
from django.db.models import Sum
from django.utils import timezone
from oscar.core.loading import get_model

from tests.attacks.gang import SHOP, Move, Tale, plan_fields, told
from tests.attacks.search import rules_of
from tests.mall.conftest import default_database, migrated, surroundings
from tests.mall.sales.buying import pay_for, placed_drafts
from tests.mall.stage import Mall
from tongbao.ledger import rebuild
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.merchants.opening import open_merchant, open_own
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.people.members import bind, enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, comparing, receiving, returns, settling
from tongbao.mall.sales.models import Order, OrderLine, Part, Return, Sale
from tongbao.mall.sales.placing import Draft, Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.ways_back import BY_MERCHANT
from tongbao.mall.services import paybacks, vouchers
from tongbao.mall.services.kinds import open_kinds
from tongbao.mall.services.models import Voucher
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.opening import open_mall

PRESETS: Final = ("wine", "dividend", "mall", "green", "cooperative")
SEEDS: Final = 4


class Repeat:
    """One sequence, move by move, in an open mall."""

    def __init__(self, mall: Mall, tale: Tale) -> None:
        self.mall, self.tale = mall, tale
        self.users: dict[str, User] = {}
        self.sales: dict[str, Sale] = {}
        self.staff = mall.user("staff")
        mall.merchant(SHOP).partner.users.add(self.staff)
        terms = tale.market.terms
        Shop.objects.update(
            platform_fee_bps=terms.platform_bps,
            provider_fee_bps=terms.provider_bps,
            return_least_bps=0,
            returns_most=100,
        )
        Merchant.objects.update(margin_bps=terms.margin_bps)

    def go(self) -> None:
        """Do all of it, and compare at the end."""
        for number, move in enumerate(self.tale.moves):
            getattr(self, f"_{move.kind}")(move, number)
        self.compare()

    def _command(self, move: Move, number: int) -> None:
        fields = dict(move.fields)
        if fields["type"] == "enroll":
            name = str(fields["member"])
            user = self.users[name] = self.mall.user(name)
            if fields.get("referrer"):
                assert bind(user, self.users[str(fields["referrer"])].code)
            enrolled(user, self.mall.ledger)
            return
        for role in ("member", "account", "payer", "payee"):
            if fields.get(role) in self.users:
                fields[role] = self.users[str(fields[role])].account
        outcome = self.mall.ledger.submit({"id": f"move-{number}", **fields})
        assert outcome.ok, (move, outcome)

    def _buy(self, move: Move, number: int) -> None:
        del number
        tenders, own = Split(*move.tenders), self.mall.shop.account
        merchant = self.mall.merchant(own if move.face else move.shop)
        kind = Part.Kind.FACE if move.face else Part.Kind.GOODS
        draft = Draft(merchant, tenders.total, kind, move.cost)
        order = None
        if move.face or self._is_voucher(move):
            order = self._order(move, merchant)
        sale = placed_drafts(self.mall, self.users[move.who], [draft], tenders, order)
        self.sales[move.number] = pay_for(sale)

    def _is_voucher(self, move: Move) -> bool:
        return any(p.is_voucher for p in self.tale.market.parts if p.number == move.number)

    def _order(self, move: Move, merchant: Merchant) -> Any:  # noqa: ANN401  # of Oscar, without types
        """Make the order of one voucher, or of one gift card, at the price that the move pays."""
        price = Decimal(sum(move.tenders)).scaleb(-2)
        money = {"total_incl_tax": price, "total_excl_tax": price}
        order = Order.objects.create(
            number=move.number, user=self.users[move.who], currency="CNY", **money
        )
        prices = (
            f"line_price{discounts}_{tax}_tax"
            for discounts in ("", "_before_discounts")
            for tax in ("incl", "excl")
        )
        OrderLine.objects.create(
            order=order,
            partner=merchant.partner,
            product=_product("goods" if move.face else "voucher", move.face, move.cost),
            title="One",
            quantity=1,
            num_allocated=0,
            allocation_cancelled=False,
            **dict.fromkeys(prices, price),
        )
        return order

    def _settle(self, move: Move, number: int) -> None:
        del number
        part = self._part(move)
        for voucher in part.vouchers.filter(state=Voucher.State.ISSUED):
            vouchers.use(voucher, self.staff)
        part = receiving.receive(self._part(move))
        Part.objects.filter(pk=part.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        assert settling.settle_part(part)

    def _cancel(self, move: Move, number: int) -> None:
        del number
        assert cancelling.cancel(self.sales[move.number], "shopper")

    def _merchant_cancels(self, move: Move, number: int) -> None:
        del number
        assert cancelling.cancel(self.sales[move.number], BY_MERCHANT, self.staff)

    def _return(self, move: Move, number: int) -> None:
        del number
        part = self._part(move)
        for voucher in part.vouchers.filter(state=Voucher.State.ISSUED):
            vouchers.give_back(voucher, "asked")
            assert paybacks.pay_back(part)
            return
        asked = returns.ask(part, move.amount)
        done = returns.approve(asked, self.staff, returns.quote(part, move.amount))
        assert done.state == Return.State.DONE

    def _expire(self, move: Move, number: int) -> None:
        del number
        voucher, now = self._part(move).vouchers.get(), timezone.now()
        Voucher.objects.filter(pk=voucher.pk).update(expires_at=now)
        assert vouchers.advance(now) == 1
        voucher.refresh_from_db()
        assert voucher.state == Voucher.State.RETURNED

    def _part(self, move: Move) -> Part:
        return Part.objects.select_related("sale").get(sale=self.sales[move.number])

    def compare(self) -> None:
        """Hold every account, what waits, and what went through the provider against the model."""
        market, ledger = self.tale.market, self.mall.ledger
        names = {name: user.account for name, user in self.users.items()}
        names |= {SHOP: SHOP, "stall": "stall", "mall": self.mall.shop.account}
        for name, account in names.items():
            there = ledger.account(account)
            assert there is not None
            one = market.account(name)
            got = (there.points, there.quota, there.wallet, there.credit, there.owed)
            assert got == (one.points, one.quota, one.wallet, one.credit, one.owed), name
        figures, mine = ledger.standing().figures, market.program.figures
        assert (figures.reserve, figures.supply) == (mine.reserve, mine.supply)
        charged = Charge.objects.filter(state="confirmed").aggregate(a=Sum("amount_minor"))["a"]
        back = ChargeRefund.objects.aggregate(a=Sum("amount_minor"))["a"]
        through = sum(part.tenders["provider"] for part in market.parts) - sum(
            part.sent_back for part in market.parts
        )
        assert (charged or 0) - (back or 0) == through
        assert reconcile(timezone.now()) == []
        assert comparing.kept() == self._waiting()
        assert rebuild.check(ledger).ok

    def _waiting(self) -> tuple[int, int]:
        rows = [part for part in self.tale.market.parts if part.state == "waiting"]
        money = sum(
            part.left["wallet"] + part.left["points"] - part.fee_of(part.left["points"])
            for part in rows
        )
        return money, sum(part.left["credit"] for part in rows)


def _product(kind: str, face: int, cost: int) -> Any:  # noqa: ANN401  # of Oscar, without types
    """Make a product; with a face, it is as good as that much money and costs the mall so much."""
    product = get_model("catalogue", "Product")(
        title="One",
        structure="standalone",
        product_class=get_model("catalogue", "ProductClass").objects.get(slug=kind),
    )
    if face:
        product.attr.face = str(Decimal(face).scaleb(-2))
        product.attr.face_cost = str(Decimal(cost).scaleb(-2))
    product.save()
    return product


@pytest.fixture(scope="session")
def malls(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """An opened mall for each preset, to be copied."""
    folder = tmp_path_factory.mktemp("gang")
    made = {}
    for name in PRESETS:
        made[name] = folder / f"{name}.sqlite3"
        shutil.copyfile(migrated(), made[name])
        with default_database(f"sqlite:///{made[name]}"):
            shop = open_mall(
                program="test",
                plan=plan_fields(name),
                name_en="Test Mall",
                name_zh="测试商城",
                currency="CNY",
            )
            for account in (SHOP, "stall"):
                open_merchant(shop, account, name_en=account, name_zh=account)
            open_own(shop)
            open_kinds()
            with connections["default"].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


@contextmanager
def opened(template: Path, folder: Path) -> Iterator[Mall]:
    """Open a copy of a mall for one sequence."""
    folder.mkdir()
    path = folder / "mall.sqlite3"
    shutil.copyfile(template, path)
    with surroundings(folder), default_database(f"sqlite:///{path}"):
        yield Mall(f"sqlite:///{path}")
    shutil.rmtree(folder)


def cuts_a_voucher(tale: Tale) -> bool:
    """Say whether a part of a voucher that may still be used goes back: the mall takes it whole."""
    issued = {
        part.number: sum(part.tenders.values()) for part in tale.market.parts if part.is_voucher
    }
    for move in tale.moves:
        if move.kind == "settle":
            issued.pop(move.number, None)
        if move.kind == "return" and move.amount < issued.get(move.number, 0):
            return True
    return False


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    "hundred", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 9))]
)
def test_the_mall_does_to_the_unit_what_the_model_says(
    malls: Mapping[str, Path], tmp_path: Path, name: str, hundred: int
) -> None:
    tales = (told(rules_of(name, seed), seed) for seed in count(hundred * 100))
    for seed, tale in enumerate(
        islice(filterfalse(cuts_a_voucher, tales), 25 if hundred else SEEDS)
    ):
        with opened(malls[name], tmp_path / str(seed)) as mall:
            Repeat(mall, tale).go()
