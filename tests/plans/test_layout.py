"""Text is wrapped by what a terminal shows, Chinese signs two columns wide."""

from hypothesis import given
from hypothesis import strategies as st

from tongbao.plans.layout import Table, width, wrapped


def test_latin_text_breaks_at_spaces() -> None:
    assert wrapped("one two three four", columns=9) == "one two\nthree\nfour"


def test_chinese_text_breaks_between_signs_but_not_before_a_stop() -> None:
    assert wrapped("准备金变大。价格上升", columns=10) == "准备金变\n大。价格上\n升"


def test_an_opening_quote_goes_down_with_its_word() -> None:
    assert wrapped("价格（甲乙）", columns=6) == "价格\n（甲\n乙）"


def test_later_lines_have_their_own_indent() -> None:
    assert wrapped("aa bb cc", first="- ", rest="  ", columns=7) == "- aa bb\n  cc"


def test_a_word_longer_than_the_line_stands_alone() -> None:
    assert wrapped("a bbbbbbbb c", columns=4) == "a\nbbbbbbbb\nc"


def test_columns_line_up_by_width() -> None:
    drawn = Table((("价格", "1"), ("ab", "22")), left=1).drawn()
    assert drawn == "  价格    1\n  ab     22"


@given(st.text(alphabet="ab 价格，。（）“”", max_size=60), st.integers(8, 30))
def test_wrapping_loses_nothing_but_spaces_and_keeps_the_width(text: str, columns: int) -> None:
    lines = wrapped(text, columns=columns).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        marks = any(sign in line for sign in "，。（）“”")
        assert width(line) <= columns or marks or " " not in line
