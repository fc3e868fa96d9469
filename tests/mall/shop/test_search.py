"""Finding goods: by words, mistyped ones, Chinese ones; narrowed and ordered."""

from dataclasses import replace

import pytest
from oscar.core.loading import get_model

from tests.mall.shop.stock import fill
from tests.mall.stage import Mall
from tongbao.mall.shop import shelf as shelves
from tongbao.mall.shop.search import Found, Wish, find, suggest
from tongbao.mall.shop.shelf import Aisle, Good, Seller, Shelf, named, spelled, the_shelf
from tongbao.mall.shop.words import spoken


def shelf_of(*titles: str) -> Shelf:
    """Make a shelf by hand: prices 100, 200, …; the second half is sold out."""
    goods = tuple(
        Good(
            at, at + 1, title, f"good-{at}", 100 * (at + 1), at * 2 < len(titles), at % 2, (), 0, 0
        )
        for at, title in enumerate(titles)
    )
    words: dict[str, set[int]] = {}
    for good in goods:
        for word in spoken(good.title):
            words.setdefault(word, set()).add(good.place)
    return Shelf(
        goods=goods,
        in_stock=frozenset(good.place for good in goods if good.in_stock),
        words={word: frozenset(places) for word, places in words.items()},
        spelled=spelled(titles),
        vocabulary=tuple(sorted(words)),
        by_price=tuple(range(len(goods))),
        by_rating=tuple(range(len(goods))),
        sellers={
            0: Seller(0, "Even", "双", frozenset(range(0, len(goods), 2))),
            1: Seller(1, "Odd", "单", frozenset(range(1, len(goods), 2))),
        },
        aisles={7: Aisle(7, "First two", "first", "", (7,), True, frozenset({0, 1}))},
    )


TITLES = (
    "White Hanging Heart T-Light Holder",
    "Red Woolly Hottie White Heart",
    "Cream Cupid Hearts Coat Hanger",
    "Alarm Clock Bakelike Red",
    "Ceramic Cake Stand",
    "飞天酱香白酒 53度",
    "景德镇青花瓷茶杯",
    "Crème Brûlée Dish",
)
SHELF = shelf_of(*TITLES)


def titles(found: Found) -> list[str]:
    return [good.title for good in found.goods]


def search(text: str) -> list[str]:
    return titles(find(SHELF, Wish(text)))


def test_every_word_must_be_there() -> None:
    assert search("white heart") == [TITLES[1], TITLES[0]]
    assert search("heart clock white zebra")[:1] != []


def test_plural_case_and_accents_make_no_difference() -> None:
    assert search("HEARTS hangers") == [TITLES[2]]
    assert search("creme brulee") == [TITLES[7]]
    assert search("ｃｌｏｃｋ") == [TITLES[3]]


def test_a_beginning_is_enough() -> None:
    assert search("cer") == [TITLES[4]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hangign", "hanging"),
        ("clokc", "clock"),
        ("clck", "clock"),
        ("cermic", "ceramic"),
        ("bakelikke", "bakelike"),
        ("whtie", "white"),
        ("rad", "red"),
    ],
)
def test_a_mistyped_word_is_taken_for_the_nearest(typed: str, meant: str) -> None:
    found = find(SHELF, Wish(typed))
    assert found.read_as == meant
    assert found.goods
    assert all(meant in title.lower() for title in titles(found))


def test_words_are_shown_as_they_are_written() -> None:
    shelf = shelf_of("Christmas tree", "Christmas card", "Glass bell")
    assert find(shelf, Wish("chrismas tree")).read_as == "christmas tree"
    assert find(shelf, Wish("Christmas TREES bel")).read_as == ""
    assert find(shelf, Wish("gless bells")).read_as == "glass bells"


def test_a_short_word_is_taken_for_one_that_goes_with_the_others() -> None:
    shelf = shelf_of("Lunch bag", "Toy bus", "Bug", "Wooden heart", "Hat", "Heart of glass", "Cart")
    assert find(shelf, Wish("lunch bgs")).read_as == "lunch bag"
    assert titles(find(shelf, Wish("lunch bgs"))) == ["Lunch bag"]
    found = find(shelf, Wish("hart"))
    assert found.read_as == "heart"
    assert set(titles(found)) == {"Wooden heart", "Heart of glass"}


@pytest.mark.usefixtures("mall")
def test_a_category_is_found_by_its_name_in_either_language() -> None:
    aisle = Aisle(7, "Christmas", "christmas", "", (7,), True, frozenset({0, 1}))
    shelf = replace(shelf_of("Fir tree", "Paper star", "Mug"), of_aisles=named([aisle]))
    assert set(titles(find(shelf, Wish("圣诞")))) == {"Fir tree", "Paper star"}
    assert titles(find(shelf, Wish("Christmas star"))) == ["Paper star"]


def test_a_word_that_is_near_to_nothing_finds_nothing() -> None:
    assert search("xylophone") == []
    assert search("??") == []


