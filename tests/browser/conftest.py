"""A browser, the console in front of it, and its windows."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.install import ADVICE, launched
from tests.browser.site import serving
from tests.browser.windows import Windows


@pytest.fixture(scope="module")
def chromium():
    # WHY not longer than a module: Playwright leaves a loop running in this thread, beside
    # which the tests of others could start none.
    with sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            # WHY no assertion: its report would show the whole environment.
            if os.environ.get("CI"):
                pytest.fail(f"there is no Chromium: {ADVICE}")
            pytest.skip(f"there is no Chromium, so pages are not looked at: {ADVICE}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="module")
def all_windows(chromium, site):
    return Windows(chromium, site)


@pytest.fixture
def windows(all_windows):
    """Windows that must have nothing to complain about in the end."""
    all_windows.complaints.clear()
    yield all_windows
    assert all_windows.complaints == []


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
def scripts(request):
    return request.param
