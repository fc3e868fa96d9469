"""Of Oscar's addresses those are served that we name, behind doors of ours, and no others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import oscar
import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest, HttpResponse
from django.template import Engine, Origin
from django.urls import NoReverseMatch, Resolver404, URLPattern, URLResolver, path, resolve, reverse
from oscar.core.loading import get_model

from tests.mall.owners import Page, World, walk, world
from tests.mall.stage import Mall
from tongbao.mall.people.dashboard.served import OPERATORS, OURS, SHOP, is_served
from tongbao.mall.people.loading import Loader
from tongbao.mall.people.models import User
from tongbao.site.oscar_urls import keep_served

NUMBERS: Final = (
    "0", "1", "000000000000000000001", "１", "٣", "²", "-1", str(2**31), str(2**63 - 1),
    str(2**63), str(2**64), "9" * 30, "9" * 400,
)  # fmt: skip
ENDS: Final = ("x/", "../", "%2e%2e/", "?page=99999999999999999999", "%00/", ";x/")


@pytest.fixture
def a(mall: Mall) -> World:
    """Shopper A and all that is hers."""
    return world(mall)


def nothing(request: HttpRequest) -> HttpResponse:
    """Answer, if anybody got here."""
    return HttpResponse(request.path)


def oscars() -> list[Page]:
    """Return all that Oscar has, served or not."""
    config: Any = apps.get_app_config("oscar")
    root = URLResolver(path("", nothing).pattern, config.urls[0])
    return list(walk(root))


def everybody(a: World) -> dict[str, User | None]:
    return {
        "a stranger": None,
        "the shopper": a.user,
        "a merchant's staff": a.mall.staff("tea"),
        "the operator": a.mall.operator(),
    }


def test_oscars_names_that_are_served_are_those_of_the_list() -> None:
    served = {page.name for page in walk() if page.name.split(":")[0] in SPACES}
    assert served == SHOP | OPERATORS | OURS


TEMPLATES: Final = Path(oscar.__file__).parent / "templates" / "oscar" / "dashboard"
SPACES: Final = {page.name.split(":")[0] for page in oscars() if ":" in page.name}


def test_a_new_oscar_adds_nothing_by_itself() -> None:
    page = path("new/", nothing, name="new")
    new: list[URLPattern | URLResolver] = [
        page,
        path("dashboard/", ([page], "dashboard", "dashboard")),
    ]
    assert list(keep_served(new)) == []


def test_what_is_not_served_is_at_no_address_and_under_no_name() -> None:
    gone = [page for page in oscars() if page.name not in SHOP | OPERATORS | OURS]
    assert len(gone) > 80
    for page in gone:
        for number in ("1", "0" * 20 + "1", "１", "-1", str(2**63)):
            try:
                found = resolve(page.invented(number))
            except Resolver404:
                continue
            assert found.func.__module__.startswith("tongbao."), page.route
            assert found.func.__name__ != "guarded" or f"dashboard:{found.url_name}" in OPERATORS
        with pytest.raises(NoReverseMatch):
            reverse(page.name, kwargs=dict.fromkeys(page.parameters, 1))


GONE: Final = (
    "/catalogue/x_１/reviews/", "/catalogue/x_1/reviews/1/",
    f"/catalogue/x_{'0' * 20}1/reviews/", f"/catalogue/x_{'0' * 20}1/reviews/add/",
    f"/catalogue/x_{'0' * 20}1/reviews/1/vote/",
    f"/catalogue/x_{2**63}/reviews/", "/catalogue/ranges/x/", "/offers/", "/offers/x/",
    "/dashboard/partners/", "/dashboard/partners/1/", "/dashboard/partners/1/delete/",
    "/dashboard/partners/create/", "/dashboard/partners/1/users/add/",
    "/dashboard/partners/1/users/select/", "/dashboard/partners/1/users/1/update/",
    "/dashboard/partners/1/users/1/link/", "/dashboard/partners/1/users/1/unlink/",
    "/dashboard/users/", "/dashboard/users/1/", "/dashboard/users/1/password-reset/",
    "/dashboard/users/-1/", "/dashboard/comms/", "/dashboard/comms/x/", "/dashboard/pages/",
    "/dashboard/reports/", "/dashboard/orders/x/shipping-address/", "/basket/saved/",
    "/checkout/payment-details/", "/checkout/thank-you/", "/dashboard/vouchers/sets/",

)  # fmt: skip


def test_oscars_other_pages_are_nobodys(mall: Mall) -> None:
    for user in (None, mall.user(), mall.staff(), mall.operator()):
        client = mall.client(user)
        for address in GONE:
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code == 404, address


def dashboard_objects(a: World) -> dict[str, dict[str, Any]]:
    """Return what the dashboard's addresses take, one thing of each kind."""
    make = {name: get_model(app, name).objects for app, name in (
        ("catalogue", "Category"), ("catalogue", "Option"), ("catalogue", "AttributeOptionGroup"),
        ("catalogue", "ProductClass"), ("offer", "ConditionalOffer"), ("offer", "Condition"),
        ("offer", "Benefit"), ("offer", "Range"), ("voucher", "Voucher"),
    )}  # fmt: skip
    category = get_model("catalogue", "Category").add_root(name="Teas", slug="teas")
    every = make["Range"].create(
        name="Every", slug="every", includes_all_products=True, is_public=True
    )
    offer = make["ConditionalOffer"].create(
        name="Ten", slug="ten",
        condition=make["Condition"].create(range=every, type="Count", value=1),
        benefit=make["Benefit"].create(range=every, type="Percentage", value=10),
    )  # fmt: skip
    when = {"start_datetime": a.sale.created_at, "end_datetime": a.sale.created_at}
    code = make["Voucher"].create(name="Ten", code="TEN", **when)
    code.offers.add(offer)
    note = a.sale.order.notes.create(message="Called") if a.sale.order else None
    line = a.sale.order.lines.get() if a.sale.order else None
    assert note is not None
    assert line is not None
    order = {"number": a.sale.number}
    ones = {
        "catalogue-product": {"pk": a.mall.product().pk},
        "catalogue-product-create-child": {"parent_pk": a.mall.product().pk},
        "catalogue-category": {"pk": category.pk},
        "catalogue-category-create-child": {"parent": category.pk},
        "catalogue-class": {"pk": make["ProductClass"].get(slug="goods").pk},
        "catalogue-option": {"pk": make["Option"].create(name="Colour", code="colour").pk},
        "catalogue-attribute-option-group": {"pk": make["AttributeOptionGroup"].create(name="C").pk},
        "order": order,
        "order-detail-note": {**order, "note_id": note.pk},
        "order-line-detail": {**order, "line_id": line.pk},
        "offer": {"pk": offer.pk},
        "range": {"pk": every.pk},
        "voucher": {"pk": code.pk},
        "reviews": {"pk": a.review.pk},
    }  # fmt: skip
    return {f"dashboard:{name}": given for name, given in ones.items()}


