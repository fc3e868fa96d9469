"""Words for people: every text that a shop owner reads exists in English and in Chinese."""

from typing import Final, Literal

from msgspec import Struct

Lang = Literal["en", "zh"]
LANGS: Final[tuple[Lang, ...]] = ("en", "zh")


class Text(Struct, frozen=True):
    """One text in both languages; braces name the values that `say` fills in."""

    en: str
    zh: str

    def say(self, lang: Lang, **values: object) -> str:
        """Return the text in this language with the values filled in.

        >>> Text("{n} points", "{n} 积分").say("zh", n=21)
        '21 积分'
        """
        template = self.zh if lang == "zh" else self.en
        return template.format(**values)

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
    return _doubled(template.format(**spoken))


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
