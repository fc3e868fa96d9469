"""What the journal tells people: forced sales at once; dividends and full quotas every night."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tongbao.ledger import versions
from tongbao.ledger.delivery import Posted
from tongbao.ledger.dividends import dividend_days
from tongbao.ledger.door import Ledger
from tongbao.ledger.versions import VersionState
from tongbao.mall.notices.tell import Kind, tell
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop, the_shop

NEWS: Final = timedelta(days=3)
"""A dividend of a day longer ago is no news: nobody is told."""

NEARLY: Final = 90
"""Percent of the quota from which on people are told that it will soon be used up."""

_AT_ONCE: Final = 500
_SHOWN: Final = 5  # of what went wrong, in the log


class Exits:
    """A receiver of the journal: tells members whose points were sold by force."""

    name = "mall-exits"

    def receive(self, entries: Sequence[Posted]) -> None:
        """Tell of the exits in these entries of the mall's program."""
        program = the_shop().program
        exits = [
            (entry.number, told)
            for entry in entries
            if entry.program == program
            for told in json.loads(entry.body).get("receipt", {}).get("exits", ())
        ]
        names = {told["account"] for _, told in exits}
        users = {user.account: user for user in User.objects.filter(account__in=names)}
        with transaction.atomic():
            for number, told in exits:
                user = users.get(told["account"])
                if user is not None:
                    facts = {name: int(told[name]) for name in ("points", "gross", "net")}
                    tell(user, Kind.EXIT, f"{user.account}:{number}", facts)


def tell_nightly(shop: Shop, now: datetime) -> int:
    """Tell members of the last closed day's dividend, of quotas nearly full, of rules to come.

    Returns how many were told something new. May be run again at any time: nobody is told twice.
    Somebody with whom something is wrong keeps nobody else from being told.

    Raises:
        ExceptionGroup: what was wrong, after all others were told; run it again later.
    """
    ledger, told, wrong = shop.ledger, 0, list[Exception]()
    for users in _chunks():
        told += _tell_of_rules(shop, users)
        held = [user for user in users if user.enrolled_at is not None]
        accounts = ledger.accounts([user.account for user in held])
        for user in held:
            account = accounts.get(user.account)
            if account is None or not (account.points or account.wallet):
                continue
            try:
                told += _tell_of_dividend(shop, ledger, user, now)
                if account.points and account.quota:
                    gained = account.gained
                    told += _tell_of_quota(ledger, user, account.points, account.quota, gained)
            except Exception as error:  # noqa: BLE001  # raised below, with the others'
                wrong.append(error)
    if wrong:
        raise ExceptionGroup("not everybody was told", wrong[:_SHOWN])
    return told


def _chunks() -> Iterator[list[User]]:
    last = 0
    while users := list(User.objects.filter(pk__gt=last, is_active=True).order_by("pk")[:_AT_ONCE]):
        yield users
        last = users[-1].pk


def _tell_of_dividend(shop: Shop, ledger: Ledger, user: User, now: datetime) -> int:
    oldest = str((now - NEWS).astimezone(shop.zone).date())
    days = dividend_days(ledger, user.account, limit=1).days
    if not days or not days[0].amount or days[0].day < oldest:
        return 0
    facts: dict[str, int | str] = {"amount": days[0].amount, "day": days[0].day}
    return tell(user, Kind.DIVIDEND, f"{user.account}:{days[0].day}", facts)


def _tell_of_quota(ledger: Ledger, user: User, points: int, quota: int, gained: int) -> int:
    """Tell once for each quota ever gained, when value and dividends have nearly reached it."""
    figures = ledger.standing().figures
    worth = points * figures.reserve // figures.supply if figures.supply else 0
    if worth * 100 < quota * NEARLY:
        return 0
    facts = {"percent": min(99, worth * 100 // quota), "quota": quota}
    return tell(user, Kind.EXIT_AHEAD, f"{user.account}:{gained}", facts)


def _tell_of_rules(shop: Shop, users: Sequence[User]) -> int:
    coming = [
        version
        for version in versions.history(shop.program)
        if version.state is VersionState.ANNOUNCED
    ]
    told = 0
    for version in coming:
        moment = version.effective_at.astimezone(shop.zone)
        facts: dict[str, int | str] = {
            "version": version.version,
            "from": f"{moment:%Y-%m-%d %H:%M}",
        }
        for user in users:
            key = f"{version.version}:{version.announced_at:%Y%m%d%H%M%S}:{user.account}"
            told += tell(user, Kind.PLAN_CHANGED, key, facts)
    return told
