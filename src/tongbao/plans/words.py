"""Words for people: every text that a shop owner reads exists in English and in Chinese."""

from string import Formatter
from typing import Final, Literal

from msgspec import Struct

Lang = Literal["en", "zh"]
LANGS: Final[tuple[Lang, ...]] = ("en", "zh")


def counted_word(value: object, spec: str) -> str:
    """Return the word that goes with a number: of one, or of many.

    >>> counted_word(1, "order|orders"), counted_word("1,012", "=is|are")
    ('order', 'are')
    """
    one, _, many = spec.removeprefix("=").partition("|")
    return one if str(value) == "1" else many


class _Formatter(Formatter):
    """Formats as `str.format` does; a bar in a field chooses between one and many."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return a number with its word: ``{n:order|orders}``; ``{n:=is|are}`` gives the word alone."""
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        word = counted_word(value, format_spec)
        return word if format_spec.startswith("=") else f"{value} {word}"


_FORMATTER: Final = _Formatter()


class Text(Struct, frozen=True):
    """One text in both languages; braces name the values that `say` fills in."""

    en: str
    zh: str

    def say(self, lang: Lang, **values: object) -> str:
        """Return the text in this language with the values filled in.

        >>> Text("{n} points", "{n} 积分").say("zh", n=21)
        '21 积分'
        >>> Text("{n:order|orders}", "{n} 笔").say("en", n=1)
        '1 order'
        """
        template = self.zh if lang == "zh" else self.en
        return _FORMATTER.vformat(template, (), values)

    def fill(self, **values: object) -> "Text":
        """Return the text with the values filled in, still in both languages.

        A value that is a Text itself is filled in language by language. Braces
        in the result are doubled, so that it can be said like any other text.

        >>> Text("{a} of {b}", "{b}的{a}").fill(a="1%", b=Text("sales", "销售额"))
        Text(en='1% of sales', zh='销售额的1%')
        """
        return Text(en=_filled(self.en, "en", values), zh=_filled(self.zh, "zh", values))


def plain(text: str) -> Text:
    """Return a text that reads the same in both languages.

    >>> plain("30%").say("zh")
    '30%'
    """
    doubled = _doubled(text)
    return Text(doubled, doubled)


def _filled(template: str, lang: Lang, values: dict[str, object]) -> str:
    spoken = {
        name: value.say(lang) if isinstance(value, Text) else value
        for name, value in values.items()
    }
    return _doubled(_FORMATTER.vformat(template, (), spoken))


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
