"""Who pays the goods fee when something that was paid in points comes back: one table.

The fee stays in the reserve whatever becomes of a sale (decision 4), so somebody has paid it for
good: whoever it is due to that the goods come back. The same table stands in docs/mall.md.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

BY_SHOPPER: Final = "shopper"
BY_MERCHANT: Final = "merchant"
BY_MALL: Final = "mall"
"""Why a paid sale, or a part of it, was cancelled: by whom."""


class WayBack(StrEnum):
    """How something comes back that was paid for."""

    VOUCHER_EXPIRES = "voucher_expires"
    VOUCHER_GIVEN_BACK = "voucher_given_back"
    TOPUP_REFUSED = "topup_refused"
    TOPUP_BAD_NUMBER = "topup_bad_number"
    SHOPPER_CANCELS = "shopper_cancels"
    MERCHANT_CANCELS = "merchant_cancels"
    MALL_CANCELS = "mall_cancels"
    RETURN_IN_TIME = "return_in_time"
    RETURN_LATE = "return_late"
    MERCHANT_BEARS = "merchant_bears"
    MALL_BEARS = "mall_bears"


class Payer(StrEnum):
    """Who pays the fee."""

    SHOPPER = "shopper"  # what was paid in points comes back less the fee
    MERCHANT = "merchant"  # all of it comes back, the fee from the merchant's wallet
    MALL = "mall"  # all of it comes back, the fee is deposited by the mall


PAYS: Final[Mapping[WayBack, Payer]] = {
    WayBack.VOUCHER_EXPIRES: Payer.SHOPPER,
    WayBack.VOUCHER_GIVEN_BACK: Payer.SHOPPER,
    WayBack.TOPUP_REFUSED: Payer.SHOPPER,
    WayBack.TOPUP_BAD_NUMBER: Payer.SHOPPER,
    WayBack.SHOPPER_CANCELS: Payer.SHOPPER,
    WayBack.MERCHANT_CANCELS: Payer.MERCHANT,
    WayBack.MALL_CANCELS: Payer.MALL,
    WayBack.RETURN_IN_TIME: Payer.SHOPPER,
    WayBack.RETURN_LATE: Payer.SHOPPER,
    WayBack.MERCHANT_BEARS: Payer.MERCHANT,
    WayBack.MALL_BEARS: Payer.MALL,
}

_CANCELS: Final[Mapping[str, WayBack]] = {
    BY_SHOPPER: WayBack.SHOPPER_CANCELS,
    BY_MERCHANT: WayBack.MERCHANT_CANCELS,
    BY_MALL: WayBack.MALL_CANCELS,
}


def way_of_cancelling(by: str) -> WayBack:
    """Return the way of what the shopper, a merchant or the mall cancels.

    Raises:
        ValueError: nobody else cancels what was paid.
    """
    try:
        return _CANCELS[by]
    except KeyError:
        raise ValueError(f"Nobody cancels a paid sale as {by!r}.") from None


def way_of_return(*, is_late: bool, shop_bears: bool, by_operator: bool) -> WayBack:
    """Return the way of a return; where the shop bears what is withheld, it matters who says so."""
    if shop_bears:
        return WayBack.MALL_BEARS if by_operator else WayBack.MERCHANT_BEARS
    return WayBack.RETURN_LATE if is_late else WayBack.RETURN_IN_TIME
