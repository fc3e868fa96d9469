"""Messages with a right signature and nonsense in them: 400 and a line in the log, nothing changed."""

import json
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mall.stage import Mall
from tongbao.mall.paying import charges
from tongbao.mall.paying.models import Callback, Charge
from tongbao.mall.paying.providers import Notification, Paid
from tongbao.mall.paying.sandbox import SIGNATURE, Sandbox, signature

CALLBACK = "/pay/callback/sandbox/"


def handle(charge: Charge) -> None:
    """Stand for what a charge is for."""
    del charge


HANDLED = override_settings(MALL_CHARGE_HANDLERS={"test": f"{__name__}.handle"})


def started(mall: Mall) -> Charge:
    with transaction.atomic():
        return charges.start(
            provider=Sandbox(),
            purpose="test",
            reference="1",
            user=mall.user(),
            amount_minor=5_000,
            currency="CNY",
        )


def right(charge: Charge) -> dict[str, Any]:
    return {
        "event": "e1",
        "charge": str(charge.pk),
        "state": "confirmed",
        "amount_minor": 5_000,
        "currency": "CNY",
        "ref": "r1",
    }


def send(body: bytes, client: Client | None = None) -> int:
    headers = {SIGNATURE: signature(body)}
    client = client or Client(raise_request_exception=False, SERVER_NAME="localhost")
    answer = client.post(CALLBACK, body, content_type="application/json", headers=headers)
    return int(answer.status_code)


ODD_FIELDS: list[tuple[str, Any]] = [
    ("event", ""),
    ("event", "e" * 129),
    ("event", "e\x00"),
    ("event", "\ud800"),
    ("event", None),
    ("event", ["e"]),
    ("charge", ""),
    ("charge", 7),
    ("charge", None),
    ("charge", "9" * 5000),
    ("charge", {"a": 1}),
    ("state", "paid"),
    ("state", None),
    ("state", ["confirmed"]),
    ("amount_minor", -1),
    ("amount_minor", 2**63),
    ("amount_minor", 10**4000),
    ("amount_minor", 5000.0),
    ("amount_minor", "5000"),
    ("amount_minor", True),
    ("amount_minor", None),
    ("currency", "CNYX"),
    ("currency", "\x00"),
    ("currency", 156),
    ("ref", "r" * 5000),
    ("ref", "\x00"),
    ("ref", "\udfff"),
    ("ref", None),
]


@HANDLED
def test_signed_messages_with_an_odd_field_are_refused_and_told_in_the_log(
    any_mall: Mall, caplog: pytest.LogCaptureFixture
) -> None:
    charge = started(any_mall)
    for field, value in ODD_FIELDS:
        caplog.clear()
        with caplog.at_level(logging.WARNING, "tongbao"):
            status = send(json.dumps(right(charge) | {field: value}).encode())
        assert (field, value, status) == (field, value, 400)
        assert [record.name for record in caplog.records if record.name.startswith("tongbao")]
    charge.refresh_from_db()
    assert (charge.state, charge.trouble) == (Charge.State.STARTED, "")
    assert not Callback.objects.exists()


@HANDLED
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b"[]",
        b'"x"',
        b"{}",
        b"[" * 9_999,
        b'{"a":' * 1_900,
        b"\xff\xfe",
        b"\x00",
        b"1" * 9_999,
        b"NaN",
        '{"event": "一"}'.encode("gbk"),
    ],
)
def test_a_signed_body_that_is_no_message_is_refused(mall: Mall, body: bytes) -> None:
    assert send(body) == 400


@HANDLED
def test_a_signed_message_of_no_charge_that_is_here_is_refused(mall: Mall) -> None:
    charge = started(mall)
    assert send(json.dumps(right(charge) | {"charge": str(uuid4())}).encode()) == 404
    lacking = right(charge)
    del lacking["ref"]
    assert send(json.dumps(lacking).encode()) == 400
    assert send(json.dumps(right(charge) | {"more": 1}).encode()) == 400


@HANDLED
def test_the_right_message_is_taken_after_all_the_nonsense(mall: Mall) -> None:
    charge = started(mall)
    for field, value in ODD_FIELDS:
        send(json.dumps(right(charge) | {field: value}).encode())
    assert send(json.dumps(right(charge)).encode()) == 200
    charge.refresh_from_db()
    assert charge.state == Charge.State.CONFIRMED


class Careless(Sandbox):
    """A provider whose reading of messages has defects, as one of an installation may have."""

    def confirm(self, headers: Any, body: bytes) -> Notification:  # noqa: ANN401  # as they come
        del headers
        fields = json.loads(body)
        return Notification(
            fields["event"],
            fields["charge"],
            Paid(fields["state"]),
            fields["amount_minor"],
            fields["currency"],
            fields["ref"],
        )


@HANDLED
@override_settings(MALL_PAYMENT_PROVIDERS=[f"{__name__}.Careless"])
@pytest.mark.parametrize(("field", "value"), [("event", None), ("amount_minor", "1"), ("ref", 1)])
def test_a_providers_careless_reading_is_no_fault_of_the_mall(
    mall: Mall,
    field: str,
    value: Any,  # noqa: ANN401  # odd
) -> None:
    charge = started(mall)
    assert send(json.dumps(right(charge) | {field: value}).encode()) == 400
    assert send(b"[]") == 400


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@HANDLED
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_signed_message_is_a_fault(mall: Mall, data: st.DataObject) -> None:
    charge = Charge.objects.first() or started(mall)
    fields = right(charge)
    for name in data.draw(st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)):
        fields[name] = data.draw(_JSON)
    assert send(json.dumps(fields).encode()[:10_000]) in {200, 400, 404}
