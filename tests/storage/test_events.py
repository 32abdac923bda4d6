import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import pytest

from authz.errors import InvalidChange, NotFound
from authz.storage import access, clients, events, people, resources, tables, tenants
from authz.storage.changes import change
from tests.storage.conftest import BY


def execute(world, *statements):
    with sqlite3.connect(world.path, isolation_level=None) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def rows(database, model, *columns):
    with database.reading():
        return list(model.select(*columns).order_by(*columns).tuples().execute(database.db))


def test_an_event_says_who_did_what_through_what_and_what_it_was_before(world):
    id = world.person("ann@example.org")
    actor = events.Actor("user", "u_1", "one@x.org", "web", "192.0.2.1", request_id="r1")
    access.set_roles(world.database, "grid", id, ["user"], actor=actor)
    last = events.entries(world.database, "grid")[-1]
    assert last.at == "2027-01-15T08:00:00.000000+00:00"
    assert (last.actor_kind, last.actor_id, last.actor_label) == (
        "user",
        "u_1",
        "one@x.org",
    )
    assert (last.channel, last.address, last.request_id) == ("web", "192.0.2.1", "r1")
    assert (last.action, last.result) == ("user.access_set", "ok")
    assert (last.object_type, last.object_id, last.object_label) == (
        "user",
        id,
        "ann@example.org",
    )
    assert json.loads(last.before) == {"roles": {}}
    assert json.loads(last.after) == {"roles": {"user": None}}


def test_the_events_of_a_deleted_person_still_name_the_person(world):
    id = world.person("ann@example.org")
    people.delete_account(world.database, "grid", id, actor=BY)
    labels = {
        e.object_label for e in events.entries(world.database, "grid") if e.object_id == id
    }
    assert labels == {"ann@example.org"}


def test_each_change_says_which_things_it_touched(world):
    id = world.person("ann@example.org")
    people.delete_account(world.database, "grid", id, actor=BY)
    change_ = tables.Change
    found = rows(
        world.database,
        change_,
        change_.revision,
        change_.object_type,
        change_.object_id,
        change_.kind,
    )
    assert [row for row in found if row[2] == id] == [
        (2, "user", id, "created"),
        (3, "user", id, "deleted"),
    ]


def test_a_refused_attempt_is_recorded_without_a_revision(world):
    before = tenants.find_tenant(world.database, "grid").revision
    events.record(
        world.database,
        "grid",
        actor=BY,
        action="user.delete",
        about=("user", "u_1"),
        refused="no",
    )
    last = events.entries(world.database, "grid")[-1]
    assert (last.result, last.reason, last.revision) == ("refused", "no", before)
    assert tenants.find_tenant(world.database, "grid").revision == before


def test_a_change_that_fails_leaves_no_event_and_no_revision(world):
    def fail():
        with change(
            world.database, "grid", actor=BY, action="x.y", about=("x", "1")
        ) as made:
            made.touch("x", "2", "created")
            raise InvalidChange("no")

    before = rows(world.database, tables.Event, tables.Event.tenant, tables.Event.seq)
    with pytest.raises(InvalidChange):
        fail()
    assert (
        rows(world.database, tables.Event, tables.Event.tenant, tables.Event.seq) == before
    )


def test_a_change_of_no_tenant_is_refused(world):
    with pytest.raises(NotFound, match="unknown tenant `none`"):
        world.person("ann@example.org", "none")


def test_no_secret_is_in_an_event(world):
    id = world.person("ann@example.org")
    people.set_password(world.database, "grid", id, "canary-1", actor=BY)
    tenants.set_pages_password(world.database, "grid", "canary-2", actor=BY)
    client, key = clients.create(
        world.database, "grid", "app", ["decision:check"], actor=BY
    )
    events.record(
        world.database,
        "grid",
        actor=BY,
        action="x.y",
        about=("x", "1"),
        after={
            "list": [{"api_key": "canary-3"}],
            "new_password": "canary-4",
            "name": "seen",
        },
    )
    text = "".join(f"{e.before}{e.after}" for e in events.entries(world.database, "grid"))
    assert "seen" in text
    for secret in ("canary", key.secret, client.key_hash):
        assert secret not in text


