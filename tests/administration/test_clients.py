import pytest

from authz.administration import clients
from authz.administration.desk import Refused
from authz.errors import Conflict, InvalidChange, NotFound
from tests.administration.names import (
    AMINA,
    AUDITOR,
    GRACE,
    JUMA,
    NEWCOMER,
    ROOT,
    SALUM,
    TECH,
)

FIELD = {"name": "field app", "scopes": ["decision:check"], "channel": "android"}


@pytest.mark.parametrize("who", [AMINA, JUMA, ROOT])
def test_r36_the_key_of_a_client_is_given_once_and_can_be_made_worthless(world, who):
    desk = world.desk(who)
    client, key = clients.create(desk, **FIELD)
    assert key.secret not in repr(clients.listed(desk))
    assert key.secret not in repr(world.events(desk.tenant))
    newer, other = clients.rotate(desk, client.id)
    assert (newer.name, newer.channel, other.secret != key.secret) == (
        "field app",
        "android",
        True,
    )
    clients.revoke(desk, newer.id)
    with pytest.raises(NotFound):
        clients.revoke(desk, newer.id)
    assert not any(
        one.is_live(world.clock.now)
        for one in clients.listed(desk)
        if one.name == "field app"
    )


@pytest.mark.parametrize("who", [GRACE, SALUM, NEWCOMER, TECH])
def test_r36_r33_who_has_no_settings_for_keys_does_not_even_see_them(world, who):
    desk = world.desk(who)
    with pytest.raises(Refused):
        clients.listed(desk)
    with pytest.raises(Refused):
        clients.create(desk, **FIELD)


def test_r75_the_auditor_sees_the_clients_and_makes_none(world):
    desk = world.desk(AUDITOR)
    live = clients.listed(desk)
    for change in (
        lambda: clients.create(desk, **FIELD),
        lambda: clients.revoke(desk, live[0].id),
        lambda: clients.rotate(desk, live[0].id),
    ):
        with pytest.raises(Refused):
            change()


def test_r05_a_client_of_another_tenant_is_as_unknown_as_none(world):
    client, _ = clients.create(world.desk(ROOT), **FIELD)
    for id in (client.id, "0" * 16):
        with pytest.raises(NotFound):
            clients.revoke(world.desk(AMINA), id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scope"),
        ({"scopes": ["everything"]}, "scope"),
        ({"channel": "telepathy"}, "channel"),
        ({"name": ""}, "name"),
        ({"expires_at": 1.0}, "expires_at"),
        ({"expires_at": float("nan")}, "expires_at"),
    ],
)
def test_what_means_nothing_is_refused_at_its_field(world, change, field):
    with pytest.raises(InvalidChange) as refused:
        clients.create(world.desk(AMINA), **{**FIELD, **change})
    assert refused.value.field == field


def test_two_live_clients_never_have_one_name(world):
    clients.create(world.desk(AMINA), **FIELD)
    with pytest.raises(Conflict):
        clients.create(world.desk(AMINA), **FIELD)


def test_r11_no_client_is_made_from_an_app(world):
    with pytest.raises(Refused):
        clients.create(world.desk(AMINA, "android"), **FIELD)
