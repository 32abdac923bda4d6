"""The platform account that only reads (R75)."""

import re

import pytest

from tests.administration.conftest import PASSWORD
from tests.administration.names import AUDITOR, ROOT, TECH
from tests.console.conftest import Browser
from tests.requirements.metering import PLATFORM, App, may_of, revision
from webapp.console.needs import SELF, needs

#: The words for what changes nothing.
READING = {"list", "read", "readings", "view", "explain"}
#: What stands for the parts of an address.
PARTS = {"id": "mu-101", "slug": "pwani"}
#: A part of an address: the first word that it may be, and its name.
PART = re.compile(r"<(?:any\((\w+)[^)]*\):)?(\w+)>")
KINDS = ("supply_company", "service_organization", "manufacturer", "consumer")


def address(rule, values):
    """An address of that form."""
    return PART.sub(lambda part: values.get(part[2], part[1] or "x"), rule)


def test_r75_every_read_is_allowed_and_every_write_denied(world):
    """Measured by the administrator: all that one may read, and nothing that one may do."""
    app = App(world)
    may = {who: set(may_of(app, who)) for who in (ROOT, AUDITOR)}
    reads = {one for one in may[ROOT] if one[0].partition(":")[2] in READING}
    assert len(reads) > 30
    assert len(may[ROOT] - reads) > 30
    assert may[AUDITOR] == reads


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/users", "/roles", "/events", "/events.csv", "/events.jsonl", "/clients"),
        *("/units", "/units/mu-202", "/reports", "/monitoring", "/reach", "/explain"),
        *("/who-can", *(f"/organizations/{kind}" for kind in KINDS)),
    ],
)
def test_r75_the_reader_opens_every_page_that_shows_something(logged_in, path):
    assert logged_in(AUDITOR).get(path).status_code == 200


def test_r75_no_form_of_the_console_takes_anything_from_the_reader(app, world, logged_in):
    """Every address that takes a form, but those of the own account and of the door."""
    browser, sent = logged_in(AUDITOR), []
    before = revision(world)
    token = browser.token("/profile")
    for rule in app.url_map.iter_rules():
        need = needs(app)[rule.endpoint]
        if "POST" not in rule.methods or need.public or need.on == SELF:
            continue
        if need.action is None or need.action == "event:list":
            continue
        for kind in KINDS if "kind" in rule.arguments else ("",):
            values = {**PARTS, "kind": kind}
            if rule.rule.startswith("/users"):
                values["id"] = world.id(TECH)
            path = address(rule.rule, values)
            answer = browser.send(path, {"csrf_token": token, "sure": "yes", "name": "X"})
            assert answer.status_code in (403, 404), (path, answer.status_code)
            sent.append(path)
    assert len(sent) > 20
    assert revision(world) == before


def test_r75_d6_the_reader_changes_the_own_password(app, logged_in):
    browser = logged_in(AUDITOR)
    new = {"password": "another2026", "password_again": "another2026"}
    answer = browser.post("/profile/password", new | {"old_password": PASSWORD})
    assert answer.status_code == 303
    assert Browser(app).log_in(AUDITOR, "another2026").status_code == 303
    assert Browser(app).log_in(AUDITOR, PASSWORD).status_code == 401


@pytest.mark.parametrize("channel", ["android", "api", "unknown"])
def test_r75_the_reader_reads_the_accounts_on_the_web_only(world, channel):
    app = App(world)
    assert app.decides(AUDITOR, "user:list", f"tenant:{PLATFORM}")
    assert not app.decides(AUDITOR, "user:list", f"tenant:{PLATFORM}", channel)
    assert app.decides(AUDITOR, "metering_unit:read", "metering_unit:mu-202", channel)
