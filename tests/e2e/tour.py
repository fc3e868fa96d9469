"""The tour: a picture of every page of the demo malls, on a phone and on a desktop.

``python -m tests.e2e.tour`` builds and serves both demos (`tongbao mall demo`), walks through them
with Debian's Chromium as a stranger, shopper, merchant and operator, and writes the pictures that
docs/tour.md shows. With ``--serving`` it goes to malls that are served already. What it does there
(orders, a sale of points, a withdrawal) stays in the demo: give it one of its own.
"""

import argparse
import io
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.e2e.tour_stops import STOPS, Stop

ROOT: Final = Path(__file__).parents[2]
PICTURES: Final = ROOT / "docs" / "pictures" / "tour"
SIZES: Final = {"phone": (360, 780), "desktop": (1280, 800)}
MOST_BYTES: Final = {"phone": 30_000, "desktop": 45_000}
MALLS: Final = {"retail": 0, "wine": 1}  # which port after the first
LANGUAGES: Final = {"retail": "en", "wine": "zh-hans"}
_QUALITIES: Final = range(42, 10, -6)
_BUILD_SECONDS: Final = 600
_SETTLED_MS: Final = 250  # fonts, parts that htmx fetches


class Tour:
    """A walk through both malls; pictures go to ``out``, ``whole`` ones show all of a long page."""

    def __init__(
        self, browser: Browser, folder: Path, port: int, out: Path, *, whole: bool
    ) -> None:
        self._browser, self._out, self._whole = browser, out, whole
        self._port = port
        self._facts = {
            name: json.loads((folder / name / "files" / "demo.json").read_text()) for name in MALLS
        }
        self._sessions: dict[tuple[str, str], StorageState | None] = {}
        self.troubles: list[str] = []

    def go(self, stops: list[Stop]) -> None:
        """Visit these stops at both sizes, in their order."""
        for (mall, who), some in groupby(stops, lambda stop: (stop.mall, stop.who)):
            group = list(some)
            for size in SIZES:
                self._visit(group, mall, who, size)

    def _visit(self, group: list[Stop], mall: str, who: str, size: str) -> None:
        contexts: dict[bool, BrowserContext] = {}
        try:
            for stop in group:
                if stop.dark not in contexts:
                    contexts[stop.dark] = self._context(mall, who, size, dark=stop.dark)
                page = contexts[stop.dark].new_page()
                page.on("response", self._heard)
                try:
                    stop.way(page)
                    page.wait_for_timeout(_SETTLED_MS)
                    self._take(page, f"{stop.name}-{size}", size)
                except Exception as error:  # noqa: BLE001  # told at the end; the tour goes on
                    self.troubles.append(f"{stop.name} {size} {page.url}: {str(error)[:300]}")
                page.close()
        finally:
            for context in contexts.values():
                context.close()

    def _heard(self, response: Any) -> None:  # noqa: ANN401  # Playwright's
        if response.status >= 500:  # HTTP: the server's fault
            self.troubles.append(f"{response.status} {response.url}")

    def _context(self, mall: str, who: str, size: str, *, dark: bool) -> BrowserContext:
        key = (mall, who)
        if key not in self._sessions:
            self._sessions[key] = self._session(mall, who)
        width, height = SIZES[size]
        phone = size == "phone"
        context = self._browser.new_context(
            base_url=self._address(mall),
            viewport={"width": width, "height": height},
            device_scale_factor=1.5 if phone else 1,
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            locale="zh-CN" if mall == "wine" else "en-GB",
            reduced_motion="reduce",
            service_workers="block",
            storage_state=self._sessions[key],
        )
        context.set_default_timeout(20_000)
        language = LANGUAGES[mall]
        context.add_cookies(
            [{"name": "django_language", "value": language, "url": self._address(mall)}]
        )
        return context

    def _session(self, mall: str, who: str) -> StorageState | None:
        """Log in once; the login is throttled."""
        if who == "stranger":
            return None
        facts = self._facts[mall]
        context = self._browser.new_context(base_url=self._address(mall))
        page = context.new_page()
        page.goto("/auth/login/")
        page.fill("input[name=login]", facts["logins"][who])
        page.fill("input[name=password]", facts["password"])
        page.locator("#content button[type=submit], main button[type=submit]").first.click()
        page.wait_for_load_state("networkidle")
        state = context.storage_state()
        context.close()
        return state

    def _address(self, mall: str) -> str:
        return f"http://localhost:{self._port + MALLS[mall]}"

    def _take(self, page: Page, name: str, size: str) -> None:
        picture = Image.open(io.BytesIO(page.screenshot(full_page=self._whole)))
        path = self._out / f"{name}.webp"
        for quality in _QUALITIES:
            picture.convert("RGB").save(path, quality=quality, method=4)
            if self._whole or path.stat().st_size <= MOST_BYTES[size]:
                break


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """Build and serve both demos in that folder until the end."""
    command = [sys.executable, "-m", "tongbao", "mall", "demo"]
    options = ["--folder", str(folder), "--port", str(port)]
    demo = subprocess.Popen([*command, *options])  # ourselves
    try:
        until = time.monotonic() + _BUILD_SECONDS
        while not all(_answers(port + number) for number in MALLS.values()):
            if demo.poll() is not None or time.monotonic() > until:
                message = "The demo did not start."
                raise SystemExit(message)
            time.sleep(1)
        yield
    finally:
        demo.terminate()
        demo.wait()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://localhost:{port}/", timeout=10):
            return True
    except (URLError, OSError):
        return False


