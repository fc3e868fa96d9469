"""The mall speaks Chinese: nothing it says, and nothing a library says in it, stays English."""

import re
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override, pgettext

from tests.mall import dashboard_words, messages


@pytest.mark.parametrize("folder", messages.apps(), ids=lambda folder: folder.name)
def test_everything_an_app_says_is_translated(folder: Path) -> None:
    assert messages.problems(folder) == []


def test_no_two_apps_translate_the_same_text_differently(tmp_path: Path) -> None:
    assert messages.disagreeing(messages.apps()) == []
    for name, chinese in {"tea": "代码", "wine": "验证码"}.items():
        path = tmp_path / name / "locale/zh_Hans/LC_MESSAGES/django.po"
        path.parent.mkdir(parents=True)
        path.write_text(f'msgid "Code"\nmsgstr "{chinese}"\n', encoding="utf-8")
    (found,) = messages.disagreeing([tmp_path / "tea", tmp_path / "wine"])
    assert found == "'Code': {'tea': '代码', 'wine': '验证码'}"


def test_a_new_message_is_missed(tmp_path: Path) -> None:
    app = tmp_path / "tea"
    (app / "templates").mkdir(parents=True)
    (app / "views.py").write_text("from x import gettext as _\nWORDS = _('One cup')\n")
    (app / "templates" / "tea.html").write_text(
        "{% load i18n %}{% translate 'Two cups' %}\n  {% blocktranslate count n=n %}"
        "{{ n }} cup{% plural %}{{ n }} cups{% endblocktranslate %}"
    )
    messages.update(app)
    assert messages.problems(app) == [
        "tea: empty: 'One cup'",
        "tea: empty: 'Two cups'",
        "tea: empty: ('%(n)s cup', '%(n)s cups')",
    ]
    (app / "templates" / "tea.html").write_text("{% load i18n %}{% translate 'Three cups' %}")
    assert "tea: missing: 'Three cups'" in messages.problems(app)


def test_a_translation_keeps_its_places_and_is_compiled(tmp_path: Path) -> None:
    app = tmp_path / "tea"
    app.mkdir()
    (app / "views.py").write_text("from x import gettext as _\nWORDS = _('%(n)s cups')\n")
    messages.update(app)
    path = app / "locale/zh_Hans/LC_MESSAGES/django.po"
    head, _, _ = path.read_text("utf-8").rpartition('msgstr ""')
    path.write_text(f'{head}msgstr "%(m)s 杯"\n', "utf-8")
    wrong, stale = messages.problems(app)
    assert "wrong" in wrong
    assert stale == "tea: the .mo is not that of the .po"
    path.write_text(f'{head}msgstr "%(n)s 杯"\n', "utf-8")
    messages.update(app)
    assert messages.problems(app) == []


def test_a_fuzzy_translation_does_not_count(tmp_path: Path) -> None:
    app = tmp_path / "tea"
    app.mkdir()
    (app / "views.py").write_text("from x import gettext as _\nWORDS = _('A cup')\n")
    messages.update(app)
    path = app / "locale/zh_Hans/LC_MESSAGES/django.po"
    text = path.read_text("utf-8").replace(
        'msgid "A cup"\nmsgstr ""', '#, fuzzy\nmsgid "A cup"\nmsgstr "一杯"'
    )
    path.write_text(text, "utf-8")
    assert "tea: fuzzy: 'A cup'" in messages.problems(app)


def test_what_oscar_left_in_english_is_chinese_too() -> None:
    with override("zh-hans"):
        assert gettext("Voucher set deleted") == "已删除整套优惠码"


def test_the_dashboard_has_one_word_for_a_thing() -> None:
    said = list(messages.dashboard())
    assert len(said) > 200
    told = {text for text, _ in said} | {text[0] for text, _ in said if isinstance(text, tuple)}
    assert set(dashboard_words.words()) - told == set()  # Oscar says each of them still
    for language, unwanted in {
        "en": r"voucher|partner|product (?:type|class)|attribute option",
        "zh-hans": "优惠券|特卖|要约|供应商|产品|信息中心|去浏览|去使用|总行|总共开放|评论|你",
    }.items():
        with override(language):
            for text, _ in said:
                one = gettext(text) if isinstance(text, str) else ngettext(text[0], text[1], 1)
                words = re.sub(r"%\([^)]*\)[sd]|\{[^}]*\}|<[^>]*>", "", one)
                assert not re.search(unwanted, words, re.IGNORECASE), (text, words)


def test_a_voucher_and_a_discount_code_are_two_things() -> None:
    with override("en"):
        assert gettext("Vouchers") == "Discount codes"
        assert pgettext("service", "Vouchers") == "Vouchers"
    with override("zh-hans"):
        assert gettext("Vouchers") == "优惠码"
        assert pgettext("service", "Vouchers") == "到店券"
