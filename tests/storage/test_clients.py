from dataclasses import replace

import pytest

from authz.accounts.keys import SCOPES, matches
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import clients, tenants
from tests.storage.conftest import BY


def test_a_key_is_found_by_its_id_and_its_secret_is_not_stored(world):
    made, key = clients.create(
        world.database, "grid", "app", ["decision:check"], actor=BY, channel="android"
    )
    found = clients.find(world.database, key.id)
    assert found == made
    assert (found.tenant, found.channel) == ("grid", "android")
    assert found.scopes == {"decision:check"}
    assert matches(key.secret, found.key_hash)
    world.database.close()
    for path in world.path.parent.iterdir():
        assert key.secret.encode() not in path.read_bytes()


def test_an_unknown_key_is_nobody(world):
    assert clients.find(world.database, "0" * 16) is None


def test_a_revoked_key_is_dead_and_the_revision_says_that_something_changed(world):
    made, key = clients.create(world.database, "grid", "app", SCOPES, actor=BY)
    before = tenants.find_tenant(world.database, "grid").revision
    with pytest.raises(NotFound):
        clients.revoke(world.database, "gas", key.id, actor=BY)
    clients.revoke(world.database, "grid", key.id, actor=BY)
    assert made.is_live(world.clock.now)
    assert not clients.find(world.database, key.id).is_live(world.clock.now)
    assert tenants.find_tenant(world.database, "grid").revision == before + 1
    with pytest.raises(NotFound):
        clients.revoke(world.database, "grid", key.id, actor=BY)


def test_a_key_ends_at_its_time(world):
    until = world.clock.now + 10
    made, _ = clients.create(
        world.database, "grid", "app", SCOPES, actor=BY, expires_at=until
    )
    assert made.is_live(until - 1)
    assert not made.is_live(until)


def test_two_live_clients_of_a_tenant_have_two_names(world):
    _, key = clients.create(world.database, "grid", "app", SCOPES, actor=BY)
    clients.create(world.database, "gas", "app", SCOPES, actor=BY)
    with pytest.raises(Conflict):
        clients.create(world.database, "grid", "app", SCOPES, actor=BY)
    clients.revoke(world.database, "grid", key.id, actor=BY)
    clients.create(world.database, "grid", "app", SCOPES, actor=BY)
    assert [client.name for client in clients.list_clients(world.database, "grid")] == [
        "app"
    ] * 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": ["decision:everything"]}, "scope"),
        ({"scopes": []}, "scope"),
        ({"channel": "fax"}, "channel"),
        ({"name": " "}, "name"),
    ],
)
def test_a_client_that_makes_no_sense_is_refused(world, wrong, field):
    with pytest.raises(InvalidChange) as refused:
        clients.create(
            world.database,
            "grid",
            **{"name": "app", "scopes": ["decision:check"], "actor": BY} | wrong,
        )
    assert refused.value.field == field


def test_a_new_key_takes_the_place_of_the_old_one(world):
    made, old = clients.create(
        world.database, "grid", "app", SCOPES, actor=BY, channel="web", expires_at=9e9
    )
    rotated, new = clients.rotate(
        world.database, "grid", made.id, actor=BY, expires_at=made.expires_at
    )
    assert matches(new.secret, rotated.key_hash)
    assert replace(rotated, id=made.id, key_hash=made.key_hash) == made
    assert not clients.find(world.database, old.id).is_live(world.clock.now)
    with pytest.raises(NotFound):
        clients.rotate(world.database, "grid", old.id, actor=BY, expires_at=None)
    with pytest.raises(NotFound):
        clients.rotate(world.database, "gas", new.id, actor=BY, expires_at=None)
    assert clients.find(world.database, new.id) == rotated
