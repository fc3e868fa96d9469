"""A gang in a mall gains nothing that was not nobody's; `python -m tests.attacks.search` looks longer."""

import pytest

from tests.attacks.mall_market import MallMarket, Part
from tests.attacks.search import search
from tongbao.plans.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS)
def test_no_sequence_of_a_gang_in_the_mall_gains_and_the_mall_never_pays(preset: str) -> None:
    kinds, broken = search(preset, range(160))
    assert broken == []
    done = {"buy", "settle", "return", "cancel", "merchant_cancels", "expire", "command"}
    assert set(kinds) == done  # each of them was really tried


def test_the_search_finds_the_fee_that_the_mall_once_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Canary: a merchant cancels what was paid in points, and the mall makes up for the fee."""
    honest = MallMarket.cancel

    def leaky(market: MallMarket, part: Part, *, by_merchant: bool = False) -> bool:
        done = honest(market, part)
        if done and by_merchant and part.fee:
            market.ok("deposit", account=part.member, amount=part.fee)
            market.outside["mall"] -= part.fee
        return done

    monkeypatch.setattr(MallMarket, "cancel", leaky)
    _, broken = search("dividend", range(160))
    assert any("the mall paid" in line for line in broken)


def test_the_search_finds_points_bought_at_face_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Canary: the whole price of a top-up earns points, not what its supplier leaves of it."""
    honest = MallMarket.settle

    def generous(market: MallMarket, part: Part) -> bool:
        cost, part.cost = part.cost, 0
        done = honest(market, part)
        part.cost = cost
        if done and part.is_face:
            market.outside["mall"] -= cost
        return done

    monkeypatch.setattr(MallMarket, "settle", generous)
    _, broken = search("wine", range(160))
    assert any("the mall paid" in line or "gain" in line for line in broken)
