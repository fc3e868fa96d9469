"""The margin of the mall's own goods: whether a sale leaves what it should, before it is opened."""

from fractions import Fraction
from typing import Final

import click

from tongbao.cli import mall_words as words
from tongbao.cli.ledger_words import Unable
from tongbao.engine.units import BPS
from tongbao.plans.affordability import take
from tongbao.plans.files import PlanFile
from tongbao.plans.money import FigureError, format_money, format_percent, parse_percent
from tongbao.plans.words import Lang, Text

SAMPLE: Final = 10_000
"""The sale of the example, in minor units."""


def margin_of(given: str | None) -> int:
    """Return the margin in basis points, the usual one where none was given.

    Raises:
        Unable: it is no share between 0 and 100 %.
    """
    from tongbao.mall.merchants.models import USUAL_MARGIN_BPS  # noqa: PLC0415  # needs the extra

    if given is None:
        return USUAL_MARGIN_BPS
    try:
        bps = parse_percent(given)
    except FigureError as fault:
        raise Unable(words.NO_MARGIN.fill(reason=fault.reason)) from None
    if not 0 <= bps <= BPS:
        raise Unable(words.MARGIN_RANGE)
    return bps


def check_margin(
    plan_file: PlanFile, given: str | None, *, at_a_loss: bool, lang: Lang
) -> int | None:
    """Return the margin of the mall's own merchant, None where that is open already.

    Warns on stderr where a sale leaves less than the mall's terms ask for. A margin that was given
    and loses is refused, unless the loss is meant; the usual one is only warned of, for nobody said
    yet that anything is sold at it.

    Raises:
        Unable: the margin is none, or loses.
    """
    from tongbao.mall.merchants.models import Merchant  # noqa: PLC0415  # Django is set up by now
    from tongbao.mall.shop.models import Shop  # noqa: PLC0415  # likewise

    margin = margin_of(given)
    shop = Shop.objects.first() or Shop()
    if shop.pk and Merchant.objects.filter(account=shop.account).exists():
        return None
    fees = Fraction(shop.platform_fee_bps + shop.provider_fee_bps, BPS)
    earned = take(plan_file.plan).earned(Fraction(margin, BPS)) - fees
    if earned * BPS >= shop.earn_least_bps:
        return margin
    taken = Fraction(margin, BPS) - earned

    def money(share: Fraction) -> Text:
        minor, currency = int(SAMPLE * share), plan_file.currency
        return Text(format_money(minor, currency), format_money(minor, currency, "zh"))

    filled = (words.OWN_LOSES if earned < 0 else words.OWN_EARNS_LITTLE).fill(
        margin=format_percent(margin),
        sample=money(Fraction(1)),
        taken=money(taken),
        goods=money(1 - Fraction(margin, BPS)),
        left=money(abs(earned)),
        least=format_percent(shop.earn_least_bps),
    )
    if earned < 0 and given is not None and not at_a_loss:
        raise Unable(words.MEANT.fill(text=filled))
    click.echo(words.WARNING.say(lang, text=filled.say(lang)), err=True)
    return margin
