"""What stands between the password and the mall."""

from typing import Any

from allauth.account.internal import flows  # noqa: F401  # before the stages, which go in a circle
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, PhoneVerificationStage

from tongbao.mall.people import limits


class PhoneStage(PhoneVerificationStage):
    """Asks for the code that was sent at registration, and whoever left without giving it."""

    def handle(self) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Return a page in between and whether to go on."""
        user = self.login.user
        # At registration the form has counted.
        if not self.login.signup and user is not None and user.phone and not user.phone_verified:
            limits.count(self.request, "code", str(user.phone))
        return super().handle()


class EmailStage(EmailVerificationStage):
    """Asks for the code that was mailed at registration, and whoever left without giving it.

    Not phone numbers' owners, and not accounts that the mall itself made.
    """

    def handle(self) -> Any:  # noqa: ANN401  # Django, Oscar and allauth have no types
        """Return a page in between and whether to go on."""
        user = self.login.user
        if user is not None:
            verified = [one.verified for one in EmailAddress.objects.filter(user_id=user.pk)]
            if user.email is None or not verified or any(verified):
                return None, True
            if not self.login.signup:
                limits.count(self.request, "code", user.email)
        return super().handle()
