"""Nobody registers without agreeing; what was agreed to is kept, and operators write it themselves."""

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core import mail
from django.utils import timezone

from tests.mall.people.test_registering import SIGNUP, mailed_code, register
from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.desk import reserved, urls
from tongbao.mall.people.models import LegalText, User

WRITTEN = {
    "terms_en": "We are Tea Ltd, 1 High Street.\n\nWe <b>sell</b> & buy.",
    "terms_zh": "本商城由茶业有限公司经营。\n\n请遵守。",
    "privacy_en": "We keep little.",
    "privacy_zh": "我们只保存必要的信息。",
}


def stamp(version: int, language: str, body: str) -> str:
    return f"{version} {language} {sha256(body.encode()).hexdigest()[:32]}"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("by_link", [False, True])
def test_the_box_is_asked_for_and_names_both_texts(
    mall: Mall, language: str, *, by_link: bool
) -> None:
    client = mall.client(language=language)
    if by_link:
        page = client.get(f"/r/{mall.user().code}/", follow=True).text
        assert 'id="invitation"' in page
    else:
        page = client.get(SIGNUP).text
    box = re.search(r'<input[^>]*name="agree"[^>]*>', page)
    assert box is not None
    assert "required" in box[0]
    assert "checked" not in box[0]
    consent = page.partition('id="consent"')[2].partition("</label>")[0]
    assert 'href="/terms/"' in consent
    assert 'href="/privacy/"' in consent


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Please tick this to register."), ("zh-hans", "请勾选后再注册。")],
)
@pytest.mark.parametrize("login", ["new@example.com", "13812345678"])
def test_nobody_registers_without_it_and_what_was_typed_stays(
    mall: Mall, language: str, words: str, login: str
) -> None:
    client = mall.client(language=language)
    form = {"login": login, "password1": PASSWORD, "code": ""}
    page = client.post(SIGNUP, form)
    assert page.status_code == 200
    assert words in page.text
    assert f'value="{login}"' in page.text
    assert not User.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_was_agreed_to_is_kept_with_the_member(mall: Mall, language: str) -> None:
    client = mall.client(language=language)
    before = timezone.now()
    register(client, "new@example.com")
    client.post("/auth/confirm-email/", {"code": mailed_code()})
    user = User.objects.get(email="new@example.com")
    assert user.agreed_at is not None
    assert before <= user.agreed_at <= before + timedelta(minutes=5)
    for kept in (user.agreed_terms, user.agreed_privacy):
        assert re.fullmatch(rf"0 {language} [0-9a-f]{{32}}", kept)
    assert user.agreed_terms != user.agreed_privacy


def test_operators_write_both_texts_and_each_change_is_a_version(mall: Mall) -> None:
    client = mall.client(mall.operator())
    form = client.get("/desk/texts/").text
    assert "You buy from the merchant that is named beside the goods" in form
    assert "您向商品旁标明的商家购买" in form
    assert client.post("/desk/texts/", WRITTEN).status_code == 302
    first = LegalText.objects.get(kind="terms")
    shown = mall.client().get("/terms/").text
    assert "<p>We are Tea Ltd, 1 High Street.</p>" in shown
    assert "<p>We &lt;b&gt;sell&lt;/b&gt; &amp; buy.</p>" in shown
    assert f"Version {first.pk}, in force since" in shown
    assert "the software's own text" not in shown
    chinese = mall.client(language="zh-hans")
    assert "本商城由茶业有限公司经营。" in chinese.get("/terms/").text
    assert "我们只保存必要的信息。" in chinese.get("/privacy/").text
    # Saved again it is the same version; a changed one is a new one, and the old one is kept.
    client.post("/desk/texts/", WRITTEN)
    assert LegalText.objects.count() == 2
    client.post("/desk/texts/", {**WRITTEN, "terms_en": "New."})
    assert [one.body_en for one in LegalText.objects.filter(kind="terms").order_by("pk")] == [
        WRITTEN["terms_en"],
        "New.",
    ]
    assert LegalText.objects.filter(kind="privacy").count() == 1
    assert WRITTEN["terms_en"].partition("\n")[0] in client.get("/desk/texts/").text


def test_who_registers_then_agrees_to_the_operators_words(mall: Mall) -> None:
    mall.client(mall.operator()).post("/desk/texts/", WRITTEN)
    client = mall.client(language="zh-hans")
    register(client, "13812345678")
    user = User.objects.get(phone="+8613812345678")
    terms, privacy = (LegalText.objects.get(kind=kind).pk for kind in ("terms", "privacy"))
    assert user.agreed_terms == stamp(terms, "zh-hans", WRITTEN["terms_zh"])
    assert user.agreed_privacy == stamp(privacy, "zh-hans", WRITTEN["privacy_zh"])


@pytest.mark.parametrize("name", list(WRITTEN))
@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_no_text_may_be_missing_or_endless(mall: Mall, name: str, text: str) -> None:
    client = mall.client(mall.operator())
    page = client.post("/desk/texts/", {**WRITTEN, name: text})
    assert page.status_code == 200
    assert f"id_{name}_error" in page.text
    assert not LegalText.objects.exists()


def test_only_operators_write_them(mall: Mall) -> None:
    for user in (mall.user(), mall.staff("tea")):
        client = mall.client(user)
        assert client.get("/desk/texts/").status_code == 404
        assert client.post("/desk/texts/", WRITTEN).status_code == 404
    assert mall.client().post("/desk/texts/", WRITTEN).status_code == 302
    assert not LegalText.objects.exists()


def test_no_merchants_account_hides_a_page_of_the_desk() -> None:
    first = {str(page.pattern).partition("/")[0] for page in urls.urlpatterns}
    assert {word for word in first if word and not word.startswith("<")} - reserved.WORDS == set()
