"""The statement as a spreadsheet file (CSV): every item, exact figures, nothing that runs.

Lines are made as they are read, so that a file of any length takes little memory.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from tongbao.ledger.effects import Amounts
from tongbao.ledger.statements import walk
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import ATOMS, digits
from tongbao.mall.shop.spreadsheet import BOM, row
from tongbao.mall.wallet.causes import Line, lines

_BATCH: Final = 200


def sheet(shop: Shop, user: User, language: str) -> Iterator[str]:
    """Yield the file of a member's statement, the oldest item first, in that language."""
    with override(language):
        yield BOM + row(_heads())
    items = walk(shop.ledger, user.account)
    while batch := list(islice(items, _BATCH)):
        # The language is set for each piece: between two of them others use this thread.
        with override(language):
            made = "".join(row(_cells(shop, line)) for line in lines(shop, user, batch))
        yield made


def plain_points(atoms: int) -> str:
    """Return points with all six decimals, for machines.

    >>> plain_points(-12_495_000)
    '-12.495000'
    """
    whole, rest = divmod(abs(atoms), ATOMS)
    return f"{'-' if atoms < 0 else ''}{whole}.{rest:06d}"


def plain_money(minor: int, currency: str) -> str:
    """Return an amount with all its decimals, for machines.

    >>> plain_money(-1205, "CNY"), plain_money(1205, "JPY")
    ('-12.05', '1205')
    """
    places = digits(currency)
    whole, rest = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}" + (f".{rest:0{places}d}" if places else "")


def _heads() -> list[str]:
    return [
        _("Entry"),
        _("Position in the entry"),
        _("Time"),
        _("Recorded"),
        _("Type"),
        _("Order"),
        _("Points"),
        _("Cash"),
        _("Credit"),
        _("Ceiling"),
        _("Points afterwards"),
        _("Cash afterwards"),
        _("Credit afterwards"),
        _("Ceiling afterwards"),
    ]


def _cells(shop: Shop, line: Line) -> list[str]:
    item = line.item
    return [
        str(item.number),
        str(item.position),
        line.at.astimezone(shop.zone).isoformat(sep=" ", timespec="seconds"),
        item.recorded_at.astimezone(shop.zone).isoformat(sep=" ", timespec="seconds"),
        "; ".join([line.title, *line.notes]).replace("\u2011", "-"),
        line.sale.number if line.sale else "",
        *_amounts(item.change, shop.currency),
        *_amounts(item.balance, shop.currency),
    ]


def _amounts(amounts: Amounts, currency: str) -> list[str]:
    return [
        plain_points(amounts.points),
        *(plain_money(a, currency) for a in (amounts.wallet, amounts.credit, amounts.quota)),
    ]
