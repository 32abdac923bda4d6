"""Pages of the console by chance: any person, any page, theme, language and width."""

import pytest
from playwright.sync_api import Page

from authz.decisions.languages import LANGUAGES
from tests.browser.checks import HEIGHT, barriers, overflow
from tests.browser.conftest import (  # noqa: F401
    all_windows,
    chromium,
    site,
    windows,
)
from tests.browser.samples import NOBODY, PEOPLE
from tests.browser.walk import pages, tried

pytestmark = pytest.mark.deep
#: Where a window is before it has gone anywhere.
NOWHERE = "about:blank"


def test_any_page_is_open_to_all_readers_on_all_screens(windows, deep):  # noqa: F811
    all_pages = list(pages(thorough=True))
    languages: dict[str, str] = {}
    for _ in deep.rounds(0.1):
        email, page = deep.random.choice(list(PEOPLE)), deep.random.choice(all_pages)
        if email != NOBODY and email not in languages:
            languages[email] = deep.random.choice(LANGUAGES)
            speak(windows.of(email), languages[email])
        window = tried(page, windows, email)
        if window is None:
            # Where somebody may not open it, what they see is looked at.
            window = windows.of(email)
            if window.url == NOWHERE:
                window.goto("/login")
        width = deep.random.choice((320, 360, 480, 640, 800, 1024, 1280, 1920))
        theme = deep.random.choice(("light", "dark"))
        window.set_viewport_size({"width": width, "height": HEIGHT})
        found = barriers(window, ((theme, {}),))
        place = f"{deep.name}: {email} {languages.get(email)} {page.name} {width} {theme}"
        assert not found, f"{place}: {found}"
        assert overflow(window, (320, width)) == [], place


def speak(window: Page, language: str) -> None:
    """Has the pages of a person in that language."""
    window.goto("/profile")
    window.locator("#language").select_option(language)
    with window.expect_navigation():
        window.locator("form[aria-labelledby=own] button.primary").click()
