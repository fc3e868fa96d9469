"""What a plan means, in plain sentences with worked numbers.

The numbers come from running the engine (`worked`); the sentences promise
nothing: they say who gains from whom and what nobody can count on.
"""

from collections.abc import Iterator

from msgspec import Struct

from tongbao.plans import explain_texts as texts
from tongbao.plans.files import PlanFile
from tongbao.plans.layout import COLUMNS, Table, width, wrapped
from tongbao.plans.telling import Block, Teller
from tongbao.plans.words import Lang, Text
from tongbao.plans.worked import work_out


class Section(Struct, frozen=True):
    """A heading with paragraphs (texts) and tables (rows), in one language."""

    title: str
    blocks: tuple[Block, ...]


def explain(plan_file: PlanFile, lang: Lang) -> tuple[Section, ...]:
    """Return the plan's meaning, section by section."""
    teller = Teller(plan_file, work_out(plan_file), lang)
    if teller.worked.refused:
        sections: tuple[tuple[Text, Iterator[Block]], ...] = (
            (texts.ORDER, teller.refusal()),
            (texts.FIGURES, teller.figures()),
        )
    else:
        sections = (
            (texts.ORDER, teller.order()),
            (texts.POINTS, teller.points()),
            (texts.OUT, teller.taking_out()),
            (texts.QUOTA, teller.quota()),
            (texts.DIVIDENDS, teller.dividends()),
            (texts.REFERRAL, teller.referral()),
            (texts.LIMITS, teller.limits()),
            (texts.NO_PROMISE, teller.no_promise()),
            (texts.FIGURES, teller.figures()),
        )
    return tuple(Section(title.say(lang), tuple(blocks)) for title, blocks in sections)


def page(plan_file: PlanFile, lang: Lang, columns: int = COLUMNS) -> str:
    """Return the explanation as text for a terminal."""
    title = texts.TITLE.say(lang, name=plan_file.name, currency=plan_file.currency)
    parts = [f"{title}\n{'=' * width(title)}", wrapped(texts.LEAD.say(lang), columns=columns)]
    for section in explain(plan_file, lang):
        parts.append(f"{section.title}\n{'-' * width(section.title)}")
        parts += [_drawn(block, columns) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _drawn(block: Block, columns: int) -> str:
    if isinstance(block, Table):
        return block.drawn()
    return wrapped(block, rest="  " if block.startswith("- ") else "", columns=columns)
