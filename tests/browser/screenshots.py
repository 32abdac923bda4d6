"""`make screenshots`: every page of the console in both themes, wide and narrow.

The pictures and an `index.html` with all of them are in `var/screenshots`.
"""

import re
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from authz.cli.progress import progress
from tests.browser.install import ADVICE, launched
from tests.browser.site import serving
from tests.browser.walk import opened, pages
from tests.browser.windows import WIDE, Windows
from tests.shipped import ROOT

FOLDER = ROOT / "var" / "screenshots"
PICTURE = '<a href="{0}"><img src="{0}" alt="{0}" height="300" loading="lazy"></a>'
WIDTHS, THEMES = (WIDE["width"], 320), ("light", "dark")


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            sys.exit(f"error: there is no Chromium: {ADVICE}")
        with serving(Path(folder)) as site:
            taken = _all(Windows(browser, site))
        browser.close()
    (FOLDER / "index.html").write_text(_index(taken), "utf-8")
    print(f"{FOLDER / 'index.html'} shows {len(taken)} pages")  # noqa: T201


def _all(windows: Windows) -> dict[str, list[str]]:
    """Name of a page -> the names of its pictures."""
    shown, taken = list(pages(thorough=True)), {}
    with progress("looking at the pages") as advance:
        for number, page in enumerate(shown, 1):
            taken[page.name] = _taken(opened(page, windows), page.name)
            advance(number, len(shown))
    return taken


def _taken(window: Page, name: str) -> list[str]:
    """The pictures of the page that the window shows."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100] or "home"
    names = []
    for width in WIDTHS:
        window.set_viewport_size({"width": width, "height": WIDE["height"]})
        for theme in THEMES:
            window.emulate_media(color_scheme=theme)
            names.append(f"{stem}.{width}.{theme}.png")
            window.screenshot(path=FOLDER / names[-1], full_page=True)
    window.set_viewport_size(WIDE)
    return names


def _index(taken: dict[str, list[str]]) -> str:
    """A page of all pictures."""
    rows = "\n".join(
        f"<h2>{escape(name)}</h2>\n<p>{' '.join(map(PICTURE.format, files))}</p>"
        for name, files in taken.items()
    )
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>'
    return f"{head}\n<h1>Screenshots</h1>\n{rows}\n</html>\n"


if __name__ == "__main__":
    main()
