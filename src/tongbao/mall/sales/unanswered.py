"""Returns that nobody answered in time: decided by a written rule, so that nobody waits without end.

Silence is the shop's, so it is not the shopper who loses by it: a return that holds a settlement is
approved as the shopper was shown it (nothing is borne besides; the money waits with the mall). One
that holds nothing came after the window, or after an answer, or would bring back what was had
already (a voucher that was used, a top-up delivered): it is closed, with a word, and may be asked
again as often as the terms let it.
"""

import logging
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from tongbao.ledger.values import LedgerError
from tongbao.mall.sales import returns
from tongbao.mall.sales.goods import covers_had
from tongbao.mall.sales.models import Return
from tongbao.mall.sales.refusals import NotNow, Refused
from tongbao.mall.shop.models import the_shop

_LOG: Final = logging.getLogger("tongbao.mall.sales")


def waiting(now: datetime) -> "QuerySet[Return]":
    """Return the returns that their merchants have not answered in time, the oldest first."""
    asked = Return.objects.filter(state=Return.State.ASKED, answer_by__lte=now)
    asked = asked.select_related("part__sale__user", "part__sale__order", "part__merchant")
    return asked.order_by("answer_by", "pk")


def decide(now: datetime) -> int:
    """Decide what nobody has until its time was up; return how many returns that were.

    Not inside a transaction; any number of times. One that fails is told in the log and holds up
    no other.
    """
    count = 0
    for row in waiting(now).filter(decide_by__lte=now):
        try:
            count += _decided(row)
        except (NotNow, LedgerError) as error:
            why = type(error).__name__
            _LOG.error("return_not_decided", extra={"return": row.pk, "why": why})
        except Exception:  # noqa: BLE001  # told in the log, with its trace
            _LOG.exception("return_not_decided", extra={"return": row.pk})
    return count


def _decided(row: Return) -> bool:
    amount, currency = row.amount_minor, the_shop().currency
    if row.holds and not covers_had(row.part, currency, amount, row.lines, asked_minor=amount):
        try:
            returns.approve(row, None, returns.quote(row.part, row.amount_minor))
        except (Refused, returns.StaleQuote):
            raise  # the ledger does not take it now: tried again
        except NotNow as error:
            with translation.override(row.part.sale.user.language or None):
                returns.refuse(row, None, str(error))
        return True
    with translation.override(row.part.sale.user.language or None):
        answer = _("Nobody answered in time, so this return is closed. You can ask again.")
    returns.refuse(row, None, answer)
    return True
