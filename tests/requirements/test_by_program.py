"""The same companies by program: nothing is open to an app that is closed to a browser
(R1, R5, R6, R8-R12, R26, R28, R31, R33, R36, R37, R39, R40).
"""

import json

import pytest

from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEEMA,
    NEWCOMER,
    OTIENO,
    REHEMA,
    ROOT,
    SALUM,
)
from tests.json_api.conftest import App as ApiApp
from tests.json_api.conftest import error, key_of
from tests.json_api.test_routes import PERSONAL, PUBLIC, routes
from tests.requirements.metering import account
from tests.requirements.minigrid import KEVIN, PWANI, ROLES, ZIWA, emails
from webapp.console.needs import needs

NOBODY = "u_0000000000000000"
OTHERS = (GRACE, SALUM, REHEMA, NEWCOMER)
NEW = {"email": "sara@pwani.example", "name": "Sara", "password": "mainland2026"}
#: What administrators alone do: method, path, body.
ADMINISTRATION = (
    *(("GET", "/settings", None), ("PATCH", "/settings", {"name": "Mine"})),
    ("PATCH", "/settings/map", {"values": {"zoom": "3"}}),
    ("PUT", "/settings/protected-pages", {"password": "pwani-pages-9"}),
    *(("GET", "/users", None), ("POST", "/users", NEW), ("GET", "/roles", None)),
    ("POST", "/places/cluster", {"name": "Mine"}),
    ("POST", "/places/village", {"name": "Mine", "parent": "mg-mafia"}),
    ("POST", "/records/tariff", {"details": {"name": "Mine"}}),
    ("POST", "/records/target", {"details": {"name": "Mine"}}),
    ("POST", "/records/connection_type", {"details": {"name": "Mine"}}),
    ("POST", "/clients", {"name": "mine", "scopes": ["decision:check"]}),
    *(("GET", "/clients", None), ("GET", "/settings/plugins", None)),
    ("POST", "/settings/plugins/prospect/disable", {}),
    ("GET", "/events", None),
)


def access_of(*roles, **bindings):
    """The body that sets exactly these."""
    return {"roles": [{"role": role} for role in roles], "bindings": bindings}


def give(app, world, email, *roles, **bindings):
    path = f"/users/{world.id(email)}/access"
    return app.put(path, access_of(*roles, **bindings))


def roles_of(world, email):
    return {one.role for one in account(world, email).roles}


def told(answer, *own):
    """Status and text, without what differs from one answer to the next."""
    said = answer.json["error"] | {"request_id": ""}
    text = json.dumps(said)
    for id in own:
        text = text.replace(id, "")
    return answer.status_code, text


# R1, R26: nobody is let in, and every route says what it needs.


def test_r01_r24_every_route_answers_nobody_with_401(api, world):
    app, asked = ApiApp(api), 0
    for endpoint, method, path in routes(api, world):
        if endpoint not in PUBLIC:
            asked += 1
            answer = app.client.open(path, method=method, base_url="http://127.0.0.1:8081")
            assert error(answer) == (401, "unauthenticated"), (method, path)
    assert asked > 60


def test_r26_no_route_is_open_that_says_nothing_of_who_may_ask_it(api):
    table = needs(api)
    silent = {name for name, one in table.items() if not (one.action or one.scope)}
    assert silent == PUBLIC | PERSONAL


@pytest.mark.parametrize("who", OTHERS)
def test_r08_r09_r10_r33_r36_r37_the_others_administer_nothing(world, api_app, who):
    app, before = api_app(who), emails(world, PWANI)
    for method, path, body in ADMINISTRATION:
        answer = app.send(method, path, body)
        assert error(answer) == (403, "forbidden"), (method, path)
    assert emails(world, PWANI) == before


@pytest.mark.parametrize("who", [AMINA, JUMA])
def test_r08_r09_r10_r29_r30_administrators_do(api_app, who):
    app = api_app(who)
    assert app.post("/profile/confirm", {"password": "meter2025x"}).status_code == 204
    for method, path, body in ADMINISTRATION:
        if not path.endswith("protected-pages"):
            answer = app.send(method, path, body)
            assert answer.status_code in (200, 201), (method, path, answer.text)


