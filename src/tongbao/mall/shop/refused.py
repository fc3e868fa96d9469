"""What was refused when somebody wanted to buy: kept for the product's page, which shows it once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.forms import Form
from django.forms.utils import ErrorList
from django.http import HttpRequest

_KEY: Final = "refused"  # in the session
_LONGEST: Final = 120  # letters of an answer that are shown again
_MOST: Final = 20  # answers to one question


@dataclass(frozen=True, slots=True)
class Refused:
    """What was typed into each field, and what is wrong with it; ``above`` is about no field."""

    typed: dict[str, Sequence[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    above: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a shopper fills in to buy a product; ``typed`` and ``error`` from last time."""

    option: Any  # catalogue.Option, which has no types
    name: str
    typed: Sequence[str]
    error: str

    @property
    def text(self) -> str:
        """What was typed, where it is one answer."""
        return self.typed[0] if self.typed else ""


def keep(request: HttpRequest, product: Any, form: Form) -> None:  # noqa: ANN401  # Oscar has no types
    """Remember what was typed for a product and why it was refused."""
    names = [name for name in form.fields if name in request.POST]
    request.session[_KEY] = {
        "product": product.pk,
        "typed": {
            name: [text[:_LONGEST] for text in request.POST.getlist(name)[:_MOST]] for name in names
        },
        "errors": {name: _words(form.errors[name]) for name in form.fields if name in form.errors},
        "above": _words(form.non_field_errors()),
    }


def take(request: HttpRequest, product: Any) -> Refused:  # noqa: ANN401  # Oscar has no types
    """Return what was refused just now of that product, and forget it."""
    kept = request.session.get(_KEY)
    if kept is None or kept["product"] != product.pk:
        return Refused()
    del request.session[_KEY]
    return Refused(kept["typed"], kept["errors"], kept["above"])


def _words(errors: ErrorList) -> str:
    return " ".join(str(error) for error in errors)
