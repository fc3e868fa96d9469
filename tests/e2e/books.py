"""What the pages say against what the books say: every way through the mall ends with both."""

from pathlib import Path

from playwright.sync_api import Page

from tests.audit.exports import audited
from tests.mall import looking
from tests.mall.stage import Mall
from tongbao.engine.units import SCALE
from tongbao.ledger.export import export_lines
from tongbao.mall.people.models import User


def figure(page: Page, name: str) -> int:
    """Return the figure that a page carries for machines beside the one for people."""
    return int(page.locator(f"[data-{name}]").first.get_attribute(f"data-{name}") or "")


def assert_wallet(page: Page, mall: Mall, user: User) -> None:
    """Open a member's wallet: its figures are what the ledger has, by the spec's own formulas."""
    account = mall.ledger.account(user.account)
    assert account is not None
    figures = mall.ledger.standing().figures
    earned = account.points * (figures.dividend_index - account.mark) + account.fraction
    due = min(earned // SCALE, account.quota)
    worth = account.points * figures.reserve // figures.supply if account.points else 0
    page.goto("/wallet/")
    assert figure(page, "worth-minor") == worth
    assert figure(page, "wallet-minor") == account.wallet + due
    assert figure(page, "credit-minor") == account.credit
    if account.gained:
        assert figure(page, "quota-minor") == account.quota - due


def assert_audited(mall: Mall, folder: Path) -> None:
    """Write the journal to a file as whoever doubts it would get it, and audit that file.

    The balances that the pages were read from must follow from the journal, too.
    """
    standing, path = mall.ledger.standing(), folder / "journal.jsonl"
    with path.open("wb") as file:
        file.writelines(export_lines(mall.ledger.program_id, standing.number))
    with path.open("rb") as lines:
        verdict = audited(lines)
    assert not verdict.problems, verdict.problems
    assert verdict.hash == standing.hash
    assert not looking.problems()
