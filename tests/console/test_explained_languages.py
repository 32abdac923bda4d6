"""What policies say of themselves, and why, in the language of the reader."""

import pytest

from authz.storage import people
from authz.storage.events import SERVICE
from tests.console.conftest import FINANCE, OWNER
from tests.shipped import shipped

REACHES = "minigrid.role-reaches-the-whole-company"


@pytest.mark.parametrize("language", ["en", "ru", "uz", "fr"])
def test_r53_a_denial_is_explained_in_the_readers_language(world, logged_in, language):
    people.update_account(world.database, "pwani", OWNER, language=language, actor=SERVICE)
    browser = logged_in(OWNER)
    asked = f"who={FINANCE}&action=settings:update&resource=tenant:pwani&channel=web"
    page = browser.get(f"/explain?{asked}").text
    titles = shipped().policies[REACHES].entry.titles
    shown = {code for code, title in titles.items() if title in page}
    assert shown == {language}
    assert ("condition" in page and " of the subject" in page) is (language == "en")


@pytest.mark.parametrize("path", ["/profile/permissions", "/users/{id}"])
def test_r53_what_one_may_is_told_with_titles_in_that_language(world, logged_in, path):
    people.update_account(world.database, "pwani", OWNER, language="fr", actor=SERVICE)
    page = logged_in(OWNER).get(path.format(id=world.id(OWNER))).text
    titles = shipped().policies[REACHES].entry.titles
    assert titles["fr"] in page
    assert titles["en"] not in page
