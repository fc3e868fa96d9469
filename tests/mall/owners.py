"""Every address of the mall, and one object of a shopper's and a merchant's for each of them.

Whoever writes a new page with a parameter adds a line to one of the four tables below: `MINE` (a
shopper's own), `MERCHANTS` (a merchant's), `OPERATORS` (the mall's) or `PUBLIC`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern, RoutePattern
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.checkout.way import address
from tests.mall.sales.test_views import ordered
from tests.mall.stage import Mall
from tongbao.mall.instore.models import Bill, PayCode, Payment
from tongbao.mall.paying.models import Charge, ChargeRefund, SandboxPayment
from tongbao.mall.people.members import enrolled
from tongbao.mall.people.models import User
from tongbao.mall.sales import terms
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.services.codes import fresh
from tongbao.mall.services.models import Topup, Voucher
from tongbao.mall.wallet.models import Withdrawal

Parameters = dict[str, Any]
NAME: Final = "Zaphodine Beeblebrox"
"""The shopper's name: whoever else reads it on a page has seen too much."""


@dataclass(frozen=True, slots=True)
class World:
    """Shopper A with one of everything, bought at the merchant «tea»."""

    mall: Mall
    user: User
    sale: Sale
    in_person: Sale
    open: Sale
    voucher: Voucher
    topup: Topup
    withdrawal: Withdrawal
    code: PayCode
    bill: Bill
    address: Any
    review: Any
    return_: Return

    @property
    def part(self) -> Part:
        """What tea has sold."""
        return self.sale.parts.get()

    @property
    def secrets(self) -> list[str]:
        """What no stranger may read."""
        return [
            NAME, str(self.user.email), str(self.user.phone), self.sale.number,
            self.address.line1, self.voucher.code, self.voucher.shown, self.withdrawal.number,
        ]  # fmt: skip


def _reviewed(world: World) -> Parameters:
    return {"product_slug": "tea-1", "product_pk": world.mall.product().pk}


MINE: Final[Mapping[str, Callable[[World], Parameters]]] = {
    "people:address": lambda w: {"pk": w.address.pk},
    "people:delete_address": lambda w: {"pk": w.address.pk},
    "people:default_address": lambda w: {"pk": w.address.pk},
    "checkout:user-address-update": lambda w: {"pk": w.address.pk},
    "checkout:user-address-delete": lambda w: {"pk": w.address.pk},
    "sales:detail": lambda w: {"number": w.sale.number},
    "sales:receipt": lambda w: {"number": w.sale.number},
    "sales:pay": lambda w: {"number": w.open.number},
    "sales:cancel": lambda w: {"number": w.sale.number},
    "sales:again": lambda w: {"number": w.sale.number},
    "sales:received": lambda w: {"number": w.sale.number, "part": w.part.pk},
    "sales:return": lambda w: {"number": w.sale.number, "part": w.part.pk},
    "sales:take-back": lambda w: {
        "number": w.sale.number, "part": w.part.pk, "pk": w.return_.pk,
    },
    "wallet:withdrawal": lambda w: {"pk": w.withdrawal.pk},
    "paying:back": lambda w: {"charge_id": w.open.charge_id},
    "paying:sandbox": lambda w: {"charge_id": w.open.charge_id},
    "instore:payment": lambda w: {"number": w.in_person.number},
    "instore:go_on": lambda w: {"number": w.in_person.number},
    "instore:cancel": lambda w: {"number": w.in_person.number},
    "services:voucher": lambda w: {"number": w.voucher.pk},
    "services:give_back": lambda w: {"number": w.voucher.pk},
    "services:topup": lambda w: {"number": w.topup.pk},
}  # fmt: skip
"""A shopper's own: nobody else may see or do it, not the mall's staff either."""

