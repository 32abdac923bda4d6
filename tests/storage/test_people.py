import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import (
    access,
    events,
    fields,
    organizations,
    people,
    places,
    sessions,
    tenants,
)
from tests.storage.conftest import BY


def revision(database, tenant="grid"):
    return tenants.find_tenant(database, tenant).revision


def test_an_account_is_found_by_id_and_by_any_spelling_of_its_e_mail(world):
    id = world.person("Ann@Example.org")
    for who in (id, "Ann@Example.org", " ann@EXAMPLE.ORG "):
        assert people.find_account(world.database, "grid", who).id == id
    assert "@" not in id


@pytest.mark.parametrize("who", ["u_none", "none@example.org", "two@at@signs", "", "@"])
def test_an_unknown_name_finds_nobody(world, who):
    with pytest.raises(NotFound):
        people.find_account(world.database, "grid", who)


def test_an_account_of_another_tenant_is_not_found(world):
    id = world.person("ann@example.org")
    for who in (id, "ann@example.org"):
        with pytest.raises(NotFound):
            people.find_account(world.database, "gas", who)


@pytest.mark.parametrize("tenant", ["grid", "gas"])
@pytest.mark.parametrize(
    "again", ["ann@example.org", "  ANN@example.ORG ", "ａnn@example.org"]
)
def test_one_e_mail_is_one_person_in_all_tenants(world, tenant, again):
    world.person("ann@example.org")
    before = revision(world.database, tenant)
    with pytest.raises(Conflict, match="^this e-mail is already in use$"):
        world.person(again, tenant)
    assert revision(world.database, tenant) == before


def test_twenty_at_once_make_one_account(world):
    def attempt(_):
        try:
            return world.person("ann@example.org")
        except Conflict:
            return None
        finally:
            world.database.close()

    with ThreadPoolExecutor(8) as pool:
        made = [id for id in pool.map(attempt, range(20)) if id]
    assert len(made) == 1


def test_a_deleted_account_is_found_by_id_only_and_frees_its_e_mail(world):
    old = world.person("ann@example.org")
    deleted = people.delete_account(world.database, "grid", "ann@example.org", actor=BY)
    assert (deleted.id, deleted.status, deleted.email) == (
        old,
        "deleted",
        "ann@example.org",
    )
    with pytest.raises(NotFound):
        people.find_account(world.database, "grid", "ann@example.org")
    assert world.person("ann@example.org") != old
    with pytest.raises(NotFound):
        people.delete_account(world.database, "grid", old, actor=BY)


def test_nothing_brings_a_deleted_account_back(world):
    id = world.person("ann@example.org")
    people.delete_account(world.database, "grid", id, actor=BY)
    with pytest.raises(NotFound):
        people.set_status(world.database, "grid", id, "active", actor=BY)
    with pytest.raises(NotFound):
        access.set_roles(world.database, "grid", id, ["owner"], actor=BY)


def test_an_edit_keeps_what_it_does_not_name(world):
    id = world.person("ann@example.org")
    edited = people.update_account(
        world.database,
        "grid",
        id,
        actor=BY,
        email="Anna@example.org",
        timezone="Asia/Tashkent",
    )
    assert (edited.email, edited.name, edited.timezone) == (
        "Anna@example.org",
        "Some One",
        "Asia/Tashkent",
    )
    assert edited.authz_version == 1


def test_an_edit_to_anothers_e_mail_is_refused(world):
    world.person("ann@example.org")
    id = world.person("bob@example.org")
    with pytest.raises(Conflict):
        people.update_account(world.database, "grid", id, actor=BY, email="ANN@example.org")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no-at-sign"),
        ("name", "  "),
        ("name", "a\x00b"),
        ("name", "x" * 201),
        ("name", "Ann \u202etxt.exe"),
        ("timezone", "../../etc/passwd"),
        ("language", "english"),
    ],
)
def test_an_edit_to_nonsense_names_the_field(world, field, value):
    id = world.person("ann@example.org")
    before = revision(world.database)
    with pytest.raises(InvalidChange) as refused:
        people.update_account(world.database, "grid", id, actor=BY, **{field: value})
    assert refused.value.field == field
    assert revision(world.database) == before


def test_access_is_set_whole(world):
    world.place("cluster", "c")
    id = world.person("ann@example.org")
    account = access.set_access(
        world.database,
        "grid",
        id,
        actor=BY,
        roles={"user": None, "admin": 99.0},
        options=["reporting"],
        bindings={"cluster": ["c"]},
    )
    assert {held.role: held.expires_at for held in account.roles} == {
        "user": None,
        "admin": 99.0,
    }
    assert account.options == ("reporting",)
    assert account.bindings == {"cluster": ("c",)}
    assert account.authz_version == 2


BAD_ACCESS = {
    "a wrong kind": {"bindings": {"supply_company": ["tech"]}},
    "an unknown kind": {"bindings": {"galaxy": ["tech"]}},
    "another tenant's cluster": {"bindings": {"cluster": ["c"]}},
    "a deleted organization": {"bindings": {"service_organization": ["gone"]}},
    "two access levels": {"roles": {"branch": None, "consumer": None}},
    "a role without a name": {"roles": {"": None}},
    "an option with a space": {"options": ["re porting"]},
}


