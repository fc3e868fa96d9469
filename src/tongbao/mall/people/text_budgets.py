"""How many text messages a day are sent: for one network, to one country, by the mall in all.

A network is an address as `limits` sees it: of IPv6 the first 64 bits, for the rest is its user's to
choose.

Each costs money, and whoever asks for one needs no account. What is counted stands in the database,
a row a day and budget; three conditional updates in one transaction count a text in all three or
in none, always in the same order (network, country, mall), so that no two wait for each other.
A text counts when it is asked for, sent or not, and whether or not there is an account.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import phonenumbers
from allauth.core.internal.ratelimit import get_ip
from babel import Locale
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongbao.ledger.logs import event
from tongbao.mall.people.models import TextsOfDay
from tongbao.mall.shop.models import Shop, the_shop

_LOG: Final = logging.getLogger("tongbao.mall.texts")
_KEPT: Final = timedelta(days=7)
_COUNTED: Final = "tongbao_text_counted"  # on a request: the number that a text of it counts for
_Kind = TextsOfDay.Kind


class TextsSpent(Exception):
    """A budget of text messages is spent for today."""

    def __init__(self, kind: str, seconds: int) -> None:
        """Say which one, and in how many seconds the next day begins."""
        super().__init__(f"no more texts today: {kind}")
        self.kind = kind
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Spending:
    """What became of a day's texts: ``label`` is a country's code, or "" for the whole mall."""

    label: str
    sent: int
    most: int
    refused: int


def take(request: HttpRequest, phone: str) -> None:
    """Count a text to a number that this request asks for; once, however often it is called.

    Raises:
        ValidationError: no texts are sent to that country, in the reader's language.
        TextsSpent: a budget is spent; nothing is counted but the refusal.
    """
    if getattr(request, _COUNTED, None) == phone:
        return
    check_country(phone)
    shop = the_shop()
    now = timezone.now().astimezone(shop.zone)
    budgets = (
        (_Kind.PLACE, _hide(get_ip(request)), shop.texts_per_place),
        (_Kind.COUNTRY, country_of(phone), shop.texts_per_country),
        (_Kind.MALL, "", shop.texts_per_mall),
    )
    spent = _spend(now.date(), budgets)
    if spent is not None:
        _note_refusal(now.date(), *spent)
        raise TextsSpent(spent[0], _left(now))
    TextsOfDay.objects.filter(day__lt=now.date() - _KEPT).delete()
    setattr(request, _COUNTED, phone)


def check_country(phone: str) -> None:
    """Check that texts are sent to a number's country.

    Raises:
        ValidationError: they are not, in the reader's language.
    """
    allowed = countries_of(the_shop())
    if allowed and country_of(phone) not in allowed:
        named = Locale("zh" if (get_language() or "").startswith("zh") else "en").territories
        countries = _(", ").join(str(named.get(code, code)) for code in allowed)
        raise ValidationError(
            _(
                "Text messages are sent to numbers of %(countries)s only. "
                "Please use an e-mail address."
            ),
            code="country",
            params={"countries": countries},
        )


def countries_of(shop: Shop) -> list[str]:
    """Return the countries to whose numbers texts are sent; none named and no home: all."""
    return shop.text_countries.split() or ([shop.country] if shop.country else [])


def country_of(phone: str) -> str:
    """Return the country of a number in its international form, "" where it is nobody's.

    >>> country_of("+37121234567"), country_of("+881612345678")
    ('LV', '001')
    """
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        return ""


def read_spendings(shop: Shop) -> list[Spending]:
    """Return what became of today's texts: of the whole mall first, then by country."""
    today = timezone.now().astimezone(shop.zone).date()
    rows = TextsOfDay.objects.filter(day=today).exclude(kind=_Kind.PLACE).order_by("key")
    most = {_Kind.MALL.value: shop.texts_per_mall, _Kind.COUNTRY.value: shop.texts_per_country}
    return [Spending(row.key, row.sent, most[row.kind], row.refused) for row in rows]


def count_refused(shop: Shop) -> int:
    """Return how many texts were not sent today because a budget was spent."""
    today = timezone.now().astimezone(shop.zone).date()
    return sum(TextsOfDay.objects.filter(day=today).values_list("refused", flat=True))


def _spend(day: date, budgets: Sequence[tuple[_Kind, str, int]]) -> tuple[_Kind, str] | None:
    """Count a text in all budgets, or in none; return the one that has nothing left, if any."""
    with transaction.atomic():
        TextsOfDay.objects.bulk_create(
            [TextsOfDay(day=day, kind=kind, key=key) for kind, key, _most in budgets],
            ignore_conflicts=True,
        )
        for kind, key, most in budgets:
            row = TextsOfDay.objects.filter(day=day, kind=kind, key=key, sent__lt=most)
            if not row.update(sent=F("sent") + 1):
                transaction.set_rollback(True)
                return kind, key
    return None


def _note_refusal(day: date, kind: _Kind, key: str) -> None:
    """Count what was not sent; write a line about the first one a day and budget."""
    row: dict[str, Any] = {"day": day, "kind": kind, "key": key}
    TextsOfDay.objects.bulk_create([TextsOfDay(**row)], ignore_conflicts=True)
    TextsOfDay.objects.filter(**row).update(refused=F("refused") + 1)
    if TextsOfDay.objects.filter(**row, refused=1).exists():
        told = {"country": key} if kind == _Kind.COUNTRY else {}
        event(_LOG, "text_refused", level=logging.WARNING, why=kind.value, **told)


def _left(now: datetime) -> int:
    """Return the seconds until the next day begins where the mall is."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return max(1, int((tomorrow - now).total_seconds()))


def _hide(place: str) -> str:
    return salted_hmac("people.texts", place, algorithm="sha256").hexdigest()[:32]
