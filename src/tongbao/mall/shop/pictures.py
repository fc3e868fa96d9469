"""Pictures of goods: the shop's own photograph, or a drawing of their kind where there is none."""

import logging
from functools import lru_cache
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from sorl.thumbnail import get_thumbnail

from tongbao.mall.shop.drawing import draw, drawing_of

_LOG: Final = logging.getLogger("tongbao.mall")
_KEPT: Final = 2_000  # drawings of about 1,500 letters each


def picture(title: str, image: Any = None, size: int = 400) -> SafeString:  # noqa: ANN401  # sorl's
    """Return an image element of the uploaded file, or the drawing that goes with the title.

    It is for the eye: the title stands beside it. ``size`` is the upload's width and height.
    """
    if image:
        try:
            thumb = get_thumbnail(image, f"{size}x{size}", crop="center", quality=82)
            shown = thumb.url, thumb.width, thumb.height
        except Exception:  # noqa: BLE001  # whatever a broken file makes the library stumble on
            _LOG.warning("The picture %s cannot be read; a drawing stands in for it.", image)
        else:
            return format_html(
                '<img class="pic" src="{}" width="{}" height="{}" alt="" loading="lazy">', *shown
            )
    return _stand_in(title)


@lru_cache(maxsize=_KEPT)
def _stand_in(title: str) -> SafeString:
    """Return the drawing that goes with a title: asked for again with every list."""
    return draw(drawing_of(title))
