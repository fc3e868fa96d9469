"""Long lists, page by page."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def paged(
    request: HttpRequest, listed: QuerySet[Any] | Sequence[Any], size: int = 20
) -> "Page[Any]":
    """Return the page that the address asks for (``?page=2``); the nearest where there is none.

    For templates: ``{% include "mall/pager.html" with page=page_obj %}``.
    """
    return Paginator(listed, size).get_page(request.GET.get("page"))
