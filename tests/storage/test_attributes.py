import dataclasses
import sqlite3

import pytest

from authz.engine.schema_file import parse_schema
from authz.errors import InvalidChange, NotFound
from authz.storage import access, clients, organizations, people, places, resources, tenants
from tests.storage.conftest import BY
from tests.storage.named import NamedFacts

HOUR = 3600.0


def read(facts, id, tenant="grid", type="user"):
    facts.revision(tenant)
    return facts.find(tenant, type, id)


def owner(world, email, **more):
    id = world.person(email)
    access.set_roles(world.database, "grid", id, ["owner"], actor=BY, **more)
    return id


def is_last(facts, id):
    return read(facts, id).attributes["is_last_owner"]


def test_a_new_person_holds_nothing(world, facts):
    id = world.person("ann@example.org")
    found = read(facts, "ANN@example.org")
    assert found.id == id
    assert found.valid_until is None
    assert found.attributes == {
        "tenant": "grid",
        "tenant_kind": "minigrid",
        "tenant_status": "active",
        "pages_protected": False,
        "status": "active",
        "roles": (),
        "options": (),
        "binding_kinds": (),
        "clusters": (),
        "supply_companies": (),
        "service_organizations": (),
        "manufacturers": (),
        "consumers": (),
        "is_last_owner": False,
    }


def test_everything_about_a_person_is_read(world, facts):
    world.organization("supply_company", "head")
    world.organization("service_organization", "tech")
    id = world.person("gus@example.org", "gas")
    access.set_access(
        world.database,
        "gas",
        id,
        actor=BY,
        roles={"service_company_admin": None},
        options=["reporting", "equipment_monitoring"],
        bindings={"supply_company": ["head"], "service_organization": ["tech"]},
    )
    read_ = read(facts, id, "gas").attributes
    assert read_["roles"] == ("service_company_admin",)
    assert read_["options"] == ("equipment_monitoring", "reporting")
    assert read_["binding_kinds"] == ("service_organization", "supply_company")
    assert (read_["supply_companies"], read_["service_organizations"]) == (
        ("head",),
        ("tech",),
    )


def test_what_the_schema_does_not_declare_is_not_read(world):
    schema = parse_schema(
        "version: 1\n"
        "types:\n"
        "  user: {subject: true, facts: accounts,"
        " attributes: {roles: {type: string-set, default: []}}}"
    )
    id = world.person("ann@example.org")
    facts = NamedFacts(world.database, schema, world.clock)
    assert facts.find("grid", "user", id).attributes == {"roles": (), "tenant": "grid"}
    assert facts.find("grid", "cluster", "c") is None
    facts.close()


def test_the_state_of_the_tenant_is_read_with_each_person(world, facts):
    id = world.person("ann@example.org")
    tenants.set_status(world.database, "grid", "suspended", actor=BY)
    tenants.set_pages_password(world.database, "grid", "$argon2id$x", actor=BY)
    found = read(facts, id).attributes
    assert (found["tenant_status"], found["pages_protected"]) == ("suspended", True)
    assert read(facts, "grid", type="tenant").attributes == {
        "tenant": "grid",
        "kind": "minigrid",
        "status": "suspended",
    }
    tenants.set_pages_password(world.database, "grid", None, actor=BY)
    assert read(facts, id).attributes["pages_protected"] is False


def test_a_tenant_knows_itself_only(facts):
    assert read(facts, "gas", type="tenant") is None


def test_a_deleted_person_is_found_by_id_as_deleted_and_not_by_e_mail(world, facts):
    id = owner(world, "ann@example.org")
    people.delete_account(world.database, "grid", id, actor=BY)
    assert read(facts, id).attributes["status"] == "deleted"
    assert read(facts, "ann@example.org") is None


def test_a_role_ends_when_its_time_has_come(world, facts):
    id = world.person("ann@example.org")
    until = world.clock.now + HOUR
    access.set_access(
        world.database,
        "grid",
        id,
        actor=BY,
        roles={"admin": until, "user": None, "x": until + 1},
    )
    found = read(facts, id)
    assert found.attributes["roles"] == ("admin", "user", "x")
    assert found.valid_until == until
    world.clock.now = until
    found = read(facts, id)
    assert found.attributes["roles"] == ("user", "x")
    assert found.valid_until == until + 1
    world.clock.now = until + 2
    assert read(facts, id).valid_until is None


