"""Codes and offers, as an operator makes them in the dashboard."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

_numbers = count(1)


def offer(kind: str, value: str, **limits: object) -> Any:  # noqa: ANN401  # Oscar has no types
    """Make an offer on all goods that needs a code; ``kind`` is Oscar's: Absolute, Percentage."""
    name = f"offer {next(_numbers)}"
    goods = get_model("offer", "Range").objects.create(name=name, includes_all_products=True)
    condition = get_model("offer", "Condition").objects.create(range=goods, type="Count", value=1)
    benefit = get_model("offer", "Benefit").objects.create(range=goods, type=kind, value=value)
    fields = {"offer_type": "Voucher", **limits}
    return get_model("offer", "ConditionalOffer").objects.create(
        name=name, condition=condition, benefit=benefit, **fields
    )


def code(
    usage: str = "Single use", kind: str = "Absolute", value: str = "5", **limits: object
) -> Any:  # noqa: ANN401
    """Make a code that takes so much off; returns Oscar's voucher."""
    name, now = f"CODE{next(_numbers)}", timezone.now()
    made = get_model("voucher", "Voucher").objects.create(
        name=name,
        code=name,
        usage=usage,
        start_datetime=now - timedelta(days=1),
        end_datetime=now + timedelta(days=9),
    )
    made.offers.add(offer(kind, value, **limits))
    return made


def use(client: Client, voucher: Any) -> bool:  # noqa: ANN401  # Oscar's
    """Give a code in the basket; say whether it is in there then."""
    client.post("/basket/vouchers/add/", {"code": voucher.code})
    return voucher.code in client.get("/basket/").content.decode()