@pytest.mark.parametrize(
    ("kind", "parent"),
    [
        *(("village", None), ("village", "nowhere"), ("village", "mafia")),
        *(("village", "mg-z1"), ("minigrid", None), ("minigrid", "ziwa-east")),
    ],
)
def test_r10_what_would_lie_nowhere_is_422(api_app, kind, parent):
    answer = api_app(JUMA).post(f"/places/{kind}", {"name": "Utende", "parent": parent})
    assert error(answer) == (422, "invalid")
    assert answer.json["error"]["where"] == "parent"


# R5: only the own company's data.


def test_r05_a_person_of_another_company_is_answered_as_nobody_is(world, api_app):
    app, theirs = api_app(AMINA), world.id(KEVIN)
    for method, path, body in (
        *(("GET", "", None), ("PATCH", "", {"name": "Taken"}), ("DELETE", "", None)),
        *(("GET", "/access", None), ("PUT", "/access", access_of("owner"))),
        *(("GET", "/permissions", None), ("POST", "/block", {})),
    ):
        answers = [
            told(app.send(method, f"/users/{id}{path}", body), id, KEVIN)
            for id in (theirs, NOBODY)
        ]
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404, (method, path)
    assert roles_of(world, KEVIN) == {"user"}


def test_r05_a_thing_of_another_company_is_answered_as_none_is(api_app):
    app = api_app(AMINA)
    for method, path, theirs in (
        *(("GET", "/records/customer/{}", "zcust-1"),),
        *(("PATCH", "/records/customer/{}", "zcust-1"),),
        *(("GET", "/places/cluster/{}", "ziwa-east"),),
        *(("PATCH", "/places/cluster/{}", "ziwa-east"),),
    ):
        body = {"details": {"name": "Taken"}} if "records" in path else {"name": "Taken"}
        answers = [
            told(app.send(method, path.format(id), None if method == "GET" else body), id)
            for id in (theirs, "no-such")
        ]
        assert answers[0] == answers[1], path
        assert answers[0][0] in (403, 404), path
    answer = api_app(OTIENO).get("/records/customer/zcust-1")
    assert answer.json["details"]["name"] == "Mary A."


def test_r05_no_list_holds_anything_of_another_company(api_app):
    app = api_app(AMINA)
    for path in (
        *("/users?limit=100", "/events", "/clients", "/records/customer", "/profile"),
        *("/places/cluster", "/places/minigrid", "/places/village", "/roles"),
    ):
        answer = app.get(path)
        assert answer.status_code == 200, path
        for theirs in ("ziwa", "Otieno", "Kaskazi", "zcust", "gasmeter", "ududgaz"):
            assert theirs not in answer.text, (path, theirs)


@pytest.mark.parametrize(
    "member", ["tenant", "tenant_id", "id", "roles", "password_hash", "status", "company"]
)
def test_r05_a_member_that_nobody_may_set_is_refused_and_nothing_is_made(
    world, api_app, member
):
    app, before = api_app(AMINA), (emails(world, PWANI), emails(world, ZIWA))
    answer = app.post("/users", NEW | {member: ZIWA})
    assert error(answer) == (400, "bad_request")
    assert member in answer.json["error"]["message"]
    answer = app.patch(f"/users/{world.id(GRACE)}", {"name": "Other", member: ZIWA})
    assert error(answer) == (400, "bad_request")
    assert (emails(world, PWANI), emails(world, ZIWA)) == before
    assert account(world, GRACE).name == "Grace Mushi"


def test_r05_a_header_names_no_other_company(world, api_app):
    headers = {"X-Tenant": ZIWA, "X-Tenant-ID": ZIWA, "X-Company": ZIWA}
    answer = api_app(AMINA).post("/users", NEW, headers=headers)
    assert answer.status_code == 201
    assert NEW["email"] in emails(world, PWANI)
    assert NEW["email"] not in emails(world, ZIWA)


