"""How pages write a postal address, everywhere the same; who invites whoever registers."""

from dataclasses import dataclass

from django import template
from django.template import Context

from tongbao.mall.people.adapter import REFERRAL
from tongbao.mall.people.addresses import address_line, address_lines
from tongbao.mall.people.masking import masked
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import the_shop
from tongbao.mall.shop.pitch import Pitch, pitch

register = template.Library()
register.filter("address_line", address_line)
register.filter("address_lines", address_lines)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who invites, what the mall is, and whether the inviter gets points or money for it."""

    inviter: str
    pitch: Pitch
    brings_points: bool
    brings_money: bool


@register.simple_tag(takes_context=True)
def invitation(context: Context) -> Invitation | None:
    """Return the invitation that whoever registers has followed, if any."""
    code = context["request"].session.get(REFERRAL, "")
    inviter = User.objects.filter(code=code, is_active=True).first() if code else None
    if inviter is None:
        return None
    shop = the_shop()
    plan = shop.ledger.standing().plan
    points, money = any(plan.referral_points_bps[:1]), any(plan.referral_cash_bps[:1])
    return Invitation(masked(inviter), pitch(shop), points, money)
