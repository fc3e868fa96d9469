"""How what was paid for a merchant's part is split: the one function that every paid order goes by.

Reserve, dividend fund and commissions are the engine's figures, taken as they are. What is left
goes to the merchant, the platform and the payment provider: the platform's fee in basis points of
all that was paid, the provider's of what came through a provider, the rest to the merchant. The
odd minor units go by largest remainder, ties in the order merchant, platform, provider.

Where the fees are more than what is left, the merchant gets nothing (never a negative part) and
the platform's fee shrinks before the provider's: the provider has kept its own already.

Paid 100.00, all through a provider, with 30.00, 10.50 and 2.00 of it the engine's, a platform fee
of 2 % and a provider fee of 0.6 %: 2.00, 0.60, and 54.90 to the merchant.

>>> split(10000, 10000, Taken(3000, 1050, 200), Fees(200, 60)).to_merchant
5490
"""

from dataclasses import dataclass
from typing import Final

from tongbao.mall.sales.splitting import allocate

BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What the engine took of a purchase, in minor units."""

    reserve: int = 0
    dividends: int = 0
    commissions: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.reserve + self.dividends + self.commissions


@dataclass(frozen=True, slots=True)
class Fees:
    """The platform's fee and the provider's, in basis points."""

    platform_bps: int = 0
    provider_bps: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Where the amount went, in minor units; the names are those of `Part`'s columns."""

    to_reserve: int = 0
    to_dividends: int = 0
    to_commissions: int = 0
    to_merchant: int = 0
    to_platform: int = 0
    to_provider: int = 0

    @property
    def total(self) -> int:
        """All of it: the amount that was split."""
        engine = self.to_reserve + self.to_dividends + self.to_commissions
        return engine + self.to_merchant + self.to_platform + self.to_provider


def split(paid_minor: int, provider_minor: int, taken: Taken, fees: Fees) -> Figures:
    """Split what was paid, ``provider_minor`` of it through a provider; nothing is negative.

    The figures add up to ``paid_minor`` exactly. Each fee is less than one unit away from its
    exact share, unless it had to shrink.

    Raises:
        ValueError: a figure is negative, more came through the provider than was paid, or the
            engine took more than that (it refuses such a purchase itself).
    """
    rest = paid_minor - taken.total
    if min(taken.reserve, taken.dividends, taken.commissions, rest) < 0:
        raise ValueError("More was taken of the amount than there is.")
    if not 0 <= provider_minor <= paid_minor or min(fees.platform_bps, fees.provider_bps) < 0:
        raise ValueError("An amount or a fee cannot be.")
    # In ten thousandths of a minor unit these are exact.
    platform, provider = paid_minor * fees.platform_bps, provider_minor * fees.provider_bps
    merchant = rest * BPS - platform - provider
    if merchant < 0:
        to_provider = min(rest, provider // BPS)
        to_merchant, to_platform = 0, rest - to_provider
    else:
        to_merchant, to_platform, to_provider = allocate(rest, [merchant, platform, provider])
    return Figures(
        taken.reserve, taken.dividends, taken.commissions, to_merchant, to_platform, to_provider
    )
