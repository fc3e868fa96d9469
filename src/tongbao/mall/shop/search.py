"""Searching the shelf: every word must fit, a mistyped one by the likeliest word there is."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tongbao.mall.shop.shelf import Aisle, Good, Seller, Shelf
from tongbao.mall.shop.words import is_latin, plain, typed

LONGEST: Final = 100
"""Letters of a search that are looked at."""

SORTS: Final = ("best", "cheap", "dear", "new", "rated")
_MOST_WORDS: Final = 8
_SHORTEST_TYPO: Final = 3  # shorter words are taken as they are
_TWO_TYPOS: Final = 8
_PAIR: Final = 2
_EXACT, _BEGINNING, _MISTYPED, _CATEGORY = 12, 6, 3, 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for. Prices in minor units; None or empty: anything."""

    text: str = ""
    aisle: Aisle | None = None
    partner: int | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    in_stock: bool = False
    sort: str = "best"


@dataclass(frozen=True, slots=True)
class Found:
    """What there is, in order; ``read_as`` has the words that mistyped ones were taken for.

    ``is_loose`` says that nothing has all the words, so that these have some of them. The counts
    are of goods per category and merchant as if that one choice had not been made.
    """

    goods: tuple[Good, ...]
    read_as: str = ""
    is_loose: bool = False
    aisles: tuple[tuple[Aisle, int], ...] = ()
    sellers: tuple[tuple[Seller, int], ...] = ()


def find(shelf: Shelf, wish: Wish) -> Found:
    """Return the goods that fit."""
    scores, read_as, is_loose = _matches(shelf, wish.text)
    among = frozenset(range(len(shelf.goods))) if scores is None else frozenset(scores)
    among &= _priced(shelf, wish)
    if wish.in_stock:
        among &= shelf.in_stock
    of_seller = among
    if wish.partner is not None:
        seller = shelf.sellers.get(wish.partner)
        of_seller = among & seller.goods if seller else frozenset()
    of_aisle = among if wish.aisle is None else among & wish.aisle.goods
    chosen = of_seller & of_aisle
    aisles = [(one, len(of_seller & one.goods)) for one in shelf.beneath(wish.aisle)]
    sellers = [(one, len(of_aisle & one.goods)) for one in shelf.sellers.values()]
    return Found(
        goods=tuple(shelf.goods[place] for place in _ordered(shelf, chosen, scores, wish.sort)),
        read_as=read_as,
        is_loose=is_loose,
        aisles=tuple((one, count) for one, count in aisles if count),
        sellers=tuple((one, count) for one, count in sellers if count),
    )


def suggest(shelf: Shelf, text: str, limit: int = 6) -> tuple[list[Aisle], list[Good]]:
    """Return the categories and goods that a few letters may be the beginning of."""
    begun = plain(text.strip()[:LONGEST])
    if not begun:
        return [], []
    aisles = [one for one in shelf.aisles.values() if one.goods and begun in plain(one.name)]
    return aisles[:2], list(find(shelf, Wish(text)).goods[:limit])


def _matches(shelf: Shelf, text: str) -> tuple[dict[int, int] | None, str, bool]:
    """Return scores by place (None: nothing was asked), the words as they were taken, looseness."""
    asked = typed(text[:LONGEST])[:_MOST_WORDS]
    if not asked:
        return (None if not text.strip() else {}), "", False
    per_word = [_known(shelf, word) for word, _ in asked]
    there = [scores for scores in per_word if scores]
    among = frozenset(there[0]).intersection(*there[1:]) if there else frozenset()
    shown = [run for _, run in asked]
    head, taken = 0, False
    for number, (word, run) in enumerate(asked):
        head = number if run else head
        if not per_word[number]:
            begun = shown[head][number - head : number - head + 1]  # may be put right already
            likely = _likeliest(shelf, word, run, among, begun)
            if likely:
                found = shelf.words[likely] if is_latin(word) else _known(shelf, likely)
                per_word[number] = dict.fromkeys(found, _MISTYPED)
                taken = True
                if is_latin(word):
                    shown[number] = shelf.spelled.get(likely, likely)
                else:
                    before, after = shown[head][: number - head], shown[head][number - head + 2 :]
                    shown[head] = before + likely + after
    read_as = " ".join(filter(None, shown)) if taken else ""
    everywhere = set(per_word[0]).intersection(*per_word[1:])
    if everywhere or len(asked) == 1:
        return {place: sum(one[place] for one in per_word) for place in everywhere}, read_as, False
    some: dict[int, int] = {}
    for scores in per_word:
        for place, score in scores.items():
            some[place] = some.get(place, 0) + score
    best = max(some.values(), default=0)
    return {place: score for place, score in some.items() if score * 2 >= best}, read_as, bool(some)


