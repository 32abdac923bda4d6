import json
import os
import stat
from pathlib import Path

import pytest

from authz.accounts.keys import SCOPES, matches, parse
from authz.accounts.passwords import Hasher
from authz.engine.schema_file import parse_schema
from authz.errors import ConfigError, Conflict, Unavailable
from authz.samples import sample_tenants
from authz.storage import clients, events, organizations, people, places, resources, units
from authz.storage.database import open_database
from authz.storage.demo import move_demo, renew_demo, write_demo_json
from authz.storage.seed import seed
from authz.storage.tenants import list_tenants
from tests.storage.conftest import ROOT, Clock
from tests.storage.named import NamedFacts

HASHER = Hasher(rounds=1, memory_kib=8, lanes=1)


def load(folder: Path, schema, text: str, **more):
    source = folder / "facts.yaml"
    source.write_text(text, "utf-8")
    return seed(folder / "new.db", schema, source, clock=Clock(), hasher=HASHER, **more)


@pytest.fixture(scope="module")
def demo(tmp_path_factory, schema):
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    steps = []
    with sample_tenants() as source:
        result = seed(
            path,
            schema,
            source,
            "garden7plum",
            clock=Clock(),
            hasher=HASHER,
            progress=lambda done, of: steps.append((done, of)),
        )
    database = open_database(path, Clock())
    yield database, result, steps
    database.close()


def test_the_sample_tenants_are_there_whole(demo):
    database, _, _ = demo
    assert [(t.slug, t.kind, t.ppp_enabled) for t in list_tenants(database)] == [
        ("gasmeter-uz", "metering", False),
        ("pwani", "minigrid", False),
        ("system", "system", False),
        ("ziwa", "minigrid", True),
    ]
    counts = {
        slug: len(people.list_accounts(database, slug, deleted=True))
        for slug in ("gasmeter-uz", "pwani", "system", "ziwa")
    }
    assert counts == {"gasmeter-uz": 10, "pwani": 9, "system": 2, "ziwa": 4}
    assert len(people.list_accounts(database, "pwani")) == 8
    assert [unit.id for unit in units.list_units(database, "gasmeter-uz")] == [
        "mu-101",
        "mu-102",
        "mu-103",
        "mu-104",
        "mu-201",
        "mu-202",
        "mu-861",
    ]
    companies = organizations.list_organizations(database, "gasmeter-uz", "supply_company")
    assert {company.id: company.parent for company in companies}["hg-poytaxt"] == "hududgaz"
    villages = places.list_places(database, "pwani", "village")
    assert {village.id: village.cluster for village in villages} == {
        "mafia-village": "mafia",
        "jibondo-village": "mafia",
        "konde-village": "pemba",
        "wete-village": "pemba",
        "tumbe-village": "pemba",
    }
    customers = resources.list_resources(database, "pwani", "customer")
    assert customers[0].attributes == {"cluster": "mafia"}
    assert customers[0].details == {"name": "Hassan M.", "village": "Mafia Village"}


def test_the_people_of_the_sample_have_their_access(demo):
    database, _, _ = demo
    tech = people.find_account(database, "gasmeter-uz", "service_tech@domain.com")
    assert [held.role for held in tech.roles] == ["service_company_admin"]
    assert tech.options == ("equipment_monitoring", "reporting")
    assert tech.bindings == {
        "supply_company": ("hududgaz",),
        "service_organization": ("techservice",),
    }
    operator = people.find_account(database, "system", "operator@gatehouse.example")
    assert [held.role for held in operator.roles] == ["operator"]
    assert (
        people.find_account(database, "gasmeter-uz", "fresh@gasmeter.example").roles == ()
    )


def test_each_tenant_gets_a_key_with_every_scope_and_no_fixed_channel(demo):
    database, result, _ = demo
    for tenant in result.tenants:
        key = parse(f"Bearer {tenant.api_key}")
        client = clients.find(database, key.id)
        assert (client.tenant, client.channel) == (tenant.slug, None)
        assert client.scopes == set(SCOPES)
        assert matches(key.secret, client.key_hash)


def test_a_seeded_database_has_whole_chains_and_nothing_beside_it(demo):
    database, _, steps = demo
    for tenant in list_tenants(database):
        assert events.first_bad_entry(database, tenant.slug) is None
    assert steps[-1][0] == steps[-1][1] == len(steps)
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600
    assert not [p for p in database.path.parent.iterdir() if p.name.startswith(".")]


