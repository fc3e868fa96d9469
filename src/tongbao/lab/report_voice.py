"""How the report says figures: rounded for reading, in the reader's language.

The exact figures stand in summary.json. Rounding here is for the eye only, to
the nearest, halves away from zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from string import Formatter
from typing import Final

from tongbao.engine.units import ATOMS
from tongbao.lab.report_model import Sentence
from tongbao.lab.report_words import WORDS
from tongbao.plans.currencies import SIGNS
from tongbao.plans.money import amount_text, format_money, minor_digits
from tongbao.plans.words import Lang, counted_word

_ROUND_FROM: Final = 1000
_SMALLEST_SHARE: Final = Decimal("0.001")
_NOTHING: Final = "–"
_LARGE_FROM: Final = 10**9
_LARGE: Final[dict[Lang, tuple[tuple[int, str], ...]]] = {
    "en": ((10**12, "tn"), (10**9, "bn")),
    "zh": ((10**12, "万亿"), (10**8, "亿")),
}
_MINUS: Final = "\N{MINUS SIGN}\N{WORD JOINER}"


@dataclass(frozen=True, slots=True)
class Voice:
    """A language and a currency: everything the report says goes through it."""

    lang: Lang
    currency: str

    def say(self, key: str, **values: object) -> str:
        """Return the words under this key, with the values filled in."""
        return WORDS[key].say(self.lang, **values)

    def sentence(self, key: str, **values: object) -> Sentence:
        """Return the words under this key in parts, each filled-in value marked as such."""
        words = WORDS[key]
        parts: list[tuple[str, bool]] = []
        for text, name, spec, _ in Formatter().parse(words.zh if self.lang == "zh" else words.en):
            parts.append((text, False))
            if name is not None:
                parts.append((str(values[name]), True))
            if spec:
                parts.append((f" {counted_word(values[name or ''], spec)}", False))
        return tuple(parts)

    def listed(self, parts: Sequence[Sentence]) -> Sentence:
        """Return the parts as a list in a sentence: one, two and three."""
        found: Sentence = ()
        for place, part in enumerate(parts):
            key = "answer_leave_and" if place == len(parts) - 1 else "answer_leave_comma"
            found += (*(self.sentence(key) if place else ()), *part)
        return found

    def joined(self, sentences: Sequence[str]) -> str:
        """Return the sentences as one paragraph.

        >>> Voice("en", "GBP").joined(["One.", "Two."]), Voice("zh", "GBP").joined(["一。", "二。"])
        ('One. Two.', '一。二。')
        """
        return (" " if self.lang == "en" else "").join(sentences)

    def money(self, minor: int) -> str:
        """Return an amount for reading: from 1,000 on in whole units, from 10^9 on in large ones.

        >>> Voice("en", "GBP").money(99_950), Voice("en", "GBP").money(12_345_678)
        ('£999.50', '£123,457')
        >>> Voice("en", "JPY").money(-1_234_567), Voice("zh", "CNY").money(123_456_789_000)
        ('−\u2060JP¥1,234,567', '¥12.35亿')
        """
        unit: int = 10 ** minor_digits(self.currency)
        sign = _MINUS if minor < 0 else ""
        if abs(minor) < _ROUND_FROM * unit:
            return sign + format_money(abs(minor), self.currency, self.lang)
        whole = (2 * abs(minor) + unit) // (2 * unit)
        for size, name in _LARGE[self.lang] if whole >= _LARGE_FROM else ():
            if whole >= size:
                return f"{sign}{self.unit()}{_rounded(Decimal(whole) / size, 2)}{name}"
        return f"{sign}{self.unit()}{whole:,}"

    def exact(self, minor: int) -> str:
        """Return an amount to the minor unit.

        >>> Voice("en", "GBP").exact(12_345_678)
        '£123,456.78'
        """
        sign = _MINUS if minor < 0 else ""
        return sign + format_money(abs(minor), self.currency, self.lang)

    def change(self, minor: int) -> str:
        """Return an amount with its sign, plus included.

        >>> Voice("en", "GBP").change(150), Voice("en", "GBP").change(-150)
        ('+\u2060£1.50', '−\u2060£1.50')
        """
        return f"+\N{WORD JOINER}{self.money(minor)}" if minor > 0 else self.money(minor)

    def price(self, minor: Decimal) -> str:
        """Return a price per point, given in minor units; a dash if there is none.

        >>> voice = Voice("zh", "CNY")
        >>> voice.price(Decimal("142.857142")), voice.price(Decimal("0.004"))
        ('¥1.43', '¥0.00004')
        """
        major = minor.scaleb(-minor_digits(self.currency))
        sign = self.unit()
        if not major:
            return _NOTHING
        digits = minor_digits(self.currency) if major >= 1 else max(2, 3 - major.adjusted() - 1)
        text = _rounded(major, digits)
        return sign + (text.rstrip("0").rstrip(".") if major < 1 else text)

    def unit(self) -> str:
        """Return the currency's sign, or its code and a space."""
        if (self.currency, self.lang) == ("USD", "en"):
            return "$"
        return SIGNS.get(self.currency, f"{self.currency}\N{NO-BREAK SPACE}")

    def hundred(self) -> str:
        """Return a hundred units of the currency in words: the base of «of every 100»."""
        return f"{self.unit()}100"

    def share(self, ratio: Decimal) -> str:
        """Return a ratio as a percentage with at most one decimal.

        >>> voice = Voice("en", "GBP")
        >>> voice.share(Decimal("0.80405")), voice.share(Decimal("0.0002")), voice.share(Decimal(1))
        ('80.4%', 'under 0.1%', '100%')
        """
        if 0 < ratio < _SMALLEST_SHARE:
            return self.say("under_share")
        percent = (ratio * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        text = f"{abs(percent):,f}".removesuffix(".0")
        return f"{_MINUS if percent < 0 else ''}{text}%"

    def count(self, number: int) -> str:
        """Return a whole number, thousands grouped."""
        return f"{number:,}"

    def points(self, atoms: int) -> str:
        """Return points for reading, with two decimals below 1,000 and none above.

        >>> Voice("en", "GBP").points(579_925_594), Voice("en", "GBP").points(83_599_964_727)
        ('579.93', '83,600')
        """
        digits = 0 if atoms >= _ROUND_FROM * ATOMS else 2
        return _rounded(Decimal(atoms).scaleb(-6), digits)

    def per_hundred(self, part: int, whole: int, *, bare: bool = False) -> str:
        """Return how much of every 100 units of ``whole`` is ``part``; ``bare`` without the sign.

        >>> Voice("en", "GBP").per_hundred(1, 3), Voice("en", "GBP").per_hundred(2, 3, bare=True)
        ('£33.33', '66.67')
        """
        hundred = 100 * 10 ** minor_digits(self.currency)
        if not whole:
            return _NOTHING
        amount = (2 * abs(part) * hundred + whole) // (2 * whole)
        shown = amount_text(amount, self.currency, grouped=True)
        unit = "" if bare else self.unit()
        return f"{_MINUS if part < 0 and amount else ''}{unit}{shown}"

    def day(self, day: date) -> str:
        """Return a date as people write it.

        >>> Voice("en", "GBP").day(date(2011, 12, 9)), Voice("zh", "CNY").day(date(2011, 12, 9))
        ('9 December 2011', '2011年12月9日')
        """
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _rounded(number: Decimal, digits: int) -> str:
    """Return a number rounded half up, thousands grouped; whatever its size."""
    with localcontext(prec=60):
        return f"{number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"