def test_a_binding_to_an_organization_that_is_gone_binds_to_nothing(world, facts):
    world.organization("service_organization", "tech")
    id = world.person("gus@example.org", "gas")
    access.bind(world.database, "gas", id, "service_organization", "tech", actor=BY)
    organizations.delete_organization(
        world.database, "gas", "service_organization", "tech", actor=BY
    )
    found = read(facts, id, "gas").attributes
    assert (found["service_organizations"], found["binding_kinds"]) == ((), ())


def test_a_binding_to_a_cluster_that_is_gone_still_narrows(world, facts):
    world.place("cluster", "c")
    id = world.person("ann@example.org")
    access.bind(world.database, "grid", id, "cluster", "c", actor=BY)
    assert read(facts, id).attributes["clusters"] == ("c",)
    places.delete_place(world.database, "grid", "cluster", "c", actor=BY)
    found = read(facts, id).attributes
    assert (found["clusters"], found["binding_kinds"]) == ((), ("cluster",))


def test_the_only_owner_is_the_last_one(world, facts):
    ann, bob = owner(world, "ann@example.org"), world.person("bob@example.org")
    assert is_last(facts, ann)
    assert not is_last(facts, bob)
    access.grant_role(world.database, "grid", bob, "owner", actor=BY)
    assert (is_last(facts, ann), is_last(facts, bob)) == (False, False)
    access.revoke_role(world.database, "grid", ann, "owner", actor=BY)
    assert (is_last(facts, ann), is_last(facts, bob)) == (False, True)


@pytest.mark.parametrize("gone", ["deleted", "blocked"])
def test_an_owner_who_is_gone_does_not_count(world, facts, gone):
    ann, bob = owner(world, "ann@example.org"), owner(world, "bob@example.org")
    if gone == "deleted":
        people.delete_account(world.database, "grid", bob, actor=BY)
    else:
        people.set_status(world.database, "grid", bob, "blocked", actor=BY)
    assert (is_last(facts, ann), is_last(facts, bob)) == (True, False)


def test_the_end_of_anothers_ownership_is_seen_without_a_change(world, facts):
    until = world.clock.now + HOUR
    ann, bob = (
        owner(world, "ann@example.org"),
        owner(world, "bob@example.org", expires_at=until),
    )
    found = read(facts, ann)
    assert (found.attributes["is_last_owner"], found.valid_until) == (False, until)
    world.clock.now = until
    found = facts.find("grid", "user", ann)
    assert (found.attributes["is_last_owner"], found.valid_until) == (True, None)
    assert not is_last(facts, bob)


def test_an_owner_of_another_tenant_does_not_count(world, facts):
    ann = owner(world, "ann@example.org")
    gus = world.person("gus@example.org", "gas")
    access.set_roles(world.database, "gas", gus, ["platform_admin"], actor=BY)
    assert is_last(facts, ann)
    assert read(facts, gus, "gas").attributes["is_last_owner"]


def test_a_bad_row_in_the_database_gives_no_reach(world, facts):
    world.organization("service_organization", "tech")
    id = world.person("gus@example.org", "gas")
    with sqlite3.connect(world.path) as connection:
        connection.execute("PRAGMA foreign_keys = off")
        connection.execute(
            "INSERT INTO binding (tenant, account, kind, target)"
            f" VALUES ('gas', '{id}', 'supply_company', 'tech')"
        )
    connection.close()
    found = read(facts, id, "gas").attributes
    assert (found["supply_companies"], found["binding_kinds"]) == ((), ())


def test_a_registered_resource_reads_as_it_was_put(world, facts, schema):
    resources.put(
        world.database,
        schema,
        "grid",
        "customer",
        "k1",
        {"cluster": "c"},
        actor=BY,
        details={"name": "Hassan"},
    )
    assert read(facts, "k1", type="customer").attributes == {
        "cluster": "c",
        "tenant": "grid",
    }
    resources.put(
        world.database, schema, "grid", "customer", "k1", {"cluster": "d"}, actor=BY
    )
    assert read(facts, "k1", type="customer").attributes["cluster"] == "d"
    assert facts.find("gas", "customer", "k1") is None
    resources.delete(world.database, schema, "grid", "customer", "k1", actor=BY)
    assert read(facts, "k1", type="customer") is None
    with pytest.raises(NotFound):
        resources.delete(world.database, schema, "grid", "customer", "k1", actor=BY)


