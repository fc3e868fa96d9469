"""«Me», settings, invitation links, leaving."""

from collections.abc import Sequence
from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe
from django.views.i18n import set_language
from oscar.core.loading import get_model

from tongbao.mall.people import leaving, legal, links
from tongbao.mall.people.adapter import REFERRAL
from tongbao.mall.people.forms import CodeForm, LeaveForm, ProfileForm
from tongbao.mall.people.masking import masked
from tongbao.mall.people.members import bind
from tongbao.mall.people.models import LegalText, User
from tongbao.mall.people.roles import is_operator
from tongbao.mall.shop.models import the_shop


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show where everything of one's own is."""
    user = _user(request)
    groups = [links.known(group) for group in (_work(user), *links.EVERYBODY)]
    return render(request, "people/me.html", {"groups": [group for group in groups if group]})


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change name and language; lead to password, e-mail, phone, inviter."""
    user = _user(request)
    initial = {} if user.language else {"language": get_language()}
    form = ProfileForm(request.POST or None, instance=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("people:settings")
    code = CodeForm(initial={"code": request.session.get(REFERRAL, "")})
    inviter = masked(user.referrer) if user.referrer else ""
    known = {"form": form, "code_form": code, "inviter": inviter}
    return render(request, "people/settings.html", known)


@login_required
@require_POST
def give_code(request: HttpRequest) -> HttpResponse:
    """Bind to whoever has the code that was typed, if that is still possible."""
    user = _user(request)
    referrer = bind(user, request.POST.get("code", ""))
    if referrer is None:
        messages.error(
            request,
            _(
                "This code cannot be used: it does not exist, is your own or belongs to someone "
                "you invited, or you already have an inviter."
            ),
        )
    else:
        request.session.pop(REFERRAL, None)
        messages.success(request, _("{name} is your inviter now.").format(name=masked(referrer)))
    return redirect("people:settings")


@require_GET
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the code of an invitation link until registration; a link itself binds nobody."""
    code = code.lower()
    if not User.objects.filter(code=code, is_active=True).exists():
        messages.error(request, _("This invitation link is no longer valid."))
        return redirect("/")
    if not request.user.is_authenticated:
        request.session[REFERRAL] = code
        return redirect("account_signup")
    user = _user(request)
    if not user.may_be_bound or user.code == code:
        messages.info(request, _("Invitation links are for new members; you are one already."))
        return redirect("/")
    request.session[REFERRAL] = code
    messages.info(request, _("Confirm below that this is who invited you."))
    return redirect("people:settings")


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Show on what terms people register and buy."""
    return _legal_page(request, LegalText.Kind.TERMS)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what becomes of people's data."""
    return _legal_page(request, LegalText.Kind.PRIVACY)


@login_required
@require_POST
def log_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of the user but this one."""
    user = _user(request)
    User.objects.filter(pk=user.pk).update(logouts=F("logouts") + 1)
    user.refresh_from_db(fields=["logouts"])
    update_session_auth_hash(request, user)
    messages.success(request, _("You are logged out everywhere else."))
    return redirect("people:settings")


@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """Delete the account: what stands in the way first, then the password once more."""
    user = _user(request)
    hindrances = leaving.hindrances(user, the_shop().ledger)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and not hindrances and form.is_valid():
        # Through the log-in's own door, where wrong passwords are counted.
        if get_adapter(request).reauthenticate(user, form.cleaned_data["password"]):
            leaving.erase(user)
            logout(request)
            messages.success(request, _("Your account is deleted. Good-bye!"))
            return redirect("/")
        form.add_error("password", _("The password is wrong."))
    return render(request, "people/leave.html", {"form": form, "hindrances": hindrances})


def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, and of letters for whoever is logged in."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and chosen in {"en", "zh-hans"}:
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


def locked(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Tell that there were too many wrong passwords, and the ways out (for django-axes)."""
    return render(request, "people/locked.html", status=429)


def _legal_page(request: HttpRequest, kind: LegalText.Kind) -> HttpResponse:
    known = {"title": kind.label, "text": legal.current(kind)}
    return render(request, "people/legal.html", known)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _work(user: User) -> Sequence[links.Link]:
    if is_operator(user):
        return links.OPERATOR
    works_here = get_model("partner", "Partner").objects.filter(users=user).exists()
    return [links.STAFF] if works_here else []
