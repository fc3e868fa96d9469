"""Filters and tags of all pages."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongbao.mall.shop import money as figures
from tongbao.mall.shop.icons import drawn

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


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw one of the mall's icons: ``{% icon "wallet" %}``; the names are in shop/icons.py."""
    return drawn(name, css)


@register.simple_tag
def once() -> SafeString:
    """Give a form that does something its token: the ids of its commands come from it.

    The same page sent twice (double click, back button) has the same token.
    """
    return format_html('<input type="hidden" name="once" value="{}">', uuid4().hex)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Write a form field's input in the mall's look; ``mall/field.html`` puts it in its place."""
    widget: Any = field.field.widget
    css = "form-control"
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    if field.errors:
        css += " is-invalid"
    attrs: dict[str, str | bool] = {"class": f"{widget.attrs.get('class', '')} {css}".strip()}
    if field.errors:
        attrs["aria-describedby"] = f"{field.auto_id}_error"
    return field.as_widget(attrs=attrs)


@register.filter
def kind_of_input(field: BoundField) -> str:
    """Say how a field is laid out: as ``check``, ``choices``, ``hidden`` or ``text``."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "text"


@register.simple_tag(takes_context=True)
def asked(context: Context, **changes: object) -> str:
    """Return the address's query with some values changed (None: left out), without its page."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in {None, ""}:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def turned(context: Context, number: int) -> str:
    """Return the address's query for another page of the same list."""
    query: QueryDict = context["request"].GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()
