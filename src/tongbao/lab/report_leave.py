"""What the shop must have ready if everybody leaves: said in short, and as a section."""

from tongbao.lab.report_figures import Figures
from tongbao.lab.report_model import Block, Pairs, Paragraph, Section, Sentence
from tongbao.lab.report_voice import Voice
from tongbao.plans.money import format_percent


def leave_answers(figures: Figures, voice: Voice) -> list[Sentence]:
    """Say what money everybody's leaving takes, and for what; store credit apart."""
    payout, said = figures.payout(), []
    if payout.owed:
        amounts = (
            ("points", payout.points),
            ("wallets", payout.wallets),
            ("dividends", payout.dividends),
        )
        parts = [
            voice.sentence(f"answer_leave_{key}", amount=voice.money(amount))
            for key, amount in amounts
            if amount
        ]
        sentence = voice.sentence(f"answer_leave{_kind(figures)}", owed=voice.money(payout.owed))
        said.append(sentence + voice.listed(parts) + voice.sentence("answer_leave_end"))
    if payout.credit:
        said.append(voice.sentence("answer_leave_credit", amount=voice.money(payout.credit)))
    return said


def leave_section(figures: Figures, voice: Voice) -> Section:
    """What would happen if everybody left after the last day, one after the other."""
    plan, payout = figures.plan, figures.payout()
    holders = figures.amount("leave_today", "members")
    key = "leave_text" if plan.cash_redemption else "leave_text_credit"
    key += _kind(figures)
    lead = voice.say(key, day=voice.day(figures.dates()[-1])) if holders else ""
    blocks: list[Block] = [Paragraph(lead or voice.say("leave_nobody"))]
    if holders and plan.cash_redemption and plan.exit_fee_bps:
        blocks.append(Paragraph(voice.say("leave_order")))
    if rows := _rows(figures, voice):
        blocks.append(Pairs(rows))
    if holders and not plan.cash_redemption:
        blocks.append(Paragraph(voice.say("leave_not_allowed"), "strong"))
    if payout.owed:
        said = voice.say(f"leave_owed{_kind(figures)}", owed=voice.money(payout.owed))
        blocks.append(Paragraph(said, "strong"))
    return Section("leave", voice.say("leave_title"), tuple(blocks))


def _kind(figures: Figures) -> str:
    """Return what ends the keys of words about money that members may spend but not take out."""
    return "" if figures.plan.cash_withdrawal else "_spend"


def _rows(figures: Figures, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return the steps from the points' value to the money that is owed."""
    plan, payout = figures.plan, figures.payout()
    left = figures.amount("leave_today", "left_in_reserve")
    fee = voice.say("leave_fee", fee=format_percent(plan.exit_fee_bps))
    wallets = "wallets_gone" if figures.left_already() and payout.points else "wallets"
    amounts = [
        (voice.say("leave_gross"), figures.amount("leave_today", "gross")),
        (fee, figures.amount("leave_today", "fee")),
        (voice.say(f"leave_net{_kind(figures)}"), payout.points),
        (voice.say(f"leave_{wallets}"), payout.wallets),
        (voice.say("leave_dividends"), payout.dividends),
        (voice.say(f"leave_total{_kind(figures)}"), payout.owed),
        (voice.say("leave_credit"), payout.credit),
        (voice.say("leave_left"), left),
        (voice.say("leave_fund"), payout.left_in_fund),
    ]
    holders = figures.amount("leave_today", "members")
    people = [(voice.say("leave_members"), voice.count(holders))] if holders else []
    return (*people, *((name, voice.money(amount)) for name, amount in amounts if amount))
