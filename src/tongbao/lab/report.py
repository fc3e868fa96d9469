"""The backtest's report: one page that a shop owner reads on a phone, and the charts as PNGs.

The page is whole in itself: styles and charts are inside, nothing is loaded from
anywhere, and nothing in it depends on the day it was made.
"""

from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tongbao import __version__
from tongbao.lab import (
    plots,
    plots_canvas,
    report_answers,
    report_leave,
    report_rules,
    report_sections,
)
from tongbao.lab.plots import Chart
from tongbao.lab.report_charts import report_charts
from tongbao.lab.report_figures import Figures
from tongbao.lab.report_model import Page, Section
from tongbao.lab.report_voice import Voice
from tongbao.lab.report_words import WORDS
from tongbao.lab.result import BacktestOptions, BacktestResult
from tongbao.plans.money import format_percent
from tongbao.plans.words import Lang

REPORT_NAME: Final = "report.html"
PLOTS_NAME: Final = "plots"


def write_report(
    result: BacktestResult, directory: Path, lang: Lang, *, citation: str = ""
) -> Path:
    """Write report.html and plots/*.png into the directory and return the page's path.

    PNGs have Chinese labels only if a font for them is found here, else English
    ones, and the page says so. ``citation`` is the source and licence of the
    orders, shown at the page's end.
    """
    fonts = plots_canvas.chinese_fonts() if lang == "zh" else ()
    spoken: Lang = lang if fonts else "en"
    folder = directory / PLOTS_NAME
    folder.mkdir(parents=True, exist_ok=True)
    for chart in report_charts(Figures(result), Voice(spoken, result.options.currency)):
        (folder / f"{chart.name}.png").write_bytes(plots.png(chart, fonts))
    target = directory / REPORT_NAME
    page = report_html(result, lang, citation=citation, english_plots=spoken != lang)
    target.write_text(page, encoding="utf-8")
    return target


def report_html(
    result: BacktestResult, lang: Lang, *, citation: str = "", english_plots: bool = False
) -> str:
    """Return the page; ``english_plots`` makes it say that the PNGs beside it are in English."""
    figures = Figures(result)
    voice = Voice(lang, result.options.currency)
    page = _page(figures, voice, citation, english_plots=english_plots)
    return _html(page, report_charts(figures, voice))


def _page(figures: Figures, voice: Voice, citation: str, *, english_plots: bool) -> Page:
    source = (voice.say("source", citation=citation),) if citation else ()
    return Page(
        lang=voice.lang,
        kicker=voice.say("kicker"),
        title=voice.say("title"),
        facts=_facts(figures, voice),
        contents=voice.say("contents"),
        answer_title=voice.say("answer_title"),
        answers=report_answers.answers(figures, voice),
        caveat=voice.say("past_only"),
        cards=report_sections.cards(figures, voice),
        sections=_sections(figures, voice, english_plots=english_plots),
        footer=(*source, voice.say("made_by", version=__version__)),
    )


def _sections(figures: Figures, voice: Voice, *, english_plots: bool) -> tuple[Section, ...]:
    return (
        report_sections.money_section(figures, voice),
        report_sections.price_section(figures, voice),
        report_sections.members_section(figures, voice),
        report_rules.quota_section(figures, voice),
        report_rules.gains_section(figures, voice),
        report_leave.leave_section(figures, voice),
        report_rules.exits_section(figures, voice),
        report_rules.cost_section(figures, voice),
        report_rules.refunds_section(figures, voice),
        report_rules.left_out_section(figures, voice),
        report_rules.how_section(figures, voice, english_plots=english_plots),
    )


def _facts(figures: Figures, voice: Voice) -> tuple[tuple[str, str], ...]:
    options, dates = figures.options, figures.dates()
    period = voice.say("period_none")
    if dates:
        first, last = voice.day(dates[0]), voice.day(dates[-1])
        period = voice.say("period", first=first, last=last, days=voice.count(len(dates)))
    settle = voice.say("settle_none")
    if options.settle_after:
        settle = voice.say("settle", days=options.settle_after)
    facts = [
        (voice.say("fact_plan"), figures.plan_name),
        (voice.say("fact_source"), options.source),
        (voice.say("fact_period"), period),
        (voice.say("fact_behaviour"), _behaviour(options, voice)),
        (voice.say("fact_settle"), settle),
    ]
    plan = figures.plan
    if options.profit is not None and "profit" in (plan.backing_base, plan.dividend_base):
        assumed = voice.say("profit_assumed", share=format_percent(options.profit))
        facts.append((voice.say("fact_profit"), assumed))
    return tuple(facts)


def _behaviour(options: BacktestOptions, voice: Voice) -> str:
    kind, _, factor = options.behaviour.partition(":")
    key = f"behaviour_{kind}"
    if key not in WORDS:
        return options.behaviour
    return voice.say(key, factor=factor, seed=options.seed)


def _html(page: Page, charts: tuple[Chart, ...]) -> str:
    drawn = {chart.name: (chart.title, Markup(plots.svg(chart))) for chart in charts}  # noqa: S704  # our own SVG, its words escaped by plots_canvas
    templates = Environment(
        loader=PackageLoader("tongbao.lab", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    css, _, _ = templates.loader.get_source(templates, "report.css")  # type: ignore[union-attr]  # set above
    styles = Markup(css)  # noqa: S704  # the house's own file
    return templates.get_template("report.html.j2").render(page=page, charts=drawn, css=styles)
