"""Printing what the reconciler finds."""

from datetime import UTC, datetime
from typing import Final

import click

from tongbao.cli import mall_words as words
from tongbao.mall.sales import reconcile as sales
from tongbao.mall.wallet import withdrawals
from tongbao.plans.words import Lang

_LANGUAGES: Final = {"en": "en", "zh": "zh-hans"}


def reconcile(lang: Lang, *, everything: bool = False) -> bool:
    """Reconcile, print each finding a line; return whether there was any."""
    now = datetime.now(UTC)
    findings: list[sales.Finding | withdrawals.Finding] = [
        *sales.reconcile(now, everything=everything),
        *withdrawals.reconcile(now),
    ]
    for finding in findings:
        click.echo(finding.say(_LANGUAGES[lang]))
    if not findings:
        click.echo(words.FOUND_NOTHING.say(lang))
    return bool(findings)
