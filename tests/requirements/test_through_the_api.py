"""The accounts module through the JSON API: the same rules, in statuses (R42-R77)."""

import pytest

from tests.administration.names import (
    AUDITOR,
    BAKER,
    BRANCH,
    FRESH,
    GRACE,
    HEAD,
    OTHER_LEVELS,
    ROOT,
    TECH,
)
from tests.json_api.conftest import error
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    TECHSERVICE_UNITS,
    UNITS,
    account,
    has_account,
    new_events,
    revision,
    rows,
)

HASH = "SELECT password_hash FROM account WHERE email = ?"
LEVEL = "service_company_admin"
BOTH = {"supply_company": ["hududgaz"], "service_organization": ["techservice"]}


def access(*levels, options=(), **bindings):
    return {
        "roles": [{"role": level} for level in levels],
        "options": list(options),
        "bindings": bindings,
    }


def listed(app):
    return sorted(one["unit"]["id"] for one in app.get("/units").json["units"])


# R42: who reaches the accounts.


@pytest.mark.parametrize(
    ("who", "channel"),
    [
        *((who, "web") for who in OTHER_LEVELS if who != AUDITOR),
        (ROOT, "android"),
        (ROOT, "api"),
    ],
)
def test_r42_nobody_else_and_no_other_channel_reaches_the_accounts(
    world, api_app, who, channel
):
    app, person = api_app(who, channel), world.id(AUDITOR)
    before = revision(world)
    for answer in (
        app.get("/users"),
        app.get(f"/users/{person}"),
        app.get(f"/users/{person}/access"),
        app.post("/users", dict(NEW)),
        app.patch(f"/users/{person}", {"name": "Other"}),
        app.put(f"/users/{person}/access", access()),
        app.delete(f"/users/{person}"),
    ):
        assert error(answer) == (403, "forbidden")
    assert revision(world) == before


def test_r42_r75_the_reader_lists_the_accounts_and_changes_none(world, api_app):
    app, person = api_app(AUDITOR), world.id(TECH)
    before = revision(world)
    assert app.get("/users").status_code == 200
    assert app.get(f"/users/{person}").json["email"] == TECH
    for answer in (
        app.post("/users", dict(NEW)),
        app.patch(f"/users/{person}", {"name": "Other"}),
        app.put(f"/users/{person}/access", access()),
        app.delete(f"/users/{person}"),
    ):
        assert error(answer) == (403, "forbidden")
    assert revision(world) == before


# R47 to R53: a new account.


WRONG_MEMBERS = (
    *(("email", text) for text in ("", "ann", "a b@x.example", "a\x00@x.example")),
    ("email", f"{'a' * 250}@x.example"),
    *(("password", text) for text in ("", "meter2y", "onlyletters", "12345678", " " * 8)),
    *(("timezone", text) for text in ("", "Mars/Base", "../../etc/passwd")),
    *(("language", text) for text in ("", "tlh")),
    ("name", ""),
)


def test_r47_r50_r52_r53_what_is_wrong_is_422_at_its_member(world, api_app):
    app, person = api_app(ROOT), account(world, TECH)
    before = revision(world)
    for field, value in WRONG_MEMBERS:
        answer = app.post("/users", {**NEW, field: value})
        assert error(answer)[0] == 422, (field, value)
        assert answer.json["error"]["where"] == field, (field, value)
        if field != "password" or value.strip():
            changed = app.patch(f"/users/{person.id}", {field: value})
            assert error(changed)[0] == 422, (field, value)
    assert revision(world) == before
    assert account(world, TECH) == person


def test_r47_r51_what_is_left_out_is_refused(world, api_app):
    app = api_app(ROOT)
    for field in ("email", "password", "name"):
        body = {name: text for name, text in NEW.items() if name != field}
        answer = app.post("/users", body)
        assert answer.status_code in (400, 422), field
        assert field in answer.json["error"]["message"]
    assert not has_account(world, NEW["email"])


def test_r48_r49_a_duplicate_is_409_and_says_nothing_of_others(world, api_app):
    app = api_app(ROOT)
    before = revision(world)
    for email in (TECH.upper(), f"  {TECH} ", "ｓervice_tech@domain.com", GRACE):
        answer = app.post("/users", {**NEW, "email": email})
        assert error(answer) == (409, "conflict"), email
        assert answer.json["error"]["where"] == "email"
        assert answer.json["error"]["message"] == "this e-mail is already in use"
    assert revision(world) == before


# R56 to R58: the access.


WRONG = {
    "two levels": access("branch", "consumer", supply_company=["hududgaz"]),
    "an unknown level": access("galactic_admin"),
    "a role of another kind of company": access("owner"),
    "an unknown option": access(LEVEL, options=["flying"], **BOTH),
    "an option on the third level": access(
        "consumer", options=["reporting"], consumer=["c-bakery"]
    ),
    "an option without a level": access(options=["reporting"]),
    "no binding": access(LEVEL),
    "a supply company only": access(LEVEL, supply_company=["hududgaz"]),
    "a service organization only": access(LEVEL, service_organization=["techservice"]),
    "each in the place of the other": access(
        LEVEL, supply_company=["techservice"], service_organization=["hududgaz"]
    ),
    "a cluster of another company": access(LEVEL, **BOTH, cluster=["mafia"]),
    "one that never was": access(
        LEVEL, supply_company=["hududgaz"], service_organization=["nobody"]
    ),
}


