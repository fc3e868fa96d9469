"""Voucher codes."""

import pytest

from tongbao.mall.services import codes


def test_a_code_is_read_however_it_is_written() -> None:
    code = codes.fresh()
    assert codes.read(f" {code[:4].upper()}-{code[4:8]} {code[8:]} ") == code


def test_one_wrong_letter_is_noticed_wherever_it_is() -> None:
    code = codes.fresh()
    for place, right in enumerate(code):
        for letter in codes.LETTERS:
            wrong = code[:place] + letter + code[place + 1 :]
            assert codes.read(wrong) == (code if letter == right else None)


def test_two_letters_that_changed_places_are_noticed() -> None:
    for _ in range(50):
        code = codes.fresh()
        for place in range(len(code) - 1):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert codes.read(swapped) == (code if swapped == code else None)


@pytest.mark.parametrize(
    "text", ["", "2", "2222-2222-222", "2222-2222-2222-2", "o222-2222-2222", "é" * 12]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert codes.read(text) is None
