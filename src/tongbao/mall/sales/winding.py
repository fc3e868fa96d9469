"""Store credit that has become money.

Where too few points are left to price, the program is wound up and pays everybody's credit out as
wallet money (spec: «destroy»): also the credit that waits in the mall's own account for parts that
are not settled, and what merchants have. What of it is still to be moved then moves as money.
"""

from collections.abc import Mapping
from typing import Any, Final

from tongbao.ledger.door import Ledger
from tongbao.ledger.effects import CauseCode
from tongbao.ledger.statements import Filters, statement

CREDIT: Final = "pay_credit"
MONEY: Final = "pay_wallet"
_PAID_OUT: Final = f"{CauseCode.WIND_UP} credit credit_issued"  # of the program's turnover


def payment_type(ledger: Ledger, payer: str, amount: int, *before: str) -> str:
    """Return the type of the command that moves credit which the payer holds, or held.

    ``before`` are accounts that held it earlier: it may have been money when it came.
    """
    account = ledger.account(payer)
    if account is None or account.credit >= amount:
        return CREDIT
    return MONEY if any(was_paid_out(ledger, one) for one in (payer, *before)) else CREDIT


def was_paid_out(ledger: Ledger, account: str) -> bool:
    """Say whether a winding-up ever turned this account's credit into money.

    Where the program was never wound up its turnover says so at once; else the whole statement of
    an account that it did not happen to is read.
    """
    if ledger.account(account) is None or not ledger.standing().turnover.get(_PAID_OUT):
        return False
    filters = Filters(causes=(CauseCode.WIND_UP,), units=["credit"])
    cursor: str | None = None
    while True:
        page = statement(ledger, account, cursor=cursor, limit=1, filters=filters)
        if page.items:
            return True
        cursor = page.cursor
        if cursor is None:
            return False


def is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> bool:
    """Say whether two commands are one but for credit that one of them moves as money."""
    if one is None or one == other:
        return one is not None
    types = {one.get("type"), other.get("type")}
    of_credit = str(other.get("id")).endswith("credit")
    return of_credit and types == {CREDIT, MONEY} and {**one, "type": ""} == {**other, "type": ""}
