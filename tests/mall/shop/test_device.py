"""The mall on a device: installable, and honest without a net."""

import json
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from PIL import Image

from tests.mall.stage import Mall


def test_the_manifest_is_in_the_readers_language(mall: Mall) -> None:
    english = mall.client().get("/manifest.webmanifest")
    assert english["Content-Type"] == "application/manifest+json"
    assert json.loads(english.content)["name"] == "Test Mall"
    chinese = json.loads(mall.client(language="zh-hans").get("/manifest.webmanifest").content)
    assert (chinese["name"], chinese["lang"]) == ("测试商城", "zh-Hans")


def test_every_icon_of_the_manifest_is_there_in_its_size(mall: Mall) -> None:
    icons = json.loads(mall.client().get("/manifest.webmanifest").content)["icons"]
    assert {icon.get("purpose", "any") for icon in icons} == {"any", "maskable"}
    for icon in icons:
        found = finders.find(icon["src"].removeprefix("/static/").partition("?")[0])
        assert found is not None
        with Image.open(found) as image:
            assert icon["sizes"] == f"{image.width}x{image.height}"


def test_the_worker_keeps_only_what_is_the_same_for_everybody(mall: Mall) -> None:
    worker = mall.client(mall.user()).get("/sw.js")
    assert worker["Content-Type"] == "text/javascript"
    text = worker.content.decode()
    (files,) = re.findall(r"const FILES = (\[.*\]);", text)
    for file in json.loads(files):
        assert finders.find(file.removeprefix("/static/").partition("?")[0]), file
    assert text.count("cache.addAll([OFFLINE, ...FILES])") == 1
    assert "cache.put" not in text


def test_the_offline_page_tells_nothing_of_whoever_opened_it(mall: Mall) -> None:
    user = mall.user("Winifred")
    mine = mall.client(user).get("/offline/").content
    assert mine == mall.client().get("/offline/").content
    assert b"csrf" not in mine


def test_pages_carry_no_inline_script_or_style() -> None:
    templates = Path(__file__).resolve().parents[3] / "src/tongbao/mall"
    for path in sorted(templates.glob("*/templates/**/*.html")):
        if "email" in path.parts or "mail" in path.name:
            continue  # e-mails cannot load a stylesheet
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text), path
        assert not re.search(r"\son[a-z]+=\"", text), path
        assert not re.search(r"<style|\sstyle=", text), path
