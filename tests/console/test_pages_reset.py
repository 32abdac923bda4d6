"""A forgotten Protected Pages Password: a link by mail to who may change it."""

import re

from tests.administration.conftest import PASSWORD
from tests.console.conftest import OWNER

ZIWA_OWNER, ZIWA_CLERK, ZIWA_FIELD = (
    "owner@ziwa.example",
    "clerk@ziwa.example",
    "field@ziwa.example",
)
OLD, NEW = "ziwa-pages-7", "another-2026"
TWICE = {"password": NEW, "password_again": NEW}


def mails(world):
    outbox = world.path.parent / "outbox"
    return [mail.read_text("utf-8") for mail in outbox.iterdir()] if outbox.exists() else []


def link(world, browser):
    """The path of the link that somebody is sent."""
    assert browser.post("/unlock/forgotten", page="/unlock").status_code == 303
    return re.search(r"http://127\.0\.0\.1:8081(/reset/pages/\S+)", mails(world)[-1])[1]


def test_r20_who_forgot_the_pages_password_makes_a_new_one_by_a_link_once(world, logged_in):
    owner, clerk = logged_in(ZIWA_OWNER), logged_in(ZIWA_CLERK)
    clerk.post("/unlock", {"password": OLD, "next": "/"}, page="/unlock")
    assert clerk.get("/users").status_code == 200
    assert "Send me the link" in owner.get("/unlock").text
    path = link(world, owner)
    assert f"To: {ZIWA_OWNER}" in mails(world)[0]
    assert owner.get(path).status_code == 200
    for bad in ({"password": "short1"}, {"password": PASSWORD}, {"password": NEW}):
        form = {"password_again": bad["password"]} | bad
        form |= {"password_again": "other-2026"} if bad["password"] == NEW else {}
        assert owner.post(path, form, page=path).status_code == 422, bad
    assert owner.post(path, TWICE, page=path).status_code == 303
    assert owner.get(path).status_code == 404
    assert owner.post(path, TWICE, page="/unlock").status_code == 404
    assert clerk.get("/users").status_code == 303
    for password, status in ((OLD, 303), (NEW, 200)):
        owner.post("/unlock", {"password": password, "next": "/"}, page="/unlock")
        assert owner.get("/users").status_code == status
    logged = owner.get("/events.jsonl").text
    assert "reset.pages_requested" in logged
    assert "tenant.pages_password_set" in logged
    assert NEW not in logged
    assert path.rpartition("/")[2] not in logged


def test_r20_who_may_not_change_the_pages_password_gets_no_link(world, logged_in):
    field = logged_in(ZIWA_FIELD)
    assert "Send me the link" not in field.get("/unlock").text
    assert field.post("/unlock/forgotten", page="/unlock").status_code == 403
    assert mails(world) == []


def test_a_new_link_for_the_pages_ends_the_one_before(world, logged_in):
    owner = logged_in(ZIWA_OWNER)
    first = link(world, owner)
    assert owner.post("/unlock/forgotten", page="/unlock").status_code == 303
    assert owner.get(first).status_code == 404


def test_links_for_the_pages_are_throttled(world, logged_in):
    owner = logged_in(ZIWA_OWNER)
    for _ in range(7):
        owner.post("/unlock/forgotten", page="/unlock")
    assert len(mails(world)) == 5
    assert "Too many attempts" in owner.get("/").text


def test_the_link_of_one_kind_is_good_for_no_other(world, app, logged_in):
    owner = logged_in(ZIWA_OWNER)
    token = link(world, owner).rpartition("/")[2]
    assert owner.get(f"/reset/{token}").status_code == 404
    assert logged_in(OWNER).get("/reset/pages/nothing").status_code == 404


def test_the_link_is_good_for_nobody_else_and_for_nobody_whose_right_has_ended(
    world, logged_in
):
    owner, clerk = logged_in(ZIWA_OWNER), logged_in(ZIWA_CLERK)
    path = link(world, owner)
    for other in (clerk, logged_in(OWNER)):
        assert other.get(path).status_code == 404
        assert other.post(path, TWICE, page="/profile").status_code == 404
    assert logged_in(ZIWA_FIELD).post(path, TWICE, page="/profile").status_code == 403
    assert owner.post(path, TWICE, page=path).status_code == 303