def cover(pictures: Path, before: str, out: Path) -> None:
    """Lay the phone's wallet over the desktop's product page: the picture of the README."""
    desk = Image.open(pictures / f"{before}product-desktop.webp").convert("RGB")
    phone = Image.open(pictures / f"{before}wallet-phone.webp").convert("RGB")
    phone = phone.resize((300, 300 * phone.height // phone.width), Image.Resampling.LANCZOS)
    edge, gap, room = 8, 28, 44
    frame = Image.new("RGB", (phone.width + 2 * edge, phone.height + 2 * edge), "#14211d")
    frame.paste(phone, (edge, edge), _rounded(phone.size, 22))
    width, height = desk.width + 2 * gap + 260, desk.height + 2 * gap
    picture = Image.new("RGB", (width, height), "#e7ece8")
    for one, radius, place in (
        (desk, 14, (gap, gap)),
        (frame, 30, (width - frame.width - gap, height - frame.height - room)),
    ):
        mask = _rounded(one.size, radius)
        shade = Image.new("L", (width, height))
        shade.paste(mask.point(lambda level: level * 2 // 5), (place[0], place[1] + 8))
        picture.paste("#0c1f19", mask=shade.filter(ImageFilter.GaussianBlur(16)))
        picture.paste(one, place, mask)
    picture.save(out, quality=72, method=6)


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, fill=255)
    return mask


def main() -> None:
    """Take all pictures, or those of the named stops."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "tour")
    parser.add_argument("--port", type=int, default=8300)
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument("--serving", action="store_true", help="the demo of --folder is served")
    parser.add_argument("--whole", action="store_true", help="whole pages, to look at")
    parser.add_argument("--only", default="", help="a pattern: stops whose name begins so")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if not given.serving:
        with served(given.folder, given.port):
            _walk(given)
    else:
        _walk(given)


def _walk(given: argparse.Namespace) -> None:
    stops = [stop for stop in STOPS if re.match(given.only, stop.name)]
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tour = Tour(browser, given.folder, given.port, given.out, whole=given.whole)
        tour.go(stops)
        browser.close()
    if given.out == PICTURES:
        cover(PICTURES, "", PICTURES.parent / "mall.webp")
        cover(PICTURES, "zh-", PICTURES.parent / "mall.zh.webp")
    for trouble in tour.troubles:
        print(trouble, file=sys.stderr)  # noqa: T201  # a program of its own
    sys.exit(bool(tour.troubles))


if __name__ == "__main__":
    main()
