"""A gang's sequences, done by the mall itself: every account as the model of the attacks has it.

`tests/attacks/gang.py` plays them on the engine with the mall's flows modelled from the docs; here the
mall's own functions do the same moves, and nobody may have a fen, an atom or a unit of quota more
or less. `-m long` plays a thousand.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.db import connections
from django.db.models import Sum
from django.utils import timezone

from tests.attacks.gang import SHOP, Move, Rules, Tale, plan_fields, told
from tests.mall.conftest import default_database, migrated, surroundings
from tests.mall.sales.buying import paid
from tests.mall.stage import Mall
from tongbao.ledger import rebuild
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.merchants.opening import open_merchant
from tongbao.mall.paying.models import Charge, ChargeRefund
from tongbao.mall.people.members import bind, enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import cancelling, comparing, receiving, returns, settling
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.sales.placing import Split
from tongbao.mall.sales.reconcile import reconcile
from tongbao.mall.sales.ways_back import BY_MERCHANT
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
        tenders = Split(*move.tenders)
        user = self.users[move.who]
        self.sales[move.number] = paid(self.mall, user, {move.shop: tenders.total}, tenders)

    def _settle(self, move: Move, number: int) -> None:
        del number
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
        asked = returns.ask(part, move.amount)
        done = returns.approve(asked, self.staff, returns.quote(part, move.amount))
        assert done.state == Return.State.DONE

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


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    "hundred", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 9))]
)
def test_the_mall_does_to_the_unit_what_the_model_says(
    malls: Mapping[str, Path], tmp_path: Path, name: str, hundred: int
) -> None:
    seeds = range(SEEDS) if hundred == 0 else range(hundred * 100, hundred * 100 + 25)
    for seed in seeds:
        tale = told(Rules(name, topups=False, vouchers=False), seed)
        with opened(malls[name], tmp_path / str(seed)) as mall:
            Repeat(mall, tale).go()
