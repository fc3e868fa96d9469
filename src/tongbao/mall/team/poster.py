"""The poster: an image with a member's code, to print or to send to a friend.

Text is drawn in a font that this machine has; where none knows Chinese, Chinese text is left out
rather than drawn as boxes.
"""

import io
from functools import cache
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

SIZE: Final = (1080, 1500)
_SMALLEST: Final = 20
_INK: Final = "#17211c"
_PALE: Final = "#f6f4ee"
_ACCENT: Final = "#0f6b4f"
_FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def poster(address: str, title: str, lines: tuple[str, ...], code: str) -> bytes:
    """Return a PNG with a QR code of the address, a title, lines of text and the code in letters."""
    image = Image.new("RGB", SIZE, _PALE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 330), fill=_ACCENT)
    _write(draw, title, 150, 84, "white")
    greeting, *below = lines
    _write(draw, greeting, 262, 40, "white")
    for number, line in enumerate(below):
        _write(draw, line, 1240 + 62 * number, 40, _INK)
    picture = _qr(address)
    image.paste(picture, ((SIZE[0] - picture.width) // 2, 420))
    _write(draw, code, 1150, 72, _ACCENT)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _qr(address: str) -> Image.Image:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=16, border=3, dark=_INK)
    picture = Image.open(out).convert("RGB")
    return picture.resize((640, 640), Image.Resampling.NEAREST)


def _write(draw: ImageDraw.ImageDraw, text: str, middle: int, size: int, fill: str) -> None:
    path = _font_file()
    if path is None and not text.isascii():
        return
    font = _font(path, size)
    while size > _SMALLEST and draw.textlength(text, font=font) > SIZE[0] - 80:
        size -= 4
        font = _font(path, size)
    draw.text((SIZE[0] // 2, middle), text, font=font, fill=fill, anchor="mm")


def _font(path: str | None, size: int) -> _Font:
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)


@cache
def _font_file() -> str | None:
    return next((path for path in _FONTS if Path(path).is_file()), None)
