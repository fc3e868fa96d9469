"""The founding example of the spec, which docs, benchmarks and tests compute with."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FOUNDING_EXAMPLE: Final[Mapping[str, object]] = MappingProxyType(
    {
        "issue_price": 100,
        "max_supply": 100_000_000_000_000,
        "backing_base": "sales",
        "backing_bps": 3000,
        "grant_bps": 7000,
        "dividend_base": "sales",
        "dividend_bps": 0,
        "quota_base": "sales",
        "quota_bps": 20000,
        "merchant_quota_bps": 20000,
        "exit_fee_bps": 1000,
        "goods_fee_bps": 0,
        "referral_points_bps": (),
        "referral_cash_bps": (),
        "cash_redemption": True,
        "cash_withdrawal": True,
        "min_supply": 1_000_000,
        "min_holding": 10_000,
    }
)
"""The plan's fields, as in a JSON plan."""
