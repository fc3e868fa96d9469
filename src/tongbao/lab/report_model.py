"""What a report is made of: a page of sections, each a list of plain blocks, all words said."""

from dataclasses import dataclass, field
from typing import Literal

from tongbao.plans.words import Lang

Sentence = tuple[tuple[str, bool], ...]
"""A sentence in parts; True marks a figure to set off."""


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``tone`` sets it apart."""

    text: str
    tone: Literal["plain", "note", "strong"] = "plain"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts by name, side by side where there is room."""

    names: tuple[str, ...]
    kind: Literal["figures"] = "figures"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its first column holds words, the others figures unless ``words`` says otherwise."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    folded: bool = False
    words: int = 1
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with their figures, one a line."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["pairs"] = "pairs"


@dataclass(frozen=True, slots=True)
class Terms:
    """Words or file names with what they mean."""

    title: str
    rows: tuple[tuple[str, str], ...]
    code: bool = False
    kind: Literal["terms"] = "terms"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list with its title."""

    title: str
    items: tuple[str, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Command:
    """A command to type, with the sentence that leads to it."""

    text: str
    command: str
    kind: Literal["command"] = "command"


@dataclass(frozen=True, slots=True)
class Beside:
    """Two columns where there is room, one below the other on a phone."""

    left: tuple["Block", ...]
    right: tuple["Block", ...]
    kind: Literal["beside"] = "beside"


Block = Paragraph | Charts | Table | Pairs | Terms | Bullets | Command | Beside


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report but its charts."""

    lang: Lang
    kicker: str
    title: str
    facts: tuple[tuple[str, str], ...]
    contents: str
    answer_title: str
    answers: tuple[Sentence, ...]
    caveat: str
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = field(default=())
