"""Each page of the console, once: no barrier, nothing beside the screen, no complaint."""

import pytest

from tests.browser.checks import check
from tests.browser.walk import opened, pages

ALL = {page.name: page for page in pages()}


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_open_to_all_readers_on_all_screens(name, windows):
    check(opened(ALL[name], windows))
