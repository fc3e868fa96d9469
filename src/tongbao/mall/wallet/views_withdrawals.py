"""Taking cash out: ask, show the exact figures, do it once; and what became of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongbao.ledger.values import LedgerError
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.mall.shop.money import money
from tongbao.mall.shop.pages import paged
from tongbao.mall.shop.troubles import told
from tongbao.mall.wallet.actions import ONCE
from tongbao.mall.wallet.forms import WithdrawForm
from tongbao.mall.wallet.holdings import Holdings, holdings
from tongbao.mall.wallet.models import Withdrawal
from tongbao.mall.wallet.views import shop_of, user_of
from tongbao.mall.wallet.withdrawals import Destination, least_minor
from tongbao.mall.wallet.withdrawals import request as ask


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take money out of the wallet; account numbers never stand in an address."""
    shop, user = shop_of(request), user_of(request)
    has = holdings(shop.ledger, user.account)
    if request.method != "POST":
        form = WithdrawForm(shop.currency, initial=_last(user))
        return _form(request, has, form)
    form = WithdrawForm(shop.currency, request.POST)
    once, step = request.POST.get("once", ""), request.POST.get("step")
    done = _done(user, once) if ONCE.fullmatch(once) else None
    form.full_clean()
    # Sent a second time, the cash may be gone already: by the first time.
    if done is not None and (step == "do" or done.amount_minor == form.cleaned_data.get("amount")):
        return redirect("wallet:withdrawal", done.pk)
    if done is not None or not ONCE.fullmatch(once):
        once = uuid4().hex
        step = "look" if step == "do" else step
    if not form.is_valid() or not _can_be(shop, has, form) or step == "edit":
        return _form(request, has, form)
    if step == "do":
        return _do(request, shop, has, form, once)
    return _confirm(request, has, form, once)


@require_safe
@login_required
def listed(request: HttpRequest) -> HttpResponse:
    """Show all withdrawals, the newest first."""
    rows = Withdrawal.objects.filter(user=user_of(request)).order_by("-created_at", "id")
    return render(request, "wallet/withdrawals.html", {"page_obj": paged(request, rows)})


@require_safe
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one withdrawal and its way."""
    found = get_object_or_404(Withdrawal, pk=pk, user=user_of(request))
    return render(request, "wallet/withdrawal.html", {"withdrawal": found})


def _do(
    request: HttpRequest, shop: Shop, has: Holdings, form: WithdrawForm, once: str
) -> HttpResponse:
    given = form.cleaned_data
    destination = Destination(given["target"], given["holder"], given["number"])
    try:
        made = ask(shop, user_of(request), once, given["amount"], destination)
    except LedgerError as error:
        form.add_error(None, told(error))
        return _form(request, has, form)
    return redirect("wallet:withdrawal", made.pk)


def _done(user: User, once: str) -> Withdrawal | None:
    """Return what that form asked for before."""
    named = f"{user.account}-withdraw-{once}"
    return Withdrawal.objects.filter(user=user, command_id=named).first()


def _can_be(shop: Shop, has: Holdings, form: WithdrawForm) -> bool:
    """Say whether the ledger would let it go now; if not, the form says why not."""
    amount, least = form.cleaned_data["amount"], least_minor()
    if amount > has.wallet:
        there = {"cash": money(has.wallet, shop.currency)}
        form.add_error("amount", _("You have %(cash)s in your wallet.") % there)
    elif amount < least:
        form.add_error(
            "amount",
            _("The minimum withdrawal is %(least)s.") % {"least": money(least, shop.currency)},
        )
    else:
        _look(shop, has, form, amount)
    return form.is_valid()


def _look(shop: Shop, has: Holdings, form: WithdrawForm, amount: int) -> None:
    command = {
        "id": f"{has.account}-look",
        "type": "withdraw",
        "account": has.account,
        "amount": amount,
    }
    try:
        paused = shop.ledger.standing().status != "running"
        outcome = shop.ledger.preview(command)
    except LedgerError as error:
        form.add_error(None, told(error))
        return
    if paused:
        form.add_error(None, _("Points are paused at the moment. Try again later."))
    elif not outcome.ok:
        why = "" if outcome.receipt is None else str(outcome.receipt.error)
        spend = _("Under this mall's plan cash cannot be withdrawn. You can shop with it.")
        form.add_error(None, spend if why == "not_allowed" else told(outcome))


def _form(request: HttpRequest, has: Holdings, form: WithdrawForm) -> HttpResponse:
    given = {"has": has, "form": form, "least": least_minor(), "once": uuid4().hex}
    return render(request, "wallet/withdraw.html", given)


def _confirm(request: HttpRequest, has: Holdings, form: WithdrawForm, once: str) -> HttpResponse:
    given: Mapping[str, Any] = form.cleaned_data
    shown = {
        "form": form,
        "given": given,
        "target": Withdrawal.Target(given["target"]).label,
        "has": has,
        "left": has.wallet - given["amount"],
        "once": once,
    }
    return render(request, "wallet/withdraw_confirm.html", shown)


def _last(user: User) -> dict[str, str]:
    """Return the account that was paid last, so that nobody types it twice."""
    last = Withdrawal.objects.filter(user=user).order_by("-created_at").first()
    if last is None:
        return {"target": str(Withdrawal.Target.BANK), "holder": user.name}
    return {"target": last.target, "holder": last.holder, "number": last.number}
