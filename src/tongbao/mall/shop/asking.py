"""What somebody looks for, read from an address; what cannot be read is said and left out."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongbao.mall.shop.amounts import BadAmount, parse_money
from tongbao.mall.shop.search import LONGEST, SORTS, Wish
from tongbao.mall.shop.shelf import Aisle, Shelf


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish, the words it was typed in, and what is wrong with them."""

    wish: Wish
    least: str
    most: str
    error: str
    narrowed: int  # how many filters are set

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders that a list can have, with their names."""
        return [
            ("best", _("Best match") if self.wish.text else _("Recommended")),
            ("cheap", _("Price, low first")),
            ("dear", _("Price, high first")),
            ("new", _("Newest first")),
            ("rated", _("Best rated first")),
        ]


def read(query: Mapping[str, str], shelf: Shelf, currency: str, aisle: Aisle | None) -> Asked:
    """Read the query of a list's address: q, min, max, merchant, stock, sort, in (a category)."""
    errors: list[str] = []
    least, most = query.get("min", "").strip()[:24], query.get("max", "").strip()[:24]
    floor, ceiling = _price(least, currency, errors), _price(most, currency, errors)
    if floor is not None and ceiling is not None and floor > ceiling:
        errors.append(_("The lowest price is above the highest."))
    partner = _key(query.get("merchant", ""))
    inner = shelf.aisles.get(_key(query.get("in", "")) or 0)
    sort = query.get("sort", "")
    wish = Wish(
        text=query.get("q", "").strip()[:LONGEST],
        aisle=inner if aisle is None else aisle,
        partner=partner if partner in shelf.sellers else None,
        least_minor=floor,
        most_minor=ceiling,
        in_stock=query.get("stock", "") == "1",
        sort=sort if sort in SORTS else "best",
    )
    narrowed = sum((wish.partner is not None, bool(least or most), wish.in_stock))
    return Asked(wish, least, most, " ".join(dict.fromkeys(errors)), narrowed)


def _price(text: str, currency: str, errors: list[str]) -> int | None:
    if not text:
        return None
    try:
        return parse_money(text, currency)
    except BadAmount as error:
        errors.append(str(error))
        return None


def _key(text: str) -> int | None:
    """Return a key that an address names; whatever else stands there names nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None  # noqa: PLR2004  # of a 64-bit key