_TEA: Final[Parameters] = {"account": "tea"}
MERCHANTS: Final[Mapping[str, Callable[[World], Parameters]]] = {
    **dict.fromkeys(
        (
            "desk:today", "desk:orders", "desk:returns", "desk:vouchers", "desk:till",
            "desk:feed", "desk:bill_new", "desk:codes", "desk:money",
        ),
        lambda _: _TEA,
    ),
    **dict.fromkeys(
        ("desk:order", "desk:ship", "desk:cancel"), lambda w: {**_TEA, "part": w.part.pk}
    ),
    **dict.fromkeys(
        (
            "desk:code", "desk:code_renew", "desk:code_close", "desk:poster", "desk:code_svg",
            "desk:code_png",
        ),
        lambda w: {**_TEA, "number": w.code.pk},
    ),
    "desk:return": lambda w: {**_TEA, "number": w.return_.pk},
    "desk:bill": lambda w: {**_TEA, "token": w.bill.token},
    "desk:bill_close": lambda w: {**_TEA, "token": w.bill.token},
    "desk:scanned": lambda w: {"code": w.voucher.code},
}  # fmt: skip
"""A merchant's: for its own staff, whether the object is named as theirs or as another's."""


def _refused(world: World) -> ChargeRefund:
    assert world.open.charge is not None
    refund, _ = ChargeRefund.objects.get_or_create(
        key="refused",
        defaults={
            "charge": world.open.charge,
            "amount_minor": 1,
            "currency": "CNY",
            "state": ChargeRefund.State.FAILED,
        },
    )
    return refund


OPERATORS: Final[Mapping[str, Callable[[World], Parameters]]] = {
    "desk:charge_back": lambda w: {"charge": w.open.charge_id},
    "desk:refund": lambda w: {"refund": _refused(w).pk},
    "desk:shipping_drop": lambda _: {"number": 1},
    "desk:merchant": lambda _: _TEA,
    "desk:staff": lambda _: _TEA,
    "wallet:payout": lambda w: {"pk": w.withdrawal.pk},
}
"""The mall's; and everything in Oscar's dashboard."""

PUBLIC: Final[Mapping[str, Callable[[World], Parameters]]] = {
    "shop:category": lambda _: {"category_slug": "none", "pk": 1},
    "shop:product": lambda w: {"product_slug": "tea-1", "pk": w.mall.product().pk},
    "people:invite": lambda w: {"code": w.user.code},
    "paying:callback": lambda _: {"provider": "sandbox"},
    "instore:code": lambda w: {"code": w.code.code},
    "instore:bill": lambda w: {"code": w.code.code, "token": w.bill.token},
    "media": lambda _: {"path": "images/none.png"},
    "wallet:done": lambda _: {"kind": "redeem", "once": "0" * 32},
    "shop:reviews": _reviewed,
    "shop:add_review": _reviewed,
    "shop:vote": lambda w: {**_reviewed(w), "pk": w.review.pk},
    "basket:add": lambda w: {"pk": w.mall.product().pk},
    "basket:vouchers-remove": lambda _: {"pk": 1},
}
"""Everybody's; or bound to nobody but whoever is logged in."""


