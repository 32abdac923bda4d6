"""What somebody hands in to hurt whoever looks at it."""

import io
from dataclasses import replace

import pytest

from authz.administration import policy_changes
from tests.administration.conftest import PASSWORD, desks  # noqa: F401
from tests.administration.policy_desks import FILES, read
from tests.console.conftest import Browser, console_of
from tests.console.reviewing import OPERATOR, REVIEWER, settled, staged
from webapp.console.app import create_app

ADD, ONE = "/policy-changes/add", "/policy-changes/1"
BAD = "<script>alert(1)</script><b onmouseover=x>{{ 7 * 7 }}"


@pytest.fixture
def world(world, tmp_path):
    """The world, with a policy directory that may be written."""
    return settled(world, tmp_path)


def hand_in(world, **files):
    staged(world)
    return policy_changes.restage(
        world.desk(OPERATOR),
        world.site,
        1,
        title=BAD,
        description=BAD,
        files={name.replace("__", "."): data.encode() for name, data in files.items()},
    )


def test_nothing_that_is_handed_in_is_markup(world, logged_in):
    hand_in(world, bad_test__yaml=f"# {BAD}\n")
    browser = logged_in(REVIEWER)
    browser.post(f"{ONE}/comments", {"text": BAD}, page=ONE)
    page = browser.get(ONE)
    assert page.text.count("&lt;script&gt;alert(1)") >= 4
    assert "<script>alert" not in page.text
    assert "<b onmouseover" not in page.text
    assert "49" not in page.text.partition("onmouseover")[2][:30]


def test_a_page_stays_a_page_however_much_is_handed_in(world, logged_in):
    hand_in(world, long_test__yaml="".join(f"# {n % 100}\n" for n in range(32_000)))
    page = logged_in(REVIEWER).get(ONE)
    assert "and 27000 more" in page.text
    assert "+32000" in page.text


def test_one_file_does_not_hide_another_of_its_name(world, logged_in):
    form = {"title": "Two", "files": [file(b"# one\n"), file(b"# two\n")]}
    answer = logged_in(OPERATOR).post(ADD, form, page=ADD)
    assert answer.status_code == 422
    assert "is there twice" in answer.text


def file(content):
    return io.BytesIO(content), "bad_test.yaml"


def test_policies_that_know_nothing_else_are_rolled_back_on_the_pages(desks):  # noqa: F811
    desks.activated()
    console = replace(console_of(desks), policies=desks.policies.current)
    browser = Browser(create_app(console))
    assert browser.log_in(OPERATOR).status_code == 303
    for path in ("/", "/policies", "/policy-changes", "/policy-revisions"):
        assert browser.get(path).status_code == 200
    one = "/policy-revisions/1"
    form = {"reason": "Too wide.", "own_password": PASSWORD}
    assert browser.post(f"{one}/roll-back", form, page=one).location == "/policy-revisions"
    assert read(desks.directory) == FILES
