"""What a member has, as the ledger stands now: dividends that are still to be collected counted.

Money is in minor units, points in atoms.
"""

from dataclasses import dataclass

from tongbao.ledger.dividends import accrued
from tongbao.ledger.door import Ledger
from tongbao.ledger.prices import Price
from tongbao.ledger.values import Standing


@dataclass(frozen=True, slots=True)
class Holdings:
    """A member's account, at one price.

    ``wallet`` includes ``accrued``: dividends that the next movement puts there. ``quota`` is what
    may still be taken out at most, ``taken`` what was, and ``owed`` what later purchases make
    good first. ``is_open`` says whether the member's account was opened at all.
    """

    account: str
    is_open: bool
    price: Price
    points: int = 0
    wallet: int = 0
    accrued: int = 0
    credit: int = 0
    quota: int = 0
    taken: int = 0
    owed: int = 0

    @property
    def worth(self) -> int:
        """What the points are worth now, before any fee."""
        return worth(self.points, self.price)


def worth(points: int, price: Price) -> int:
    """Return what points are worth at a price: floor, the remainder stays in the reserve."""
    return points * price.reserve // price.supply if price.supply else 0


def holdings(ledger: Ledger, account: str, standing: Standing | None = None) -> Holdings:
    """Return what somebody has: nothing where the account is not open yet."""
    standing = standing or ledger.standing()
    price = Price(standing.figures.reserve, standing.figures.supply)
    has = ledger.account(account)
    if has is None:
        return Holdings(account, is_open=False, price=price)
    due = accrued(has, standing.figures)
    return Holdings(
        account,
        is_open=True,
        price=price,
        points=has.points,
        wallet=has.wallet + due,
        accrued=due,
        credit=has.credit,
        quota=has.quota - due,
        taken=has.taken + due,
        owed=has.owed,
    )
