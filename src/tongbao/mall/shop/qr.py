"""QR codes of the mall's addresses: as SVG for screens and posters, as PNG for elsewhere."""

from io import BytesIO
from typing import Final

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_QUIET: Final = 4  # modules of white around, as the standard wants
_PIXELS: Final = 16  # of a PNG's module


def address(path: str) -> str:
    """Return the whole address that a code holds: the mall's own, whoever draws it."""
    return f"{settings.ADDRESS}{path}"


def drawn(path: str, *, is_shop_sign: bool = False) -> SafeString:
    """Return the SVG of a path's code, to be put into a page: black on white in every theme.

    A shop sign has more redundancy: it gets scratched.
    """
    svg = _code(path, is_shop_sign=is_shop_sign).svg_inline(
        border=_QUIET, light="#fff", dark="#000", omitsize=True, svgclass="qr", lineclass=None
    )
    return mark_safe(svg)  # noqa: S308  # segno's own, of our address


def svg(path: str) -> bytes:
    """Return a code as an SVG file."""
    return _saved(path, "svg", scale=10)


def png(path: str) -> bytes:
    """Return a code as a PNG file, large enough to print."""
    return _saved(path, "png", scale=_PIXELS)


def _code(path: str, *, is_shop_sign: bool) -> segno.QRCode:
    return segno.make(address(path), error="q" if is_shop_sign else "m", micro=False)


def _saved(path: str, kind: str, scale: int) -> bytes:
    file = BytesIO()
    code = _code(path, is_shop_sign=True)
    code.save(file, kind=kind, scale=scale, border=_QUIET, light="#fff", dark="#000")
    return file.getvalue()