def test_demo_json_tells_its_owner_alone_how_to_log_in_and_ask(demo, tmp_path):
    _, result, _ = demo
    path = tmp_path / "demo.json"
    path.write_text("old")
    path.chmod(0o644)
    write_demo_json(path, result, base_url="http://127.0.0.1:8080", console_url=None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.read_text("utf-8"))
    assert list(told) == ["base_url", "console_url", "tenants"]
    assert (told["base_url"], told["console_url"]) == ("http://127.0.0.1:8080", None)
    assert set(told["tenants"]) == {"pwani", "ziwa", "gasmeter-uz", "system"}
    pwani = told["tenants"]["pwani"]
    assert list(pwani) == ["admin", "api_key", "users"]
    assert pwani["admin"] == {
        "email": "amina.owner@pwani.example",
        "password": "garden7plum",
    }
    assert set(pwani["users"]) >= {
        "amina.owner@pwani.example",
        "left.company@pwani.example",
    }
    assert all(id.startswith("u_") for id in pwani["users"].values())


def test_a_lost_demo_json_makes_new_keys_and_a_new_password(tmp_path, schema):
    with sample_tenants() as source:
        path = tmp_path / "demo.db"
        old = seed(path, schema, source, clock=Clock(), hasher=HASHER)
        database = open_database(path, Clock())
        people.delete_account(database, "ziwa", "field@ziwa.example", actor=events.SERVICE)
        new = renew_demo(database, source, "garden7plum", hasher=HASHER)
    assert new.password == "garden7plum"
    for before, after in zip(old.tenants, new.tenants, strict=True):
        assert before.slug == after.slug
        assert not clients.find(database, parse(f"Bearer {before.api_key}").id).is_live(0)
        assert clients.find(database, parse(f"Bearer {after.api_key}").id).is_live(0)
        assert before.users == after.users
    database.close()


def test_the_authzen_fixtures_load_without_an_admin(tmp_path):
    schema = parse_schema((ROOT / "tests/authzen/policies/schema.yaml").read_text("utf-8"))
    source = ROOT / "tests/authzen/facts.yaml"
    path = tmp_path / "new.db"
    result = seed(path, schema, source, clock=Clock(), hasher=HASHER)
    (tenant,) = result.tenants
    assert (tenant.slug, tenant.admin, tenant.users) == ("authzen", None, {})
    write_demo_json(tmp_path / "demo.json", result, base_url="x", console_url=None)
    told = json.loads((tmp_path / "demo.json").read_text("utf-8"))
    assert told["tenants"]["authzen"]["admin"] is None
    facts = NamedFacts(open_database(path, Clock()), schema, Clock())
    assert facts.find("authzen", "user", "alice") is not None
    facts.close()


GOOD = """
tenants:
  - {slug: one, name: One, kind: minigrid, users: [USER], clusters: [{id: c, name: C}]}
"""
USER = "{email: a@b.example, name: A, roles: [user]}"
UNITS = """
tenants:
  - slug: one
    name: One
    kind: metering
    supply_companies: [{id: s, name: S}]
    metering_units: [{id: m, name: M, supply_company: s, status: null}]
"""
BAD_FILES = {
    "no YAML": ("tenants: [", "facts.yaml:"),
    "an unknown key": (GOOD.replace("kind:", "knid:"), "did you mean `kind`"),
    "an unknown key of a user": (
        GOOD.replace("USER", "{email: a@b.example, role: x}"),
        "`role`",
    ),
    "no name": (GOOD.replace("name: One, ", ""), "tenant `one`: `name` is missing"),
    "a number for a name": (
        GOOD.replace("name: One", "name: 5"),
        "`name` must be a string",
    ),
    "an unknown kind": (GOOD.replace("minigrid", "galaxy"), "tenant `one`: unknown kind"),
    "an admin who is nobody": (
        GOOD.replace("kind:", "admin: x@y.example, kind:"),
        "the admin `x@y.example` is none of its users",
    ),
    "two with one e-mail": (GOOD.replace("USER", f"{USER}, {USER}"), "already in use"),
    "a binding to nothing": (
        GOOD.replace("USER", "{email: a@b.example, name: A, bindings: {cluster: [x]}}"),
        "tenant `one`, user `a@b.example`: there is no cluster `x`",
    ),
    "a bad password": ("demo_password: short\n" + GOOD, "at least 8 characters"),
    "an unknown status": (
        GOOD.replace("USER", "{email: a@b.example, name: A, status: asleep}"),
        "unknown status `asleep`",
    ),
    "a false mapping": (
        GOOD.replace("kind:", "ppp: false, kind:"),
        "tenant `one`, ppp must be a mapping",
    ),
    "a zero for a list": (
        GOOD.replace("[{id: c, name: C}]", "0"),
        "tenant `one`: `clusters` must be a list",
    ),
    "a false list": (
        GOOD.replace("USER", "{email: a@b.example, name: A, roles: false}"),
        "user `a@b.example`: `roles` must be a list",
    ),
    "an empty text for a mapping": (
        GOOD.replace("USER", '{email: a@b.example, name: A, bindings: ""}'),
        "user `a@b.example`, bindings must be a mapping",
    ),
    "a unit without an id": (
        UNITS.replace("id: m, ", ""),
        "metering_units 1: `id` is miss",
    ),
    "a unit without a name": (
        UNITS.replace("name: M, ", ""),
        "tenant `one`, metering_units 1: `name` is missing",
    ),
    "a unit without a supplier": (
        UNITS.replace("supply_company: s, ", ""),
        "metering_units 1: `supply_company` is missing",
    ),
}


