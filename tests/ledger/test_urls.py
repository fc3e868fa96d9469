"""Databases by their URLs: several hosts in one, a pooler in transaction mode."""

import pytest

from tests.ledger.databases import POSTGRESQL, Database, Templates, known
from tongbao.site.databases import database


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        (
            "postgresql://ann:s%2Cx@h1.example:6601,h2.example:6602/shop",
            "h1.example,h2.example",
            "6601,6602",
        ),
        (
            "postgresql://ann@h1.example,h2.example:6602,h3.example/shop",
            "h1.example,h2.example,h3.example",
            ",6602,",
        ),
        ("postgresql://ann@h1.example,h2.example/shop", "h1.example,h2.example", ""),
        ("postgresql://h1.example,[2001:db8::1]:6602/shop", "h1.example,2001:db8::1", ",6602"),
        ("postgresql:" + "//ann@%2Frun%2Fa,%2Frun%2Fb/shop", "/run/a,/run/b", ""),
    ],
)
def test_several_hosts_stand_in_one_url(url: str, host: str, port: str) -> None:
    given = database(url + "?target_session_attrs=read-write&connect_timeout=3")
    assert (given["HOST"], given["PORT"], given["NAME"]) == (host, port, "shop")
    assert given["OPTIONS"]["target_session_attrs"] == "read-write"


def test_the_password_stays_what_it_was() -> None:
    given = database("postgresql://ann:s%2Cx%40y@h1.example:6601,h2.example:6602/shop")
    assert (given["USER"], given["PASSWORD"]) == ("ann", "s,x@y")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://h1.example:port,h2.example/shop",
        "postgresql://h1.example:70000,h2.example/shop",
        "postgresql://h1.example,,h2.example/shop",
        "postgresql://h1.example,/shop",
        "postgresql://h1.example/shop?pooler=session",
    ],
)
def test_what_is_no_place_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whoever asks says that it is no URL
        database(url)


def test_a_host_that_is_not_there_is_passed_over(postgresql: None, templates: Templates) -> None:
    with templates.copy(POSTGRESQL) as fresh:
        place, _, name = fresh.url.rpartition("/")
        user, _, host = place.rpartition("@")
        url = f"{user}@%2Fnowhere%2Fat%2Fall,{host}/{name}?target_session_attrs=read-write"
        with known(Database("second", POSTGRESQL, url)) as second:
            assert second.execute("SELECT current_database()") == [(name,)]


def test_a_pooler_gets_nothing_that_outlives_a_transaction() -> None:
    given = database("postgresql://ann@h1.example/shop?pooler=transaction")
    assert given["OPTIONS"] == {"prepare_threshold": None}
    assert given["DISABLE_SERVER_SIDE_CURSORS"] is True
    usual = database("postgresql://ann@h1.example/shop")
    assert usual["OPTIONS"] == {"prepare_threshold": 5}
    assert usual["DISABLE_SERVER_SIDE_CURSORS"] is False
