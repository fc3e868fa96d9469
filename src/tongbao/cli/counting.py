"""Texts with numbers in them: in English one line is «1 line» and two are «2 lines»."""

from tongbao.plans.words import Lang, Text


class CountedText(Text, frozen=True):
    """A text whose English may count: ``{lines:line|lines}`` stands for «1 line», «2 lines».

    Only the words, without the number, where a ``~`` comes first: ``{lines:~is|are}``.
    """

    def say(self, lang: Lang, **values: object) -> str:
        """Return the text in this language with the values filled in.

        >>> CountedText("{n:line|lines} {n:~is|are} bad", "有 {n} 行有误").say("en", n=1)
        '1 line is bad'
        """
        return super().say(lang, **_counted(values))

    def fill(self, **values: object) -> Text:
        """Return the text with the values filled in, still in both languages."""
        return super().fill(**_counted(values))


class _Count(str):
    """A number, as text, that chooses between two words when it is formatted."""

    __slots__ = ()

    def __format__(self, words: str) -> str:
        if not words:
            return str(self)
        one, _, many = words.removeprefix("~").partition("|")
        word = one if self == "1" else many
        return word if words.startswith("~") else f"{self} {word}"


def _counted(values: dict[str, object]) -> dict[str, object]:
    return {
        name: _Count(value) if isinstance(value, str | int) else value
        for name, value in values.items()
    }
