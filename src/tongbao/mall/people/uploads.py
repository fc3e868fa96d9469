"""Pictures that people upload: what is taken, how they are kept, how they are handed out."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import FileSystemStorage
from django.http import FileResponse, Http404, HttpRequest
from django.utils._os import safe_join
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

KINDS: Final = {
    ".gif": ("GIF", "image/gif"),
    ".jpeg": ("JPEG", "image/jpeg"),
    ".jpg": ("JPEG", "image/jpeg"),
    ".png": ("PNG", "image/png"),
    ".webp": ("WEBP", "image/webp"),
}
# What Pillow raises for a file that it cannot read to its end.
_BROKEN: Final = (
    *(UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError),
    *(EOFError, IndexError, ValueError),
)
MOST_BYTES: Final = 5 * 2**20
MOST_PIXELS: Final = 40_000_000


def check(name: str, file: Any) -> None:  # noqa: ANN401  # Django, Oscar and allauth have no types
    """Check that a file is a picture of a kind that we take, as its name says.

    Raises:
        ValidationError: it is not, in the reader's language.
    """
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        raise ValidationError(_("Only JPEG, PNG, WebP and GIF pictures can be uploaded."))
    if file.size > MOST_BYTES:
        raise ValidationError(_("The picture is larger than 5 MB. Save it smaller."))
    file.seek(0)
    try:
        with Image.open(file, formats=[kind[0]]) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise ValidationError(_("The picture has too many pixels. Save it smaller."))
            picture.verify()
        file.seek(0)
        with Image.open(file, formats=[kind[0]]) as picture:
            picture.load()  # what `verify` does not see: a file that was cut short
    except _BROKEN as error:
        raise ValidationError(
            _("The file is not the kind of picture that its name says.")
        ) from error
    finally:
        file.seek(0)


class Pictures(FileSystemStorage):
    """Keeps pictures and nothing else: the last door, behind the checks of each form."""

    def _save(self, name: str, content: Any) -> str:  # noqa: ANN401  # Django, Oscar and allauth have no types
        try:
            check(name, content)
        except ValidationError as error:
            raise SuspiciousFileOperation(f"{name} is no picture.") from error
        return super()._save(name, content)  # type: ignore[misc,no-any-return]  # Django's own


def media(request: HttpRequest, path: str) -> FileResponse:
    """Hand out a picture; what is none is not there, whatever lies in the folder."""
    del request
    kind = KINDS.get(Path(path).suffix.lower())
    try:
        place = Path(safe_join(settings.MEDIA_ROOT, path))
    except ValueError as error:  # outside the folder, or no file name at all
        raise Http404 from error
    if kind is None or not place.is_file():
        raise Http404
    answer = FileResponse(place.open("rb"), content_type=kind[1])
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
