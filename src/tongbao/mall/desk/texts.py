"""The mall's own terms and privacy notice, as operators write them: plain text in both languages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongbao.mall.desk.access import operator
from tongbao.mall.people import legal
from tongbao.mall.people.models import LegalText

_LABELS = {
    "terms_en": gettext_lazy("Terms in English"),
    "terms_zh": gettext_lazy("Terms in Chinese"),
    "privacy_en": gettext_lazy("Privacy notice in English"),
    "privacy_zh": gettext_lazy("Privacy notice in Chinese"),
}


class TextsForm(forms.Form):
    """Both texts in both languages; none may be empty."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django's own
        """Ask for each of them in a large field."""
        super().__init__(*args, **options)
        for name, label in _LABELS.items():
            lang = "en" if name.endswith("_en") else "zh-Hans"
            field = forms.Textarea(attrs={"rows": 12, "lang": lang})
            self.fields[name] = forms.CharField(label=label, max_length=legal.LONGEST, widget=field)

    def clean(self) -> dict[str, Any]:
        """Write line ends in one way, whatever the browser sends."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in _LABELS:
            if name in cleaned:
                cleaned[name] = "\n".join(cleaned[name].splitlines())
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def texts(request: HttpRequest) -> HttpResponse:
    """Show the texts and their versions; keep what was written as new versions."""
    user = operator(request)
    form = TextsForm(request.POST or None, initial=_initial())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        for kind in LegalText.Kind:
            if {f"{kind}_en", f"{kind}_zh"} & set(form.changed_data):
                legal.write(kind, given[f"{kind}_en"], given[f"{kind}_zh"], user)
        messages.success(request, _("Saved. Who registers from now on agrees to these texts."))
        return redirect("desk:texts")
    versions = LegalText.objects.select_related("written_by").order_by("-pk")
    return render(request, "desk/texts.html", {"form": form, "versions": versions})


def _initial() -> dict[str, str]:
    found = {}
    for kind in LegalText.Kind:
        text = legal.latest(kind)
        bodies = legal.shipped(kind) if text is None else {}
        found[f"{kind}_en"] = bodies["en"] if text is None else text.body_en
        found[f"{kind}_zh"] = bodies["zh-hans"] if text is None else text.body_zh
    return found
