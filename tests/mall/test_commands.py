"""`tongbao mall`: opening one, its operators, its worker; what the demo says when it cannot."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import Client, override_settings

from tests.mall.conftest import default_database, migrated, surroundings
from tests.mall.stage import Mall
from tongbao.cli import mall_serve, mall_work
from tongbao.cli.ledger_words import Unable
from tongbao.cli.main import main
from tongbao.mall.demo import marker
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.people.models import User
from tongbao.mall.people.roles import is_operator
from tongbao.mall.shop.models import Shop, the_shop

GOOD = "a long sentence 7"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """The URL of a database that has the tables and no mall."""
    path = tmp_path / "mall.sqlite3"
    shutil.copyfile(migrated(), path)
    url = f"sqlite:///{path}"
    with surroundings(tmp_path), default_database(url):
        yield url


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["mall", *arguments], input=typed)


def opened(url: str, *more: str, typed: str = "") -> Result:
    names = ["--program", "tea", "--name-en", "Tea Mall", "--name-zh", "茶商城"]
    return run("open", *names, "--database", url, *more, typed=typed)


def test_open_sets_up_a_mall_on_a_preset(empty: str) -> None:
    result = opened(empty, "--preset", "wine", "--return-days", "0")
    assert result.exit_code == 0, result.output
    shop = the_shop()
    assert (shop.program, shop.name_zh, shop.currency, shop.return_days) == (
        "tea",
        "茶商城",
        "CNY",
        0,
    )
    assert shop.ledger.standing().plan.backing_bps == 3000


def test_open_again_changes_nothing(empty: str) -> None:
    opened(empty, "--preset", "wine")
    assert opened(empty, "--preset", "wine").exit_code == 0
    assert the_shop().ledger.standing().number == 1  # the opening of the mall's own account


@pytest.mark.parametrize(
    ("margin", "left"), [("35%", "a loss of ¥5.50 on each sale"), ("0%", "a loss of ¥30.00")]
)
def test_open_refuses_a_margin_at_which_the_malls_own_goods_lose(
    empty: str, margin: str, left: str
) -> None:
    # The plan takes 30 % of the price and 30 % of the profit: 40.50 at 35 %, 30.00 at 0.
    refused = opened(empty, "--preset", "dividend", "--margin", margin)
    assert refused.exit_code == 2
    assert left in refused.stderr
    assert not Shop.objects.exists()
    meant = opened(empty, "--preset", "dividend", "--margin", margin, "--at-a-loss")
    assert meant.exit_code == 0, meant.output
    assert left in meant.stderr
    assert Merchant.objects.get().margin_bps == int(margin.rstrip("%")) * 100


def test_open_warns_of_the_usual_margin_and_of_one_that_leaves_little(empty: str) -> None:
    usual = opened(empty, "--preset", "dividend", "--lang", "zh")
    assert usual.exit_code == 0
    assert "每笔亏损 ¥5.50" in usual.stderr
    assert opened(empty, "--preset", "dividend", "--margin", "1%").stderr == ""  # open already


@pytest.mark.parametrize(
    ("margin", "says"),
    [("45%", "¥1.50 is left, less than 5%"), ("60%", ""), ("101%", "0% and 100%")],
)
def test_open_takes_a_margin_that_earns(empty: str, margin: str, says: str) -> None:
    result = opened(empty, "--preset", "dividend", "--margin", margin)
    assert result.exit_code == (2 if margin == "101%" else 0)
    assert (says in result.stderr) if says else not result.stderr


def test_open_makes_the_operator(empty: str) -> None:
    result = opened(
        empty, "--preset", "wine", "--operator", "Boss@Example.com", typed=f"{GOOD}\n{GOOD}\n"
    )
    assert result.exit_code == 0, result.output
    boss = User.objects.get(email="boss@example.com")
    assert is_operator(boss)
    assert boss.check_password(GOOD)


@pytest.mark.parametrize("plans", [(), ("--preset", "wine", "--plan", "plan.toml")])
def test_open_asks_for_exactly_one_plan(empty: str, plans: tuple[str, ...]) -> None:
    result = opened(empty, *plans)
    assert result.exit_code == 2
    assert "either --plan FILE or --preset NAME" in result.output


def test_a_preset_is_not_read_in_another_currency(empty: str) -> None:
    result = opened(empty, "--preset", "wine", "--currency", "GBP", "--lang", "zh")
    assert result.exit_code == 2
    assert "以 CNY 计价" in result.output


@pytest.mark.parametrize(
    ("given", "says"),
    [((), "EUR does not say in which country"), (("--country", "XX"), "is no country")],
)
def test_open_asks_for_a_country_where_the_currency_says_none(
    empty: str, tmp_path: Path, given: tuple[str, ...], says: str
) -> None:
    plan = tmp_path / "plan.toml"
    CliRunner().invoke(main, ["plan", "new", "--preset", "wine", "--out", str(plan)])
    plan.write_text(plan.read_text("utf-8").replace('"CNY"', '"EUR"'), "utf-8")
    refused = opened(empty, "--plan", str(plan), *given)
    assert refused.exit_code == 2
    assert says in refused.output
    assert opened(empty, "--plan", str(plan), "--country", "fr").exit_code == 0
    assert the_shop().country == "FR"
    assert opened(empty, "--plan", str(plan)).exit_code == 0  # it is open, and stays where it is
    assert the_shop().country == "FR"


def test_operator_promotes_who_is_there(empty: str) -> None:
    user = User.objects.create_user("ann@example.com", "something else 7")
    run("operator", "ann@example.com", "--database", empty, typed=f"{GOOD}\n{GOOD}\n")
    user.refresh_from_db()
    assert is_operator(user)
    assert user.check_password(GOOD)


def test_operators_are_listed_and_the_role_is_taken_away_at_once(empty: str) -> None:
    for email in ("ann@example.com", "bob@example.com"):
        run("operator", email, "--database", empty, typed=f"{GOOD}\n{GOOD}\n")
    client = Client(SERVER_NAME="localhost")
    opened(empty, "--preset", "wine")
    bob = User.objects.get(email="bob@example.com")
    client.force_login(bob, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/wallet/payouts/").status_code == 200
    listed = run("operator", "--list", "--database", empty).output.splitlines()
    assert [line.split()[0] for line in listed] == ["ann@example.com", "bob@example.com"]
    assert all("by the command line" in line for line in listed)
    assert run("operator", "BOB@example.com", "--remove", "--database", empty).exit_code == 0
    assert client.get("/wallet/payouts/").status_code == 404
    assert bob.check_password(GOOD)
    again = run("operator", "bob@example.com", "--remove", "--database", empty)
    assert again.exit_code == 2
    assert "no operator's address" in again.output
    assert run("operator", "--list", "--database", empty).output.count("\n") == 1


@pytest.mark.parametrize("wrong", [(), ("--remove",), ("a@b.example", "--list")])
def test_operator_asks_for_an_address_or_for_the_list(empty: str, wrong: tuple[str, ...]) -> None:
    result = run("operator", *wrong, "--database", empty)
    assert result.exit_code == 2
    assert "or ask for --list" in result.output


@pytest.mark.parametrize(
    ("email", "password", "why"),
    [("nobody", GOOD, "no e-mail address"), ("ann@example.com", "1234", "won't do")],
)
def test_operator_refuses_what_will_not_do(empty: str, email: str, password: str, why: str) -> None:
    result = run("operator", email, "--database", empty, typed=f"{password}\n{password}\n")
    assert result.exit_code == 2
    assert why in result.output
    assert not User.objects.exists()


def test_serve_says_that_there_is_no_mall(empty: str) -> None:
    result = run("serve", "--port", "1", "--database", empty)
    assert result.exit_code == 2
    assert "tongbao mall open" in result.output


def test_serve_says_that_the_port_is_taken(mall: Mall) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port), "--database", mall.url)
    assert result.exit_code == 2
    assert f"127.0.0.1:{port}: another program is there" in result.output


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "::"])
def test_a_demo_is_served_to_this_machine_only(mall: Mall, host: str) -> None:
    marker.write({"name": "wine"})
    with pytest.raises(Unable, match="served to this machine only"):
        mall_serve.serve(host, 8000, processes=1, threads=1, worker=False)


def test_a_demo_is_not_served_under_a_public_address(mall: Mall) -> None:
    marker.write({"name": "wine"})
    public = override_settings(ADDRESS="https://example.com")
    with public, pytest.raises(Unable, match="served to this machine only"):
        mall_serve.serve("127.0.0.1", 8000, processes=1, threads=1, worker=False)


def test_the_worker_closes_the_days_that_have_ended(mall: Mall) -> None:
    assert mall_work.once() == 0


def test_a_duty_that_fails_holds_up_no_other(mall: Mall) -> None:
    done: list[str] = []

    def bad(now: object) -> None:
        raise RuntimeError("on purpose")

    those = [
        mall_work.Duty("bad", bad, 5.0),
        mall_work.Duty("good", lambda _: done.append("good"), 5.0),
    ]
    assert mall_work.round_of(those) == 1
    assert done == ["good"]


def test_a_daily_duty_is_done_once_a_day(mall: Mall) -> None:
    done: list[str] = []
    those = [mall_work.Duty("daily", lambda _: done.append("done"), None)]
    for _ in range(3):
        those[0].due = 0.0
        mall_work.round_of(those)
    assert done == ["done"]


def test_reconcile_says_that_all_is_well(mall: Mall) -> None:
    result = run("reconcile", "--database", mall.url)
    assert result.exit_code == 0, result.output
    assert result.output == "Orders, payments and journal agree\n"


def test_the_demo_says_where_its_history_is_missing(tmp_path: Path) -> None:
    result = run("demo", "--folder", str(tmp_path / "demo"), "--history", str(tmp_path))
    assert result.exit_code == 2
    assert "--history FOLDER" in result.output


def test_the_demo_leaves_a_folder_alone_that_is_none_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run("demo", "--folder", str(tmp_path / "mine"), "--port", str(port))
    assert result.exit_code == 2
    assert "holds no demo" in result.output
    assert (tmp_path / "mine" / "letter.txt").exists()


def test_the_demo_says_that_a_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("demo", "--folder", str(tmp_path / "demo"), "--port", str(port))
    assert result.exit_code == 2
    assert "Choose another with --port" in result.output
