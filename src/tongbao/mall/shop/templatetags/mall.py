"""Filters and tags of all pages."""

import re
from datetime import datetime
from html import unescape
from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tongbao.mall.shop import money as figures
from tongbao.mall.shop import names, pictures
from tongbao.mall.shop.cards import Card, aisle_name, aisle_url, seller_name
from tongbao.mall.shop.icons import drawn
from tongbao.mall.shop.shelf import Aisle, Seller

register = template.Library()


@register.simple_tag(takes_context=True)
def money(context: Context, minor: int) -> str:
    """Write an amount of minor units of the mall's currency: ``{% money sale.total_minor %}``."""
    return figures.money(int(minor), context["shop"].currency)


@register.filter
def points(atoms: int) -> str:
    """Write points: ``{{ atoms|points }}``."""
    return figures.points(int(atoms))


@register.filter
def option(name: str) -> str:
    """Name an option in the reader's language: ``{{ name|option }}``."""
    return names.option(str(name))


@register.filter
def product_type(name: object) -> str:
    """Name a type of products in the reader's language: ``{{ product.product_class|product_type }}``."""
    return names.product_type(str(name))


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
def asked_for(context: Context, **changes: object) -> str:
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


@register.simple_tag
def place(name: str) -> str:
    """Return the address of another app's page, the front page where it is not built yet."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return "/"


@register.simple_tag
def picture(thing: object, size: int = 400) -> SafeString:
    """Show a good: ``{% picture product %}`` for Oscar's products and for cards of lists.

    Of a product the first of its images is taken (prefetch them in a list), or its parent's.
    """
    if isinstance(thing, Card):
        return pictures.picture(thing.title, thing.image, size)
    product: Any = thing
    image = next(iter(product.images.all()), None)
    if image is None and product.parent_id:
        image = next(iter(product.parent.images.all()), None)
    return pictures.picture(product.get_title(), image.original if image else None, size)


@register.filter
def seller(one: Seller) -> str:
    """Write a merchant's name in the reader's language."""
    return seller_name(one)


@register.filter
def aisle(one: Aisle) -> str:
    """Write a category's name in the reader's language."""
    return aisle_name(one)


@register.filter
def address(one: Aisle) -> str:
    """Return the address of a category's page."""
    return aisle_url(one)


@register.inclusion_tag("mall/stars.html")
def stars(rating: float | None, count: int | None = None) -> dict[str, object]:
    """Show a rating of at most five stars, and by how many if that is given."""
    shown = rating or 0.0
    full = int(shown + 0.5)
    return {"full": range(full), "rest": range(5 - full), "rating": f"{shown:.1f}", "count": count}


@register.simple_tag
def gap() -> str:
    """Part two sentences: by a blank, in Chinese by nothing."""
    return "" if figures.is_chinese() else " "


@register.simple_tag
def aisle_picture(one: Aisle) -> SafeString:
    """Draw what a category has."""
    return pictures.picture(one.name)


@register.filter
def paragraphs(text: str) -> SafeString:
    """Write a description, whatever markup it came in, as plain paragraphs."""
    broken = re.sub(r"(?i)<br\s*/?>|</?(?:p|div|li|h\d|tr)\b[^>]*>", "\n", text or "")
    lines = [line.strip() for line in unescape(strip_tags(broken)).splitlines()]
    return format_html_join("", "<p>{}</p>", ((line,) for line in lines if line))


@register.filter
def reviewer(review: Any) -> str:  # noqa: ANN401  # Oscar has no types
    """Return who wrote a review, masked: reviews are read by everybody."""
    name = (review.user.name if review.user else review.name) or ""
    return f"{name[:1]}***" if name else gettext("A shopper")


@register.simple_tag
def upload(image: Any, title: str) -> SafeString:  # noqa: ANN401  # a file of sorl's
    """Show one of the shop's own pictures of a good, large."""
    return pictures.picture(title, image, 800)
