"""Why something cannot be done with a sale as it stands, in the reader's words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from tongbao.ledger.values import Outcome
from tongbao.mall.shop.troubles import told


class Why(StrEnum):
    """Codes of `NotNow`."""

    NOT_PAID = "not_paid"
    NOT_WAITING = "not_waiting"
    NOT_SHIPPED = "not_shipped"
    CLOSED = "closed"
    SETTLING = "settling"
    OPEN_RETURN = "open_return"
    TOO_MUCH = "too_much"
    TOO_LITTLE = "too_little"
    BELOW_LEAST = "below_least"
    TOO_OFTEN = "too_often"
    DECIDED = "decided"
    REFUSED = "refused"
    STALE = "stale"
    MERCHANT_SHORT = "merchant_short"
    SHOP_SHORT = "shop_short"
    FEE_SHORT = "fee_short"
    NOT_CANCELLABLE = "not_cancellable"
    NOTHING_TO_PAY = "nothing_to_pay"
    PAY_TIME_UP = "pay_time_up"
    TOO_MANY_ATTEMPTS = "too_many_attempts"


_WORDS: Final[Mapping[Why, object]] = {
    Why.NOT_PAID: _("This order is not paid."),
    Why.NOT_WAITING: _("These goods have already been received, or the order was cancelled."),
    Why.NOT_SHIPPED: _("These goods have not been shipped yet."),
    Why.CLOSED: _("There is nothing left to return in this order."),
    Why.SETTLING: _("The points of this order are being settled. Try again in a minute."),
    Why.OPEN_RETURN: _("This order already has an open return. Wait until it is decided."),
    Why.TOO_MUCH: _("This is more than is left of this order."),
    Why.TOO_LITTLE: _("The amount must be greater than zero."),
    Why.BELOW_LEAST: _("That is less than the least amount that can be returned of this order."),
    Why.TOO_OFTEN: _(
        "You have asked for returns of this order as often as the mall allows. Please turn to its service."
    ),
    Why.DECIDED: _("This return has already been decided."),
    Why.REFUSED: _("This is not possible at the moment. Please contact customer service."),
    Why.STALE: _("The figures have changed. Please check the new ones."),
    Why.MERCHANT_SHORT: _(
        "The merchant's wallet does not cover its share of the refund. It continues once the money is there."
    ),
    Why.SHOP_SHORT: _(
        "The mall's own account does not cover the refund. The operator has to add money."
    ),
    Why.FEE_SHORT: _(
        "The merchant's wallet cannot pay the goods fee, so nothing was cancelled. Ship the goods, "
        "ask the shopper to cancel, or ask the mall's operator to cancel for the mall."
    ),
    Why.NOT_CANCELLABLE: _("This order can no longer be cancelled."),
    Why.NOTHING_TO_PAY: _("There is nothing to pay for this order at the moment."),
    Why.PAY_TIME_UP: _("The time to pay for this order is over. Please order again."),
    Why.TOO_MANY_ATTEMPTS: _("Paying for this order failed too often. Cancel it and order again."),
}


class NotNow(Exception):
    """Something cannot be done as things stand; ``str()`` tells it in the reader's language."""

    def __init__(self, why: Why) -> None:
        """Say why."""
        self.why = why
        super().__init__(why)

    def __str__(self) -> str:
        return str(_WORDS[self.why])


class Refused(NotNow):
    """The ledger did not accept it; nothing was done. ``outcome`` says why."""

    def __init__(self, outcome: Outcome | None, why: Why = Why.REFUSED) -> None:
        """Keep what the ledger said, if it still knows; ``why`` where we know it better."""
        self.outcome = outcome
        super().__init__(why)

    def __str__(self) -> str:
        if self.outcome is None or self.why is not Why.REFUSED:
            return super().__str__()
        return told(self.outcome)