@pytest.mark.parametrize("wanted", BAD_ACCESS.values(), ids=BAD_ACCESS.keys())
def test_access_that_cannot_be_saved_changes_nothing(world, wanted):
    world.place("cluster", "c")
    world.organization("service_organization", "tech")
    world.organization("service_organization", "gone")
    organizations.delete_organization(
        world.database, "gas", "service_organization", "gone", actor=BY
    )
    id = world.person("gus@example.org", "gas")
    access.set_access(
        world.database,
        "gas",
        id,
        actor=BY,
        roles={"branch": None},
        bindings={"service_organization": ["tech"]},
    )
    before = people.find_account(world.database, "gas", id), revision(world.database, "gas")
    with pytest.raises(InvalidChange) as refused:
        access.set_access(
            world.database, "gas", id, actor=BY, **{"options": ["x"], **wanted}
        )
    assert refused.value.field == next(iter(wanted))
    assert (
        people.find_account(world.database, "gas", id),
        revision(world.database, "gas"),
    ) == before


def test_the_small_changes_of_access_keep_the_rest(world):
    world.place("cluster", "c")
    world.place("cluster", "d")
    id = world.person("ann@example.org")
    each = {"database": world.database, "tenant": "grid", "who": id, "actor": BY}
    access.set_roles(**each, roles=["user", "admin"])
    access.grant_role(**each, role="owner", expires_at=5.0)
    access.revoke_role(**each, role="admin")
    access.set_options(**each, options=["reporting"])
    access.bind(**each, kind="cluster", target="c")
    access.bind(**each, kind="cluster", target="d")
    account = access.unbind(**each, kind="cluster", target="c")
    assert {held.role: held.expires_at for held in account.roles} == {
        "user": None,
        "owner": 5.0,
    }
    assert (account.options, account.bindings) == (("reporting",), {"cluster": ("d",)})


def test_saving_the_same_access_changes_nothing(world):
    id = world.person("ann@example.org")
    access.set_roles(world.database, "grid", id, ["user"], actor=BY)
    before = revision(world.database)
    access.set_roles(world.database, "grid", id, ["user"], actor=BY)
    assert revision(world.database) == before


def test_a_binding_to_a_cluster_that_is_gone_can_be_kept_and_not_made(world):
    world.place("cluster", "c")
    ann, bob = world.person("ann@example.org"), world.person("bob@example.org")
    access.bind(world.database, "grid", ann, "cluster", "c", actor=BY)
    places.delete_place(world.database, "grid", "cluster", "c", actor=BY)
    kept = access.set_options(world.database, "grid", ann, ["reporting"], actor=BY)
    assert kept.bindings == {"cluster": ("c",)}
    with pytest.raises(InvalidChange):
        access.bind(world.database, "grid", bob, "cluster", "c", actor=BY)


def test_two_who_decided_on_the_same_facts_cannot_both_act(world):
    ann, bob = world.person("ann@example.org"), world.person("bob@example.org")
    seen = revision(world.database)
    actor = events.Actor("user", ann, "ann@example.org", decided_at=seen)
    people.delete_account(world.database, "grid", bob, actor=actor)
    with pytest.raises(Conflict, match="changed in the meantime"):
        people.delete_account(world.database, "grid", ann, actor=actor)


def test_a_change_of_password_is_seen_and_its_hash_is_not(world):
    id = world.person("ann@example.org")
    people.set_password(world.database, "grid", id, "$argon2id$canary", actor=BY)
    last = events.entries(world.database, "grid")[-1]
    assert last.action == "user.password_set"
    assert "canary" not in f"{last.before}{last.after}"
    with sqlite3.connect(world.path) as connection:
        query = "SELECT password_hash FROM account WHERE id = ?"
        assert connection.execute(query, [id]).fetchone() == ("$argon2id$canary",)
    connection.close()


def test_who_is_blocked_has_no_session_left_to_come_back_to(world):
    id = world.person("ann@example.org")
    session = sessions.create(
        world.database, "grid", id, actor=BY, channel="web", expires_at=world.clock.now + 9
    )
    for status in ("blocked", "active"):
        people.set_status(world.database, "grid", id, status, actor=BY)
    found = sessions.find(world.database, "grid", session.id)
    assert not found.is_live(world.clock.now)


NOT_SEEN = [
    "\u200b",
    "\u2028",
    "\u2029",
    "\u00ad",
    "\ufeff",
    "\ue000",
    "\u0378",
    "\ud800",
    "\x07",
    "\u2066",
]


@pytest.mark.parametrize("char", NOT_SEEN, ids=ascii)
def test_a_text_with_a_character_that_cannot_be_seen_is_refused(char):
    for check in (fields.text, fields.identifier):
        with pytest.raises(InvalidChange, match="cannot be seen"):
            check(f"a{char}b", "name")


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"], ids=ascii)
def test_a_name_may_join_letters_and_an_id_may_not(joiner):
    assert fields.text(f"a{joiner}b", "name") == f"a{joiner}b"
    with pytest.raises(InvalidChange, match="cannot be seen"):
        fields.identifier(f"a{joiner}b")


@pytest.mark.parametrize(
    "email", ["no-at-sign", "two@at@signs.example", "a\u200b@b.example"]
)
def test_the_e_mail_of_a_tenant_must_be_one(database, email):
    with pytest.raises(InvalidChange) as refused:
        tenants.create_tenant(
            database, "new", actor=BY, name="New", kind="minigrid", email=email
        )
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("email", "kept"), [(" Info@New.example ", "Info@New.example"), ("", None)]
)
def test_a_tenant_keeps_its_e_mail_as_it_was_written(database, email, kept):
    made = tenants.create_tenant(
        database, "new", actor=BY, name="New", kind="minigrid", email=email
    )
    assert made.email == kept
