"""What can go wrong with one e-mail, and whose trouble it is: the mail's own or the server's."""

from enum import StrEnum
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Final

from django.core.mail.message import sanitize_address

_FINAL: Final = 500  # SMTP: from here on the answer to the same mail stays the same
_CLOSING: Final = 421  # SMTP: the server goes away, whatever it was asked
_TOO_LARGE: Final = 552  # SMTP: the mail is larger than the server takes


class Trouble(StrEnum):
    """Why an e-mail was not sent."""

    ADDRESS = "address"  # nobody can have it: it cannot be written in a mail
    REFUSED = "refused"  # the server will never take this mail
    LATER = "later"  # the server does not take this mail now
    BROKEN = "broken"  # it cannot be written: a defect
    SERVER = "server"  # the server does not answer, or lets nobody in

    @property
    def is_final(self) -> bool:
        """Whether trying again is of no use."""
        return self in {Trouble.ADDRESS, Trouble.REFUSED}


def is_deliverable(address: str) -> bool:
    """Say whether a mail can be addressed so: the domain has a form that mail servers know.

    >>> is_deliverable("ann@example.com"), is_deliverable("a@" + "ä" * 60 + ".com")
    (True, False)
    """
    name, _, domain = address.rpartition("@")
    if not name or not domain:
        return False
    try:
        sanitize_address(address, "utf-8").encode("ascii")
        domain.encode("idna")
    except (ValueError, IndexError, TypeError):  # of `email` and `idna`; UnicodeError is a value's
        return False
    return True


def classify_error(error: Exception) -> Trouble:
    """Return whose trouble it is that sending a mail raised this."""
    codes = _answers(error)
    if isinstance(error, SMTPServerDisconnected) or _CLOSING in codes:
        return Trouble.SERVER
    if isinstance(error, SMTPNotSupportedError):
        return Trouble.REFUSED  # this address needs what the server does not speak
    if isinstance(error, SMTPSenderRefused):  # what it says of the sender is true for every mail
        return Trouble.REFUSED if _TOO_LARGE in codes else Trouble.SERVER
    if isinstance(error, (SMTPRecipientsRefused, SMTPDataError)):
        return Trouble.REFUSED if codes and min(codes) >= _FINAL else Trouble.LATER
    if isinstance(error, (SMTPException, OSError)):
        return Trouble.SERVER
    return Trouble.BROKEN


def join_lines(subject: str) -> str:
    """Return a subject in one line: names that people type may hold breaks.

    >>> join_lines("Tea" + chr(10) + "House  42")
    'Tea House 42'
    """
    return " ".join(subject.split())


def _answers(error: Exception) -> list[int]:
    if isinstance(error, SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, SMTPResponseException) else []