def test_r56_r57_r58_r74_r77_what_cannot_be_given_is_422(world, api_app):
    app, before = api_app(ROOT), account(world, FRESH)
    since = len(world.events(PLATFORM))
    for why, body in WRONG.items():
        answer = app.put(f"/users/{before.id}/access", body)
        assert error(answer)[0] == 422, why
        created = app.post("/users", {**NEW, "access": body})
        assert error(created)[0] == 422, why
    assert account(world, FRESH) == before
    assert not has_account(world, NEW["email"])
    assert new_events(world, since) == []


def test_r55_r58_r65_the_worked_example_works_here_too(world, api_app):
    app, person = api_app(ROOT), world.id(FRESH)
    form = app.get(f"/users/{person}/access").json
    assert LEVEL in repr(form)
    wanted = access(LEVEL, options=["reporting", "equipment_monitoring"], **BOTH)
    saved = app.put(f"/users/{person}/access", wanted | {"version": form["version"]})
    assert saved.status_code == 200
    hers = api_app(FRESH)
    assert listed(hers) == list(TECHSERVICE_UNITS)
    assert hers.get("/reports/units").status_code == 200
    assert hers.get("/monitoring").status_code == 200
    assert error(hers.get("/users")) == (403, "forbidden")


# R60 to R63: editing and deleting.


def test_r60_a_blank_password_keeps_the_old_one(world, api_app):
    app, before = api_app(ROOT), rows(world, HASH, TECH)
    for blank in ("", "   "):
        answer = app.patch(f"/users/{world.id(TECH)}", {"name": "T", "password": blank})
        assert answer.status_code == 200
    assert rows(world, HASH, TECH) == before


@pytest.mark.parametrize(
    ("option", "path"),
    [("reporting", "/reports/units"), ("equipment_monitoring", "/monitoring")],
)
def test_r61_an_option_counts_for_the_next_request(world, api_app, option, path):
    root, person = api_app(ROOT), world.id(TECH)
    for options in ([option], [], [option]):
        root.put(f"/users/{person}/access", access(LEVEL, options=options, **BOTH))
        hers = api_app(TECH)
        assert hers.get(path).status_code == (200 if options else 403)
        assert listed(hers) == list(TECHSERVICE_UNITS)


def test_r62_r63_deleting_ends_every_token_and_happens_once(world, api_app):
    root, hers, person = api_app(ROOT), api_app(TECH), world.id(TECH)
    root.get(f"/users/{person}?sure=yes")
    assert hers.get("/profile").status_code == 200
    assert error(root.delete(f"/users/{world.id(ROOT)}")) == (403, "forbidden")
    assert [root.delete(f"/users/{person}").status_code for _ in range(2)] == [204, 404]
    assert hers.get("/profile").status_code == 401
    assert hers.log_in(TECH).status_code == 401
    for answer in (
        root.patch(f"/users/{person}", {"name": "Back"}),
        root.post(f"/users/{person}/unblock"),
        root.put(f"/users/{person}/access", access()),
    ):
        assert error(answer) == (404, "not_found")


# R66, R76: lists are filters.


@pytest.mark.parametrize("who", [ROOT, TECH, HEAD, BRANCH, BAKER, AUDITOR])
def test_r66_r76_the_list_is_what_single_reads_allow(api_app, who):
    app = api_app(who)
    single = [unit for unit in UNITS if app.get(f"/units/{unit}").status_code == 200]
    assert listed(app) == single


def test_r76_a_circle_in_the_tree_is_422(world, api_app):
    app = api_app(ROOT)
    before = revision(world)
    for above in ("hududgaz", "hg-poytaxt"):
        answer = app.patch("/organizations/supply_company/hududgaz", {"above": above})
        assert error(answer)[0] == 422, above
    assert revision(world) == before


# R69, R72, R73: the log.


def test_r69_a_change_by_an_app_is_an_entry_with_its_channel(world, api_app):
    app, since = api_app(ROOT), len(world.events(PLATFORM))
    app.post("/users", dict(NEW))
    (entry,) = new_events(world, since)
    assert (entry.action, entry.actor_label) == ("user.created", ROOT)
    assert (entry.channel, entry.address) == ("web", "127.0.0.1")
    assert NEW["password"] not in repr(entry)


def test_r72_what_an_app_is_refused_is_an_entry_too(world, api_app):
    app, since = api_app(TECH), len(world.events(PLATFORM))
    app.get("/users")
    (entry,) = new_events(world, since)
    assert (entry.action, entry.result) == ("user:list", "refused")
    assert (entry.actor_label, entry.address) == (TECH, "127.0.0.1")


def test_r73_no_app_changes_or_deletes_an_entry(world, api_app):
    app, before = api_app(ROOT), world.events(PLATFORM)
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        for path in ("/events", "/events/1"):
            assert app.send(method, path, {}).status_code in (404, 405), (method, path)
    assert world.events(PLATFORM)[: len(before)] == before


def test_r73_only_administrators_read_the_log(api_app):
    for who in (TECH, HEAD, BRANCH, BAKER):
        app = api_app(who)
        for path in ("/events", "/events/1", "/events.csv", "/events.jsonl"):
            assert error(app.get(path)) == (403, "forbidden"), path
    told = api_app(AUDITOR).get("/events").json
    assert told["events"]


def test_r74_no_app_makes_a_level(api_app):
    app = api_app(ROOT)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/roles", "/roles/galactic_admin", "/levels"):
            assert app.send(method, path, {}).status_code in (404, 405), (method, path)