def dashboard_paths(a: World) -> Iterator[str]:
    """Yield each address of the dashboard, of something that is there."""
    objects = dashboard_objects(a)
    for page in walk():
        if page.name not in OPERATORS:
            continue
        if not page.parameters:
            yield f"/{page.route}"
        elif page.parameters == {"product_class_slug"}:
            yield "/dashboard/catalogue/products/create/goods/"
        else:
            kinds = [kind for kind in objects if page.name.startswith(kind)]
            yield page.path(objects[max(kinds, key=len)])


def test_every_page_of_the_dashboard_shows_to_operators_and_leads_to_nothing_that_is_gone(
    a: World,
) -> None:
    operator = a.mall.operator()
    client, chinese = a.mall.client(operator), a.mall.client(operator, "zh-hans")
    shown, links = 0, set()
    for address in dashboard_paths(a):
        answer = client.get(address)
        assert answer.status_code in {200, 302, 405}, (address, answer.status_code)
        if answer.status_code == 200:
            shown += 1
            text = answer.content.decode()
            links |= set(re.findall(r'(?:href|action)="(/[^"#?]*)', text))
            assert chinese.get(address).status_code == 200
    assert shown > 35
    for link in links:
        if not link.startswith("/static/"):
            resolve(link)


def test_no_template_of_the_dashboard_names_an_address_that_is_gone() -> None:
    kinds = ("catalogue", "offers", "orders", "partials", "ranges", "reviews", "vouchers")
    others = re.compile(r"voucher_set|stockalert|statistics|reviews/.*detail")
    loader, seen = Loader(Engine.get_default()), 0
    for kind in kinds:
        for file in (TEMPLATES / kind).rglob("*.html"):
            name = file.relative_to(TEMPLATES.parents[1]).as_posix()
            if others.search(name):
                continue
            source = loader.get_contents(Origin(str(file), name))
            named = set(re.findall(r"url\s+[\"']([^\"']+)[\"']", source))
            seen += len(named)
            assert {one for one in named if not is_served(one)} == set(), name
    assert seen > 100


def test_whoever_is_no_operator_sees_no_page_of_the_dashboard(a: World) -> None:
    paths = list(dashboard_paths(a))
    people = everybody(a)
    del people["the operator"]
    limited = a.mall.staff("tea")
    for permission in Permission.objects.filter(content_type__app_label__in=("partner", "order")):
        limited.user_permissions.add(permission)
    flagged = a.mall.user("flagged", is_staff=True, is_superuser=True)
    group = Group.objects.create(name="everything")
    group.permissions.set(Permission.objects.all())
    flagged.groups.add(group)
    for user in (*people.values(), limited, flagged):
        client = a.mall.client(user)
        for address in paths:
            for answer in (client.get(address), client.post(address)):
                if user is None:
                    assert answer.status_code == 302
                    assert answer.headers["Location"].startswith("/auth/login/?next=")
                else:
                    assert answer.status_code == 404, address


def test_no_number_or_ending_in_an_address_is_a_fault_of_the_mall(a: World) -> None:
    dashboard_objects(a)
    routes = {page.route: page for page in walk() if page.parameters}
    addresses = {page.invented(number) for page in routes.values() for number in NUMBERS}
    addresses |= {page.invented() + end for page in routes.values() for end in ENDS}
    addresses |= {page.invented(word="x" * 300) for page in routes.values()}
    people = everybody(a)
    for who in ("a stranger", "the operator"):
        user = people[who]
        client = a.mall.client(user)
        client.raise_request_exception = False
        for address in sorted(addresses):
            status = client.get(address).status_code
            assert status < 500, f"{who} got {status} at {address}"
