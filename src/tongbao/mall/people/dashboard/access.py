"""Who gets into Oscar's dashboard: the mall's operators, and nobody else whatever Oscar's own says."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongbao.mall.people.roles import is_operator
from tongbao.mall.shop.models import the_shop

View = Callable[..., HttpResponseBase]


def for_operators(view: View) -> View:
    """Return a view of Oscar's dashboard as operators see it, with times of the mall's zone.

    Whoever is not logged in is led to logging in; for everybody else there is no such page.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401  # as the view
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
        if not is_operator(request.user):
            raise Http404
        # Oscar's views ask for these two. They are set on this request's copy, and never saved.
        request.user.is_staff = request.user.is_superuser = True
        with timezone.override(the_shop().zone):
            try:
                answer = view(request, *args, **kwargs)
            except (ProtectedError, RestrictedError):
                messages.error(request, _("This is still in use and cannot be deleted."))
                return redirect(request.path)
            if isinstance(answer, SimpleTemplateResponse):
                answer.render()
        return answer

    return guarded
