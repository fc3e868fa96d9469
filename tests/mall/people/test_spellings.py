"""An e-mail address or a phone number is read the same in every spelling, as in the lab."""

import pytest

from tests.mall.stage import Mall
from tongbao.mall.people.contact import read
from tongbao.mall.people.models import User
from tongbao.mall.shop.models import Shop
from tongbao.plans.names import person_name


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "ann@example.com",
            " Ann@Example.COM ",
            "ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "ann\u200b@example.com",
        ),
        *("\ufeffann@example.com", "ANN@example.com\u00a0"),
    ],
)
def test_an_address_is_one_in_every_spelling(mall: Mall, typed: str) -> None:
    assert read(typed).email == person_name(typed) == "ann@example.com"


@pytest.mark.parametrize(
    "typed", ["13812345678", "１３８１２３４５６７８", "138\u200b1234\u20605678", "138　1234　5678"]
)
def test_a_number_is_one_in_every_spelling(mall: Mall, typed: str) -> None:
    Shop.objects.update(country="CN", currency="CNY")
    assert read(typed).phone == "+8613812345678"


def test_a_user_that_a_command_makes_has_the_address_that_a_form_reads(mall: Mall) -> None:
    user = User.objects.create_user("Ｄora@Example.com", None)
    assert user.email == "dora@example.com"
