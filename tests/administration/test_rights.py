import json
import sqlite3
from itertools import product
from threading import Barrier, Thread

import pytest

from authz.administration import people, rights
from authz.administration.access import Access, Incomplete, held
from authz.administration.desk import Refused
from authz.errors import AuthzError, Conflict, InvalidChange, NotFound
from authz.storage import access, organizations, places
from authz.storage import people as stored
from authz.storage.events import SERVICE
from tests.administration.conftest import World
from tests.administration.names import (
    AMINA,
    BAKER,
    FRESH,
    GRACE,
    JUMA,
    NEEMA,
    NEWCOMER,
    OTHER_LEVELS,
    OTIENO,
    ROOT,
    SALUM,
    TECH,
    WANJIKU,
)

SERVICE_ADMIN = Access(
    {"service_company_admin": None},
    frozenset({"reporting", "equipment_monitoring"}),
    {
        "supply_company": frozenset({"hududgaz"}),
        "service_organization": frozenset({"techservice"}),
    },
)


def role(name, until=None, **more):
    return Access({name: until}, **more)


def access_of(world, email):
    tenant = world.tenant_of(email)
    return held(stored.find_account(world.database, tenant, email))


def bound(**kinds):
    return {kind: frozenset(ids) for kind, ids in kinds.items()}


# The worked example.


def test_r55_r56_r57_r58_a_service_company_administrator_is_saved_whole(world):
    account = rights.save(world.desk(ROOT), FRESH, SERVICE_ADMIN)
    assert held(account) == SERVICE_ADMIN
    desk = world.desk(FRESH)
    reached = [
        unit
        for unit in ("mu-101", "mu-102", "mu-103", "mu-104", "mu-201", "mu-202", "mu-861")
        if desk.may("metering_unit:read", "metering_unit", unit)
    ]
    assert reached == ["mu-101", "mu-103", "mu-861"]
    assert desk.may("report:view", "metering_unit", "mu-101")


def test_r69_saved_rights_are_one_event_with_what_was_before_and_after(world):
    before = len(world.events("gasmeter-uz"))
    rights.save(world.desk(ROOT), FRESH, SERVICE_ADMIN)
    (entry,) = world.events("gasmeter-uz")[before:]
    assert (entry.action, entry.object_label, entry.actor_label) == (
        "user.access_set",
        FRESH,
        ROOT,
    )
    assert json.loads(entry.before) == {"bindings": {}, "options": [], "roles": {}}
    assert json.loads(entry.after) == {
        "roles": {"service_company_admin": None},
        "options": ["equipment_monitoring", "reporting"],
        "bindings": {
            "service_organization": ["techservice"],
            "supply_company": ["hududgaz"],
        },
    }


SUPPLY, SERVICING = "supply_company", "service_organization"
INCOMPLETE = {
    "none": ({}, SERVICING),
    "a supply company only": (bound(supply_company={"hududgaz"}), SERVICING),
    "a service organization only": (bound(service_organization={"techservice"}), SUPPLY),
    "empty kinds": (bound(supply_company={"hududgaz"}, service_organization=()), SERVICING),
    "a consumer in its place": (
        bound(supply_company={"hududgaz"}, consumer={"c-bakery"}),
        SERVICING,
    ),
    "wrong kinds": (
        bound(supply_company={"techservice"}, service_organization={"hududgaz"}),
        SERVICING,
    ),
    "one that was never there": (
        bound(supply_company={"hududgaz"}, service_organization={"nobody"}),
        SERVICING,
    ),
}


