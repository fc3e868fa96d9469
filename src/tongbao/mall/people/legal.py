"""Terms and privacy notice: the texts that operators wrote, or else the software's own.

A text that is written at the desk is a new version and never changes; which version somebody agreed
to, in which language and words, is noted with the member when registering.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from tongbao.mall.people.models import LegalText, User
from tongbao.mall.shop.models import Shop, the_shop
from tongbao.mall.shop.money import is_chinese

LONGEST: Final = 20_000  # letters of a text


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as it is shown: paragraphs parted by empty lines. Version 0 is the software's own."""

    kind: str
    version: int
    since: datetime | None
    language: str
    body: str

    @property
    def stamp(self) -> str:
        """What is noted with whoever agrees: version, language, and the words' SHA-256, cut."""
        return f"{self.version} {self.language} {sha256(self.body.encode()).hexdigest()[:32]}"


def current(kind: str) -> Shown:
    """Return the text that holds now, in the reader's language."""
    chinese = is_chinese()
    language = "zh-hans" if chinese else "en"
    text = latest(kind)
    if text is None:
        return Shown(kind, 0, None, language, _shipped(kind, the_shop()))
    body = text.body_zh if chinese else text.body_en
    return Shown(kind, text.pk, text.written_at, language, body)


def latest(kind: str) -> LegalText | None:
    """Return the newest version that operators wrote."""
    return LegalText.objects.filter(kind=kind).order_by("-pk").first()


def shipped(kind: str) -> dict[str, str]:
    """Return the software's own text in both languages, by language."""
    shop, bodies = the_shop(), {}
    for language in ("en", "zh-hans"):
        with override(language):
            bodies[language] = _shipped(kind, shop)
    return bodies


@transaction.atomic
def write(kind: str, body_en: str, body_zh: str, by: User) -> LegalText | None:
    """Keep a text as a new version; nothing where it is what stands already."""
    before = latest(kind)
    if before is not None and (before.body_en, before.body_zh) == (body_en, body_zh):
        return None
    return LegalText.objects.create(kind=kind, body_en=body_en, body_zh=body_zh, written_by=by)


def _shipped(kind: str, shop: Shop) -> str:
    paragraphs = _terms(shop) if kind == LegalText.Kind.TERMS else _privacy()
    return "\n\n".join(paragraphs)


def _terms(shop: Shop) -> list[str]:
    window = _("The mall gives no return window of its own; what the law gives you stays.")
    if shop.return_days:
        window = ngettext(
            "Goods can be returned within %(days)s day after you received them; an order keeps the "
            "terms of its day.",
            "Goods can be returned within %(days)s days after you received them; an order keeps the "
            "terms of its day.",
            shop.return_days,
        ) % {"days": shop.return_days}
    return [
        _(
            "You buy from the merchant that is named beside the goods; the mall takes the payment "
            "for it."
        ),
        window,
        _("Points are rewards, not a deposit or a security. Their value can fall as well as rise."),
        _("An invitation code cannot be changed later."),
        _(
            "You can delete your account yourself, once nothing is owed to you and no order is "
            "under way."
        ),
    ]


def _privacy() -> list[str]:
    return [
        _(
            "Kept: your e-mail address or phone number, a password that nobody can read back, your "
            "name, addresses, orders, points, money and bank accounts that you enter, and who "
            "invited you."
        ),
        _(
            "Merchants see your name, phone number and address on the orders they ship. Payment "
            "providers and couriers get what they need. Whoever invited you sees your name with "
            "its middle hidden and what your orders brought them."
        ),
        _(
            "Cookies keep you logged in and your language and basket; there is no advertising and "
            "no tracking by others."
        ),
        _(
            "Deleting your account erases what says who you are. Bookings of points and money stay "
            "under an account name without your name, for books must not change afterwards."
        ),
    ]
