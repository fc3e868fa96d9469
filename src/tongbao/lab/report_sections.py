"""The report's sections up to the members: money, price, what members would have."""

from decimal import Decimal

from tongbao.engine.units import BPS
from tongbao.lab.report_figures import Figures
from tongbao.lab.report_model import (
    Beside,
    Block,
    Card,
    Charts,
    Pairs,
    Paragraph,
    Section,
    Table,
)
from tongbao.lab.report_voice import Voice

_FOLD_FROM = 9
_LARGEST_FACTOR = 1000


def cards(figures: Figures, voice: Voice) -> tuple[Card, ...]:
    """Return the key figures."""

    def card(key: str, value: str, **note: object) -> Card:
        return Card(voice.say(f"card_{key}"), value, voice.say(f"card_{key}_note", **note))

    def money(key: str) -> str:
        return voice.money(figures.amount(key))

    def price(key: str) -> str:
        return voice.price(figures.ratio(key))

    holders = figures.column("holders")
    return (
        card(
            "sales",
            voice.money(figures.sales()),
            purchases=voice.count(figures.amount("purchases")),
        ),
        card(
            "cost",
            voice.money(figures.given_up()),
            share=voice.share(figures.ratio("cost_share_of_sales")),
        ),
        card("reserve", money("reserve")),
        card("price", price("price"), first=price("price_first")),
        card(
            "members",
            voice.count(figures.amount("members")),
            holders=voice.count(holders[-1] if holders else 0),
        ),
        card("mean", money("members_mean"), median=money("members_median")),
        card("dividends", money("dividends_paid")),
        card("exits", voice.count(figures.amount("exits"))),
    )


def money_section(figures: Figures, voice: Voice) -> Section:
    """Where each unit of the sales went."""
    keys = ("reserve", "dividend_fund", "commissions", "kept_by_shop")
    words = ("to_reserve", "to_dividends", "to_commissions", "to_shop")
    parts = [figures.amount("money", key) for key in keys]
    total = sum(parts)
    rows = tuple(
        (voice.say(word), voice.exact(part), voice.per_hundred(part, total, bare=True))
        for word, part in zip(words, parts, strict=True)
    )
    kept = voice.per_hundred(parts[-1], total)
    table = Table(
        voice.say("table_money"),
        (
            voice.say("head_where"),
            voice.say("head_amount"),
            voice.say("head_of_hundred", hundred=voice.hundred()),
        ),
        rows,
        (voice.say("row_all"), voice.exact(total), voice.per_hundred(total, total, bare=True)),
    )
    blocks: list[Block] = [
        Beside((Charts(("money",)),), (table,)) if total > 0 else table,
        Paragraph(voice.say("money_text")),
    ]
    if total > 0:
        check = voice.say("money_check", kept=kept, hundred=voice.hundred())
        blocks.append(Paragraph(check, "strong"))
    return Section("money", voice.say("money_title"), tuple(blocks))


def price_section(figures: Figures, voice: Voice) -> Section:
    """Price, points and reserve."""
    first, last = figures.ratio("price_first"), figures.ratio("price")
    blocks: list[Block] = []
    if last:
        values = {"first": voice.price(first), "last": voice.price(last)}
        still = sum(1 for orders in figures.column("orders") if not orders)
        days = figures.amount("days")
        said = [voice.say("price_text", **values)]
        if not figures.grants_all():
            days_still = {"still": voice.count(still), "days": voice.count(days)}
            said.append(voice.say("price_still", **days_still))
        blocks.append(Paragraph(voice.joined(said)))
        blocks.extend(Paragraph(text) for text in _growth(figures, voice))
    else:
        blocks.append(Paragraph(voice.say("price_none")))
    blocks.append(Charts(("price", "supply")))
    blocks.append(Paragraph(voice.say("reserve_text")))
    blocks.append(Charts(("reserve", "dividends")))
    amounts = (
        ("price_reserve", "reserve"),
        ("price_dividends", "dividends_paid"),
        ("price_settled", "dividends_settled"),
        ("price_wallets", "wallets"),
    )
    blocks.append(
        Pairs(
            (
                (voice.say("price_first"), voice.price(first)),
                (voice.say("price_last"), voice.price(last)),
                (voice.say("price_supply"), voice.points(figures.amount("supply_atoms"))),
                *((voice.say(word), voice.money(figures.amount(key))) for word, key in amounts),
            )
        )
    )
    return Section("price", voice.say("price_title"), tuple(blocks))


