import json
import sqlite3
from random import Random

from authz.decisions.attributes import of_entity
from authz.decisions.filter import filter_of
from authz.decisions.tree import ALWAYS
from authz.engine.conditions import Attr, Literal, Op
from authz.engine.schema_file import parse_schema
from authz.model import Entity
from authz.storage import units
from authz.storage.search import StoredSearch
from authz.storage.tables import Resource
from tests.storage import chance
from tests.storage.conftest import BY
from tests.storage.named import NamedFacts

CONTEXT = {"channel": "web"}


def fill(world, random, schema, people, things):
    """Rows of both types in the tenant `grid`, and one of each in `gas`."""
    rows = [
        {
            "tenant": tenant,
            "type": type,
            "id": f"{number}{random.choice(chance.STRINGS)}",
            "attributes": json.dumps(chance.attributes(random, schema.types[type])),
            "updated_at": 0.0,
        }
        for type, count in (("person", people), ("thing", things))
        for tenant, number in [*(("grid", n) for n in range(count)), ("gas", 0)]
    ]
    with world.database.transaction():
        for start in range(0, len(rows), 500):
            Resource.insert_many(rows[start : start + 500]).execute(world.database.db)


def values_of(facts, schema, type):
    """Id -> what a decision would rest on; None where it would be a deny in any case."""
    chosen = Resource.select(Resource.id).where(
        (Resource.tenant == "grid") & (Resource.type == type)
    )
    found = {}
    for (id,) in chosen.tuples().execute(facts._reader.db):
        kind = schema.types[type]
        gathered = of_entity(kind, Entity(type, id), facts.find("grid", type, id), "grid")
        values = gathered.values
        zero = r"\x00" in repr({**values, "id": ""})
        found[id] = None if zero or gathered.fault("") else values
    return found


def agree(world, random, rounds, *, people=12, things=40):
    """Both searches find what the conditions allow one by one, `rounds` times."""
    schema = chance.schema()
    fill(world, random, schema, people, things)
    facts = NamedFacts(world.database, schema, world.clock)
    sides = {type: values_of(facts, schema, type) for type in ("person", "thing")}
    search = StoredSearch(world.database)
    found = 0
    for _ in rounds:
        ways = chance.ways(random)
        for root, known_root, open_type, known_type in (
            ("resource", "subject", "thing", "person"),
            ("subject", "resource", "person", "thing"),
        ):
            known = random.choice([v for v in sides[known_type].values() if v])
            values = {known_root: known, "context": CONTEXT}
            kind = schema.types[open_type]
            tree = filter_of(ways, kind, root, {**values, root: {"tenant": "grid"}})
            got = search.matching("grid", kind, tree, after="", limit=10_000)
            want = sorted(
                id
                for id, one in sides[open_type].items()
                if one and chance.allowed(ways, {**values, root: one})
            )
            assert list(got.ids) == want, (ways, known)
            found += len(want)
    facts.close()
    return found


def test_a_search_finds_what_the_conditions_allow_and_nothing_else(world):
    assert agree(world, Random(6), range(300)) > 1000


def test_a_row_that_is_no_json_object_is_not_found_and_hides_no_other(world):
    schema = chance.schema()
    kind = schema.types["thing"]
    good = '{"place": "x", "teams": []}'
    with sqlite3.connect(world.path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = on")
        connection.executemany(
            "INSERT INTO resource (tenant, type, id, attributes, updated_at)"
            " VALUES ('grid', 'thing', ?, ?, 0)",
            enumerate([good, "{", "[]", '"x"', "null", "", b"{}", b"\xff", good]),
        )
    connection.close()
    search = StoredSearch(world.database)
    assert search.matching("grid", kind, ALWAYS, after="", limit=9).ids == ("0", "8")


def test_a_text_with_half_of_a_surrogate_pair_is_of_no_type(world):
    kind = chance.schema().types["thing"]
    texts = [r"\ud800", r"a\udfff", r"\ude00\ud83d", r"\ud83d\ude00", "\ufffd", r"\\ud800"]
    rows = [f'{{"place": "{text}", "teams": ["{text}"]}}' for text in texts]
    with sqlite3.connect(world.path) as connection:
        connection.executemany(
            "INSERT INTO resource (tenant, type, id, attributes, updated_at)"
            " VALUES ('grid', 'thing', ?, ?, 0)",
            enumerate(rows),
        )
    connection.close()
    search = StoredSearch(world.database)
    assert search.matching("grid", kind, ALWAYS, after="", limit=9).ids == ("3", "4", "5")


def test_a_zero_that_is_written_out_is_text_as_any_other(world):
    schema = chance.schema()
    kind = schema.types["thing"]
    texts = [r"\u0000", r"\\u0000", r"\\\u0000", r"\\\\u0000", r"\\x\u0000"]
    rows = [f'{{"place": "{text}", "teams": ["{text}"]}}' for text in texts]
    with sqlite3.connect(world.path) as connection:
        connection.executemany(
            "INSERT INTO resource (tenant, type, id, attributes, updated_at)"
            " VALUES ('grid', 'thing', ?, ?, 0)",
            enumerate(rows),
        )
    connection.close()
    search = StoredSearch(world.database)
    assert search.matching("grid", kind, ALWAYS, after="", limit=9).ids == ("1", "3")


def test_what_lacks_a_required_set_that_only_a_request_can_say_is_not_found(world):
    schema = parse_schema("""
version: 1
types:
  thing:
    attributes: {said: {type: string-set, source: request, required: true}}
  cluster:
    facts: places
    attributes: {marks: {type: string-set, required: true}}
""")
    world.place("cluster", "mafia")
    with sqlite3.connect(world.path) as connection:
        connection.execute(
            "INSERT INTO resource (tenant, type, id, attributes, updated_at)"
            " VALUES ('grid', 'thing', 't', '{}', 0)"
        )
    connection.close()
    search = StoredSearch(world.database)
    for kind in schema.types.values():
        assert search.matching("grid", kind, ALWAYS, after="", limit=9).ids == ()


def test_a_unit_that_nobody_services_gives_its_consumer_no_service_organization(world):
    schema = parse_schema("""
version: 1
types:
  consumer:
    facts: organizations
    attributes: {service_organizations: {type: string-set, default: []}}
""")
    world.organization("supply_company", "head")
    world.organization("consumer", "bakery", supply_company="head")
    unit = units.MeteringUnit(
        "gas", "mu", name="Mu", supply_company="head", consumer="bakery"
    )
    units.create_unit(world.database, unit, actor=BY)
    serviced = Attr("resource", "service_organizations")
    search = StoredSearch(world.database)
    kind = schema.types["consumer"]
    anything = Literal(Op.HOLDS_OTHER, serviced, ())
    assert search.matching("gas", kind, anything, after="", limit=9).ids == ()