def test_r05_the_platform_administrator_reaches_no_mini_grid_company(world, api_app):
    app = api_app(ROOT)
    for email in (AMINA, OTIENO):
        assert error(app.get(f"/users/{world.id(email)}")) == (404, "not_found")
        assert error(give(app, world, email, "user")) == (404, "not_found")
    assert "pwani" not in app.get("/users?limit=100").text
    assert error(app.get("/settings")) == (403, "forbidden")


# R6: the cluster.


@pytest.mark.parametrize("cluster", ["ziwa-east", "nowhere", "", "mg-mafia", "a" * 300])
def test_r06_a_cluster_that_the_company_has_not_is_422(world, api_app, cluster):
    app, before = api_app(JUMA), account(world, NEWCOMER)
    answer = give(app, world, NEWCOMER, "user", cluster=[cluster])
    assert error(answer) == (422, "invalid")
    assert account(world, NEWCOMER) == before
    assert give(app, world, NEWCOMER, "user", cluster=["mafia"]).status_code == 200
    assert give(app, world, NEWCOMER, "user").status_code == 200


# R11, R12: from an app nobody administers, whatever the request says.


@pytest.mark.parametrize("who", [AMINA, JUMA])
@pytest.mark.parametrize("channel", ["android", "api"])
def test_r11_not_even_an_owner_administers_from_an_app(world, api_app, who, channel):
    app, before = api_app(who, channel), emails(world, PWANI)
    app.post("/profile/confirm", {"password": "meter2025x"})
    for method, path, body in ADMINISTRATION:
        answer = app.send(method, path, body)
        assert error(answer) == (403, "forbidden"), (method, path)
    for method, path, body in (
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("PUT", "/access", access_of("user")),
        ("POST", "/block", {}),
    ):
        answer = app.send(method, f"/users/{world.id(SALUM)}{path}", body)
        assert error(answer) == (403, "forbidden"), (method, path)
    assert emails(world, PWANI) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Channel": "web"},
        {"X-Client": "web", "X-Forwarded-Host": "127.0.0.1"},
        {"User-Agent": "Mozilla/5.0 (X11)", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8081", "X-Requested-With": "XMLHttpRequest"},
    ],
    ids=["channel", "client", "browser", "origin"],
)
def test_r12_a_token_of_the_app_stays_one_whatever_is_sent_with_it(api_app, headers):
    app = api_app(AMINA, "android")
    for method, path, body in ADMINISTRATION:
        answer = app.send(method, path, body, headers=headers)
        assert error(answer) == (403, "forbidden"), (method, path)


def test_r12_with_the_cookie_of_a_browser_it_is_still_the_app(logged_in, api_app):
    app = api_app(AMINA, "android")
    app.client.set_cookie("gatehouse", logged_in(AMINA).session(), domain="127.0.0.1")
    assert error(app.get("/users")) == (403, "forbidden")
    answer = app.send("GET", "/users", bearer="x")
    assert error(answer) == (401, "unauthenticated")


def test_r12_a_client_that_says_no_channel_is_not_the_web(world, api):
    for key in (None, key_of(world, PWANI, None)):
        app = ApiApp(api, key)
        assert app.log_in(AMINA).status_code == 200
        assert app.get("/profile").json["channel"] == "api"
        assert error(app.get("/users")) == (403, "forbidden")
        body = {"email": AMINA, "password": "meter2025x", "channel": "web"}
        answer = app.post("/token", body, bearer=key or "")
        assert error(answer) == (400, "bad_request")


# R28, R40: roles.


@pytest.mark.parametrize("role", ["king", "Owner", "platform_admin", "operator", "", "*"])
def test_r28_a_role_that_there_is_not_is_422(world, api_app, role):
    answer = give(api_app(AMINA), world, NEWCOMER, role)
    assert error(answer) == (422, "invalid")
    assert roles_of(world, NEWCOMER) == set()


def test_r28_nobody_makes_renames_or_deletes_a_role(api_app):
    app = api_app(AMINA)
    for method, path in (
        *(("POST", "/roles"), ("PUT", "/roles/owner"), ("PATCH", "/roles/owner")),
        *(("DELETE", "/roles/owner"), ("DELETE", "/roles")),
    ):
        answer = app.send(method, path, {})
        assert answer.status_code in (404, 405), (method, path)
    assert set(ROLES) <= {one["role"] for one in offered(app)}


