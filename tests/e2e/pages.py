"""What holds on every page of the mall; every browser test may ask for it."""

from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_CONTRAST: Final = ["color-contrast", "link-in-text-block"]
_GRAVE: Final = {"serious", "critical"}
_AXE: Final[dict[str, object]] = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_MANY_WORDS: Final = 3  # a sentence left in English has at least so many small words on end
# Visible texts, but for names: those of people, goods and merchants are in their own language.
_TEXTS: Final = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!at.closest('script, style, svg, [translate="no"], [lang]:not(html)')
        && at.getClientRects().length)
      found.push(walk.currentNode.data.trim());
  }
  for (const at of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]'))
    if (!at.closest('[translate="no"], [lang]:not(html)'))
      for (const name of ['placeholder', 'aria-label', 'title', 'alt'])
        if (at.hasAttribute(name)) found.push(at.getAttribute(name));
  found.push(document.title);
  return found.filter(Boolean);
}"""
_WIDE: Final = """() => {
  const root = document.documentElement, wide = root.clientWidth;
  if (root.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll('*')]
    .filter((at) => at.getBoundingClientRect().right > wide + 1)
    .slice(0, 5).map((at) => at.outerHTML.slice(0, 160));
}"""
_BARS = ".actions, .tabs, .top"


def assert_sound(page: Page, *, names: tuple[str, ...] = ()) -> None:
    """Check a page as it stands: accessible, no wider than its screen, in one language.

    What people or merchants wrote is marked with ``translate="no"`` (or ``lang``) in templates;
    ``names`` are further texts that may be in any language. Console errors and breaks of the
    Content-Security-Policy fail the test at its end (`tests.e2e.conftest.browser_page`).
    """
    assert_accessible(page)
    assert_fits(page)
    assert_translated(page, names=names)


def fill_tender(page: Page, name: str, amount: str) -> None:
    """Type an amount of wallet, credit or points where an order is paid, behind its switch."""
    show_tender(page, name)
    page.fill(f"#tender_{name}", amount)
    page.press(f"#tender_{name}", "Tab")


def put_in_basket(page: Page) -> None:
    """Put what a product's page shows into the basket, and go there."""
    page.locator("#buy button[name=next]").click()
    page.wait_for_load_state("networkidle")
    page.goto("/basket/")


def show_tender(page: Page, name: str) -> None:
    """Open the field of a means, if it is not open."""
    if not page.locator(f"#tender_{name}").is_visible():
        page.locator(f"details:has(#tender_{name}) > summary").click()


def assert_accessible(page: Page) -> None:
    """Check that axe finds nothing serious or critical."""
    _check(page, _AXE)


def assert_contrast(page: Page) -> None:
    """Check the contrast of the colours alone: what is left to look at in the other theme."""
    _check(page, {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": _CONTRAST}})


def _check(page: Page, options: dict[str, object]) -> None:
    # What a bar at the edge covers is a matter of how far somebody scrolled: axe would take the
    # part of a link that looks out from under it for all of the link.
    page.evaluate(f"document.querySelectorAll({_BARS!r}).forEach(e => e.style.position = 'static')")
    found = Axe().run(page, options=options)
    page.evaluate(f"document.querySelectorAll({_BARS!r}).forEach(e => e.style.position = '')")
    grave = [
        f"{one['id']} ({one['impact']}): {one['help']}\n    "
        + "\n    ".join(
            f"{node['html'][:200]} — {node.get('failureSummary', '')[:300]}"
            for node in one["nodes"][:4]
        )
        for one in found.response["violations"]
        if one["impact"] in _GRAVE
    ]
    assert not grave, f"{page.url}\n" + "\n".join(grave)


def assert_fits(page: Page) -> None:
    """Check that nothing makes the page scroll sideways."""
    wide = page.evaluate(_WIDE)
    root = "document.documentElement"
    sideways = page.evaluate(f"{root}.scrollWidth > {root}.clientWidth")
    assert not sideways, f"{page.url} scrolls sideways: {wide}"


def assert_translated(page: Page, *, names: tuple[str, ...] = ()) -> None:
    """Check that no text was left in the other language, and no template's marks in either."""
    chinese = (page.get_attribute("html", "lang") or "").startswith("zh")
    bad = []
    for text in page.evaluate(_TEXTS):
        rest = text
        for name in names:
            rest = rest.replace(name, "")
        left = _latin_words(rest) >= _MANY_WORDS if chinese else _has_chinese(rest)
        if left or any(mark in rest for mark in ("{{", "{%", "%(", "\ufffd")):
            bad.append(text[:120])
    assert not bad, f"{page.url} left untranslated: {bad}"


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _latin_words(text: str) -> int:
    """Count the Latin words of the longest run without anything else between."""
    longest = run = 0
    for word in text.replace(",", " ").replace(".", " ").split():
        run = run + 1 if word.isascii() and word.isalpha() and word.islower() else 0
        longest = max(longest, run)
    return longest
