"""Codes that are sent once more: counted as the first ones are, whether or not there is an account.

allauth sends nothing again to an address or number that has an account already, and counts nothing.
Then the second sending would tell by its time who has one, and each code would cost two texts.
"""

from typing import Final

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.phone_verification import PhoneVerificationStageProcess
from allauth.core import context

from tongbao.mall.people import equal_costs, limits

_ROWS: Final = 4  # that a new user's next letter reads


def count_resends() -> None:
    """Let allauth send codes again in the way of this module."""
    EmailVerificationProcess.resend = _resend_letter
    PhoneVerificationStageProcess.resend = _resend_text


def _resend_letter(process: EmailVerificationProcess) -> None:
    limits.count(context.request, "code", process.email)
    if process.user is None:
        equal_costs.look_for_nobody(_ROWS)
    process.generate_code()
    process.record_resend()
    process.send()
    process.persist()


def _resend_text(process: PhoneVerificationStageProcess) -> None:
    limits.count(context.request, "code", process.phone)
    process.record_resend()
    process.send()
