"""What a page says that a person can do, against the decisions themselves."""

import pytest

from authz.administration import effective, people, preview, rights
from authz.administration.desk import Refused
from authz.administration.reach import Circumstances
from authz.administration.rights import Access
from authz.decisions.tree import ALWAYS
from authz.errors import InvalidChange, NotFound
from authz.model import Action, Caller, Entity, Request
from authz.storage.people import list_accounts
from authz.storage.search import StoredSearch
from tests.administration.names import (
    AMINA,
    AUDITOR,
    BAKER,
    FRESH,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    REHEMA,
    ROOT,
    SALUM,
    TECH,
)
from tests.shipped import shipped

ADMINS = {"pwani": AMINA, "ziwa": OTIENO, "gasmeter-uz": ROOT}
BOTH = {
    "supply_company": frozenset({"hududgaz"}),
    "service_organization": frozenset({"techservice"}),
}


def things(world, tenant, type):
    kind = shipped().schema.types[type]
    return (
        StoredSearch(world.database)
        .matching(tenant, kind, ALWAYS, after="", limit=1000)
        .ids
    )


def allowed(world, tenant, account, channel="web"):
    """Every action, type and id that the decision point allows, without properties."""
    caller = Caller(tenant, channel)
    return {
        (action, type, id)
        for type, kind in shipped().schema.types.items()
        for id in things(world, tenant, type)
        for action in kind.actions
        if world.parts.pdp.evaluate(
            Request(Entity("user", account), Action(action), Entity(type, id)), caller
        ).decision.allowed
    }


@pytest.mark.parametrize("tenant", ["pwani", "ziwa", "gasmeter-uz"])
@pytest.mark.parametrize("channel", ["web", "android"])
def test_what_a_person_may_do_is_what_is_decided(world, tenant, channel):
    desk = world.unlocked(ADMINS[tenant])
    now = Circumstances(channel, unlocked=False)
    for account in list_accounts(world.database, tenant):
        shown = effective.effective(desk, account.id, circumstances=now)
        decided = allowed(world, tenant, account.id, channel)
        listed = {(one.action, one.type) for one in shown}
        assert {(action, type) for action, type, _ in decided} <= listed, account.email
        for one in shown:
            if one.is_everywhere and not one.role:
                for id in things(world, tenant, one.type):
                    assert (one.action, one.type, id) in decided, (account.email, one)


def test_each_action_comes_with_its_policy_and_what_it_rests_on(world):
    rights.save(
        world.desk(ROOT),
        FRESH,
        Access(
            {"service_company_admin": world.clock.now + 60},
            frozenset({"reporting"}),
            BOTH,
        ),
    )
    shown = effective.effective(world.desk(ROOT), world.id(FRESH))
    (one,) = [s for s in shown if (s.action, s.type) == ("report:view", "metering_unit")]
    (ground,) = one.because
    assert ground.policy == "metering.service-company-option-reaches-its-units"
    assert [(g.attribute, g.value, g.given_by) for g in ground.given] == [
        ("roles", "service_company_admin", ROOT),
        ("options", "reporting", ROOT),
        ("supply_companies", "hududgaz", ROOT),
        ("service_organizations", "techservice", ROOT),
    ]
    assert (one.permission, one.ends_at) == ("reports.view", world.clock.now + 60)
    assert not one.is_everywhere


def test_what_a_role_that_ended_gave_is_not_shown(world):
    rights.save(world.desk(ROOT), FRESH, Access({"platform_reader": world.clock.now + 60}))
    world.clock.now += 60
    shown = effective.effective(world.desk(ROOT), world.id(FRESH))
    assert {one.action for one in shown} == {
        "profile:read",
        "profile:update",
        "profile:change_password",
    }


def test_which_roles_somebody_may_give_is_shown_role_by_role(world):
    for who, given in ((JUMA, 3), (AMINA, 4), (GRACE, 0)):
        shown = effective.effective(world.desk(AMINA), world.id(who))
        assert len({one.role for one in shown if one.action == "role:assign"}) == given


def test_everybody_sees_what_they_may_do_themselves_and_few_what_others_may(world):
    desk = world.desk(SALUM)
    shown = effective.effective(desk, desk.person.account)
    assert ("customer:read", "customer") in {(one.action, one.type) for one in shown}
    with pytest.raises(Refused):
        effective.effective(desk, world.id(REHEMA))


