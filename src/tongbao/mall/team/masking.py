"""Names as others may see them: enough to recognise a friend, too little to find a stranger."""

from typing import Final

from tongbao.mall.people.models import User

_LONG: Final = 9
"""Digits of a number of which the first three and the last four may be seen."""


def masked(user: User) -> str:
    """Return a person's name, address or number with its middle hidden.

    >>> masked(User(name="王小明")), masked(User(name="Ann Smith"))
    ('王**', 'A***')
    >>> masked(User(email="ann@example.com")), masked(User(phone="+8613812345678"))
    ('a***@example.com', '138****5678')
    """
    name = user.name.strip()
    if name:
        hidden = "***" if name[0].isascii() else "*" * min(max(len(name) - 1, 1), 3)
        return name[0] + hidden
    if user.phone:
        digits = "".join(c for c in str(user.phone.national_number) if c.isdigit())
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= _LONG else f"***{digits[-2:]}"
    local, _, host = (user.email or "?").partition("@")
    return f"{local[:1]}***@{host}"