def test_where_nothing_has_all_words_some_will_do_and_it_is_said() -> None:
    found = find(SHELF, Wish("clock teapot"))
    assert found.is_loose
    assert titles(found) == [TITLES[3]]


def test_any_part_of_a_chinese_title_finds_it() -> None:
    assert search("白酒") == [TITLES[5]]
    assert search("酱香") == [TITLES[5]]
    assert search("青花瓷茶杯") == [TITLES[6]]
    assert search("杯") == [TITLES[6]]
    assert search("电脑") == []


@pytest.mark.parametrize(
    ("typed", "title", "read_as"),
    [
        ("酱相", TITLES[5], "酱香"),
        ("茶怀", TITLES[6], "茶杯"),
        ("青华瓷", TITLES[6], "青花瓷"),  # both pairs have the wrong letter
        ("飞天将香白酒", TITLES[5], "飞天酱香白酒"),
    ],
)
def test_of_two_chinese_letters_one_may_be_wrong(typed: str, title: str, read_as: str) -> None:
    found = find(SHELF, Wish(typed))
    assert titles(found) == [title]
    assert found.read_as == read_as
    assert not found.is_loose


def test_a_mistyped_chinese_category_gives_its_goods() -> None:
    aisle = Aisle(7, "葡萄酒", "wine", "", (7,), True, frozenset({0}))
    shelf = replace(shelf_of("干红", "葡萄酒杯", "茶"), of_aisles=named([aisle]))
    assert set(titles(find(shelf, Wish("葡萄洒")))) == {"干红", "葡萄酒杯"}


def test_filters_and_their_counts() -> None:
    found = find(SHELF, Wish(least_minor=200, most_minor=300))
    assert titles(found) == [TITLES[1], TITLES[2]]
    assert [(one.name_en, count) for one, count in found.sellers] == [("Even", 1), ("Odd", 1)]
    assert len(find(SHELF, Wish(in_stock=True)).goods) == 4
    assert titles(find(SHELF, Wish("heart", partner=1))) == [TITLES[1]]
    assert titles(find(SHELF, Wish(aisle=SHELF.aisles[7]))) == [TITLES[0], TITLES[1]]
    assert [(one.name, count) for one, count in find(SHELF, Wish("heart")).aisles] == [
        ("First two", 2)
    ]


def test_orders() -> None:
    assert titles(find(SHELF, Wish("heart", sort="cheap"))) == list(TITLES[:3])
    assert titles(find(SHELF, Wish("heart", sort="dear"))) == list(TITLES[2::-1])
    assert titles(find(SHELF, Wish("heart", sort="new"))) == list(TITLES[2::-1])


def test_suggestions_come_from_few_letters() -> None:
    aisles, goods = suggest(SHELF, "fir")
    assert [one.name for one in aisles] == ["First two"]
    assert goods == []
    assert [good.title for good in suggest(SHELF, "cla")[1]] == []
    assert [good.title for good in suggest(SHELF, "clo")[1]] == [TITLES[3]]
    assert suggest(SHELF, "  ") == ([], [])


def test_the_shelf_has_what_the_catalogue_has(mall: Mall) -> None:
    roots = fill(mall, 40, aisles=4)
    shelf = the_shelf("CNY")
    assert len(shelf.goods) == 44  # and the stage's own four
    assert len(shelf.aisles[roots[0].pk].goods) == 10
    assert len(shelf.in_stock) == 40
    assert shelf.goods[shelf.by_price[0]].price_minor == 100


def test_new_goods_are_found_at_once_and_gone_ones_no_more(mall: Mall) -> None:
    assert len(the_shelf("CNY").goods) == 4
    fill(mall, 3)
    assert len(the_shelf("CNY").goods) == 7
    mall.product("good-1").delete()
    assert len(the_shelf("CNY").goods) == 6


def test_a_sale_does_not_make_the_shelf_be_read_again(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = the_shelf("CNY")
    mall.product("tea-1").stockrecords.get().allocate(1)
    assert the_shelf("CNY") is before
    monkeypatch.setattr(shelves, "RECOUNT_SECONDS", 0.0)
    monkeypatch.setattr(shelves, "_REST", 0)
    assert the_shelf("CNY") is not before


def test_hidden_goods_and_those_in_other_money_stay_away(mall: Mall) -> None:
    product = get_model("catalogue", "Product").objects
    product.filter(upc="tea-1").update(is_public=False)
    get_model("partner", "StockRecord").objects.filter(partner_sku="tea-2").update(
        price_currency="USD"
    )
    shelves.forget()
    assert [good.slug for good in the_shelf("CNY").goods] == ["wine-1", "wine-2"]


def test_four_thousand_goods_are_read_and_searched(mall: Mall) -> None:
    fill(mall, 4000)
    shelf = the_shelf("CNY")
    assert len(shelf.goods) == 4004
    assert find(shelf, Wish("garden lanttern")).read_as == "garden lantern"
