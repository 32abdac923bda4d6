"""Who gave a person a role, an option or a binding."""

from authz.decisions.ports import Given
from authz.storage import access
from authz.storage.events import Actor
from authz.storage.provenance import given

NOW = 1_800_000_000.0


def test_what_a_person_has_is_told_with_giver_time_and_end(world):
    boss, clerk = world.person("boss@grid.example"), world.person("clerk@grid.example")
    world.place("cluster", "north")
    world.place("cluster", "south")
    by = Actor("user", boss, "boss@grid.example")
    access.grant_role(world.database, "grid", clerk, "user", actor=by, expires_at=NOW + 9)
    world.clock.now += 1
    access.set_options(world.database, "grid", clerk, ["reporting"], actor=by)
    access.bind(world.database, "grid", clerk, "cluster", "north", actor=by)
    world.clock.now += 1
    access.bind(world.database, "grid", clerk, "cluster", "south", actor=by)
    assert given(world.database, "grid", clerk) == [
        Given("roles", "user", "boss@grid.example", NOW, NOW + 9),
        Given("options", "reporting", "boss@grid.example", NOW + 1),
        Given("clusters", "north", "boss@grid.example", NOW + 1),
        Given("clusters", "south", "boss@grid.example", NOW + 2),
    ]


def test_a_binding_that_was_taken_away_and_given_again_has_its_last_giver(world):
    clerk = world.person("clerk@grid.example")
    world.place("cluster", "north")
    first, second = Actor("service", "a", "A"), Actor("service", "b", "B")
    access.bind(world.database, "grid", clerk, "cluster", "north", actor=first)
    access.unbind(world.database, "grid", clerk, "cluster", "north", actor=first)
    access.bind(world.database, "grid", clerk, "cluster", "north", actor=second)
    assert [one.given_by for one in given(world.database, "grid", clerk)] == ["B"]


def test_a_giver_that_is_no_person_is_named_as_it_is_recorded(world):
    clerk = world.person("clerk@grid.example")
    service = Actor("service", "gatehouse", "Gatehouse")
    access.grant_role(world.database, "grid", clerk, "user", actor=service)
    assert given(world.database, "grid", clerk)[0].given_by == "Gatehouse"


def test_a_person_of_another_tenant_has_nothing_here(world):
    clerk = world.person("clerk@grid.example")
    access.grant_role(
        world.database, "grid", clerk, "user", actor=Actor("service", "s", "S")
    )
    assert given(world.database, "gas", clerk) == []
