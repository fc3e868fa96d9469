"""What every template has at hand."""

from django.http import HttpRequest

from tongbao.mall.shop.models import the_shop


def shop(request: HttpRequest) -> dict[str, object]:
    """Give the mall's settings as ``shop``: read once per request."""
    found = getattr(request, "shop", None)
    if found is None:
        found = request.shop = the_shop()  # type: ignore[attr-defined]  # kept for this request
    return {"shop": found}
