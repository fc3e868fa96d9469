"""Plan files to vary, one line at a time."""

from pathlib import Path

from tongbao.plans.documents import decode
from tongbao.plans.files import PlanFile, PlanFileError, load_plan, plan_of

BASE = {
    "name": '"Test"',
    "currency": '"CNY"',
    "issue_price": '"1.00"',
    "max_supply": '"1,000,000"',
    "backing_base": '"sales"',
    "backing": '"30%"',
    "grant": '"70%"',
    "dividend_base": '"sales"',
    "dividend": '"0%"',
    "quota_base": '"sales"',
    "quota": '"60%"',
    "merchant_quota": '"200%"',
    "exit_fee": '"10%"',
    "goods_fee": '"10%"',
    "referral_points": "[]",
    "referral_cash": "[]",
    "cash_redemption": "true",
    "cash_withdrawal": "true",
    "min_supply": '"1"',
    "min_holding": '"0.01"',
}


def toml(**lines: str | None) -> str:
    """Return the base plan with these lines written instead; None leaves a line out."""
    return "".join(f"{k} = {v}\n" for k, v in (BASE | lines).items() if v is not None)


def plan_file(**lines: str | None) -> PlanFile:
    return plan_of(decode(toml(**lines).encode()), "plan.toml")


def refusal_of(folder: Path, text: str | bytes, name: str = "plan.toml") -> PlanFileError:
    """Return the error that loading this text gives."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_plan(path)
    except PlanFileError as error:
        return error
    msg = "the plan was accepted"
    raise AssertionError(msg)
