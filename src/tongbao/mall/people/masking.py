"""Names as others may see them: enough to recognise somebody, too little to find a stranger."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tongbao.mall.people.models import User

_LONG: Final = 9
"""Digits of a number of which the first three and the last four may be seen."""


def masked(user: "User") -> str:
    """Return a person's name, number or address with its middle hidden.

    >>> from tongbao.mall.people.models import User
    >>> masked(User(name="王小明")), masked(User(name="Ann Smith"))
    ('王**', 'A***')
    >>> masked(User(email="ann@example.com")), masked(User(phone="+8613812345678"))
    ('a***@example.com', '138****5678')
    """
    name = user.name.strip()
    if name:
        return name[0] + ("***" if name[0].isascii() else "*" * min(max(len(name) - 1, 1), 3))
    if user.phone:
        digits = "".join(c for c in str(user.phone.national_number) if c.isdigit())
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= _LONG else f"***{digits[-2:]}"
    local, _, host = (user.email or "").partition("@")
    return f"{local[:1]}***@{host}" if host else "***"
