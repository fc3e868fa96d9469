"""Filters and tags of all pages."""

from datetime import datetime

from django import template
from django.template import Context

from tongbao.mall.shop import money as figures

register = template.Library()


@register.simple_tag(takes_context=True)
def money(context: Context, minor: int) -> str:
    """Write an amount of minor units of the mall's currency: ``{% money sale.total_minor %}``."""
    return figures.money(int(minor), context["shop"].currency)


@register.filter
def points(atoms: int) -> str:
    """Write points: ``{{ atoms|points }}``."""
    return figures.points(int(atoms))


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None) -> str:
    """Write a moment in the mall's time zone, to the minute."""
    return "" if at is None else f"{at.astimezone(context['shop'].zone):%Y-%m-%d %H:%M}"


@register.simple_tag(takes_context=True)
def day(context: Context, at: datetime | None) -> str:
    """Write a moment's day in the mall's time zone."""
    return "" if at is None else f"{at.astimezone(context['shop'].zone):%Y-%m-%d}"
