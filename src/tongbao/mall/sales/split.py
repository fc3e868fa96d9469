"""How what was paid for a merchant's part is split: the one function that every paid order goes by.

What the provider of a service charges (of a top-up, say) comes first: as much of it as was paid;
what is missing then is the mall's own loss and no figure here. Reserve, dividend fund and
commissions are the engine's figures, taken as they are of the rest. What is left goes to the
merchant, the platform and the payment provider: the platform's fee in basis points of all that was
paid less what the service cost, the payment provider's of what came through it, the rest to the
merchant. The odd minor units go by largest remainder, ties in the order merchant, platform,
provider.

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
    to_supplier: int = 0

    @property
    def total(self) -> int:
        """All of it: the amount that was split."""
        engine = self.to_reserve + self.to_dividends + self.to_commissions
        fees = self.to_platform + self.to_provider
        return engine + self.to_merchant + fees + self.to_supplier


def earning(paid_minor: int, cost_minor: int) -> int:
    """Return what of an amount counts as paid: what is left after the service's provider.

    >>> [earning(2000, cost) for cost in (0, 1960, 2100)]
    [2000, 40, 0]
    """
    return max(0, paid_minor - cost_minor)


def split(
    paid_minor: int, provider_minor: int, taken: Taken, fees: Fees, cost_minor: int = 0
) -> Figures:
    """Split what was paid, ``provider_minor`` of it through a provider; nothing is negative.

    ``cost_minor`` is what the provider of the service charges. The figures add up to
    ``paid_minor`` exactly. Each fee is less than one unit away from its exact share, unless it
    had to shrink.

    A top-up of 20.00 that costs 19.60, of whose 0.40 the reserve has 0.12:

    >>> figures = split(2000, 2000, Taken(12), Fees(200, 60), 1960)
    >>> figures.to_supplier, figures.to_provider, figures.to_platform, figures.to_merchant
    (1960, 12, 1, 15)

    Raises:
        ValueError: a figure is negative, more came through the provider than was paid, or the
            engine took more than what counts as paid (it refuses such a purchase itself).
    """
    earned = earning(paid_minor, cost_minor)
    rest = earned - taken.total
    if min(taken.reserve, taken.dividends, taken.commissions, rest, cost_minor) < 0:
        raise ValueError("More was taken of the amount than there is.")
    if not 0 <= provider_minor <= paid_minor or min(fees.platform_bps, fees.provider_bps) < 0:
        raise ValueError("An amount or a fee cannot be.")
    # In ten thousandths of a minor unit these are exact.
    platform, provider = earned * fees.platform_bps, provider_minor * fees.provider_bps
    merchant = rest * BPS - platform - provider
    if merchant < 0:
        to_provider = min(rest, provider // BPS)
        to_merchant, to_platform = 0, rest - to_provider
    else:
        to_merchant, to_platform, to_provider = allocate(rest, [merchant, platform, provider])
    return Figures(
        to_supplier=paid_minor - earned,
        to_reserve=taken.reserve,
        to_dividends=taken.dividends,
        to_commissions=taken.commissions,
        to_merchant=to_merchant,
        to_platform=to_platform,
        to_provider=to_provider,
    )
