"""What things are called, by type and id."""

from authz.storage import organizations, people
from authz.storage.events import SERVICE
from authz.storage.names import CHUNK, names
from tests.administration.conftest import seeded, world  # noqa: F401 - fixtures

PLACE = "gasmeter-uz"


def test_things_of_every_kind_are_named_and_those_that_are_gone(world):  # noqa: F811
    gone = organizations.create_organization(
        world.database, PLACE, "manufacturer", "old", actor=SERVICE, name="Old Maker"
    )
    organizations.delete_organization(
        world.database, PLACE, "manufacturer", gone.id, actor=SERVICE
    )
    tech = people.find_account(world.database, PLACE, "service_tech@domain.com")
    wanted = {
        ("manufacturer", "old"): "Old Maker",
        ("metering_unit", "mu-101"): "Bakery line 1",
        ("user", tech.id): "Service Tech",
        ("tenant", PLACE): "Gas Metering Platform UZ",
    }
    strange = [("manufacturer", "none"), ("nonsense", "1"), ("user", "")]
    assert names(world.database, PLACE, [*wanted, *strange]) == wanted
    customer = ("customer", "cust-1")
    assert names(world.database, "pwani", [customer]) == {customer: "Hassan M."}


def test_nothing_of_another_tenant_is_named(world):  # noqa: F811
    tech = people.find_account(world.database, PLACE, "service_tech@domain.com")
    asked = [("user", tech.id), ("metering_unit", "mu-101"), ("tenant", PLACE)]
    assert names(world.database, "pwani", asked) == {}


def test_many_ids_are_looked_for_in_parts(world):  # noqa: F811
    many = [("metering_unit", f"none-{n}") for n in range(2 * CHUNK)]
    found = names(world.database, PLACE, [*many, ("metering_unit", "mu-101")])
    assert list(found.values()) == ["Bakery line 1"]
