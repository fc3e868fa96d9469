"""Whether a mall's pages speak of dividends at all."""

from tongbao.ledger.values import Standing


def pays_dividends(standing: Standing) -> bool:
    """Return whether the plan in force pays dividends, or some of an earlier one wait to be paid.

    Where it does not, no page, filter or choice mentions them.
    """
    figures = standing.figures
    return bool(standing.plan.dividend_bps or figures.dividend_fund or figures.dividend_payable)
