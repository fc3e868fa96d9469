"""Oscar's patterns, of which only those that are served are kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver

from tongbao.mall.desk import dashboard
from tongbao.mall.people.dashboard.access import for_operators
from tongbao.mall.people.dashboard.served import OPERATORS, SHOP

_OURS: Final[Mapping[str, Callable[..., HttpResponseBase]]] = {
    "dashboard:index": dashboard.home,
    "dashboard:order-list": dashboard.orders,
}
"""Pages of ours at Oscar's addresses."""


def keep_served(
    patterns: Iterable[URLPattern | URLResolver], space: str = ""
) -> Iterator[URLPattern | URLResolver]:
    """Yield what is served of Oscar's patterns, the dashboard behind the operators' door."""
    for one in patterns:
        if isinstance(one, URLResolver):
            below = f"{space}{one.namespace}:" if one.namespace else space
            kept = list(keep_served(one.url_patterns, below))
            if kept:
                defaults = one.default_kwargs
                yield URLResolver(one.pattern, kept, defaults, one.app_name, one.namespace)
            continue
        name = f"{space}{one.name}"
        if name in SHOP:
            yield one
        elif name in OPERATORS:
            view = for_operators(_OURS.get(name, one.callback))
            yield URLPattern(one.pattern, view, one.default_args, one.name)
