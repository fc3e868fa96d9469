"""Messages: told once, worded in the reader's language, mailed to whoever wants them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from tests.mall.stage import Mall
from tongbao.ledger.delivery import deliver
from tongbao.mall.notices.choices import choose, shown, unread, wanted
from tongbao.mall.notices.follow import Exits, tell_nightly
from tongbao.mall.notices.mailing import send
from tongbao.mall.notices.models import Notice
from tongbao.mall.notices.tell import LEGAL, Kind, tell
from tongbao.mall.notices.words import LABELS, worded
from tongbao.mall.people.members import enrolled

FACTS: dict[Kind, dict[str, int | str]] = {
    Kind.ORDER_PAID: {"sale": "100001", "total": 12345},
    Kind.ORDER_CANCELLED: {"sale": "100001", "why": "expired"},
    Kind.ORDER_SHIPPED: {"sale": "100001", "merchant": "Tea House"},
    Kind.POINTS_SETTLED: {"sale": "100001", "points": 21_000_000, "quota": 20000},
    Kind.DIVIDEND: {"amount": 105, "day": "2026-11-22"},
    Kind.EXIT_AHEAD: {"percent": 93, "quota": 20000},
    Kind.EXIT: {"points": 21_000_000, "gross": 20000, "net": 18000},
    Kind.RETURN_DECIDED: {"sale": "100001", "amount": 5000, "state": "refused"},
    Kind.REFUND: {"sale": "100001", "amount": 5000, "points": 1_000_000},
    Kind.WITHDRAWAL: {"amount": 5000, "state": "paid"},
    Kind.VOUCHER: {"sale": "100001", "state": "issued"},
    Kind.TOPUP: {"sale": "100001", "state": "failed"},
    Kind.PLAN_CHANGED: {"version": 2, "from": "2026-12-01 00:00"},
    Kind.PAID_IN_PERSON: {"sale": "T1", "merchant": "Tea House", "total": 990},
    Kind.ORDER_TO_SHIP: {
        "sale": "100001",
        "merchant": "Tea House",
        "account": "tea",
        "part": 1,
        "total": 12345,
    },
    Kind.INVITED_POINTS: {"friend": "A***", "points": 2_100_000},
}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_has_words_in_both_languages(mall: Mall, kind: Kind, language: str) -> None:
    notice = Notice(user=mall.user("ann"), kind=str(kind), key="k", facts=FACTS[kind])
    with translation.override(language):
        words = worded(notice, mall.shop)
        assert words.text
        assert str(LABELS[kind])
    has_chinese = any("一" <= c <= "鿿" for c in words.text)
    assert has_chinese == (language == "zh-hans")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        *[(Kind.VOUCHER, state) for state in ("issued", "used", "asked", "expired")],
        *[(Kind.TOPUP, state) for state in ("success", "failed")],
        *[(Kind.WITHDRAWAL, state) for state in ("requested", "paid", "failed")],
        *[(Kind.RETURN_DECIDED, state) for state in ("approved", "refused")],
    ],
)
def test_every_state_that_is_told_has_its_own_words(mall: Mall, kind: Kind, state: str) -> None:
    facts = {**FACTS[kind], "state": state}
    words = worded(Notice(user=mall.user("ann"), kind=str(kind), key="k", facts=facts), mall.shop)
    assert words.text != words.title


def test_a_message_that_cannot_be_worded_keeps_nobody_from_the_others(mall: Mall) -> None:
    ann = mall.user("ann")
    tell(ann, Kind.TOPUP, "1", {"sale": "100001", "state": "nobody knows"})
    tell(ann, Kind.ORDER_PAID, "100001", FACTS[Kind.ORDER_PAID])
    page = mall.client(ann).get("/messages/").content.decode()
    assert "Top-up" in page
    assert "¥123.45" in page
    assert send() == 2
    assert send() == 0


def test_telling_twice_is_telling_once(mall: Mall) -> None:
    ann = mall.user("ann")
    facts: dict[str, int | str] = {"sale": "100001", "total": 990}
    assert tell(ann, Kind.ORDER_PAID, "100001", facts)
    assert not tell(ann, Kind.ORDER_PAID, "100001", facts)
    assert Notice.objects.filter(user=ann).count() == 1


def test_the_page_shows_messages_once_as_new(mall: Mall) -> None:
    ann = mall.user("ann")
    tell(ann, Kind.ORDER_PAID, "100001", {"sale": "100001", "total": 12345})
    client = mall.client(ann)
    first = client.get("/messages/").content.decode()
    assert "¥123.45" in first
    assert ">new<" in first
    assert ">new<" not in client.get("/messages/").content.decode()


def test_messages_are_their_readers_own(mall: Mall) -> None:
    tell(mall.user("ann"), Kind.ORDER_PAID, "100001", {"sale": "100001", "total": 12345})
    assert "¥123.45" not in mall.client(mall.user("bob")).get("/messages/").content.decode()
    assert mall.client().get("/messages/").status_code == 302


def test_what_nobody_wants_in_the_mall_is_not_shown(mall: Mall) -> None:
    ann = mall.user("ann")
    tell(ann, Kind.DIVIDEND, "1", FACTS[Kind.DIVIDEND])
    tell(ann, Kind.ORDER_PAID, "1", FACTS[Kind.ORDER_PAID])
    choose(ann, in_mall=[], by_mail=[])
    assert [notice.kind for notice in shown(ann)] == ["order_paid"]
    assert unread(ann) == 1


def test_legal_messages_cannot_be_switched_off(mall: Mall) -> None:
    ann = mall.user("ann")
    mall.client(ann).post("/messages/choices/", {})
    by_kind = {one.kind: one for one in wanted(ann)}
    assert all(by_kind[kind].in_mall and by_kind[kind].by_mail for kind in LEGAL)
    assert not any(one.in_mall or one.by_mail for one in by_kind.values() if not one.is_legal)


def test_a_mail_goes_once_and_in_the_readers_language(mall: Mall) -> None:
    ann, bob = mall.user("ann", language="zh-hans"), mall.user("bob")
    for user in (ann, bob):
        tell(user, Kind.ORDER_PAID, user.account, FACTS[Kind.ORDER_PAID])
    assert send() == 2
    assert send() == 0
    chinese, english = mail.outbox
    assert (chinese.to, english.to) == ([ann.email], [bob.email])
    assert "测试商城" in chinese.body
    assert "is paid" in english.body
    assert english.extra_headers["Message-ID"].startswith("<notice-")


def test_no_mail_for_what_is_unwanted_old_or_unreachable(mall: Mall) -> None:
    ann, bob, eve = mall.user("ann"), mall.user("bob"), mall.user("eve")
    choose(ann, in_mall=["dividend"], by_mail=[])
    tell(ann, Kind.DIVIDEND, "ann", FACTS[Kind.DIVIDEND])
    tell(bob, Kind.DIVIDEND, "bob", FACTS[Kind.DIVIDEND])
    Notice.objects.filter(user=bob).update(at=timezone.now() - timedelta(days=4))
    tell(eve, Kind.DIVIDEND, "eve", FACTS[Kind.DIVIDEND])
    type(eve).objects.filter(pk=eve.pk).update(email=None, phone="+8613812345678")
    assert send() == 0
    assert not mail.outbox
    assert not Notice.objects.filter(mailed_at=None).exists()


def _bought(mall: Mall, name: str, paid: int, profit: int) -> str:
    user = mall.user(name)
    account = enrolled(user, mall.ledger)
    command = {"id": f"buy-{name}", "type": "purchase", "member": account, "paid": paid}
    assert mall.ledger.submit({**command, "profit": profit}).ok
    return account


def test_a_days_dividend_is_told_once_and_exactly(mall: Mall) -> None:
    account = _bought(mall, "ann", 10_000, 3_500)
    now = datetime.now(UTC)
    day = str(now.astimezone(mall.shop.zone).date())
    assert mall.ledger.submit({"id": "close", "type": "close_day", "day": day}).ok
    assert tell_nightly(mall.shop, now) == 1
    assert tell_nightly(mall.shop, now) == 0
    notice = Notice.objects.get(user__account=account)
    # 30 % of a profit of 35.00, and nobody else holds points.
    assert notice.facts == {"amount": 1050, "day": day}


def test_an_old_dividend_is_no_news(mall: Mall) -> None:
    _bought(mall, "ann", 10_000, 3_500)
    now = datetime.now(UTC)
    day = str(now.astimezone(mall.shop.zone).date())
    assert mall.ledger.submit({"id": "close", "type": "close_day", "day": day}).ok
    assert tell_nightly(mall.shop, now + timedelta(days=5)) == 0


def test_a_forced_sale_is_told_with_the_journals_figures(mall: Mall) -> None:
    # Dividends up to the quota force the sale: quota 200.00, points worth 21.00 and more.
    account = _bought(mall, "ann", 10_000, 10_000)
    number = 0
    while mall.ledger.account(account).points:  # type: ignore[union-attr]
        number += 1
        command = {"id": f"more-{number}", "type": "purchase", "member": "m-other", "paid": 10**8}
        mall.ledger.submit({**command, "profit": 10**8})
        day = f"2026-11-{number:02d}"
        mall.ledger.submit({"id": f"close-{number}", "type": "close_day", "day": day})
        assert number < 20
    deliver(mall.ledger.program_id, mall.shop.program, Exits())
    deliver(mall.ledger.program_id, mall.shop.program, Exits())
    notice = Notice.objects.get(user__account=account, kind="exit")
    assert notice.facts["net"] == notice.facts["gross"] - -(-notice.facts["gross"] // 10)
