"""Names as others see them."""

import pytest

from tongbao.mall.people.masking import masked
from tongbao.mall.people.models import User


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"name": "欧阳小明"}, "欧***"),
        ({"name": "李雷"}, "李*"),
        ({"name": "李"}, "李*"),
        ({"name": "Zoë"}, "Z***"),
        ({"name": "Li Na", "email": "li@example.com"}, "L***"),
        ({"email": "x@example.com"}, "x***@example.com"),
        ({"phone": "+447911123456"}, "791****3456"),
        ({}, "***"),
    ],
)
def test_names_are_masked(fields: dict[str, str], shown: str) -> None:
    assert masked(User(**fields)) == shown
