"""Whoever has left is nobody here any more, in whatever table something of theirs stood."""

from collections.abc import Iterator
from typing import Final

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone
from oscar.core.loading import get_model

from tests.mall.owners import NAME, World, world
from tests.mall.stage import Mall
from tongbao.mall.people import leaving
from tongbao.mall.sales.models import Part, Return, Sale
from tongbao.mall.services.models import Topup
from tongbao.mall.wallet.models import Withdrawal

STREET: Final = "Century Avenue 77"
BANK: Final = "6222000011112222"
PHONE: Final = "13812345678"


@pytest.fixture
def a(mall: Mall) -> World:
    """Shopper A, who told the mall everything about her."""
    made = world(mall)
    user, order = made.user, made.sale.order
    assert order is not None
    place = order.shipping_address
    place.first_name, place.line1, place.notes = NAME, STREET, f"Ring at {NAME}"
    place.save()
    order.notes.create(message=f"{NAME} called from {PHONE}", user=mall.operator())
    order.guest_email = str(user.email)
    order.save()
    order.lines.get().attributes.create(type="target", value=PHONE)
    made.part.returns.update(reason=f"{NAME} does not like it", answer=f"Dear {NAME}")
    Part.objects.filter(pk=made.part.pk).update(shipping_note=f"Left with {NAME}")
    get_model("analytics", "UserSearch").objects.create(user=user, query=NAME)
    get_model("communication", "Email").objects.create(user=user, subject="Dear", body_text=NAME)
    get_model("communication", "Notification").objects.create(recipient=user, subject=NAME)
    get_model("reviews", "ProductReview").objects.filter(user=user).update(name=NAME)
    return made


def told(*words: str) -> Iterator[str]:
    """Yield where any of these words stands, in any text of any table."""
    there = set(connection.introspection.table_names())
    for model in apps.get_models():
        if model._meta.db_table not in there:  # of libraries' examples
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, (models.CharField, models.TextField, models.JSONField)):
                continue
            for pk, value in model._base_manager.values_list("pk", field.name):
                if any(word in str(value) for word in words):
                    yield f"{model._meta.label}.{field.name} of {pk}: {value}"


def end_everything(a: World) -> None:
    """Let all that is under way be at its end."""
    Part.objects.filter(sale__user=a.user).update(state=Part.State.SETTLED)
    Sale.objects.filter(user=a.user, state=Sale.State.PENDING).update(state=Sale.State.CANCELLED)
    Return.objects.filter(part__sale__user=a.user).update(state=Return.State.REFUSED)
    Withdrawal.objects.filter(user=a.user).update(state=Withdrawal.State.PAID)
    Topup.objects.filter(part__sale__user=a.user).update(state=Topup.State.DONE)


def test_no_table_has_the_name_the_street_the_phone_or_the_bank_account_afterwards(
    a: World,
) -> None:
    words = (NAME, STREET, BANK, PHONE, str(a.user.email))
    end_everything(a)
    assert len(list(told(*words))) >= 12
    leaving.erase(a.user)
    assert list(told(*words)) == []


def test_what_was_bought_stays_for_the_books(a: World) -> None:
    end_everything(a)
    leaving.erase(a.user)
    sale = Sale.objects.get(pk=a.sale.pk)
    assert sale.total_minor == a.sale.total_minor > 0
    assert sale.order is not None
    assert sale.order.lines.get().title == "Tea House 1"
    assert Withdrawal.objects.get().amount_minor == 100
    assert sale.user.account == a.user.account
    for path in (f"/dashboard/orders/{sale.number}/", "/dashboard/orders/", "/wallet/payouts/?all=1",
                 f"/desk/tea/orders/{a.part.pk}/", "/dashboard/reviews/"):  # fmt: skip
        assert a.mall.client(a.mall.operator()).get(path).status_code == 200, path


def test_what_is_under_way_is_erased_at_its_end(a: World) -> None:
    leaving.erase(a.user)
    assert Withdrawal.objects.get().number == BANK  # the operator still has to pay it
    assert list(told(STREET))
    end_everything(a)
    leaving.erase_the_rest(timezone.now())
    assert list(told(NAME, STREET, BANK, PHONE)) == []


def test_nobody_else_is_touched(a: World) -> None:
    end_everything(a)
    other = a.mall.user("Bob")
    leaving.erase(other)
    leaving.erase_the_rest(timezone.now())
    assert Withdrawal.objects.get().number == BANK
    assert list(told(STREET))


def test_no_session_of_the_person_is_left(mall: Mall) -> None:
    ann, eve = mall.user("ann"), mall.user("eve")
    for user in (ann, ann, eve):
        session = mall.client(user).session
        session["basket_removed"] = {"options": {"target": "13800138000"}}
        session.save()
    leaving.erase(ann)
    kept = [one.get_decoded()["_auth_user_id"] for one in Session.objects.all()]
    assert kept == [str(eve.pk)]