def _known(shelf: Shelf, word: str) -> dict[int, int]:
    """Return scores by place of a word that is there: in categories, as a beginning, by itself."""
    scores = dict.fromkeys(shelf.of_aisles.get(word, ()), _CATEGORY)
    if is_latin(word):
        for at in range(bisect_left(shelf.vocabulary, word), len(shelf.vocabulary)):
            other = shelf.vocabulary[at]
            if not other.startswith(word):
                break
            scores |= dict.fromkeys(shelf.words[other], _BEGINNING)
    return scores | dict.fromkeys(shelf.words.get(word, ()), _EXACT)


def _likeliest(shelf: Shelf, word: str, run: str, among: frozenset[int], begun: str) -> str:
    """Return the word that a mistyped one was most likely meant to be; nothing if none is near.

    Of equally near words it is the one that most goods have which have the other words too. Of a
    pair of Chinese letters one may be wrong; ``begun`` is its first, as the pair before it was
    put right.
    """
    if not is_latin(word):
        return _likeliest_pair(shelf, word, among, begun)
    if len(word) < _SHORTEST_TYPO:
        return ""
    near: dict[str, int] = {}
    # A short plural keeps its s in the index; the mistake may be before it.
    for one in {word, run, run.removesuffix("s")} if len(run) == _SHORTEST_TYPO else {word}:
        likely = process.extract(
            one,
            shelf.vocabulary,
            scorer=OSA.distance,
            processor=None,
            score_cutoff=2 if len(word) >= _TWO_TYPOS else 1,
            limit=None,
        )
        for other, distance, _ in likely:
            # Almost anything is near to a few letters: the beginning must be right.
            if len(word) > _SHORTEST_TYPO or other[0] == word[0]:
                near[other] = min(distance, near.get(other, distance))
    nearest = min(near.values(), default=0)

    def fits(other: str) -> tuple[bool, int, int]:
        places = shelf.words[other]
        return other[0] == word[0], len(places & among), len(places)

    return max((one for one in near if near[one] == nearest), key=fits, default="")


def _likeliest_pair(shelf: Shelf, word: str, among: frozenset[int], begun: str) -> str:
    if len(word) != _PAIR:
        return ""
    if begun + word[1] in shelf.words:
        return begun + word[1]

    def fits(other: str) -> tuple[int, bool, int, str]:
        places = shelf.words[other]
        return len(places & among), other[0] == word[0], len(places), other

    near = (
        other
        for other in shelf.vocabulary
        if len(other) == _PAIR and (other[0] == word[0] or other[1] == word[1])
    )
    return max((one for one in near if not is_latin(one)), key=fits, default="")


def _priced(shelf: Shelf, wish: Wish) -> frozenset[int]:
    """Return the places whose price lies in the range."""
    if wish.least_minor is None and wish.most_minor is None:
        return frozenset(shelf.by_price)
    price = [shelf.goods[place].price_minor for place in shelf.by_price]
    start = 0 if wish.least_minor is None else bisect_left(price, wish.least_minor)
    end = len(price) if wish.most_minor is None else bisect_left(price, wish.most_minor + 1)
    return frozenset(shelf.by_price[start:end])


def _ordered(
    shelf: Shelf, chosen: frozenset[int], scores: dict[int, int] | None, sort: str
) -> list[int]:
    if sort == "cheap":
        return [place for place in shelf.by_price if place in chosen]
    if sort == "dear":
        return [place for place in reversed(shelf.by_price) if place in chosen]
    if sort == "rated":
        return [place for place in shelf.by_rating if place in chosen]
    if sort == "new":
        return sorted(chosen, reverse=True)
    if scores is None:
        return sorted(chosen)
    # Of equally good matches the shorter title says more plainly that it is this.
    return sorted(chosen, key=lambda at: (-scores[at], len(shelf.goods[at].title), at))
