"""Looking at a mall's books from outside: where the money is, and whether everything agrees."""

from django.db.models import Sum

from tests.audit.exports import audited
from tongbao.ledger import rebuild
from tongbao.ledger.export import export_lines
from tongbao.mall.paying.models import SandboxPayment, SandboxRefund
from tongbao.mall.people.models import User
from tongbao.mall.sales.models import Part, Sale
from tongbao.mall.shop.models import the_shop


def money() -> dict[str, int]:
    """Return all balances in minor units: accounts by name, and the provider's own books."""
    ledger = the_shop().ledger
    names = {"shop": "shop", "tea": "tea", "wine": "wine"}
    names |= {str(user.email).split("@")[0]: user.account for user in User.objects.all()}
    accounts = ledger.accounts(list(names.values()))
    told: dict[str, int] = {}
    for name, account in names.items():
        if account in accounts:
            told[f"{name} wallet"] = accounts[account].wallet
            told[f"{name} credit"] = accounts[account].credit
    paid = SandboxPayment.objects.filter(state="paid").aggregate(all=Sum("amount_minor", default=0))
    back = SandboxRefund.objects.aggregate(all=Sum("amount_minor", default=0))
    return {**told, "charged": int(paid["all"]), "refunded": int(back["all"])}


def states() -> dict[str, str]:
    """Return the states of sales and parts."""
    told = {sale.number: str(sale.state) for sale in Sale.objects.all()}
    for part in Part.objects.select_related("sale", "merchant"):
        told[f"{part.sale.number} {part.merchant.account}"] = str(part.state)
    return told


def problems() -> str:
    """Return what is wrong with the journal: against its own balances, and to the audit."""
    ledger = the_shop().ledger
    checked = rebuild.check(ledger)
    last = ledger.standing().number
    verdict = audited(export_lines(ledger.program_id, last))
    wrong = "" if checked.ok else str(checked.differences)
    return wrong + "".join(str(problem) for problem in verdict.problems)
