"""Every change is one entry of the Events Log (R69)."""

import json
import re

import pytest

from authz.storage.events import first_bad_entry
from tests.administration.names import (
    AMINA,
    NEWCOMER,
    OTIENO,
    ROOT,
    TECH,
)
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    SERVICE_ADMIN,
    add,
    delete,
    edit,
    edit_own,
    held,
    new_events,
    revision,
    rows,
    set_access,
    write,
)

SECRET = "canary-in-a-coalmine-7"
HERE = "203.0.113.9"
PAGES_PASSWORD = "ziwa-pages-7"
#: What is told of a secret.
MASK = "***"


# R69: every change is one entry.


def create_client(browser, world):
    form = {"name": "field app", "scopes": ["decision:check"]}
    answer = browser.post("/clients/add", form)
    return re.search(r"gh_([0-9a-f]{16})_[0-9a-f]{64}", answer.text)


def revoke_client(browser, world):
    query = "SELECT id FROM api_client WHERE name = 'field-app-backend'"
    ((client,),) = rows(world, query)
    return browser.post(f"/clients/{client}/revoke")


def set_pages_password(browser, world):
    form = {"password": SECRET, "password_again": SECRET}
    return browser.post("/settings/protected-pages", form)


def change_own_password(browser, world):
    form = {"old_password": "meter2025x", "password": SECRET, "password_again": SECRET}
    return browser.post("/profile/password", form)


def move_branch(browser, world):
    path = "/organizations/supply_company/hg-surxon/edit"
    form = {"name": "Hududgaz Surxondaryo", "parent": "", "version": held(browser, path)}
    return browser.post(path, form)


def assign_service(browser, world):
    path = "/units/mu-101"
    form = {"service_organization": "gazservis", "version": held(browser, path)}
    return browser.post(f"{path}/service", form)


#: What is done -> who does it, how, and the action, type and label of the one entry.
CHANGES = {
    "an account is created": (
        ROOT,
        lambda browser, world: add(browser, password=SECRET),
        ("user.created", "user", NEW["email"]),
    ),
    "an account is edited": (
        ROOT,
        lambda browser, world: edit(browser, world, TECH, name="Renamed"),
        ("user.updated", "user", TECH),
    ),
    "the own profile is edited": (
        TECH,
        lambda browser, world: edit_own(browser, world, TECH, phone="+998 71 200 00 00"),
        ("user.updated", "user", TECH),
    ),
    "a password is set": (
        ROOT,
        lambda browser, world: edit(browser, world, TECH, password=SECRET),
        ("user.password_set", "user", TECH),
    ),
    "the own password is changed": (
        TECH,
        change_own_password,
        ("user.password_set", "user", TECH),
    ),
    "a level, options and bindings are set": (
        ROOT,
        lambda browser, world: set_access(
            browser, world, "fresh@gasmeter.example", **SERVICE_ADMIN
        ),
        ("user.access_set", "user", "fresh@gasmeter.example"),
    ),
    "a binding is changed": (
        ROOT,
        lambda browser, world: set_access(
            browser, world, TECH, **{**SERVICE_ADMIN, "service_organization": "gazservis"}
        ),
        ("user.access_set", "user", TECH),
    ),
    "a role is given": (
        AMINA,
        lambda browser, world: set_access(browser, world, NEWCOMER, roles="user"),
        ("user.access_set", "user", NEWCOMER),
    ),
    "an account is deleted": (
        ROOT,
        lambda browser, world: delete(browser, world, TECH),
        ("user.deleted", "user", TECH),
    ),
    "a client gets a key": (
        AMINA,
        create_client,
        ("api_client.created", "api_client", "field app"),
    ),
    "a key is made worthless": (
        AMINA,
        revoke_client,
        ("api_client.revoked", "api_client", "field-app-backend"),
    ),
    "the pages get another password": (
        OTIENO,
        set_pages_password,
        ("tenant.pages_password_set", "tenant", "Ziwa Energy Cooperative"),
    ),
    "a branch is moved": (
        ROOT,
        move_branch,
        ("supply_company.updated", "supply_company", "Hududgaz Surxondaryo"),
    ),
    "a unit is given to another service": (
        ROOT,
        assign_service,
        ("metering_unit.service_assigned", "metering_unit", "Bakery line 1"),
    ),
}