def test_r05_what_somebody_of_another_tenant_may_do_is_not_shown(world):
    with pytest.raises(NotFound):
        effective.effective(world.desk(AMINA), world.id(ROOT))


CHANGES = {
    "a level": (ROOT, FRESH, Access({"service_company_admin": None}, frozenset(), BOTH)),
    "an option more": (
        ROOT,
        TECH,
        Access(
            {"service_company_admin": None},
            frozenset({"reporting", "equipment_monitoring", "lock_control"}),
            BOTH,
        ),
    ),
    "another organization": (
        ROOT,
        TECH,
        Access(
            {"service_company_admin": None},
            frozenset({"reporting"}),
            {**BOTH, "service_organization": frozenset({"gazservis"})},
        ),
    ),
    "another level": (ROOT, BAKER, Access({"platform_reader": None})),
    "nothing left": (ROOT, TECH, Access()),
    "a cluster": (
        AMINA,
        REHEMA,
        Access({"user": None}, frozenset(), {"cluster": frozenset({"mafia"})}),
    ),
    "no cluster": (AMINA, SALUM, Access({"user": None})),
    "a role more": (AMINA, SALUM, Access({"user": None, "financial-manager": None})),
    "an owner": (AMINA, JUMA, Access({"owner": None})),
}


@pytest.mark.parametrize(("by", "who", "wanted"), CHANGES.values(), ids=CHANGES.keys())
def test_a_preview_shows_what_saving_does(world, by, who, wanted):
    desk, id = world.desk(by), world.id(who)
    events = world.events(desk.tenant)
    seen = preview.preview(desk, who, wanted)
    assert world.events(desk.tenant) == events
    before = allowed(world, desk.tenant, id)
    rights.save(desk, who, wanted)
    after = allowed(world, desk.tenant, id)
    # WHY without these: a second owner makes the first one removable, which is a change of
    # the one who is removed.
    freed = {
        (action, "user", desk.person.account) for action in ("user:delete", "user:demote")
    }
    for shown, real in ((seen.gains, after - before), (seen.loses, before - after)):
        said = {
            (a, one.type, thing) for one in shown for a in one.actions for thing in one.ids
        }
        assert said == real - freed
        assert not any(one.more for one in shown)


def test_a_preview_of_what_is_there_changes_nothing(world):
    desk = world.desk(ROOT)
    form = rights.form(desk, TECH)
    assert preview.preview(desk, TECH, form.held).changes_nothing


def test_a_preview_says_what_a_change_still_depends_on(world):
    wanted = Access(
        {"service_company_admin": 2e9},
        frozenset({"lock_control"}),
        {"supply_company": frozenset({"hududgaz"})},
    )
    seen = preview.preview(world.desk(ROOT), FRESH, wanted)
    assert seen.missing == (("service_company_admin", "service_organization"),)
    assert (seen.gains, seen.loses) == ((), ())
    assert seen.ends == (("service_company_admin", 2e9),)
    whole = Access(wanted.roles, wanted.options, BOTH)
    seen = preview.preview(world.desk(ROOT), FRESH, whole)
    assert "lock_control:open" in seen.web_only
    assert "metering_unit:read" not in seen.web_only


def test_a_preview_says_what_is_behind_the_protected_pages(world):
    desk = world.unlocked(OTIENO)
    seen = preview.preview(desk, "field@ziwa.example", Access({"admin": None}))
    assert "settings:update" in seen.behind_pages
    assert "customer:delete" not in seen.behind_pages


def test_a_preview_is_for_those_who_could_save_it(world):
    for who in (AUDITOR, TECH):
        with pytest.raises(Refused):
            preview.preview(world.desk(who), FRESH, Access())
    with pytest.raises(InvalidChange):
        preview.preview(world.desk(AMINA), NEWCOMER, Access({"galactic": None}))


def test_what_a_deleted_person_loses_is_shown_before_it_is_done(world):
    desk, id = world.desk(ROOT), world.id(TECH)
    decided = allowed(world, desk.tenant, id)
    shown = preview.losses(desk, TECH)
    assert {
        (a, one.type, thing) for one in shown for a in one.actions for thing in one.ids
    } == (decided)
    assert people.event_count(desk, TECH) == 0
    people.edit_own(world.desk(TECH), people.Profile(name="T"))
    assert people.event_count(desk, TECH) == 1
    for attempt in (preview.losses, people.event_count):
        with pytest.raises(Refused):
            attempt(world.desk(TECH), BAKER)
