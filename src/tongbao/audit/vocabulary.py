"""The words of the books: places, the routes that money, points and credit may take, fields.

A route is a cause and the places it leads from and to; both have the route's unit. The names are
those of spec/engine.md, written down a second time: the audit trusts no list of the engine's.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SCALE: Final = 10**18
"""Scale of the dividend index, marks and fractions (minor units per atom)."""

# Where an account's figures stand in its row.
POINTS: Final = 0
WALLET: Final = 1
STORE_CREDIT: Final = 2
QUOTA: Final = 3
OWED: Final = 4
MARK: Final = 5
FRACTION: Final = 6
GAINED: Final = 7
LOST: Final = 8
TAKEN: Final = 9
FORFEITED: Final = 10
COLUMNS: Final = (
    *("points", "wallet", "credit", "quota", "owed", "mark", "fraction"),
    *("gained", "lost", "taken", "forfeited"),
)

OWNED: Final[Mapping[str, int]] = MappingProxyType(
    {"points": POINTS, "wallet": WALLET, "credit": STORE_CREDIT}
)
"""Places that each account has its own of, and their column."""

DELTA_COLUMNS: Final[Mapping[str, int]] = MappingProxyType(
    {name: column for column, name in enumerate(COLUMNS) if column >= QUOTA}
)
"""What an account's plain changes may be of."""

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("sales", "deposits", "reserve", "dividend_fund"), "money"),
        **dict.fromkeys(("dividend_payable", "wallet", "paid_out", "refunded"), "money"),
        **dict.fromkeys(("issuance", "points", "treasury", "burned"), "points"),
        **dict.fromkeys(("credit_issued", "credit"), "credit"),
    }
)
"""Every place and the unit of what is in it."""

OUTSIDE: Final = frozenset({"sales", "deposits", "issuance", "credit_issued"})
"""Where money, points and credit come from: what is there is below zero."""

_ROUTES: Final = tuple(
    (cause, source, target)
    for cause, source, target in map(
        str.split,
        (
            "contribution sales reserve",
            "contribution sales dividend_fund",
            "dividend_share sales dividend_fund",
            "commission sales wallet",
            "grant issuance points",
            "referral_grant issuance points",
            "dividend dividend_payable wallet",
            "distribution dividend_fund dividend_payable",
            "redemption points burned",
            "redemption reserve wallet",
            "exit points burned",
            "exit reserve wallet",
            "wind_up points burned",
            "wind_up reserve wallet",
            "wind_up credit credit_issued",
            "wind_up treasury burned",
            "wind_up reserve dividend_fund",
            "rest points burned",
            "rest reserve wallet",
            "surplus treasury burned",
            "goods points burned",
            "goods reserve wallet",
            "payment wallet wallet",
            "payment credit credit",
            "conversion points treasury",
            "conversion credit_issued credit",
            "credit_redemption treasury points",
            "credit_redemption credit credit_issued",
            "withdrawal wallet paid_out",
            "deposit deposits wallet",
            "refund points issuance",
            "refund reserve refunded",
            "refund dividend_fund refunded",
            "refund wallet refunded",
        ),
    )
)
ROUTES: Final[Mapping[tuple[str, str, str], str]] = MappingProxyType(
    {route: UNITS[route[1]] for route in _ROUTES}
)
"""Cause, source, target of every movement that there may be, owners left out; and its unit."""

CAUSES: Final = frozenset(cause for cause, _, _ in _ROUTES)
