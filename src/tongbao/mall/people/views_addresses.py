"""Pages of the address book."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongbao.mall.people.addresses import MOST_ADDRESSES, AddressForm, UserAddress, address_lines


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show all addresses, the default one first."""
    found = UserAddress.objects.filter(user=request.user).select_related("country")
    addresses = [
        (one, address_lines(one)) for one in found.order_by("-is_default_for_shipping", "-id")
    ]
    return render(
        request,
        "people/addresses.html",
        {"addresses": addresses, "is_full": len(addresses) >= MOST_ADDRESSES},
    )


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Take a new address down; the first one is the default."""
    mine = UserAddress.objects.filter(user=request.user)
    if mine.count() >= MOST_ADDRESSES:
        messages.error(request, _("The address book is full. Delete an address first."))
        return redirect("people:addresses")
    initial = {"first_name": request.user.name, "phone_number": str(request.user.phone or "")}  # type: ignore[union-attr]  # logged in
    form = AddressForm(request.user, request.POST or None, initial=initial)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        if not mine.exists():
            form.instance.is_default_for_shipping = True
        form.save()
        return _onward(request)
    return render(request, "people/address.html", {"form": form, "next": _next(request)})


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an address; orders placed before keep theirs."""
    address = get_object_or_404(UserAddress, user=request.user, pk=pk)
    form = AddressForm(request.user, request.POST or None, instance=address)  # type: ignore[arg-type]  # logged in
    if request.method == "POST" and form.is_valid():
        form.save()
        return _onward(request)
    return render(
        request,
        "people/address.html",
        {"form": form, "address": address, "next": _next(request)},
    )


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an address; the latest of the others becomes the default if that one was."""
    address = get_object_or_404(UserAddress, user=request.user, pk=pk)
    was_default = address.is_default_for_shipping
    address.delete()
    if was_default:
        heir = UserAddress.objects.filter(user=request.user).order_by("-id").first()
        if heir is not None:
            heir.is_default_for_shipping = True
            heir.save()
    messages.success(request, _("The address is deleted."))
    return redirect("people:addresses")


@login_required
@require_POST
def make_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an address be the one that the checkout proposes."""
    address = get_object_or_404(UserAddress, user=request.user, pk=pk)
    address.is_default_for_shipping = True
    address.save()  # Oscar takes it from the one before
    return redirect("people:addresses")


def _next(request: HttpRequest) -> str:
    """Return where to go on after saving, if that is a place in this mall."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def _onward(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("The address is saved."))
    return redirect(_next(request) or "people:addresses")
