"""In which country a phone number belongs that was typed without one."""

import pytest

from tests.mall.people.test_registering import register, texts_sent
from tests.mall.stage import Mall
from tongbao.mall.people.contact import read_phone
from tongbao.mall.services.targets import BadTarget, read_target
from tongbao.mall.shop.models import Shop

ASKS = "Write the phone number with + and the country code"


@pytest.mark.parametrize(
    ("country", "currency", "typed", "number"),
    [
        ("FR", "EUR", "06 12 34 56 78", "+33612345678"),
        ("ES", "EUR", "612 34 56 78", "+34612345678"),
        ("IT", "EUR", "312 345 6789", "+393123456789"),
        ("DE", "EUR", "0151 23456789", "+4915123456789"),
        ("CN", "CNY", "138 1234 5678", "+8613812345678"),
        ("GB", "GBP", "07400 123456", "+447400123456"),
        ("US", "USD", "(201) 555-0123", "+12015550123"),
        ("CH", "CHF", "078 123 45 67", "+41781234567"),
    ],
)
def test_a_text_goes_to_the_country_that_the_mall_names(
    mall: Mall, country: str, currency: str, typed: str, number: str
) -> None:
    Shop.objects.update(country=country, currency=currency)
    register(mall.client(), typed)
    (text,) = texts_sent()
    assert text.startswith(f"{number}\n")


@pytest.mark.parametrize("currency", ["EUR", "XAF", "BRL"])
@pytest.mark.parametrize(
    "typed", ["06 12 34 56 78", "612345678", "０６１２３４５６７８", "0151/23456789"]
)
def test_without_a_country_a_national_number_is_asked_for_with_its_country(
    mall: Mall, currency: str, typed: str
) -> None:
    Shop.objects.update(country="", currency=currency)
    page = register(mall.client(), typed)
    assert ASKS in page.text
    assert texts_sent() == []
    with pytest.raises(BadTarget, match=r"with \+ and the country code"):
        read_target("phone", typed)
    assert read_phone("+33 6 12 34 56 78") == "+33612345678"
    assert read_target("phone", "+33 6 12 34 56 78") == "+33612345678"


def test_what_is_no_number_at_all_is_not_asked_for_a_country(mall: Mall) -> None:
    Shop.objects.update(country="")
    assert ASKS not in register(mall.client(), "anna").text


@pytest.mark.parametrize(
    ("country", "language", "words"),
    [
        ("FR", "en", "+33 is put before phone numbers without a country code."),
        ("FR", "zh-hans", "未写国家或地区代码的手机号前会加上 +33"),
        ("", "en", "Phone numbers with + and the country code."),
    ],
)
def test_the_page_to_register_says_which_prefix_is_meant(
    mall: Mall, country: str, language: str, words: str
) -> None:
    Shop.objects.update(country=country)
    assert words in mall.client(language=language).get("/auth/signup/").text