@pytest.mark.parametrize(
    ("type", "attributes", "field"),
    [
        ("customer", {"cluster": 5}, "cluster"),
        ("customer", {"cluster": ["a"]}, "cluster"),
        ("customer", {"clutser": "a"}, "clutser"),
        ("customer", {"tenant": "gas"}, "tenant"),
        ("user", {}, "type"),
        ("metering_unit", {}, "type"),
        ("cusotmer", {}, "type"),
    ],
)
def test_a_resource_that_does_not_fit_the_schema_is_refused(
    world, facts, schema, type, attributes, field
):
    before = facts.revision("grid")
    with pytest.raises(InvalidChange) as refused:
        resources.put(world.database, schema, "grid", type, "k1", attributes, actor=BY)
    assert refused.value.field == field
    assert facts.revision("grid") == before


SUBJECTS = """
version: 1
types:
  user:
    subject: true
    attributes:
      roles: {type: string-set, default: []}
      level: {type: integer}
      trusted: {type: boolean}
      teams: {type: record-set, fields: {id: string, lead: boolean}, default: []}
"""


def test_subjects_may_be_registered_resources_with_values_of_every_type(world):
    schema = parse_schema(SUBJECTS)
    values = {"roles": ["b", "a"], "level": 3, "trusted": True, "teams": [{"id": "x"}]}
    resources.put(world.database, schema, "grid", "user", "ann@x.org", values, actor=BY)
    facts = NamedFacts(world.database, schema, world.clock)
    found = facts.find("grid", "user", "ann@x.org")
    assert found.id == "ann@x.org"
    assert found.attributes["roles"] == ("a", "b")
    assert (found.attributes["level"], found.attributes["trusted"]) == (3, True)
    assert [dict(team) for team in found.attributes["teams"]] == [{"id": "x", "lead": None}]
    facts.close()


def test_a_value_whose_type_the_schema_has_changed_is_not_hidden(world):
    schema = parse_schema(SUBJECTS)
    resources.put(world.database, schema, "grid", "user", "ann", {"level": 3}, actor=BY)
    facts = NamedFacts(world.database, schema, world.clock)
    user = schema.types["user"]
    level = dataclasses.replace(user.attributes["level"], type="string")
    user = dataclasses.replace(user, attributes={"level": level})
    facts.schema = dataclasses.replace(schema, types={"user": user})
    assert facts.find("grid", "user", "ann").attributes["level"] == 3
    facts.close()


@pytest.mark.parametrize("text", ["{", "[]", "null", "", "{" * 100_000, b"\xff"])
def test_a_row_that_cannot_be_read_is_found_and_named_malformed(world, text):
    schema = parse_schema(SUBJECTS)
    resources.put(world.database, schema, "grid", "user", "ann", {"level": 3}, actor=BY)
    with sqlite3.connect(world.database.path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE resource SET attributes = ?", [text])
    connection.close()
    facts = NamedFacts(world.database, schema, world.clock)
    found = facts.find("grid", "user", "ann")
    assert found.attributes == {"tenant": "grid"}
    assert "no JSON object" in found.malformed or "cannot be read" in found.malformed
    facts.close()


def test_an_api_client_is_a_resource_of_its_tenant(world, facts):
    client, _ = clients.create(world.database, "grid", "app", ["decision:check"], actor=BY)
    assert read(facts, client.id, type="api_client").attributes == {"tenant": "grid"}
    assert facts.find("gas", "api_client", client.id) is None


@pytest.mark.parametrize("id", ["", "\ud800", "x" * 100_000, "a\x00b", "' OR 1=1 --", "%"])
def test_an_id_that_nothing_has_finds_nothing(facts, schema, id):
    for type in schema.types:
        assert facts.find("grid", type, id) is None
