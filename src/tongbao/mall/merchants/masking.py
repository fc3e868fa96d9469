"""How a merchant sees a shopper: enough to recognise who stands at the till, no more."""

from tongbao.mall.people.models import User

_DOTS = "••"


def masked(user: User) -> str:
    """Return a shopper's name with all but its first letter hidden; else phone or e-mail likewise."""
    name = user.name.strip()
    if name:
        return f"{name[0]}{_DOTS}"
    if user.phone:
        return f"{_DOTS}{str(user.phone)[-4:]}"
    return f"{(user.email or '?')[0]}{_DOTS}"
