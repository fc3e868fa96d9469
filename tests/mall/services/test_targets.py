"""Whose account is topped up."""

import pytest

from tests.mall.stage import Mall
from tongbao.mall.services.targets import BadTarget, read_target
from tongbao.mall.shop.models import Shop


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        ("phone", "138 0013 8000", "13800138000"),
        ("phone", "+86-13800138000", "13800138000"),
        ("phone", "１３８００１３８０００", "13800138000"),
        ("phone", "+44 7400 123456", "+447400123456"),
        ("fuel", "1000 1112 3456 7890 123", "1000111234567890123"),
        ("fuel", "9000000000000001", "9000000000000001"),
        ("utility", "0012-3456", "00123456"),
    ],
)
def test_a_number_is_read_by_its_kind(mall: Mall, kind: str, typed: str, read: str) -> None:
    assert read_target(kind, typed) == read


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("phone", "010 6552 9988"),
        ("phone", "1380013800"),
        ("phone", "13800138000; x"),
        ("phone", ""),
        ("fuel", "1000111234567890"),
        ("fuel", "100011123456789012a"),
        ("utility", "12345"),
        ("utility", "1" * 21),
    ],
)
def test_what_is_no_number_of_that_kind_is_told(mall: Mall, kind: str, typed: str) -> None:
    with pytest.raises(BadTarget):
        read_target(kind, typed)


def test_a_number_without_a_country_is_at_home_where_the_mall_is(mall: Mall) -> None:
    Shop.objects.update(currency="GBP", country="GB")
    assert read_target("phone", "07400 123456") == "+447400123456"
    assert read_target("phone", "+86 138 0013 8000") == "13800138000"
    with pytest.raises(BadTarget, match="such as 07400 123456"):
        read_target("phone", "138 0013 8000")
