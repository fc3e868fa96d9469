"""The report's sections after the members: limits, costs, honesty, and how it was computed."""

from collections.abc import Sequence
from decimal import Decimal

from tongbao.lab.report_charts import full_months
from tongbao.lab.report_figures import Figures
from tongbao.lab.report_groups import Group
from tongbao.lab.report_model import (
    Beside,
    Block,
    Bullets,
    Charts,
    Command,
    Paragraph,
    Section,
    Table,
    Terms,
)
from tongbao.lab.report_voice import Voice
from tongbao.plans.money import format_percent

_MOST_NOTES = 30
_REPLAY = "gunzip -c commands.jsonl.gz | tongbao replay --plan plan.json --receipts again.jsonl"
_TERMS = ("points", "reserve", "quota", "exit", "wallet", "cost", "median")


def quota_section(figures: Figures, voice: Voice) -> Section:
    """How much of the quotas could be filled."""
    title = voice.say("quota_title")
    quotas, used = figures.quotas(), figures.amount("quota_used")
    if quotas <= 0:
        return Section("quota", title, (Paragraph(voice.say("quota_none")),))
    coverage = figures.fillable()
    text = voice.say(
        "quota_text",
        granted=voice.money(quotas),
        used=voice.money(used),
        used_share=voice.share(Decimal(used) / quotas),
        coverage=voice.share(figures.ratio("quota_coverage")),
    )
    if figures.plan.exit_fee_bps:
        text = voice.joined([text, voice.say("quota_fees")])
    money, most = voice.money(figures.money_for_members()), voice.share(coverage)
    verdict = voice.say("quota_plain" if coverage < 1 else "quota_enough", money=money, most=most)
    blocks = (Paragraph(text), Paragraph(verdict, "strong"))
    return Section("quota", title, (Beside(blocks, (Charts(("quota",)),)),))


def exits_section(figures: Figures, voice: Voice) -> Section:
    """Exits, sales by choice, conversions and wind-ups."""
    title = voice.say("exits_title")
    exits, sold = figures.amount("exits"), figures.amount("redemptions")
    said = []
    if exits:
        net = voice.money(figures.amount("exits_net"))
        said.append(voice.say("exits_forced", exits=voice.count(exits), net=net))
    if sold:
        net = voice.money(figures.amount("redemptions_net"))
        said.append(voice.say("exits_sold", sold=voice.count(sold), net=net))
    if turned := figures.amount("conversions"):
        worth = voice.money(figures.amount("converted"))
        said.append(voice.say("exits_credit", turned=voice.count(turned), worth=worth))
    if closed := figures.amount("wound_up", "accounts"):
        net = voice.money(figures.amount("wound_up", "net"))
        said.append(voice.say("exits_wound_up", closed=voice.count(closed), net=net))
    paragraphs = tuple(Paragraph(text) for text in said or [voice.say("exits_none")])
    charts = (Beside(paragraphs, (Charts(("exits",)),)),) if exits or sold else paragraphs
    return Section("exits", title, charts)


def cost_section(figures: Figures, voice: Voice) -> Section:
    """Cost as a share of sales over time."""
    said = [voice.say("cost_text", share=voice.share(figures.ratio("cost_share_of_sales")))]
    full = full_months(figures.dates())
    shares = [Decimal(c) / s for name, s, c in figures.months() if s > 0 and name in full]
    if len(shares) > 1:
        low, high = voice.share(min(shares)), voice.share(max(shares))
        if low != high:
            said.append(voice.say("cost_months", low=low, high=high))
    text = voice.joined(said)
    if not figures.amount("sales"):
        return Section("cost", voice.say("cost_title"), (Paragraph(text),))
    beside = Beside((Paragraph(text),), (Charts(("cost",)),))
    return Section("cost", voice.say("cost_title"), (beside,))


