"""Safety of the whole site: headers, settings, uploads, what is served."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from tests.mall.stage import PASSWORD, Mall
from tongbao.mall.people.checks import check_deployed

DEPLOYED = {
    "DJANGO_SETTINGS_MODULE": "tongbao.site.mall",
    "TONGBAO_ADDRESS": "https://mall.example.com",
    "TONGBAO_DATABASE": "sqlite://:memory:",
    "TONGBAO_MAIL": "smtps://mall:secret@mail.example.com",
    "TONGBAO_SMS": "shop.texts.Gateway",
    "TONGBAO_SECRET": "a-secret-of-fifty-and-some-characters-0123456789-ABCDEFGHIJ",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Django's command line in a process of its own, with that environment besides."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TONGBAO_")}
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env={**kept, **DEPLOYED, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 4)) -> bytes:
    """Return a small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


# ---- settings


def test_djangos_deployment_checks_find_nothing(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "DEBUG", TONGBAO_FILES=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("TONGBAO_SANDBOX", "yes", "mall.E001"),
        ("TONGBAO_MAIL", "", "mall.E002"),
        ("TONGBAO_SMS", "tongbao.mall.people.texts.Files", "mall.E004"),
    ],
)
def test_an_https_mall_with_what_moves_nothing_is_refused(
    tmp_path: Path, setting: str, value: str, said: str
) -> None:
    done = manage("check", "--deploy", TONGBAO_FILES=str(tmp_path), **{setting: value})
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    "setting", ["MALL_PAYMENT_PROVIDERS", "MALL_TOPUP_PROVIDERS", "MALL_PAYOUTS"]
)
def test_a_sandbox_that_is_named_is_refused_as_the_switch_is(setting: str) -> None:
    real = {"MALL_PAYMENT_PROVIDERS": [], "MALL_TOPUP_PROVIDERS": [], "MALL_PAYOUTS": "a.Bank"}
    named = {setting: "a.Sandbox" if setting == "MALL_PAYOUTS" else ["a.Sandbox"]}
    https = {"ADDRESS": "https://mall.example.com", "SANDBOX": False}
    for these, found in ((real, False), ({**real, **named}, True)):
        with override_settings(**https, **these):
            assert ("mall.E001" in {one.id for one in check_deployed(None)}) is found


def test_what_a_person_sees_is_kept_by_nobody(mall: Mall) -> None:
    shopper, operator, stranger = mall.user(), mall.operator(), mall.client()
    client = mall.client(shopper)
    for path in (
        "/",
        "/me/",
        "/wallet/",
        "/wallet/statement.csv",
        "/orders/",
        "/basket/",
        "/none/",
    ):
        assert "no-store" in client.get(path).headers["Cache-Control"], path
    for path in ("/desk/", "/dashboard/", "/dashboard/orders/?file=csv", "/dashboard/catalogue/"):
        assert "no-store" in mall.client(operator).get(path).headers["Cache-Control"], path
    typed = {"login": str(shopper.email), "password": PASSWORD}
    came = stranger.post("/auth/login/", typed)
    assert came.status_code == 302
    assert "no-store" in came.headers["Cache-Control"]
    assert "no-store" in stranger.post("/auth/logout/").headers["Cache-Control"]
    assert "no-store" in mall.client().get("/basket/").headers["Cache-Control"]
    assert "no-store" not in mall.client().get("/").headers.get("Cache-Control", "")


def test_what_the_mall_writes_is_its_own_users_alone(tmp_path: Path) -> None:
    code = (
        "import django, pathlib; django.setup()\n"
        "from django.core.files.base import ContentFile\n"
        "from django.core.files.storage import default_storage\n"
        "from django.core.mail import send_mail\n"
        "from tongbao.mall.people.texts import Files\n"
        f"default_storage.save('images/a.png', ContentFile({picture()!r}))\n"
        "send_mail('a', 'b', None, ['a@example.com']); Files().send('+861', 'x')\n"
        "pathlib.Path('db').touch()\n"
    )
    environment = {**DEPLOYED, "TONGBAO_MAIL": "", "TONGBAO_FILES": str(tmp_path / "files")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TONGBAO_")}
    subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, cwd=tmp_path, check=True
    )
    places = [tmp_path / "db", *(tmp_path / "files").rglob("*")]
    assert len([place for place in places if place.is_file()]) == 4
    for place in places:
        assert place.stat().st_mode & 0o077 == 0, place


