"""Printing what the reconciler finds."""

from datetime import UTC, datetime

import click

from tongbao.cli import mall_words as words
from tongbao.plans.words import Lang


def reconcile(lang: Lang) -> bool:
    """Reconcile, print each finding a line; return whether there was any."""
    from tongbao.mall.sales import reconcile as reconciler  # noqa: PLC0415  # Django is set up

    findings = reconciler.reconcile(datetime.now(UTC))
    for finding in findings:
        click.echo(str(finding))
    if not findings:
        click.echo(words.FOUND_NOTHING.say(lang))
    return bool(findings)