def refunds_section(figures: Figures, voice: Voice) -> Section:
    """Refunds, in and after the window, unmatched ones and shortfalls."""
    title = voice.say("refunds_title")
    if not figures.amount("refunds"):
        return Section("refunds", title, (Paragraph(voice.say("refunds_none")),))
    keys = ("refunds", "refunds_in_window", "refunds_late", "unmatched_refunds")
    rows = [
        (voice.say(f"row_{key}"), figures.amount(key), figures.amount(f"{key}_amount"))
        for key in keys
    ]
    count, missing = (figures.amount("shortfalls", key) for key in ("count", "sum"))
    rows.append((voice.say("row_shortfalls"), count, missing))
    table = _counted(title, rows, voice)
    return Section("refunds", title, (Paragraph(voice.say("refunds_text")), table))


def left_out_section(figures: Figures, voice: Voice) -> Section:
    """What of the file is in none of the figures."""
    title = voice.say("left_out_title")
    always = ("skipped_without_customer", "skipped_without_amount")
    sometimes = ("skipped_by_status", "skipped_other_currency", "skipped_bad_rows")
    keys = (*always, *(key for key in sometimes if figures.amount(key)))
    rows: list[tuple[str, int, int | None]] = [
        (voice.say(f"row_{key}"), figures.amount(key), figures.known(f"{key}_amount"))
        for key in keys
    ]
    unmatched = "unmatched_refunds"
    lost = figures.amount(f"{unmatched}_amount")
    rows.append((voice.say(f"row_{unmatched}"), figures.amount(unmatched), lost))
    if rejected := figures.rejected():
        count, amount = sum(rejected.values()), figures.rejected_amount()
        rows.append((voice.say("row_rejected"), count, amount))
    if refunds := figures.known("rejected_refunds"):
        amount = figures.known("rejected_refunds_amount")
        rows.append((voice.say("row_rejected_refunds"), refunds, amount))
    blocks: list[Block] = [
        Paragraph(voice.say("left_out_text")),
        _counted(title, rows, voice),
    ]
    told = {key: figures.text_list(key, voice.lang) for key in ("reading_notes", "bad_rows")}
    blocks.extend(
        Bullets(voice.say(key), tuple(notes[:_MOST_NOTES])) for key, notes in told.items() if notes
    )
    return Section("left-out", title, tuple(blocks))


def gains_section(figures: Figures, voice: Voice) -> Section:
    """Who gains from whom, and what no member can count on."""
    reserve, flat = figures.amount("reserve"), figures.flat()
    groups = figures.fifths()
    said = [voice.say("gains_zero_sum", reserve=voice.money(reserve))] if reserve else []
    if reserve and not flat:
        said.append(voice.say("gains_sources"))
    blocks: list[Block] = [Paragraph(voice.joined(said))] if said else []
    if flat:
        blocks.append(Paragraph(voice.say("gains_flat"), "strong"))
    else:
        granted = figures.grants_all()
        blocks.append(Paragraph(voice.say("gains_granted" if granted else "gains_early")))
        blocks.extend(_group_blocks(figures, groups, voice))
    if groups and figures.amount("dividends_paid") and all(group.paid > 0 for group in groups):
        blocks.append(Paragraph(_dividends_by_age(groups, voice)))
    blocks.append(Bullets(voice.say("count_title"), _cannot_count_on(figures, voice)))
    return Section("gains", voice.say("gains_title"), tuple(blocks))


def how_section(figures: Figures, voice: Voice, *, english_plots: bool) -> Section:
    """How it was computed, the files beside the page, the words' meanings."""
    window = figures.options.settle_after
    settle = voice.say("how_settle", days=window) if window else voice.say("how_settle_none")
    lines = [
        voice.say("how_engine"),
        settle,
        voice.say("how_order"),
        voice.say("how_rounding"),
        voice.say("how_page"),
        voice.say("how_repeat"),
    ]
    files = (
        ("summary.json", voice.say("file_summary")),
        ("days.parquet", voice.say("file_days")),
        ("members.parquet", voice.say("file_members")),
        ("plan.json", voice.say("file_plan")),
        ("commands.jsonl.gz", voice.say("file_commands")),
        ("receipts.jsonl.gz", voice.say("file_receipts")),
        ("plots/", voice.say("file_plots")),
    )
    terms = tuple((voice.say(f"term_{key}"), voice.say(f"meaning_{key}")) for key in _TERMS)
    blocks: list[Block] = [
        Bullets("", tuple(lines)),
        Terms(voice.say("files_title"), files, code=True),
        *([Paragraph(voice.say("plots_english"), "note")] if english_plots else []),
        Command(voice.say("replay"), _REPLAY),
        Terms(voice.say("definitions_title"), terms),
    ]
    return Section("how", voice.say("how_title"), tuple(blocks))


