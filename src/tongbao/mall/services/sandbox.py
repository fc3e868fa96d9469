"""A top-up provider that moves nothing: the target's last digit says what it does.

0 to 5: done at once. 6: takes it, but the answer is lost. 7: pending, then fails at the second
query. 8: pending, then done at the second query. 9: fails at once. It charges 98 % of the face.
"""

from typing import Final

from django.db import transaction
from django.db.models import F

from tongbao.mall.services.models import SandboxTopup
from tongbao.mall.services.providers import Answer, NoAnswer, Progress, Request

_LOST: Final = "6"
_SLOW: Final = "78"
_FAILS: Final = "79"
_CHARGES_BPS: Final = 9_800
_BPS: Final = 10_000
_PATIENCE: Final = 2  # queries until it decides


class Sandbox:
    """It keeps what it took in a table of its own, as a provider would."""

    code = "sandbox"

    def takes(self, kind: str) -> bool:
        """Take every kind."""
        return True

    def cost_minor(self, kind: str, amount_minor: int, currency: str) -> int:
        """Charge 98 % of it, rounded up."""
        return -(-amount_minor * _CHARGES_BPS // _BPS)

    def submit(self, request: Request) -> Answer:
        """Take a request; one that it has is answered as it stands."""
        with transaction.atomic():
            taken, new = SandboxTopup.objects.get_or_create(
                id=request.id,
                defaults={"target": request.target, "amount_minor": request.amount_minor},
            )
        if new and taken.target.endswith(_LOST):
            raise NoAnswer("The sandbox lost its answer, as its number asks for.")
        return _answer(taken)

    def query(self, request: Request) -> Answer | None:
        """Say how far it is."""
        with transaction.atomic():
            SandboxTopup.objects.filter(id=request.id).update(queries=F("queries") + 1)
            taken = SandboxTopup.objects.filter(id=request.id).first()
        return None if taken is None else _answer(taken)


def _answer(taken: SandboxTopup) -> Answer:
    last, reference = taken.target[-1:], f"SB-{taken.id.hex[:12]}"
    if last in _SLOW and taken.queries < _PATIENCE:
        return Answer(Progress.PENDING, reference)
    return Answer(Progress.FAILED if last in _FAILS else Progress.DONE, reference)
