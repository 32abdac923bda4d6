import csv
import io
import json
import sqlite3

import pytest

from authz.administration import events, people, settings, units
from authz.administration.desk import Refused
from authz.administration.people import Profile
from authz.administration.settings import Company
from authz.errors import RequestError
from authz.storage import refusals
from authz.storage.event_pages import Wanted
from tests.administration.names import (
    AMINA,
    AUDITOR,
    GRACE,
    JUMA,
    NEWCOMER,
    OTHER_LEVELS,
    ROOT,
    SALUM,
)


def seen(log):
    return [entry.seq for entry in log.entries]


@pytest.mark.parametrize("who", [AMINA, JUMA, ROOT, AUDITOR])
def test_r73_those_who_may_read_the_log_see_that_of_their_own_company(world, who):
    desk = world.desk(who)
    log = events.page(desk, limit=500)
    assert {entry.tenant for entry in log.entries} == {desk.tenant}
    assert seen(log) == sorted(seen(log), reverse=True)
    assert events.entry(desk, 1).seq == 1
    assert events.entry(desk, 10**9) is None


@pytest.mark.parametrize(
    "who", [GRACE, SALUM, NEWCOMER, *(one for one in OTHER_LEVELS if one != AUDITOR)]
)
def test_r73_nobody_else_reads_it(world, who):
    desk = world.desk(who)
    for attempt in (
        events.page,
        events.names,
        events.as_csv,
        events.as_json,
        events.verify,
    ):
        with pytest.raises(Refused):
            attempt(desk)


def test_pages_lead_through_the_log_and_back(world):
    desk = world.desk(AMINA)
    whole = seen(events.page(desk, limit=500))
    pages, older = [], None
    while True:
        log = events.page(desk, older_than=older, limit=7)
        pages.append(seen(log))
        if log.older is None:
            break
        older = log.older
    assert sum(pages, []) == whole
    back = []
    while log.newer is not None:
        log = events.page(desk, newer_than=log.newer, limit=7)
        back.insert(0, seen(log))
    assert back == pages[:-1]


def test_r69_the_filters_find_who_did_what_to_what_and_when(world):
    desk = world.desk(AMINA)
    world.clock.now += 86_400
    people.edit(desk, world.id(SALUM), profile=Profile(name="S. O."))
    with pytest.raises(Refused):
        settings.update_company(world.desk(SALUM), Company(name="X"))

    def found(**wanted):
        log = events.page(desk, Wanted(**wanted), limit=500)
        return [entry.action for entry in log.entries]

    assert found(actor=desk.person.account) == ["user.updated"]
    assert found(result="refused") == ["settings:update"]
    assert found(action="settings:update") == ["settings:update"]
    assert set(found(action="cluster.")) == {"cluster.created"}
    assert found(object_type="user", object_id=world.id(SALUM))[0] == "user.updated"
    assert found(text="field.mafia")[:2] == ["settings:update", "user.updated"]
    assert found(since="2027-01-16", until="2027-01-17") == [
        "settings:update",
        "user.updated",
    ]
    assert found(text="%") == found(text="nobody-has-this") == []


def test_r69_the_entries_about_a_unit_are_found(world):
    units.assign_service(world.desk(ROOT), "mu-101", "gazservis")
    log = events.page(world.desk(ROOT), events.about_unit("mu-101"))
    (entry, made) = log.entries
    assert (entry.action, made.action) == (
        "metering_unit.service_assigned",
        "metering_unit.created",
    )
    assert json.loads(entry.before) == {"service_organization": "techservice"}
    assert json.loads(entry.after) == {"service_organization": "gazservis"}


def test_the_names_to_choose_from_are_those_in_the_log(world):
    found = events.names(world.desk(AMINA))
    assert {"user.created", "tenant.created", "cluster.created"} <= set(found.actions)
    assert list(found.actions) == sorted(found.actions)
    assert {"user", "tenant", "cluster"} <= set(found.types)


def test_r72_what_is_still_counted_is_in_the_log_when_it_is_read(world):
    for _ in range(4):
        with pytest.raises(Refused):
            settings.company(world.desk(SALUM))
    world.clock.now += refusals.WINDOW_SECONDS
    latest = events.page(world.desk(AMINA)).entries[0]
    assert (latest.actor_label, latest.action) == (SALUM, "settings:read")
    assert json.loads(latest.after)["count"] == 4


def test_the_log_is_exported_whole_and_without_formulas(world):
    people.edit(
        world.desk(AMINA), world.id(SALUM), profile=Profile(name='=cmd|"/c calc"!A1')
    )
    people.add(
        world.desk(AMINA), email="=x@y.example", name="+1", password="canary-words-7"
    )
    rows = list(csv.reader(io.StringIO(events.as_csv(world.desk(AMINA)))))
    assert len(rows) == len(world.events("pwani")) + 1
    forbidden = ("=", "+", "-", "@", "\t", "\r")
    assert not [cell for row in rows for cell in row if cell.startswith(forbidden)]
    lines = [json.loads(line) for line in events.as_json(world.desk(AMINA))]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["object_label"] == "=x@y.example"
    assert "canary" not in repr((rows, lines))


def test_r73_a_changed_entry_is_found(world):
    desk = world.desk(AMINA)
    whole = events.verify(desk)
    assert (whole.entries, whole.first_bad) == (len(world.events("pwani")), None)
    with sqlite3.connect(world.path) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute(
            "UPDATE event SET actor_label = 'somebody' WHERE tenant = 'pwani' AND seq = 7"
        )
    connection.close()
    assert events.verify(desk).first_bad == 7


def test_r52_days_are_those_of_the_reader(world):
    assert events.days("2026-11-22", "2026-11-22", "Asia/Tashkent") == (
        "2026-11-21T19:00:00.000000+00:00",
        "2026-11-22T19:00:00.000000+00:00",
    )
    # The clocks go back in Berlin: the day has 25 hours.
    assert events.days("2026-10-25", "2026-10-25", "Europe/Berlin") == (
        "2026-10-24T22:00:00.000000+00:00",
        "2026-10-25T23:00:00.000000+00:00",
    )
    assert events.days("", "", "UTC") == (None, None)


@pytest.mark.parametrize(
    ("day", "zone"),
    [
        ("yesterday", "UTC"),
        ("2026-02-30", "UTC"),
        ("2026-11-22", "Mars/Base"),
        ("2026-11-22", "../../etc/passwd"),
        ("9999-12-31", "UTC"),
    ],
)
def test_a_day_that_there_is_not_is_an_error_of_the_asker(day, zone):
    with pytest.raises(RequestError):
        events.days(day, day, zone)


def test_a_page_of_the_log_that_there_is_not_is_an_error_of_the_asker(world):
    for asked in ({"limit": 0}, {"limit": 501}, {"older_than": -1}, {"newer_than": 2**80}):
        with pytest.raises(RequestError):
            events.page(world.desk(AMINA), **asked)
    assert events.entry(world.desk(AMINA), 2**80) is None