_ALIASES: Final = ("catalogue:", "search:")
"""Names that Oscar has for pages of ours, which stand under «shop:» here."""


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the mall: its name with namespaces, its pattern, what it takes."""

    name: str
    route: str
    parameters: frozenset[str]

    @property
    def is_dashboard(self) -> bool:
        """Whether it is one of Oscar's for operators."""
        return self.route.startswith("dashboard/")

    def path(self, given: Parameters) -> str:
        """Return the address of an object."""
        return reverse(self.name, kwargs=given)

    def invented(self, number: str = "1", word: str = "x") -> str:
        """Return an address of this kind, of something that hardly exists."""
        path = self.route
        for old, new in (
            (r"<(?:int|str):\w*pk>|<int:\w+>|\(\?P<\w*pk>[^)]*\)", number),
            (r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000"),
            (r"<\w+:\w+>", word),
            (r"\(\?P<action>[^)]*\)\)", "default_for_shipping"),
            (r"\(\?P<(?:[^()]|\([^()]*\))*\)", word),
            (r"[\^$]", ""),
        ):
            path = re.sub(old, new, path)
        return f"/{path}"


def pages() -> Iterator[Page]:
    """Yield every address of the mall, each under one name."""
    return (page for page in walk() if page.name and not page.name.startswith(_ALIASES))


def walk(
    resolver: URLResolver | None = None, space: str = "", route: str = "",
    above: frozenset[str] = frozenset(),
) -> Iterator[Page]:  # fmt: skip
    for one in (resolver or get_resolver()).url_patterns:
        here = route + str(one.pattern)
        parameters = above | _parameters(one)
        if isinstance(one, URLResolver):
            below = f"{space}{one.namespace}:" if one.namespace else space
            yield from walk(one, below, here, parameters)
        else:
            yield Page(space + one.name if one.name else "", here, parameters)


def world(mall: Mall) -> World:
    """Make shopper A, and all that is hers."""
    user = mall.user(NAME, phone="+8613812345678")
    account = enrolled(user, mall.ledger)
    deposit = {"id": "rich", "type": "deposit", "account": account, "amount": 1_000_000}
    assert mall.ledger.submit(deposit).ok
    place = get_model("address", "UserAddress").objects.filter(user=user).first() or address(user)
    sale = ordered(mall, user)
    part = sale.parts.get()
    with transaction.atomic():
        return_ = Return.objects.create(part=part, amount_minor=100, wallet_minor=100)
    line = get_model("order", "Line").objects.get(order=sale.order)
    inside = {"part": part, "line": line, "unit": 1, "title": "Tea", "worth_minor": 100}
    later = timezone.now() + timedelta(days=30)
    code = PayCode.objects.create(merchant=mall.merchant("tea"), label="Counter")
    in_person, still_open = (_bare(user, mall, number) for number in ("P-1", "P-2"))
    Payment.objects.create(sale=in_person, code=code, key="k")
    return World(
        mall=mall,
        user=user,
        sale=sale,
        in_person=in_person,
        open=still_open,
        voucher=Voucher.objects.create(code=fresh(), expires_at=later, **inside),
        topup=Topup.objects.create(kind="phone", target="13812345678", face_minor=100, **inside),
        withdrawal=Withdrawal.objects.create(
            user=user, command_id="w-1", amount_minor=100, target="bank", holder=NAME,
            number="6222000011112222",
        ),
        code=code,
        bill=Bill.objects.create(
            code=code, amount_minor=100, key="b", created_by=mall.staff("tea")
        ),
        address=place,
        review=get_model("reviews", "ProductReview").objects.create(
            product=mall.product(), user=user, score=5, title="Good", body="Very good."
        ),
        return_=return_,
    )  # fmt: skip


def _bare(user: User, mall: Mall, number: str) -> Sale:
    """Make a sale of 1.00 that waits for the sandbox provider."""
    charge = Charge.objects.create(
        provider="sandbox", purpose="sale", reference=number, user=user, amount_minor=100,
        currency="CNY", address=f"/pay/sandbox/{number}/",
    )  # fmt: skip
    SandboxPayment.objects.create(
        charge=charge.pk, amount_minor=100, currency="CNY", return_url="/", notify_url="/"
    )
    sale = Sale.objects.create(number=number, user=user, charge=charge, provider_minor=100)
    part = Part.objects.create(sale=sale, merchant=mall.merchant("tea"), provider_minor=100)
    terms.pin(mall.shop, [part])
    return sale


def _parameters(one: URLPattern | URLResolver) -> frozenset[str]:
    if isinstance(one.pattern, RoutePattern):
        return frozenset(one.pattern.converters)
    if isinstance(one.pattern, RegexPattern):
        return frozenset(one.pattern.regex.groupindex)
    return frozenset()