@pytest.mark.parametrize(("text", "says"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_facts_file_leaves_no_database(tmp_path, schema, text, says):
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, schema, text.replace("USER", USER))
    assert says in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["facts.yaml"]


def test_a_database_that_is_there_is_not_overwritten(tmp_path, schema):
    load(tmp_path, schema, GOOD.replace("USER", USER))
    before = (tmp_path / "new.db").read_bytes()
    with pytest.raises(Conflict, match="there is a database"):
        load(tmp_path, schema, GOOD.replace("USER", USER))
    assert (tmp_path / "new.db").read_bytes() == before


def test_without_a_password_nobody_can_log_in(tmp_path, schema):
    assert load(tmp_path, schema, GOOD.replace("USER", USER)).password is None
    database = open_database(tmp_path / "new.db", Clock())
    with database.reading():
        hashes = database.db.execute_sql("SELECT password_hash FROM account").fetchall()
    assert hashes == [(None,)]
    database.close()


def test_null_is_as_good_as_nothing(tmp_path, schema):
    nothing = GOOD.replace("[USER]", "null").replace("kind:", "ppp: {enabled: null}, kind:")
    load(tmp_path, schema, nothing)
    (tmp_path / "new.db").unlink()
    load(tmp_path, schema, UNITS)


def test_a_database_that_appeared_meanwhile_is_not_overwritten(tmp_path, schema):
    path = tmp_path / "new.db"
    with pytest.raises(Conflict, match="there is a database"):
        load(
            tmp_path,
            schema,
            GOOD.replace("USER", USER),
            progress=lambda done, of: path.write_text("of somebody else"),
        )
    assert path.read_text() == "of somebody else"
    assert {found.name for found in tmp_path.iterdir()} == {"facts.yaml", "new.db"}


def test_a_database_under_way_in_another_process_is_left_alone(tmp_path, schema):
    other = tmp_path / ".new.db.new"
    other.write_text("of somebody else")
    load(tmp_path, schema, GOOD.replace("USER", USER))
    assert other.read_text() == "of somebody else"


def test_a_full_disk_is_no_error_of_the_facts_file(tmp_path, schema):
    def full(done, of):
        (tmp_path / f".new.db.{os.getpid()}.new").unlink()

    with pytest.raises(Unavailable):
        load(tmp_path, schema, GOOD.replace("USER", USER), progress=full)


@pytest.fixture
def told(demo, tmp_path):
    """A demo.json that is whole."""
    _, result, _ = demo
    path = tmp_path / "demo.json"
    write_demo_json(path, result, base_url="http://old", console_url=None)
    return path


def test_a_whole_demo_json_moves_with_the_server(told):
    before = json.loads(told.read_text("utf-8"))
    with sample_tenants() as source:
        assert move_demo(told, source, base_url="http://new", console_url="http://c")
    moved = {"base_url": "http://new", "console_url": "http://c"}
    assert json.loads(told.read_text("utf-8")) == before | moved


@pytest.mark.parametrize(
    "broken",
    [
        lambda old: "",
        lambda old: json.dumps(old)[:-9],
        lambda old: "[]",
        lambda old: "\ufeff{}",
        lambda old: json.dumps({**old, "base_url": None}),
        lambda old: json.dumps({"base_url": "http://old"}),
        lambda old: json.dumps({**old, "tenants": []}),
        lambda old: json.dumps({**old, "tenants": {"pwani": old["tenants"]["pwani"]}}),
        lambda old: json.dumps(
            {**old, "tenants": dict.fromkeys(old["tenants"], {"api_key": 5})}
        ),
        lambda old: json.dumps({**old, "tenants": dict.fromkeys(old["tenants"], {})}),
    ],
    ids=[
        "empty",
        "cut off",
        "a list",
        "a mark of bytes",
        "no address",
        "no tenants",
        "a list of tenants",
        "a tenant less",
        "numbers for keys",
        "no keys",
    ],
)
def test_a_demo_json_that_is_not_whole_is_lost(told, broken):
    text = broken(json.loads(told.read_text("utf-8")))
    told.write_text(text, "utf-8")
    with sample_tenants() as source:
        assert not move_demo(told, source, base_url="http://new", console_url="http://c")
    assert told.read_text("utf-8") == text


def test_a_demo_json_is_on_the_disk_before_it_takes_its_place(told, demo, monkeypatch):
    seen = []

    def fsync(handle):
        seen.append((os.fstat(handle).st_ino, told.stat().st_ino))

    monkeypatch.setattr(os, "fsync", fsync)
    old = told.stat().st_ino
    write_demo_json(told, demo[1], base_url="http://new", console_url=None)
    assert seen == [(told.stat().st_ino, old)]
