"""Who may run the mall: the roles that it gives, and nothing else.

Every page, form and command asks here. Django's ``is_staff`` and ``is_superuser``, and the
permissions that Oscar knows, give nobody anything.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from tongbao.mall.people.models import RoleGrant, User

OPERATOR = RoleGrant.Role.OPERATOR


def is_operator(user: User | AnonymousUser | None) -> bool:
    """Say whether somebody is an operator of the mall now."""
    return _holds(user, OPERATOR)


def grant(user: User, role: RoleGrant.Role, by: User | None = None) -> bool:
    """Give somebody a role; say whether it is new to them."""
    _, is_new = RoleGrant.objects.get_or_create(user=user, role=role, defaults={"granted_by": by})
    return is_new


def revoke(user: User, role: RoleGrant.Role) -> bool:
    """Take a role away; say whether they had it."""
    return bool(RoleGrant.objects.filter(user=user, role=role).delete()[0])


def grants(role: RoleGrant.Role) -> QuerySet[RoleGrant]:
    """Return who holds a role, the first to be given it first."""
    found = RoleGrant.objects.filter(role=role).select_related("user", "granted_by")
    return found.order_by("granted_at", "pk")


def _holds(user: User | AnonymousUser | None, role: RoleGrant.Role) -> bool:
    if not isinstance(user, User) or not user.is_active or user.pk is None:
        return False
    return RoleGrant.objects.filter(user=user.pk, role=role).exists()