@pytest.mark.parametrize(("bindings", "field"), INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_r58_without_both_bindings_nothing_is_saved(world, bindings, field):
    before = access_of(world, FRESH), world.events("gasmeter-uz")
    with pytest.raises(Incomplete) as refused:
        rights.save(
            world.desk(ROOT), FRESH, role("service_company_admin", bindings=bindings)
        )
    assert (access_of(world, FRESH), world.events("gasmeter-uz")) == before
    assert refused.value.field == field


def test_r58_a_refused_save_says_what_is_missing_and_what_it_means(world):
    wanted = role("service_company_admin", bindings=bound(supply_company={"hududgaz"}))
    with pytest.raises(Incomplete) as refused:
        rights.save(world.desk(ROOT), FRESH, wanted)
    assert str(refused.value) == (
        "Service Company Administrator needs a service organization. "
        "Without one the policy denies every metering unit."
    )


def test_r58_an_organization_that_is_gone_is_none(world):
    organizations.create_organization(
        world.database, "gasmeter-uz", SERVICING, "gone", actor=SERVICE, name="Gone"
    )
    organizations.delete_organization(
        world.database, "gasmeter-uz", SERVICING, "gone", actor=SERVICE
    )
    both = bound(supply_company={"hududgaz"}, service_organization={"gone"})
    with pytest.raises(Incomplete):
        rights.save(world.desk(ROOT), FRESH, role("service_company_admin", bindings=both))
    beside = bound(
        supply_company={"hududgaz"}, service_organization={"gone", "techservice"}
    )
    with pytest.raises(InvalidChange) as refused:
        rights.save(world.desk(ROOT), FRESH, role("service_company_admin", bindings=beside))
    assert refused.value.field == "bindings"


def test_r58_taking_one_of_both_bindings_away_is_refused(world):
    less = Access(
        SERVICE_ADMIN.roles, SERVICE_ADMIN.options, bound(supply_company={"hududgaz"})
    )
    with pytest.raises(Incomplete):
        rights.save(world.desk(ROOT), TECH, less)
    assert access_of(world, TECH) == SERVICE_ADMIN


def test_r58_a_bad_row_in_the_database_opens_nothing(world):
    with sqlite3.connect(world.path) as connection:
        connection.execute(
            "INSERT INTO role_assignment VALUES ('gasmeter-uz', ?, 'service_company_admin',"
            " NULL, 'x', 0)",
            [world.id(FRESH)],
        )
        connection.execute("UPDATE tenant SET revision = revision + 1")
    connection.close()
    desk = world.desk(FRESH)
    assert not desk.may("metering_unit:list", "tenant", "gasmeter-uz")
    assert not desk.may("metering_unit:read", "metering_unit", "mu-101")


# What the words of a form must mean.


NONSENSE = {
    "an unknown level": (role("galactic_admin"), "roles"),
    "a role of another kind of tenant": (role("owner"), "roles"),
    "two levels": (Access({"platform_reader": None, "platform_admin": None}), "roles"),
    "an unknown option": (
        role("platform_reader", options=frozenset({"flying"})),
        "options",
    ),
    "an option on level 3": (
        Access({"consumer": None}, frozenset({"reporting"}), bound(consumer={"c-bakery"})),
        "options",
    ),
    "an option without a level": (Access({}, frozenset({"reporting"})), "options"),
    "an end that is over": (role("platform_reader", 1.0), "expires_at"),
    "an end that is no number": (role("platform_reader", float("nan")), "expires_at"),
    "an end that is no time": (role("platform_reader", float("inf")), "expires_at"),
    "a binding of an unknown kind": (
        role("platform_reader", bindings=bound(galaxy={"x"})),
        "bindings",
    ),
    "a binding to a cluster of another tenant": (
        role("platform_reader", bindings=bound(cluster={"mafia"})),
        "bindings",
    ),
}


@pytest.mark.parametrize(("wanted", "field"), NONSENSE.values(), ids=NONSENSE.keys())
def test_r56_r57_r74_what_means_nothing_is_refused_at_its_field(world, wanted, field):
    before = access_of(world, FRESH), world.events("gasmeter-uz")
    with pytest.raises(InvalidChange) as refused:
        rights.save(world.desk(ROOT), FRESH, wanted)
    assert refused.value.field == field
    assert (access_of(world, FRESH), world.events("gasmeter-uz")) == before


def test_r28_an_unknown_role_is_refused_in_a_mini_grid_company(world):
    with pytest.raises(InvalidChange) as refused:
        rights.save(world.desk(AMINA), NEWCOMER, role("Owner"))
    assert (refused.value.field, "owner" in str(refused.value)) == ("roles", True)


def test_r56_no_level_is_no_access(world):
    rights.save(world.desk(ROOT), TECH, Access())
    assert not world.desk(TECH).may("metering_unit:list", "tenant", "gasmeter-uz")


def test_r61_an_option_opens_and_closes_its_module_and_nothing_else(world):
    root = world.desk(ROOT)
    for options in (frozenset({"equipment_monitoring"}), frozenset({"reporting"})):
        rights.save(
            root, TECH, Access(SERVICE_ADMIN.roles, options, SERVICE_ADMIN.bindings)
        )
        desk = world.desk(TECH)
        reports = desk.may("report:view", "metering_unit", "mu-101")
        watches = desk.may("monitoring:view", "metering_unit", "mu-101")
        assert (reports, watches) == (
            "reporting" in options,
            "equipment_monitoring" in options,
        )
        assert desk.may("metering_unit:read", "metering_unit", "mu-101")
        assert not desk.may("metering_unit:read", "metering_unit", "mu-102")


# Clusters and ends.


def test_r06_r07_a_cluster_narrows_a_field_worker_and_can_be_taken_away(world):
    desk = world.desk(AMINA)
    rights.save(desk, NEWCOMER, role("user", bindings=bound(cluster={"mafia"})))
    field = world.desk(NEWCOMER)
    assert field.may("customer:read", "customer", "cust-1")
    assert not field.may("customer:read", "customer", "cust-3")
    rights.save(desk, NEWCOMER, role("user"))
    assert field.may("customer:read", "customer", "cust-3")


@pytest.mark.parametrize("cluster", ["ziwa-east", "nowhere"])
def test_r06_a_cluster_that_is_not_there_is_refused(world, cluster):
    wanted = role("user", bindings=bound(cluster={cluster}))
    with pytest.raises(InvalidChange) as refused:
        rights.save(world.desk(AMINA), NEWCOMER, wanted)
    assert refused.value.field == "bindings"


def test_r06_a_cluster_that_was_deleted_does_not_widen_the_access(world):
    places.create_place(
        world.database, "pwani", "cluster", "zanzibar", actor=SERVICE, name="Zanzibar"
    )
    desk = world.desk(AMINA)
    wanted = role("user", bindings=bound(cluster={"zanzibar"}))
    rights.save(desk, NEWCOMER, wanted)
    places.delete_place(world.database, "pwani", "cluster", "zanzibar", actor=SERVICE)
    field = world.desk(NEWCOMER)
    assert not field.may("customer:read", "customer", "cust-1")
    assert access_of(world, NEWCOMER) == wanted


def test_a_role_ends_at_its_time(world):
    rights.save(world.desk(AMINA), NEWCOMER, role("user", world.clock.now + 60))
    field = world.desk(NEWCOMER)
    assert field.may("customer:list", "tenant", "pwani")
    world.clock.now += 60
    assert not field.may("customer:list", "tenant", "pwani")


# Who may give what.


ROLES = ("owner", "admin", "financial-manager", "user")
#: Giver -> the roles that they may give, as the documents say; nobody else gives any.
MAY_GIVE = {AMINA: ROLES, JUMA: ROLES[1:]}


@pytest.mark.parametrize("giver", [AMINA, JUMA, GRACE, SALUM, NEWCOMER])
@pytest.mark.parametrize("given", ROLES)
def test_r40_nobody_gives_a_role_that_they_may_not_give(world, giver, given):
    other = NEWCOMER if giver != NEWCOMER else NEEMA
    before = access_of(world, other)
    if given in MAY_GIVE.get(giver, ()):
        rights.save(world.desk(giver), other, role(given))
        assert access_of(world, other) == role(given)
    else:
        with pytest.raises(Refused):
            rights.save(world.desk(giver), other, role(given))
        assert access_of(world, other) == before


@pytest.mark.parametrize(
    ("who", "given"), list(product([AMINA, JUMA, GRACE, SALUM], ROLES))
)
def test_r40_nobody_changes_their_own_role(world, who, given):
    before = access_of(world, who)
    with pytest.raises(Refused):
        rights.save(world.desk(who), who, Access({**before.roles, given: 2e9}))
    assert access_of(world, who) == before


def test_r31_an_admin_neither_makes_nor_unmakes_an_owner(world):
    desk = world.desk(JUMA)
    for who, wanted in ((AMINA, role("user")), (NEEMA, role("owner"))):
        before = access_of(world, who)
        with pytest.raises(Refused):
            rights.save(desk, who, wanted)
        assert access_of(world, who) == before


def test_d7_an_admin_does_not_demote_an_admin_and_an_owner_does(world):
    with pytest.raises(Refused):
        rights.save(world.desk(JUMA), NEEMA, role("user"))
    with pytest.raises(Refused):
        rights.save(world.desk(JUMA), NEEMA, role("admin", world.clock.now + 60))
    rights.save(world.desk(AMINA), NEEMA, role("user"))
    assert access_of(world, NEEMA) == role("user")


@pytest.mark.parametrize("who", OTHER_LEVELS)
def test_r42_r75_nobody_but_the_platform_administrator_sets_access(world, who):
    other = FRESH if who != FRESH else BAKER
    for wanted in (SERVICE_ADMIN, Access(), role("platform_admin")):
        with pytest.raises(Refused):
            rights.save(world.desk(who), other, wanted)
    with pytest.raises(Refused):
        rights.form(world.desk(who), other)


def test_r05_nobody_reaches_the_rights_of_another_tenant(world):
    for desk, other in ((world.desk(ROOT), AMINA), (world.desk(AMINA), ROOT)):
        for id in (other, world.id(other)):
            with pytest.raises((Refused, NotFound)):
                rights.save(desk, id, Access())


def test_r11_no_rights_are_given_from_an_app(world):
    for channel in ("android", "api", "unknown"):
        with pytest.raises(Refused):
            rights.save(world.desk(AMINA, channel), NEWCOMER, role("user"))


def test_saving_what_is_there_changes_nothing_and_an_old_form_is_a_conflict(world):
    desk = world.desk(ROOT)
    form = rights.form(desk, TECH)
    before = world.events("gasmeter-uz")
    rights.save(desk, TECH, form.held, version=form.version)
    assert world.events("gasmeter-uz") == before
    rights.save(
        desk, TECH, Access(SERVICE_ADMIN.roles, frozenset(), SERVICE_ADMIN.bindings)
    )
    with pytest.raises(Conflict):
        rights.save(desk, TECH, form.held, version=form.version)


# The form.


def test_r55_the_form_asks_the_policies_what_a_level_needs(world):
    form = rights.form(world.desk(ROOT), TECH)
    assert form.is_single
    needs = {choice.role.id: choice.role.requires for choice in form.choices}
    assert needs["service_company_admin"] == ("service_organization", "supply_company")
    assert needs["branch"] == ("supply_company",)
    assert needs["platform_admin"] == ()
    options = {choice.role.id: choice.role.options for choice in form.choices}
    assert options["consumer"] == options["branch"] == ()
    assert "reporting" in options["service_company_admin"]
    assert all(choice.may_give for choice in form.choices)
    assert [c.role.id for c in form.choices if c.is_held] == ["service_company_admin"]
    assert [one.id for one in form.targets["service_organization"]] == [
        "gazservis",
        "techservice",
    ]


def test_r40_the_form_offers_what_would_be_saved(world):
    for giver, may in MAY_GIVE.items():
        form = rights.form(world.desk(giver), NEWCOMER)
        assert {c.role.id for c in form.choices if c.may_give} == set(may)
        assert not form.is_single
        assert [one.id for one in form.targets["cluster"]] == ["mafia", "pemba"]


# The last owner and the last platform administrator.


def test_r39_the_last_owner_is_not_demoted(world):
    with pytest.raises(Refused):
        rights.save(world.desk(AMINA), AMINA, role("user"))
    rights.save(world.unlocked(OTIENO), WANJIKU, role("admin"))
    with pytest.raises(Refused):
        rights.save(world.unlocked(OTIENO), OTIENO, role("admin"))


def test_r39_two_owners_cannot_give_each_other_an_end(world):
    rights.save(world.unlocked(OTIENO), WANJIKU, role("owner", world.clock.now + 60))
    with pytest.raises(InvalidChange) as refused:
        rights.save(world.unlocked(WANJIKU), OTIENO, role("owner", world.clock.now + 60))
    assert refused.value.field == "roles"
    assert access_of(world, OTIENO) == role("owner")


def test_d4_the_last_platform_administrator_stays(world):
    desk = world.desk(ROOT)
    with pytest.raises(Refused):
        rights.save(desk, ROOT, Access())
    with pytest.raises(Refused):
        people.delete(desk, ROOT)
    rights.save(desk, FRESH, role("platform_admin", world.clock.now + 60))
    with pytest.raises(AuthzError):
        rights.save(world.desk(FRESH), ROOT, Access())
    assert access_of(world, ROOT) == role("platform_admin")


@pytest.mark.parametrize(("change", "rounds"), [("demote", 200), ("block", 50)])
def test_r39_two_owners_removing_each_other_always_leave_one(world, change, rounds):
    pair = (AMINA, JUMA)
    own = [World(world.path, world.clock) for _ in pair]
    desks = [one.desk(email) for one, email in zip(own, pair, strict=True)]
    start = Barrier(2)
    done: list[int] = []

    def attempt(desk, other):
        start.wait()
        try:
            if change == "demote":
                rights.save(desk, other, role("user"))
            else:
                people.block(desk, other)
            done.append(1)
        except AuthzError:
            pass

    counts = []
    for _ in range(rounds):
        for email in pair:
            stored.set_status(world.database, "pwani", email, "active", actor=SERVICE)
            access.set_roles(world.database, "pwani", email, ["owner"], actor=SERVICE)
        done.clear()
        threads = [
            Thread(target=attempt, args=(desk, other))
            for desk, other in zip(desks, reversed(pair), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts.append((len(done), owners(world)))
    for one in own:
        one.close()
    assert counts == [(1, 1)] * rounds


def owners(world):
    people_there = stored.list_accounts(world.database, "pwani")
    return sum(
        one.status == "active" and "owner" in held(one).roles for one in people_there
    )


def test_operators_look_after_operators_and_reviewers(world):
    found = stored.list_accounts(world.database, "system")
    by_role = {role: one.email for one in found for role in held(one).roles}
    desk = world.desk(by_role["operator"])
    rights.save(desk, by_role["reviewer"], role("operator"))
    assert access_of(world, by_role["reviewer"]) == role("operator")
    with pytest.raises(Refused):
        rights.save(desk, by_role["operator"], role("reviewer"))


def test_the_rights_of_a_deleted_person_are_not_there(world):
    gone = next(
        one.id
        for one in stored.list_accounts(world.database, "pwani", deleted=True)
        if one.status == "deleted"
    )
    for attempt in (rights.form, lambda desk, who: rights.save(desk, who, role("user"))):
        with pytest.raises(NotFound):
            attempt(world.desk(AMINA), gone)