def members_section(figures: Figures, voice: Voice) -> Section:
    """What members would have, and how it is spread."""
    title = voice.say("members_title")
    everybody = figures.everybody()
    if everybody is None:
        return Section("members", title, (Paragraph(voice.say("members_none")),))
    top, gini = voice.share(figures.ratio("top_decile_share")), figures.ratio("gini")
    blocks: list[Block] = [
        Paragraph(voice.say("members_text")),
        _member_pairs(figures, voice, everybody.has),
        Charts(("spread", "lorenz")),
    ]
    if everybody.members > 1 and everybody.has:
        blocks.append(Paragraph(voice.say("concentration", top=top, gini=f"{gini:.2f}")))
    blocks.append(Charts(("cohorts", "hundred")))
    blocks.append(Paragraph(voice.say("spending_too", hundred=voice.hundred()), "note"))
    blocks.append(_cohort_table(figures, voice))
    blocks.append(_largest_table(figures, voice))
    blocks.append(Paragraph(voice.say("privacy"), "note"))
    return Section("members", title, tuple(blocks))


def _growth(figures: Figures, voice: Voice) -> list[str]:
    """Say the law of growth: with n equal orders, price ~ n^(1 - granted share)."""
    plan = figures.plan
    if not plan.backing_bps or (plan.spend_per_point is not None and not figures.grants_all()):
        return []
    if figures.grants_all():
        return [voice.say("price_flat")]
    kept = BPS - plan.grant_bps - sum(plan.referral_points_bps)
    factor = 2.0 ** min(BPS / kept, 20.0)
    shown = f">{_LARGEST_FACTOR:,}" if factor > _LARGEST_FACTOR else f"{factor:.0f}"
    return [voice.say("price_law", factor=shown)] if factor >= 3 else []  # noqa: PLR2004  # no climb worth a word


def _member_pairs(figures: Figures, voice: Voice, everything: int) -> Pairs:
    def money(key: str) -> str:
        return voice.money(figures.amount(key))

    return Pairs(
        (
            (voice.say("member_everything"), voice.money(everything)),
            (voice.say("member_mean"), money("members_mean")),
            (voice.say("member_median"), money("members_median")),
            (voice.say("member_below"), voice.share(figures.ratio("share_below_mean"))),
            (voice.say("member_oldest"), money("oldest_decile_mean")),
            (voice.say("member_newest"), money("newest_decile_mean")),
        )
    )


def _cohort_table(figures: Figures, voice: Voice) -> Table:
    groups, everybody = figures.cohorts(), figures.everybody()
    heads = ("head_month", "head_members", "head_mean", "head_median")
    all_groups = [*groups, everybody] if everybody else groups
    rows = [
        (
            group.name,
            voice.count(group.members),
            voice.money(group.mean),
            voice.money(group.median),
            voice.per_hundred(group.has, group.paid, bare=True),
        )
        for group in all_groups
    ]
    return Table(
        voice.say("table_cohorts"),
        (
            *(voice.say(head) for head in heads),
            voice.say("head_per_hundred", hundred=voice.hundred()),
        ),
        tuple(rows[: len(groups)]),
        (voice.say("row_all"), *rows[-1][1:]) if everybody else (),
        folded=len(groups) >= _FOLD_FROM,
    )


def _largest_table(figures: Figures, voice: Voice) -> Table:
    everything = Decimal(sum(figures.has()) or 1)
    return Table(
        voice.say("table_largest"),
        tuple(voice.say(f"head_{key}") for key in ("member", "since", "paid", "has")),
        tuple(
            (
                holder.name,
                holder.joined.isoformat(),
                voice.money(holder.paid),
                f"{voice.money(holder.has)} ({voice.share(holder.has / everything)})",
            )
            for holder in figures.largest()
        ),
        folded=True,
        words=2,
    )
