"""What stands around every page: the bar at the top and the tabs."""

import re

from tests.mall.services.goods import offer
from tests.mall.stage import Mall
from tongbao.mall.notices.choices import choose
from tongbao.mall.notices.tell import Kind, tell

DOT = '<i class="dot">'


def test_the_bell_has_a_dot_while_messages_are_unread(mall: Mall) -> None:
    user = mall.user()
    client = mall.client(user)
    assert DOT not in client.get("/").content.decode()
    tell(user, Kind.ORDER_SHIPPED, "1", {"sale": "A-1", "merchant": "Tea"})
    page = client.get("/").content.decode()
    assert DOT in page
    assert 'aria-label="Messages, some unread"' in page
    client.get("/messages/")
    assert DOT not in client.get("/").content.decode()


def test_the_bell_has_no_dot_for_kinds_that_are_not_wanted(mall: Mall) -> None:
    user = mall.user()
    choose(user, (), ())
    tell(user, Kind.ORDER_SHIPPED, "1", {"sale": "A-1", "merchant": "Tea"})
    assert DOT not in mall.client(user).get("/").content.decode()


def test_the_bell_is_the_readers_own(mall: Mall) -> None:
    tell(mall.user("ann"), Kind.ORDER_SHIPPED, "1", {"sale": "A-1", "merchant": "Tea"})
    assert DOT not in mall.client(mall.user("bob")).get("/").content.decode()


def test_the_team_belongs_to_me(mall: Mall) -> None:
    page = mall.client(mall.user()).get("/team/").content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/me/", "/me/"]


def test_a_top_up_asks_for_one_number(mall: Mall) -> None:
    product = offer(mall, "topup", "phone-50", "50.00", topup_kind="phone")
    page = mall.client().get(product.get_absolute_url()).content.decode()
    assert len(re.findall(r'<input[^>]* name="target"', page)) == 1
    assert "option-target" not in page