def test_djangos_plain_checks_find_nothing(tmp_path: Path) -> None:
    address = "http://localhost:8000"
    done = manage(
        "check", "--fail-level", "DEBUG", TONGBAO_FILES=str(tmp_path), TONGBAO_ADDRESS=address
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    done = manage("check", TONGBAO_FILES=str(tmp_path), TONGBAO_SECRET="short")  # noqa: S106
    assert done.returncode != 0
    assert "TONGBAO_SECRET" in done.stderr


def test_an_https_mall_without_a_secret_is_refused(tmp_path: Path) -> None:
    done = manage("check", TONGBAO_FILES=str(tmp_path), TONGBAO_SECRET="")
    assert done.returncode != 0
    assert "TONGBAO_SECRET" in done.stderr


def test_cookies_of_an_https_mall_travel_by_https_only(tmp_path: Path) -> None:
    names = [
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "OSCAR_BASKET_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT",
    ]
    code = f"from django.conf import settings as s; print([getattr(s, n) for n in {names}])"
    done = manage("shell", "--no-imports", "-c", code, TONGBAO_FILES=str(tmp_path))
    assert done.stdout.strip() == str([True] * len(names)), done.stderr


def test_nothing_of_debugging_is_on(mall: Mall) -> None:
    assert settings.DEBUG is False
    page = mall.client().get("/no/such/page/")
    assert page.status_code == 404
    assert "urlpatterns" not in page.text


def test_only_our_own_hosts_are_answered(mall: Mall) -> None:
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400


def test_posts_without_the_token_are_refused(mall: Mall) -> None:
    user = mall.user()
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/me/settings/log-out-elsewhere/").status_code == 403


# ---- what the browser may do


def directives(answer: Any) -> dict[str, list[str]]:  # noqa: ANN401  # a page
    """Read the Content-Security-Policy of an answer."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (part.split() for part in parts if part.strip())}


def test_the_policy_allows_own_scripts_and_styles_only(mall: Mall) -> None:
    policy = directives(mall.client().get("/auth/login/"))
    assert policy["default-src"] == ["'none'"]
    for name in ("script-src", "style-src"):
        assert [one for one in policy[name] if not one.startswith("'nonce-")] == ["'self'"]
    for name in ("base-uri", "frame-ancestors", "object-src"):
        assert policy[name] == ["'none'"]


def test_every_answer_has_the_other_headers(mall: Mall) -> None:
    for address in ("/", "/auth/login/", "/no/such/page/", "/dashboard/"):
        headers = mall.client().get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Content-Security-Policy" in headers


def test_the_dashboard_runs_inline_scripts_by_nonce_only(mall: Mall) -> None:
    page = mall.client(mall.operator()).get("/dashboard/catalogue/")
    assert page.status_code == 200
    (nonce,) = {word for word in directives(page)["script-src"] if word != "'self'"}
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page.text)
    assert inline
    assert all(f'nonce="{nonce[7:-1]}"' in attributes for attributes in inline)
    assert "'unsafe-inline'" not in directives(page)["script-src"]


def test_a_script_smuggled_in_as_data_gets_no_nonce(mall: Mall) -> None:
    product = mall.product("tea-1")
    product.title = "<script>alert(1)</script>"
    product.save()
    page = mall.client(mall.operator()).get(f"/dashboard/catalogue/products/{product.pk}/")
    assert "<script>alert(1)" not in page.text


def test_shoppers_do_not_get_into_the_dashboard(mall: Mall) -> None:
    assert mall.client().get("/dashboard/").status_code == 302  # to logging in
    for user in (mall.user(), mall.staff()):
        assert mall.client(user).get("/dashboard/").status_code == 404


# ---- uploads


def cut_short(kind: str) -> bytes:
    """Return a picture that lacks the second half of its file."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(out, kind)
    return out.getvalue()[: len(out.getvalue()) // 2]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_pictures_are_kept(mall: Mall, kind: str) -> None:
    name = default_storage.save(f"images/a.{kind.lower()}", ContentFile(picture(kind)))
    assert default_storage.exists(name)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", SVG),
        ("a.png", SVG),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.png", b"<script>alert(1)</script>"),
        ("a.jpg", picture("PNG")),
        ("a.png", picture()[:40]),
        *((f"a.{kind.lower()}", cut_short(kind)) for kind in ("PNG", "JPEG", "WEBP", "GIF")),
        ("a.png.html", picture()),
        ("a", picture()),
        ("a.bmp", picture("BMP")),
        ("a.png", picture() + b" " * (5 * 2**20)),
        ("a.png", b""),
    ],
)
def test_what_is_no_picture_is_not_kept(mall: Mall, name: str, content: bytes) -> None:
    with pytest.raises(SuspiciousFileOperation):
        default_storage.save(f"images/{name}", ContentFile(content))


def test_a_picture_of_too_many_pixels_is_not_kept(mall: Mall) -> None:
    file = io.BytesIO()
    Image.new("1", (10_000, 5_000)).save(file, "PNG")
    with pytest.raises(SuspiciousFileOperation):
        default_storage.save("images/a.png", ContentFile(file.getvalue()))


def test_the_dashboard_tells_what_is_wrong_with_a_picture(mall: Mall) -> None:
    from oscar.apps.dashboard.catalogue.formsets import (  # noqa: PLC0415  # models are ready now
        ProductImageFormSet,
    )

    form = ProductImageFormSet.form(
        data={"images-0-display_order": 0, "images-0-product": mall.product().pk},
        files={"images-0-original": SimpleUploadedFile("a.bmp", picture("BMP"), "image/bmp")},
        prefix="images-0",
    )
    assert form.errors["original"] == ["Only JPEG, PNG, WebP and GIF pictures can be uploaded."]


def served(mall: Mall, name: str, content: bytes) -> Any:  # noqa: ANN401  # a page
    place = Path(settings.MEDIA_ROOT) / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return mall.client().get(f"/media/{name}")


def test_pictures_are_served_as_what_they_are(mall: Mall) -> None:
    answer = served(mall, "images/a.png", picture())
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == picture()


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a", "a.txt", "a.js"])
def test_nothing_else_is_served_from_the_folder(mall: Mall, name: str) -> None:
    assert served(mall, name, b"<script>alert(1)</script>").status_code == 404


@pytest.mark.parametrize(
    "path", ["../mall.sqlite3", "..%2fmall.sqlite3", "%2e%2e/x.png", "a%00.png"]
)
def test_nothing_is_served_from_outside_the_folder(mall: Mall, path: str) -> None:
    assert mall.client().get(f"/media/{path}").status_code in {400, 404}
