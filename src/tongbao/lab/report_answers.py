"""The report's first paragraph: the answer in a few plain sentences."""

from decimal import Decimal

from tongbao.lab.report_figures import Figures
from tongbao.lab.report_leave import leave_answers
from tongbao.lab.report_model import Sentence
from tongbao.lab.report_voice import Voice
from tongbao.lab.report_words import WORDS


def answers(figures: Figures, voice: Voice) -> tuple[Sentence, ...]:
    """Return the answer in a few plain sentences."""
    count = figures.amount("members")
    everybody = figures.everybody()
    if everybody is None or not everybody.paid:
        return (voice.sentence("answer_nothing"), *_rejected(figures, voice))
    mean = voice.money(figures.amount("members_mean"))
    said = [_cost(figures, voice)]
    if count == 1:
        said.append(voice.sentence("answer_one_member", mean=mean))
    else:
        said.append(
            voice.sentence(
                "answer_members",
                mean=mean,
                members=voice.count(count),
                median=voice.money(figures.amount("members_median")),
                below=voice.share(figures.ratio("share_below_mean")),
            )
        )
    said.extend(_early_and_late(figures, voice))
    if figures.quotas():
        said.append(_quota(figures, voice))
    said.extend(leave_answers(figures, voice))
    said.extend(_rejected(figures, voice))
    return tuple(said)


def _cost(figures: Figures, voice: Voice) -> Sentence:
    """Say what the shop would have given up, and how it compares with the profit if it is known."""
    given, profit = figures.given_up(), figures.known("profit")
    said = voice.sentence(
        "answer_cost",
        share=voice.share(figures.ratio("cost_share_of_sales")),
        given=voice.money(given),
        sales=voice.money(figures.sales()),
    )
    if profit is None or not given:
        return said
    space = _space(voice)
    known = voice.money(profit)
    if profit <= 0:
        return said + space + voice.sentence("answer_profit_none", profit=known)
    assumed = "_assumed" if figures.options.profit is not None else ""
    if given > profit:
        more = voice.money(given - profit)
        key = f"answer_profit_more{assumed}"
        return said + space + voice.sentence(key, more=more, profit=known)
    share = voice.share(Decimal(given) / profit)
    key = f"answer_profit_share{assumed}"
    return said + space + voice.sentence(key, share=share, profit=known)


def _quota(figures: Figures, voice: Voice) -> Sentence:
    """Say how much of the quotas the money can fill; fees use them up without being received."""
    granted, coverage = voice.money(figures.quotas()), voice.share(figures.fillable())
    said = voice.sentence("answer_quota", granted=granted, coverage=coverage)
    if figures.plan.exit_fee_bps:
        said += _space(voice) + voice.sentence("answer_quota_fees")
    return said + _space(voice) + voice.sentence("answer_quota_ceiling")


def _space(voice: Voice) -> Sentence:
    """Return what stands between two sentences."""
    return ((" ", False),) if voice.lang == "en" else ()


def _rejected(figures: Figures, voice: Voice) -> list[Sentence]:
    """Say how many orders the rules rejected, and why."""
    rejected = figures.rejected()
    if not rejected:
        return []
    reasons = voice.say("rejected_reasons").join(
        voice.say("rejected_reason", reason=_reason(code, voice), number=voice.count(count))
        for code, count in rejected.items()
    )
    said = voice.sentence(
        "answer_rejected",
        number=voice.count(sum(rejected.values())),
        amount=voice.money(figures.rejected_amount() or 0),
    )
    return [(*said, (reasons, False), *voice.sentence("rejected_end"))]


def _reason(code: str, voice: Voice) -> str:
    key = f"rejected_{code}"
    return voice.say(key) if key in WORDS else voice.say("rejected_other", code=code)


def _early_and_late(figures: Figures, voice: Voice) -> list[Sentence]:
    tenths = figures.tenths()
    if tenths is None or not all(group.paid for group in tenths):
        return []
    oldest, newest = tenths
    apart = oldest.has * newest.paid > newest.has * oldest.paid
    key = "answer_early_late" if apart else "answer_early_late_equal"
    values = {
        "hundred": voice.hundred(),
        "oldest": voice.per_hundred(oldest.has, oldest.paid),
        "newest": voice.per_hundred(newest.has, newest.paid),
    }
    return [voice.sentence(key, **values)]
