"""Opening a mall: its program, its own merchant account, its settings."""

from collections.abc import Mapping

from tongbao.ledger import programs
from tongbao.ledger.door import open_program
from tongbao.ledger.values import LedgerError
from tongbao.mall.shop.countries import home_of
from tongbao.mall.shop.models import ONLY, Shop


class NotOpened(LedgerError):
    """The mall could not be opened; the message has the reason."""


def open_mall(
    *,
    program: str,
    plan: Mapping[str, object],
    name_en: str,
    name_zh: str,
    currency: str,
    country: str = "",
    timezone: str = "Asia/Shanghai",
    **settings: int,
) -> Shop:
    """Make and launch the program, and the mall on it; do nothing that was done before.

    ``plan`` has the engine's JSON fields; ``settings`` are further fields of `Shop`. Without
    a ``country`` the mall is at home where its currency says. Not inside a transaction: opening
    the mall's own account is a command.

    Raises:
        LedgerError: what `programs.create` and `programs.launch` raise.
        NotOpened: the mall's own account has a member's name, or another mall is open here.
    """
    there = Shop.objects.filter(pk=ONLY).first()
    if there is not None and there.program != program:
        raise NotOpened(f"The mall here runs on the program {there.program!r}.")
    if all(overview.name != program for overview in programs.listing()):
        programs.create(program, plan, currency=currency, timezone=timezone)
    programs.launch(program, who="tongbao mall open")
    shop, _ = Shop.objects.get_or_create(
        pk=ONLY,
        defaults={
            "program": program,
            "name_en": name_en,
            "name_zh": name_zh,
            "currency": currency,
            "country": country or home_of(currency),
            "timezone": timezone,
            **settings,
        },
    )
    open_account(shop, shop.account)
    return shop


def open_account(shop: Shop, account: str) -> None:
    """Open a merchant account in the program, if it is not open yet.

    Raises:
        NotOpened: a member has that name.
    """
    ledger = open_program(shop.program)
    there = ledger.account(account)
    if there is None:
        ledger.submit({"id": f"open-{account}", "type": "open_merchant", "merchant": account})
        there = ledger.account(account)
    if there is None or there.kind != "merchant":
        raise NotOpened(f"{account!r} cannot be a merchant's account.")
