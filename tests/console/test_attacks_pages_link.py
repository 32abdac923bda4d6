"""The link for the protected pages in the hands of somebody else, or after the rights."""

import re

from authz.storage import access
from authz.storage.events import SERVICE
from tests.console.conftest import OWNER
from tests.console.test_pages_reset import TWICE, ZIWA_CLERK, ZIWA_OWNER, link

CHANGED = "tenant.pages_password_set"


def changes(world):
    return [one for one in world.events("ziwa") if one.action == CHANGED]


def test_r20_a_link_for_the_pages_is_good_for_nobody_else(world, logged_in):
    before = len(changes(world))
    path = link(world, logged_in(ZIWA_OWNER))
    for other in (ZIWA_CLERK, OWNER):
        browser = logged_in(other)
        assert browser.get(path).status_code == 404
        assert browser.post(path, TWICE, page="/profile").status_code == 404
    assert len(changes(world)) == before


def test_r20_a_link_for_the_pages_ends_with_a_role_that_ends(world, logged_in):
    before = len(changes(world))
    ends = world.clock.now + 600
    owner = world.id(ZIWA_OWNER)
    access.set_roles(
        world.database, "ziwa", owner, ["admin"], actor=SERVICE, expires_at=ends
    )
    browser = logged_in(ZIWA_OWNER)
    path = link(world, browser)
    assert browser.get(path).status_code == 200
    world.clock.now = ends + 1
    assert browser.get(path).status_code == 404
    answer = browser.post(path, TWICE, page="/profile")
    assert answer.status_code == 403
    assert re.search("You may not", answer.text)
    assert len(changes(world)) == before
