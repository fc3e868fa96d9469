"""Who runs the mall is said by its roles; Django's flags and Oscar's permissions say nothing."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction

import tongbao
from tests.mall.stage import Mall
from tongbao.mall.people.models import RoleGrant, User
from tongbao.mall.people.roles import OPERATOR, grant, grants, is_operator, revoke

RUNNING = (
    "/dashboard/", "/dashboard/orders/", "/desk/terms/", "/desk/merchants/", "/desk/charges/",
    "/wallet/payouts/", "/desk/wine/orders/", "/desk/wine/money/",
)  # fmt: skip
ALLOWED = {
    "mall/people/models.py", "mall/people/roles.py", "mall/people/dashboard/access.py",
    "mall/people/migrations/0001_initial.py", "mall/people/migrations/0003_roles.py",
}  # fmt: skip


def test_flags_groups_and_permissions_open_nothing(mall: Mall) -> None:
    every = Group.objects.create(name="everything")
    every.permissions.set(Permission.objects.all())
    user = mall.staff("tea")
    user.groups.add(every)
    user.user_permissions.set(Permission.objects.all())
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    user.refresh_from_db()
    client = mall.client(user)
    assert not is_operator(user)
    for path in RUNNING:
        assert client.get(path).status_code == 404, path
    assert client.get("/desk/tea/orders/").status_code == 200
    me = client.get("/me/").content.decode()
    assert "/wallet/payouts/" not in me
    assert 'href="/desk/"' in me


def test_the_role_opens_the_malls_pages_and_none_that_are_a_members_own(mall: Mall) -> None:
    user = mall.user()
    grant(user, OPERATOR, by=mall.operator())
    client = mall.client(user)
    for path in RUNNING:
        assert client.get(path).status_code == 200, path
    revoke(user, OPERATOR)
    for path in RUNNING:
        assert client.get(path).status_code == 404, path


def test_looking_at_the_dashboard_writes_no_flag(mall: Mall) -> None:
    user = mall.operator()
    assert mall.client(user).get("/dashboard/catalogue/").status_code == 200
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_a_role_is_held_once_and_says_who_gave_it(mall: Mall) -> None:
    first, user = mall.operator(), mall.user()
    assert grant(user, OPERATOR, by=first)
    assert not grant(user, OPERATOR)
    assert [one.granted_by for one in grants(OPERATOR)] == [None, first]
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role=OPERATOR)
    assert revoke(user, OPERATOR)
    assert not revoke(user, OPERATOR)


def test_whoever_is_locked_out_or_nobody_is_no_operator(mall: Mall) -> None:
    user = mall.operator()
    user.is_active = False
    assert not is_operator(user)
    assert not is_operator(None)
    assert not is_operator(User(email="x@example.com"))


def test_todays_operators_keep_their_role_when_a_mall_is_updated(mall: Mall) -> None:
    was, left, other = (mall.user(name) for name in ("was", "left", "other"))
    for user in (was, left):
        User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    User.objects.filter(pk=left.pk).update(left_at=left.date_joined)
    migration = import_module("tongbao.mall.people.migrations.0003_roles")
    migration.give_roles(apps, None)
    assert [one.user for one in grants(OPERATOR)] == [was]
    assert not User.objects.filter(is_staff=True).exists()
    migration.give_flags(apps, None)
    assert list(User.objects.filter(is_staff=True, is_superuser=True)) == [was]
    assert not is_operator(other)


def test_no_code_of_ours_asks_for_a_flag_or_a_permission() -> None:
    room = Path(tongbao.__file__).parent
    words = {"is_staff", "is_superuser", "has_perm", "has_perms", "user_permissions"}
    found = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in words)
        or (isinstance(node, ast.keyword) and node.arg in words)
    }
    assert found <= ALLOWED
    for page in room.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not any(word in text for word in (*words, "perms.")), page
