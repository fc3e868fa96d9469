"""How long a search takes in 50,000 goods, against one fuzzy look at every title.

The peer compares what was typed with all titles (`rapidfuzz.process.extract`): what a search
without an index does that forgives mistyped words. The shelf's goes by words, and also narrows,
counts and sorts what it finds.
"""

import random
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz, process

from benchmarks.measure import Result, timed
from tests.mall.shop.test_search import shelf_of
from tongbao.mall.shop.search import Wish, find

GOODS, BOUND = 50_000, 1.0
_WORDS: Final = (
    *("red", "white", "oak", "glass", "lantern", "teapot", "candle", "box", "rose", "tin"),
    *("garden", "heart", "hanging", "clock", "cake", "stand", "paper", "chain", "kit", "bag"),
)
_TYPED: Final = ("white heart", "hangign hart", "garden lanttern", "clock teapot", "白酒")


def measure() -> Sequence[Result]:
    """Return the time of these searches, over the peer's."""
    rng = random.Random(3)
    titles = [f"{' '.join(rng.sample(_WORDS, 4))} {at:05d}x" for at in range(GOODS)]
    shelf = shelf_of(*titles)

    def ours() -> None:
        for text in _TYPED:
            find(shelf, Wish(text, least_minor=500, in_stock=True))

    def peer() -> None:
        for text in _TYPED:
            process.extract(text, titles, scorer=fuzz.WRatio, limit=24)

    ours()
    own = min(timed(ours) for _ in range(5))
    other = min(timed(peer) for _ in range(3))
    detail = f"{1e3 * own / len(_TYPED):.1f} ms a search, peer {1e3 * other / len(_TYPED):.1f} ms"
    return [Result(f"a search in {GOODS:,} goods / fuzzy scan", own / other, BOUND, "×", detail)]
