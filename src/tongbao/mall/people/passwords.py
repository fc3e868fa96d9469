"""What a password must be, in our words: Django's own are not all translated."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class Length(MinimumLengthValidator):
    """At least eight characters."""

    def get_error_message(self) -> str:
        """Return what is told of a shorter one."""
        return _("A password has at least 8 characters.")

    def get_help_text(self) -> str:
        """Return what is told beforehand."""
        return _("A password has at least 8 characters.")