def offered(app):
    """The roles that may be chosen for somebody."""
    person = next(
        one["person"]["id"]
        for one in app.get("/users?limit=100").json["people"]
        if one["person"]["email"] == NEWCOMER
    )
    return app.get(f"/users/{person}/access").json["choices"]


@pytest.mark.parametrize("role", ROLES)
def test_r40_each_gives_what_may_be_given_and_is_offered_no_more(world, api_app, role):
    for giver, may in ((JUMA, role != "owner"), (GRACE, False), (SALUM, False)):
        answer = give(api_app(giver), world, NEWCOMER, role)
        assert answer.status_code == (200 if may else 403), giver
    gives = {one["role"]: one["may_give"] for one in offered(api_app(JUMA))}
    assert gives[role] is (role != "owner")
    for who in (JUMA, GRACE, SALUM):
        had = roles_of(world, who)
        answer = give(api_app(who), world, who, role)
        assert error(answer) == (403, "forbidden"), who
        assert roles_of(world, who) == had


def test_r40_an_account_is_not_made_with_more_than_its_maker_may_give(world, api_app):
    app, before = api_app(JUMA), emails(world, PWANI)
    for access in (access_of("owner"), access_of("user", "owner")):
        answer = app.post("/users", NEW | {"access": access})
        assert error(answer) == (403, "forbidden")
    assert emails(world, PWANI) == before
    assert app.post("/users", NEW | {"access": access_of("user")}).status_code == 201


# R31, R39: owners.


def test_r31_an_admin_does_nothing_to_an_owner(world, api_app):
    app, owner, before = api_app(JUMA), world.id(AMINA), account(world, AMINA)
    app.post("/profile/confirm", {"password": "meter2025x"})
    for method, path, body in (
        ("PATCH", "", {"name": "Renamed"}),
        ("PATCH", "", {"email": "mine@pwani.example"}),
        ("PATCH", "", {"password": "mine2026words"}),
        *(("DELETE", "", None), ("POST", "/block", {})),
        ("PUT", "/access", access_of("user")),
        ("PUT", "/access", access_of("owner", "user")),
    ):
        answer = app.send(method, f"/users/{owner}{path}", body)
        assert error(answer) == (403, "forbidden"), (method, path, body)
    table = {"table": f"email,name,roles\n{AMINA},Mine,user\n", "save": True}
    answer = app.post("/imports/users", table)
    assert not answer.json.get("is_saved", False)
    assert account(world, AMINA) == before
    assert error(give(app, world, NEEMA, "admin", "owner")) == (403, "forbidden")


def test_r39_the_last_owner_stays(world, api_app):
    app, path = api_app(AMINA), f"/users/{world.id(AMINA)}"
    app.post("/profile/confirm", {"password": "meter2025x"})
    for method, more, body in (
        *(("DELETE", "", None), ("POST", "/block", {})),
        ("PUT", "/access", access_of("admin")),
        ("PUT", "/access", access_of()),
    ):
        answer = app.send(method, f"{path}{more}", body)
        assert error(answer) == (403, "forbidden"), (method, more)
        assert answer.json["error"]["message"]
    assert app.patch("/profile", {"name": "Amina S."}).status_code == 200
    assert roles_of(world, AMINA) == {"owner"}


# R36: a key's secret is told once.


def test_r36_a_key_is_told_once_and_is_worthless_once_it_is_revoked(api, api_app):
    app = api_app(AMINA)
    body = {"name": "field app", "scopes": ["decision:check"], "channel": "android"}
    made = app.post("/clients", body)
    assert made.status_code == 201, made.text
    key, id = made.json["key"], made.json["client"]["id"]
    for path in ("/clients", "/events"):
        assert key.rpartition("_")[2] not in app.get(path).text, path
    field = ApiApp(api, key)
    assert field.log_in(SALUM).status_code == 200
    assert app.delete(f"/clients/{id}").status_code in (200, 204)
    assert error(field.get("/profile")) == (401, "unauthenticated")
    assert error(field.log_in(SALUM)) == (401, "unauthenticated")
