"""The Events Log: refused attempts, who reads it, that it only grows (R72, R73)."""

import json
import sqlite3
from itertools import pairwise

import pytest

from authz.administration import events
from tests.administration.names import (
    AMINA,
    AUDITOR,
    GRACE,
    JUMA,
    OTHER_LEVELS,
    REHEMA,
    ROOT,
    SALUM,
    TECH,
)
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    add,
    delete,
    has_account,
    new_events,
    rows,
    write,
)

HERE = "203.0.113.9"


# R72: refused attempts are in the log too.


@pytest.mark.parametrize(
    ("who", "path", "action"),
    [
        (TECH, "/users", "user:list"),
        (TECH, "/users/add", "user:create"),
        (GRACE, "/settings", "settings:read"),
        (SALUM, "/events", "event:list"),
        (AUDITOR, "/clients/add", "api_client:create"),
    ],
)
def test_r72_a_refused_page_is_an_entry_with_the_address(
    world, logged_in, who, path, action
):
    browser, tenant = logged_in(who), world.tenant_of(who)
    browser.client.environ_base["REMOTE_ADDR"] = HERE
    since = len(world.events(tenant))
    assert browser.get(path).status_code == 403
    (entry,) = new_events(world, since, tenant)
    assert (entry.action, entry.result) == (action, "refused")
    assert (entry.actor_label, entry.channel, entry.address) == (who, "web", HERE)
    assert (entry.object_type, entry.object_id) == ("tenant", tenant)
    assert entry.reason in ("no_permit", "forbidden")


def test_r72_a_refused_form_is_an_entry_that_names_whom_it_was_about(world, logged_in):
    browser, since = logged_in(JUMA), len(world.events("pwani"))
    owner = world.id(AMINA)
    answer = browser.post(f"/users/{owner}/edit", {"name": "X"})
    assert answer.status_code == 403
    (entry,) = new_events(world, since, "pwani")
    assert (entry.action, entry.object_id) == ("user:update", owner)
    page = logged_in(AMINA).get("/events?result=refused").text
    assert JUMA in page
    assert "user:update" in page


def test_r72_who_tries_again_and_again_does_not_fill_the_log(world, logged_in):
    browser, since = logged_in(TECH), len(world.events(PLATFORM))
    for _ in range(12):
        browser.get("/users")
    assert len(new_events(world, since)) == 1
    world.clock.now += 601
    logged_in(ROOT).get("/events")
    counted = new_events(world, since)
    summary = [one for one in counted if one.result == "refused"][-1]
    assert json.loads(summary.after)["count"] == 12


def test_r72_what_somebody_is_refused_in_another_company_is_in_the_own_log(
    world, logged_in
):
    theirs, ours = (len(world.events(tenant)) for tenant in (PLATFORM, "pwani"))
    logged_in(AMINA).get(f"/users/{world.id(TECH)}")
    assert new_events(world, theirs) == []
    assert [one.actor_label for one in new_events(world, ours, "pwani")][-1] == AMINA


# R73: the log only grows, and few read it.


def test_r73_no_address_changes_or_deletes_an_entry(app, logged_in):
    found = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/events")
        for method in rule.methods - {"HEAD", "GET"}
    }
    assert found == {("/events/verify", "POST")}
    browser = logged_in(ROOT)
    for path in ("/events/1", "/events/1/edit", "/events/1/delete", "/events/clear"):
        assert browser.post(path, {"sure": "yes"}).status_code in (404, 405), path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor_label = 'somebody else' WHERE seq = 3",
        "UPDATE event SET after = NULL",
        "DELETE FROM event WHERE seq = 3",
        "DELETE FROM event",
        "INSERT INTO event SELECT tenant, seq + 1000, revision, at, actor_kind, actor_id,"
        " actor_label, channel, address, action, object_type, object_id, object_label,"
        " before, after, result, reason, request_id, previous_hash, hash FROM event"
        " WHERE seq = 3",
    ],
    ids=["another name", "no content", "one gone", "all gone", "one slipped in"],
)
def test_r73_the_database_itself_refuses_to_change_the_log(world, statement):
    before = rows(world, "SELECT * FROM event ORDER BY tenant, seq")
    with pytest.raises(sqlite3.IntegrityError):
        write(world, statement)
    assert rows(world, "SELECT * FROM event ORDER BY tenant, seq") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor_label = 'x' WHERE tenant = 'gasmeter-uz' AND seq = 5",
        "UPDATE event SET at = '2020-01-01' WHERE tenant = 'gasmeter-uz' AND seq = 5",
        "DELETE FROM event WHERE tenant = 'gasmeter-uz' AND seq = 5",
    ],
    ids=["another name", "another time", "one gone"],
)
def test_r73_an_edit_past_the_database_s_guards_is_found(world, logged_in, statement):
    browser = logged_in(ROOT)
    whole = browser.get(browser.post("/events/verify").location).text
    assert "Chain verified" in whole
    for guard in ("event_no_update", "event_no_delete"):
        write(world, f"DROP TRIGGER {guard}")
    write(world, statement)
    page = browser.get(browser.post("/events/verify").location).text
    assert "The chain is broken at event 5" in page
    assert events.verify(world.desk(ROOT)).first_bad == 5


@pytest.mark.parametrize(
    "who", [GRACE, SALUM, REHEMA, *(one for one in OTHER_LEVELS if one != AUDITOR)]
)
def test_r73_whoever_is_no_administrator_reads_no_entry(logged_in, who):
    browser = logged_in(who)
    assert 'href="/events"' not in browser.get("/").text
    for path in ("/events", "/events.csv", "/events.jsonl"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/events/verify").status_code == 403


@pytest.mark.parametrize("who", [AMINA, JUMA, ROOT, AUDITOR])
def test_r73_d5_administrators_read_the_log_of_their_own_company_only(
    world, logged_in, who
):
    browser, tenant = logged_in(who), world.tenant_of(who)
    lines = [json.loads(line) for line in browser.get("/events.jsonl").text.splitlines()]
    assert {line["tenant"] for line in lines} == {tenant}
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert all(one["hash"] == two["previous_hash"] for one, two in pairwise(lines))


def test_r73_a_new_entry_leaves_the_old_ones_as_they_were(world, logged_in):
    before = world.events(PLATFORM)
    browser = logged_in(ROOT)
    add(browser)
    delete(browser, world, NEW["email"])
    assert not has_account(world, NEW["email"])
    after = world.events(PLATFORM)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3
