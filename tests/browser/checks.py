"""What must hold of every page: no barrier, and nothing beside the screen."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

#: A small phone; and a screen of 1280 pixels at 200 %.
WIDTHS = (320, 640)
HEIGHT = 900
#: All that a theme changes is colours.
COLOURS = {"runOnly": ["color-contrast"]}
THEMES: tuple[tuple[str, dict[str, Any]], ...] = (("light", {}), ("dark", COLOURS))
HAS_SCRIPTS = "matchMedia('(scripting: enabled)').matches"
SIZES = """() => [document.documentElement.scrollWidth, innerWidth,
  [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.outerHTML.slice(0, 90)).slice(0, 5)]"""


def barriers(page: Page, themes: tuple[tuple[str, dict[str, Any]], ...] = THEMES) -> str:
    """What axe finds in the page as it is now; empty for nothing."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for theme, options in themes:
        page.emulate_media(color_scheme=theme)
        asked = {"resultTypes": ["violations"]} | options
        result = AxeResults(page.evaluate("(asked) => axe.run(asked)", asked))
        if result.violations_count:
            found.append(f"{page.url} in {theme}: {result.generate_report()}")
    return "\n".join(found)


def overflow(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """At which widths the page scrolls sideways, and what sticks out."""
    before, found = page.viewport_size, []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        there, room, parts = page.evaluate(SIZES)
        if there > room:
            found.append(f"{page.url} is {there} wide where {width} are: {parts}")
    assert before is not None
    page.set_viewport_size(before)
    return found


def check(page: Page) -> None:
    """Fails with everything that is wrong with the page as it is now."""
    # WHY only with scripts: axe waits for its own, and the page is the same without.
    found = barriers(page) if page.evaluate(HAS_SCRIPTS) else ""
    assert not found, found
    assert overflow(page) == []
