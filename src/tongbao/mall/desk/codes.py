"""The merchant's QR codes: list, download, poster, renew, close."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongbao.mall.desk.access import at, shown
from tongbao.mall.instore import codes
from tongbao.mall.instore.models import PayCode
from tongbao.mall.merchants.models import Merchant
from tongbao.mall.shop import qr


class CodeForm(forms.Form):
    """A new code's label."""

    label = forms.CharField(
        label=gettext_lazy("Location"),
        max_length=40,
        help_text=gettext_lazy(
            "For example “Counter 1” or “Table 12”; shoppers see it. At most 40 characters."
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest, account: str) -> HttpResponse:
    """List the codes; a post makes one."""
    merchant = at(request, account)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"].strip()
        same = codes.codes_of(merchant).filter(label=label, closed_at=None).first()
        made = same or codes.make(merchant, label)  # a label is a place: one code each
        return redirect("desk:code", account, made.pk)
    mine = codes.codes_of(merchant)
    context = {
        "at": "codes",
        "form": form,
        "open": mine.filter(closed_at=None),
        "closed": mine.exclude(closed_at=None),
    }
    return shown(request, merchant, "desk/codes.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Show a code, to be scanned or taken along."""
    merchant = at(request, account)
    return shown(request, merchant, "desk/code.html", _drawn(_own(merchant, number)))


@login_required
@require_GET
def poster(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Show a code as a sheet to print."""
    merchant = at(request, account)
    return shown(request, merchant, "desk/poster.html", _drawn(_own(merchant, number)))


@login_required
@require_POST
def renew(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Put a new code in this one's place; this one leads nowhere from then on."""
    fresh = codes.renew(_own(at(request, account), number))
    messages.success(request, _("This is the new code. The old one no longer accepts payments."))
    return redirect("desk:code", account, fresh.pk)


@login_required
@require_POST
def close(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Close a code for good."""
    codes.close(_own(at(request, account), number))
    messages.success(request, _("The code is closed."))
    return redirect("desk:codes", account)


@login_required
@require_GET
def as_svg(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Give a code as an SVG file."""
    code = _own(at(request, account), number)
    return _file(qr.svg(codes.path_of(code)), "image/svg+xml", f"{account}-{code.code}.svg")


@login_required
@require_GET
def as_png(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Give a code as a PNG file."""
    code = _own(at(request, account), number)
    return _file(qr.png(codes.path_of(code)), "image/png", f"{account}-{code.code}.png")


def _own(merchant: Merchant, number: int) -> PayCode:
    return get_object_or_404(codes.codes_of(merchant), pk=number)


def _drawn(code: PayCode) -> dict[str, object]:
    path = codes.path_of(code)
    return {
        "at": "codes",
        "code": code,
        "qr": qr.drawn(path, is_shop_sign=True),
        "address": qr.address(path),
    }


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