def test_the_chain_of_each_tenant_is_its_own_and_whole(world):
    for number in range(5):
        world.person(f"a{number}@example.org", "grid")
        world.person(f"b{number}@example.org", "gas")
    for tenant in ("grid", "gas"):
        found = events.entries(world.database, tenant)
        assert [entry.seq for entry in found] == [1, 2, 3, 4, 5, 6]
        assert [entry.revision for entry in found] == [1, 2, 3, 4, 5, 6]
        assert found[0].previous_hash == ""
        assert [e.previous_hash for e in found[1:]] == [e.hash for e in found[:-1]]
        assert events.first_bad_entry(world.database, tenant) is None


COPY = (
    "INSERT INTO event SELECT tenant, {seq}, revision, at, actor_kind, actor_id,"
    " actor_label, channel, address, action, object_type, object_id, object_label,"
    " before, after, result, reason, request_id, {previous}, hash FROM event"
    " WHERE seq = 3 AND tenant = 'grid'"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor_label = 'somebody else' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event"
        " SELECT * FROM event WHERE seq = 2 AND tenant = 'grid'",
        COPY.format(seq=9, previous="hash"),
        COPY.format(seq=4, previous="previous_hash"),
    ],
)
def test_the_table_takes_the_next_entry_only(world, statement):
    for number in range(2):
        world.person(f"a{number}@example.org")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        execute(world, statement)
    assert events.first_bad_entry(world.database, "grid") is None


@pytest.mark.parametrize(
    ("edit", "first_bad"),
    [
        ("UPDATE event SET address = NULL WHERE seq = 3 AND tenant = 'grid'", 3),
        ("UPDATE event SET reason = '' WHERE seq = 3 AND tenant = 'grid'", 3),
        (
            "UPDATE event SET actor_id = actor_id || 't',"
            " actor_label = substr(actor_label, 2) WHERE seq = 2 AND tenant = 'grid'",
            2,
        ),
        ("DELETE FROM event WHERE seq = 1 AND tenant = 'grid'", 1),
        ("DELETE FROM event WHERE seq = 4 AND tenant = 'grid'", 4),
    ],
)
def test_an_edit_behind_the_triggers_is_found(world, edit, first_bad):
    for number in range(5):
        world.person(f"a{number}@example.org")
    execute(world, "DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete", edit)
    assert events.first_bad_entry(world.database, "grid") == first_bad


def test_a_long_chain_is_verified_to_its_end(world):
    with world.database.transaction():
        for _ in range(1200):
            events.record(world.database, "grid", actor=BY, action="x.y", about=("x", "1"))
    assert events.first_bad_entry(world.database, "grid") is None
    assert len(events.entries(world.database, "grid", after=1000)) == 201


def test_two_threads_leave_no_revision_out_and_none_twice(world):
    def write(name):
        for number in range(25):
            world.person(f"{name}{number}@example.org")
        world.database.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["ann", "bob"]))
    found = events.entries(world.database, "grid")
    assert [entry.revision for entry in found] == list(range(1, 52))
    assert tenants.find_tenant(world.database, "grid").revision == 51
    assert events.first_bad_entry(world.database, "grid") is None


def test_a_change_of_the_details_of_a_resource_is_told(database, schema):
    for name in ("Hassan", "Mallory"):
        resources.put(
            database, schema, "grid", "customer", "c1", {}, actor=BY, details={"name": name}
        )
    resources.delete(database, schema, "grid", "customer", "c1", actor=BY)
    told = [
        [json.loads(part) if part else None for part in (entry.before, entry.after)]
        for entry in events.entries(database, "grid")[-3:]
    ]
    first, second = (
        {"attributes": {}, "details": {"name": name}} for name in ("Hassan", "Mallory")
    )
    assert told == [[None, first], [first, second], [second, None]]


@pytest.mark.parametrize(
    ("write", "other", "before"),
    [
        (
            partial(tenants.set_status, status="active"),
            partial(tenants.set_status, status="suspended"),
            {"status": "suspended"},
        ),
        (
            partial(tenants.set_pages_password, ppp_hash=None),
            partial(tenants.set_pages_password, ppp_hash="x"),
            {"enabled": True},
        ),
    ],
    ids=["status", "pages password"],
)
def test_what_was_before_is_read_after_the_write_that_was_waited_for(
    world, write, other, before
):
    with ThreadPoolExecutor(1) as pool:
        with world.database.transaction():
            other(world.database, "grid", actor=BY)
            waiting = pool.submit(write, world.database, "grid", actor=BY)
            wait([waiting], timeout=0.3)
        waiting.result()
        pool.submit(world.database.close).result()
    assert json.loads(events.entries(world.database, "grid")[-1].before) == before