def _counted(title: str, rows: Sequence[tuple[str, int, int | None]], voice: Voice) -> Table:
    return Table(
        title,
        tuple(voice.say(f"head_{key}") for key in ("what", "number", "amount")),
        tuple(
            (name, voice.count(number), "–" if amount is None else voice.money(amount))
            for name, number, amount in rows
        ),
    )


def _group_blocks(figures: Figures, groups: Sequence[Group], voice: Voice) -> list[Block]:
    """Compare five groups of members by age."""
    if not groups:
        return [Paragraph(voice.say("gains_few"))]
    values = {
        f"{key}_{end}": say(getattr(group, key))
        for end, group in (("first", groups[0]), ("last", groups[-1]))
        for key, say in (
            ("brought", voice.money),
            ("received", voice.money),
            ("difference", voice.change),
        )
    }
    return [
        Paragraph(voice.say("gains_groups", **values), "strong"),
        Beside((Charts(("fifths",)),), (_fifths_table(figures, voice),)),
        Paragraph(_groups_note(groups, voice), "note"),
    ]


def _groups_note(groups: Sequence[Group], voice: Voice) -> str:
    """Say what the groups' figures are, and why their differences do not cancel out."""
    said = [voice.say("gains_note")]
    rest = sum(group.all_received - group.all_brought for group in groups)
    if abs(rest) > sum(group.members for group in groups):  # more than a minor unit each
        key = "gains_note_above" if rest > 0 else "gains_note_below"
        said.append(voice.say(key, sum=voice.money(abs(rest))))
    return voice.joined(said)


def _fifths_table(figures: Figures, voice: Voice) -> Table:
    everybody = figures.everybody()
    groups = [*figures.fifths(), *([everybody] if everybody else [])]
    rows = [
        (
            voice.say(f"fifth_{group.name}"),
            voice.money(group.brought),
            voice.money(group.received),
            voice.change(group.difference),
        )
        for group in groups
    ]
    heads = ("head_group", "head_brought", "head_received", "head_difference")
    return Table(
        voice.say("table_fifths"),
        tuple(voice.say(head) for head in heads),
        tuple(rows[:-1]),
        rows[-1],
    )


def _dividends_by_age(groups: Sequence[Group], voice: Voice) -> str:
    first, last = (voice.per_hundred(g.dividends, g.paid) for g in (groups[0], groups[-1]))
    return voice.say("gains_dividends", hundred=voice.hundred(), first=first, last=last)


def _cannot_count_on(figures: Figures, voice: Voice) -> tuple[str, ...]:
    plan = figures.plan
    price = "count_price_granted" if figures.grants_all() else "count_price"
    items = [voice.say(price), _dividends(figures, voice)]
    if figures.quotas() > 0:
        items.append(voice.say("count_quota", coverage=voice.share(figures.fillable())))
        items.append(voice.say("count_exit", exits=voice.count(figures.amount("exits"))))
    if not plan.cash_redemption:
        items.append(voice.say("count_no_cash"))
    if plan.exit_fee_bps:
        items.append(voice.say("count_fee", fee=format_percent(plan.exit_fee_bps)))
    if not plan.cash_withdrawal:
        items.append(voice.say("count_no_withdrawal"))
    return (*items, voice.say("count_reserve"), voice.say("count_rules"))


def _dividends(figures: Figures, voice: Voice) -> str:
    if not figures.plan.dividend_bps:
        return voice.say("count_dividends_none")
    months = figures.monthly("distributed")
    full = full_months(figures.dates())
    amounts = [a for name, a in months if name in full] or [a for _, a in months] or [0]
    key = f"count_dividends_{figures.plan.dividend_base}"
    return voice.say(key, best=voice.money(max(amounts)), worst=voice.money(min(amounts)))
