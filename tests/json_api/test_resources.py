"""Apps register things with an API key of the scope `facts:write`, and no other."""

import pytest

from authz.storage import resources
from tests.console.conftest import OWNER
from tests.json_api.conftest import error, key_of

THING = {"attributes": {"cluster": "mafia"}}


@pytest.fixture
def key(world):
    return key_of(world, "pwani", "api", "facts:write")


def changes(world, tenant="pwani"):
    """What apps did, by the log."""
    return [
        (event.action, event.object_id)
        for event in world.events(tenant)
        if event.actor_kind == "api_client"
    ]


def test_a_thing_is_registered_decided_about_changed_and_forgotten(anybody, world, key):
    path = "/resources/customer/c-900"
    made = anybody.put(path, THING, bearer=key)
    assert (made.status_code, made.json["result"]) == (200, "created")
    salum = world.desk("field.mafia@pwani.example")
    assert salum.may("customer:read", "customer", "c-900")
    moved = anybody.put(path, {"attributes": {"cluster": "pemba"}}, bearer=key)
    assert moved.json["result"] == "changed"
    assert not salum.may("customer:read", "customer", "c-900")
    assert anybody.delete(path, bearer=key).status_code == 204
    assert error(anybody.delete(path, bearer=key)) == (404, "not_found")
    assert changes(world) == [
        ("customer.saved", "c-900"),
        ("customer.saved", "c-900"),
        ("customer.deleted", "c-900"),
    ]


def test_the_same_again_changes_nothing_and_is_no_event(anybody, world, key):
    for result in ("created", "same"):
        answer = anybody.put("/resources/tariff/t-1", {"attributes": {}}, bearer=key)
        assert answer.json["result"] == result
    assert len(changes(world)) == 1


def test_what_people_noted_stays_unless_the_app_says_otherwise(anybody, world, key):
    answer = anybody.put("/resources/customer/cust-1", THING, bearer=key)
    assert answer.status_code == 200
    kept = resources.find(world.database, "pwani", "customer", "cust-1").details
    assert kept["name"] == "Hassan M."
    new = THING | {"details": {"name": "Hassan Mussa"}}
    assert anybody.put("/resources/customer/cust-1", new, bearer=key).status_code == 200
    kept = resources.find(world.database, "pwani", "customer", "cust-1").details
    assert kept["name"] == "Hassan Mussa"


@pytest.mark.parametrize(
    "type",
    ["user", "supply_company", "metering_unit", "cluster", "api_client", "tenant", "role"],
)
def test_what_is_not_registrable_is_refused_for_every_key(anybody, world, key, type):
    for answer in (
        anybody.put(f"/resources/{type}/x", {"attributes": {}}, bearer=key),
        anybody.delete(f"/resources/{type}/x", bearer=key),
        anybody.post(
            "/resources",
            {"resources": [{"type": type, "id": "x", "attributes": {}}]},
            bearer=key,
        ),
    ):
        assert error(answer) in ((403, "forbidden"), (422, "invalid"))
    assert changes(world) == []


def test_many_are_registered_or_none(anybody, world, key):
    good = {"type": "customer", "id": "c-1", "attributes": {"cluster": "mafia"}}
    bad = {"type": "customer", "id": "c-2", "attributes": {"clustre": "mafia"}}
    refused = anybody.post("/resources", {"resources": [good, bad]}, bearer=key)
    assert error(refused) == (422, "invalid")
    assert refused.json["error"]["where"] == "1.clustre"
    gone = {"type": "customer", "id": "nobody", "attributes": None}
    assert error(anybody.post("/resources", {"resources": [good, gone]}, bearer=key)) == (
        404,
        "not_found",
    )
    assert changes(world) == []
    both = [good, {"type": "customer", "id": "cust-2", "attributes": None}]
    done = anybody.post("/resources", {"resources": both}, bearer=key)
    assert [one["result"] for one in done.json["resources"]] == ["created", "deleted"]


@pytest.mark.parametrize(
    "body",
    [
        {"attributes": {"tenant": "ziwa"}},
        {"attributes": {"id": "other"}},
        {"attributes": {"cluster": 7}},
        {"attributes": {"cluster": ["mafia"]}},
        {"attributes": {}, "details": {"password": "x"}},
        {"attributes": {}, "tenant": "ziwa"},
        {"attributes": None},
        {},
        [],
    ],
    ids=str,
)
def test_bad_things_are_refused_and_nothing_is_kept(anybody, world, key, body):
    answer = anybody.put("/resources/customer/c-1", body, bearer=key)
    assert answer.status_code in (400, 422), answer.text
    assert changes(world) == []


@pytest.mark.parametrize("count", [0, 201])
def test_a_request_holds_one_thing_at_least_and_200_at_most(anybody, key, count):
    things = [{"type": "tariff", "id": f"t-{n}", "attributes": {}} for n in range(count)]
    answer = anybody.post("/resources", {"resources": things}, bearer=key)
    assert error(answer) == (400, "bad_request")


def test_another_key_or_a_person_registers_nothing(anybody, logged_in, world, key):
    path = "/resources/customer/c-1"
    other = key_of(world, "pwani", "android", "decision:check")
    assert error(anybody.put(path, THING, bearer=other)) == (403, "forbidden")
    assert error(anybody.put(path, THING)) == (401, "unauthenticated")
    assert error(logged_in(OWNER).put(path, THING)) == (401, "unauthenticated")
    foreign = key_of(world, "ziwa", "api", "facts:write")
    assert anybody.put(path, THING, bearer=foreign).status_code in (200, 422)
    assert resources.list_resources(world.database, "pwani", "customer")[0].id == "cust-1"
    assert changes(world) == []
