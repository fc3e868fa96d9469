"""How often a code may be guessed: exactly three times, however many come at once.

allauth counts in the session, where requests at the same moment overwrite each other's count. Here
a row of the database counts, before anything is compared: one statement, under the row's lock.
"""

from datetime import timedelta
from typing import Final

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.stages import PhoneVerificationStage
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tongbao.mall.people.models import Guesses

EMAIL: Final = "account_email_verification_code"
PHONE: Final = "account_phone_verification"
RESET: Final = "account_password_reset_verification"
MOST_GUESSES: Final = 3
_KEPT: Final = timedelta(days=1)  # longer than any code is good


def may_guess(request: HttpRequest, kind: str) -> bool:
    """Count a guess of the code that this session waits for; return whether it may be compared.

    Writes a row a session and code, and deletes those of yesterday.
    """
    named = f"{request.session.session_key}:{_waiting_since(request.session, kind)}"
    key = salted_hmac("people.guesses", named, algorithm="sha256").hexdigest()
    _, is_new = Guesses.objects.get_or_create(key=key)
    if is_new:
        Guesses.objects.filter(began_at__lt=timezone.now() - _KEPT).delete()
    open_ones = Guesses.objects.filter(key=key, guesses__lt=MOST_GUESSES)
    return bool(open_ones.update(guesses=F("guesses") + 1))


def _waiting_since(session: SessionBase, kind: str) -> tuple[object, ...]:
    """Return since when this session waits for a kind of code, by allauth's name of its state.

    Codes that are sent again, or elsewhere, belong to the same wait. A phone's may be one of
    registering as well.
    """
    stages = session.get(LOGIN_SESSION_KEY, {}).get("state", {}).get("stages", {})
    of_stage = stages.get(PhoneVerificationStage.key, {}) if kind == PHONE else {}
    return kind, session.get(kind, {}).get("at"), of_stage.get("at")
