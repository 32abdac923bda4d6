import pytest

from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import organizations, places, units
from authz.storage.units import MeteringUnit
from tests.storage.conftest import BY


def chain(world, depth: int) -> None:
    for level in range(depth):
        parent = f"s{level - 1}" if level else None
        world.organization("supply_company", f"s{level}", parent=parent)


def line(facts, id: str, type: str = "supply_company"):
    facts.revision("gas")
    found = facts.find("gas", type, id)
    assert found is not None
    return set(found.attributes["supply_line"])


def test_a_supply_line_of_depth_ten_is_whole(world, facts):
    chain(world, 10)
    assert line(facts, "s9") == {f"s{level}" for level in range(10)}
    assert line(facts, "s0") == {"s0"}


def test_a_moved_company_takes_its_branches_along(world, facts):
    chain(world, 10)
    world.organization("supply_company", "other")
    organizations.move(world.database, "gas", "s3", "other", actor=BY)
    assert line(facts, "s9") == {"other", *(f"s{level}" for level in range(3, 10))}
    assert line(facts, "s2") == {"s0", "s1", "s2"}
    organizations.move(world.database, "gas", "s3", None, actor=BY)
    assert line(facts, "s4") == {"s3", "s4"}
    organizations.move(world.database, "gas", "s3", "s2", actor=BY)
    assert line(facts, "s9") == {f"s{level}" for level in range(10)}


@pytest.mark.parametrize("parent", ["s0", "s1", "s9"])
def test_a_cycle_is_refused_and_changes_nothing(world, facts, parent):
    chain(world, 10)
    before = facts.revision("gas")
    with pytest.raises(InvalidChange) as refused:
        organizations.move(world.database, "gas", "s0", parent, actor=BY)
    assert refused.value.field == "parent"
    assert facts.revision("gas") == before
    assert line(facts, "s9") == {f"s{level}" for level in range(10)}


def unit(world, id="m1", **more):
    made = MeteringUnit(tenant="gas", id=id, name=id, supply_company="branch", **more)
    return units.create_unit(world.database, made, actor=BY)


@pytest.fixture
def gas(world):
    world.organization("supply_company", "head")
    world.organization("supply_company", "branch", parent="head")
    world.organization("supply_company", "rival")
    world.organization("service_organization", "tech")
    world.organization("service_organization", "fix")
    world.organization("manufacturer", "maker")
    world.organization("consumer", "bakery", supply_company="branch", category="commercial")
    return world


def test_a_unit_reads_whole(gas, facts):
    unit(gas, service_organization="tech", consumer="bakery", manufacturer="maker")
    found = facts.find("gas", "metering_unit", "m1")
    assert found.attributes == {
        "tenant": "gas",
        "supply_company": "branch",
        "supply_line": ("branch", "head"),
        "service_organization": "tech",
        "consumer": "bakery",
        "manufacturer": "maker",
        "status": "working",
    }


def test_a_unit_that_is_reassigned_or_transferred_reads_so_at_once(gas, facts):
    unit(gas, service_organization="tech", consumer="bakery")
    units.assign_service(gas.database, "gas", "m1", "fix", actor=BY)
    facts.revision("gas")
    assert (
        facts.find("gas", "metering_unit", "m1").attributes["service_organization"] == "fix"
    )
    units.assign_service(gas.database, "gas", "m1", None, actor=BY)
    units.transfer(
        gas.database, "gas", "m1", supply_company="rival", consumer=None, actor=BY
    )
    units.set_status(gas.database, "gas", "m1", "sealed", actor=BY)
    facts.revision("gas")
    read = facts.find("gas", "metering_unit", "m1").attributes
    assert (read["supply_line"], read["service_organization"], read["consumer"]) == (
        ("rival",),
        None,
        None,
    )
    assert read["status"] == "sealed"


def test_a_consumer_is_serviced_by_those_who_service_its_units(gas, facts):
    unit(gas, "m1", service_organization="tech", consumer="bakery")
    unit(gas, "m2", service_organization="fix", consumer="bakery")
    read = facts.find("gas", "consumer", "bakery").attributes
    assert read["service_organizations"] == ("fix", "tech")
    assert read["supply_line"] == ("branch", "head")
    units.delete_unit(gas.database, "gas", "m2", actor=BY)
    organizations.move_consumer(gas.database, "gas", "bakery", "rival", actor=BY)
    facts.revision("gas")
    read = facts.find("gas", "consumer", "bakery").attributes
    assert (read["service_organizations"], read["supply_line"]) == (("tech",), ("rival",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_organization": "none"},
        {"service_organization": "head"},
        {"consumer": "tech"},
        {"manufacturer": "tech"},
        {"status": "broken"},
        {"resource": "steam"},
        {"name": " "},
    ],
)
def test_a_unit_that_refers_to_nothing_is_refused(gas, facts, wrong):
    before = facts.revision("gas")
    with pytest.raises(InvalidChange) as refused:
        units.create_unit(
            gas.database,
            MeteringUnit(
                **{"tenant": "gas", "id": "m", "name": "M", "supply_company": "head"}
                | wrong
            ),
            actor=BY,
        )
    assert refused.value.field == next(iter(wrong))
    assert facts.revision("gas") == before