@pytest.mark.parametrize(("who", "act", "entry"), CHANGES.values(), ids=CHANGES.keys())
def test_r69_each_change_is_one_entry_with_who_what_when_and_where(
    world, logged_in, who, act, entry
):
    browser, tenant = logged_in(who), world.tenant_of(who)
    browser.post("/unlock", {"password": PAGES_PASSWORD, "next": "/"})
    browser.client.environ_base["REMOTE_ADDR"] = HERE
    world.clock.now += 60
    since = len(world.events(tenant))
    act(browser, world)
    (made,) = new_events(world, since, tenant)
    assert (made.action, made.object_type, made.object_label) == entry
    assert (made.actor_kind, made.actor_label, made.result) == ("user", who, "ok")
    assert (made.channel, made.address) == ("web", HERE)
    assert made.at == "2027-01-15T08:01:00.000000+00:00"
    assert made.request_id.startswith("request-")
    before, after = (json.loads(part) if part else {} for part in (made.before, made.after))
    assert before != after or {*before.values(), *after.values()} == {MASK}
    assert SECRET not in repr(made)
    assert "$argon2" not in repr(made)
    assert not re.search(r"gh_[0-9a-f]{16}_", repr(made))
    assert first_bad_entry(world.database, tenant) is None


def test_r69_before_and_after_hold_what_differs_and_hide_what_is_secret(world, logged_in):
    browser, since = logged_in(ROOT), len(world.events(PLATFORM))
    edit(browser, world, TECH, name="Renamed", timezone="Europe/Berlin", password=SECRET)
    updated, password = new_events(world, since)
    assert json.loads(updated.before) == {
        "name": "Service Tech",
        "timezone": "Asia/Tashkent",
    }
    assert json.loads(updated.after) == {"name": "Renamed", "timezone": "Europe/Berlin"}
    said = json.loads(password.after)
    assert {value for name, value in said.items() if "hash" in name} <= {MASK}


REFUSED = {
    "a weak password": lambda browser, world: add(browser, password="short1"),
    "a duplicate e-mail": lambda browser, world: add(browser, email=TECH),
    "no e-mail": lambda browser, world: edit(browser, world, TECH, email=""),
    "an unknown level": lambda browser, world: set_access(
        browser, world, TECH, level="galactic_admin"
    ),
    "a missing binding": lambda browser, world: set_access(
        browser, world, TECH, level="service_company_admin"
    ),
    "an unconfirmed deletion": lambda browser, world: browser.post(
        f"/users/{world.id(TECH)}/delete", {"sure": "no"}
    ),
    "an organization that is needed": lambda browser, world: browser.post(
        "/organizations/service_organization/techservice/delete",
        {
            "sure": "yes",
            "version": held(
                browser, "/organizations/service_organization/techservice/delete"
            ),
        },
    ),
    "a form of somebody else's page": lambda browser, world: browser.send(
        "/users/add", {**NEW, "csrf_token": "x"}
    ),
}


def test_r69_what_was_refused_leaves_no_entry_of_a_change(world, logged_in):
    browser, since = logged_in(ROOT), len(world.events(PLATFORM))
    before = revision(world)
    for why, act in REFUSED.items():
        assert act(browser, world).status_code in (303, 400, 409, 422), why
    assert [one for one in new_events(world, since) if one.result == "ok"] == []
    assert revision(world) == before


FAULT = "BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END"


@pytest.mark.parametrize(
    ("act", "table"),
    [
        (lambda browser, world: add(browser), "account"),
        (lambda browser, world: edit(browser, world, TECH, name="X"), "account"),
        (
            lambda browser, world: set_access(browser, world, TECH, level=""),
            "role_assignment",
        ),
        (lambda browser, world: delete(browser, world, TECH), "account"),
    ],
    ids=["add", "edit", "rights", "delete"],
)
@pytest.mark.parametrize("fails", ["the entry", "the change"])
def test_r69_a_change_and_its_entry_are_kept_together_or_not_at_all(
    world, logged_in, act, table, fails
):
    browser, everything = logged_in(ROOT), f"SELECT * FROM {table} ORDER BY 1, 2, 3"
    before, since = rows(world, everything), len(world.events(PLATFORM))
    targets = ["event"] if fails == "the entry" else [table]
    for target in targets:
        for event in ("INSERT", "UPDATE", "DELETE"):
            write(
                world,
                f"CREATE TRIGGER fault_{target}_{event} BEFORE {event} ON {target} {FAULT}",
            )
    assert act(browser, world).status_code in (422, 500, 503)
    for target in targets:
        for event in ("INSERT", "UPDATE", "DELETE"):
            write(world, f"DROP TRIGGER fault_{target}_{event}")
    assert rows(world, everything) == before
    assert new_events(world, since) == []
    assert first_bad_entry(world.database, PLATFORM) is None
    assert act(browser, world).status_code == 303