def test_an_organization_in_use_is_not_deleted(gas, facts):
    unit(gas, service_organization="tech", consumer="bakery", manufacturer="maker")
    for kind, id in (
        ("supply_company", "head"),
        ("supply_company", "branch"),
        ("service_organization", "tech"),
        ("consumer", "bakery"),
        ("manufacturer", "maker"),
    ):
        with pytest.raises(Conflict):
            organizations.delete_organization(gas.database, "gas", kind, id, actor=BY)
    organizations.delete_organization(
        gas.database, "gas", "service_organization", "fix", actor=BY
    )
    facts.revision("gas")
    assert facts.find("gas", "service_organization", "fix") is None
    with pytest.raises(NotFound):
        organizations.find_organization(gas.database, "gas", "service_organization", "fix")


def test_an_id_is_not_used_twice_even_after_a_deletion(gas):
    organizations.delete_organization(
        gas.database, "gas", "service_organization", "fix", actor=BY
    )
    with pytest.raises(Conflict):
        gas.organization("service_organization", "fix")
    unit(gas)
    with pytest.raises(Conflict):
        unit(gas)


def test_only_a_supply_company_has_a_parent_and_only_a_consumer_a_supplier(gas):
    for wrong in (
        {"parent": "head"},
        {"supply_company": "head"},
        {"category": "household"},
    ):
        with pytest.raises(InvalidChange):
            gas.organization("manufacturer", "new", **wrong)


def test_a_place_knows_its_cluster_at_every_level(world, facts):
    world.place("cluster", "c")
    world.place("minigrid", "g", "c")
    world.place("village", "v", "g")
    for kind, id in (("cluster", "c"), ("minigrid", "g"), ("village", "v")):
        assert facts.find("grid", kind, id).attributes == {"cluster": "c", "tenant": "grid"}
    assert facts.find("grid", "cluster", "g") is None


def test_a_place_needs_its_parent(world):
    world.place("cluster", "c")
    for kind, parent in (("minigrid", None), ("minigrid", "none"), ("village", "c")):
        with pytest.raises(InvalidChange) as refused:
            world.place(kind, "new", parent)
        assert refused.value.field == "parent"


def test_a_place_with_places_in_it_is_not_deleted(world, facts):
    world.place("cluster", "c")
    world.place("minigrid", "g", "c")
    with pytest.raises(Conflict):
        places.delete_place(world.database, "grid", "cluster", "c", actor=BY)
    places.delete_place(world.database, "grid", "minigrid", "g", actor=BY)
    places.delete_place(world.database, "grid", "cluster", "c", actor=BY)
    assert facts.find("grid", "cluster", "c") is None


def test_a_cluster_is_managed_by_an_account_of_the_tenant(world):
    world.person("gus@example.org", "gas")
    id = world.person("ann@example.org")
    with pytest.raises(InvalidChange) as refused:
        places.create_place(
            world.database,
            "grid",
            "cluster",
            "c",
            actor=BY,
            name="C",
            manager="gus@example.org",
        )
    assert refused.value.field == "manager"
    made = places.create_place(
        world.database,
        "grid",
        "cluster",
        "c",
        actor=BY,
        name="C",
        manager="ann@example.org",
    )
    assert made.manager == id


def test_a_unit_is_kept_without_the_spaces_around_its_texts(gas):
    made = units.create_unit(
        gas.database,
        MeteringUnit("gas", "m9", " Meter ", "branch", model=" G4 ", serial=" ", imei="1 "),
        actor=BY,
    )
    assert (made.name, made.model, made.serial, made.imei) == ("Meter", "G4", None, "1")
    assert units.find_unit(gas.database, "gas", "m9") == made


@pytest.mark.parametrize("field", ["model", "serial", "imei"])
@pytest.mark.parametrize("value", ["a\u200bb", "x" * 201], ids=["invisible", "long"])
def test_a_text_of_a_unit_that_cannot_be_read_is_refused(gas, field, value):
    with pytest.raises(InvalidChange) as refused:
        unit(gas, **{field: value})
    assert refused.value.field == field
