"""One account on the web and in apps, its token, and how long that counts
(R2, R4, R24, R25, R41).
"""

import base64
import hmac
import json

import pytest
from joserfc.jwk import ECKey, OctKey

from authz.accounts import keyfiles
from authz.accounts.tokenkeys import CURRENT
from authz.storage import places
from authz.storage.events import SERVICE
from tests.administration.conftest import PASSWORD
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
from tests.json_api.test_tokens import forged, payload
from tests.requirements.metering import App, account, delete, edit, new_events, set_access
from tests.requirements.minigrid import PETER, PWANI, SARA
from tests.requirements.test_roles import AREAS, BEYOND, FIELD, FINANCE, opened

#: Where a token is asked for: the own profile, lists, a form, a thing.
ROUTES = (
    *(("GET", "/profile"), ("GET", "/users"), ("POST", "/users"), ("GET", "/settings")),
    *(("PATCH", "/settings"), ("GET", "/events"), ("GET", "/clients"), ("GET", "/roles")),
    *(("POST", "/clients"), ("POST", "/profile/password"), ("POST", "/profile/unlock")),
)
#: Who -> the permissions that the documents give them.
PERMISSIONS = {
    AMINA: set(AREAS) | BEYOND,
    JUMA: (set(AREAS) | BEYOND) - {"users.manage-owner"},
    GRACE: FINANCE,
    REHEMA: FIELD,
    PETER: FINANCE,
    NEWCOMER: set(),
}
#: Of each token alone.
OWN = {"cli", "jti", "iat", "nbf", "exp"}


def refused(app, bearer):
    """Whether every route answers that it does not know who asks."""
    for method, path in ROUTES:
        body = None if method == "GET" else {}
        answer = app.send(method, path, body, bearer=bearer)
        if error(answer) != (401, "unauthenticated"):
            return False
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    return True


def renewed(app):
    """The same app with the next token of its login."""
    answer = app.post("/token/refresh", {"refresh_token": app.refresh_token})
    assert answer.status_code == 200, answer.text
    app.token = answer.json["access_token"]
    app.refresh_token = answer.json["refresh_token"]
    return payload(app.token)


# R2, R4: one account for the web and for the apps.


@pytest.mark.parametrize("who", [AMINA, SALUM, NEWCOMER, ROOT])
def test_r02_the_same_account_logs_in_on_the_web_and_in_the_app(
    world, logged_in, api_app, who
):
    browser = logged_in(who)
    for channel in ("web", "android"):
        me = api_app(who, channel).get("/profile").json
        assert (me["person"]["email"], me["channel"]) == (who, channel)
        assert me["person"]["id"] == world.id(who)
    assert who in browser.get("/profile").text


def test_r02_a_field_worker_who_was_added_on_the_web_logs_in_to_the_app(
    world, logged_in, api, api_app
):
    browser, app = logged_in(JUMA), ApiApp(api, key_of(world, PWANI, "android"))
    assert app.log_in(SARA["email"], SARA["password"]).status_code == 401
    assert browser.post("/users/add", SARA).status_code == 303
    answer = set_access(browser, world, SARA["email"], roles="user", cluster="mafia")
    assert answer.status_code == 303
    assert app.log_in(SARA["email"], "wrong2026").status_code == 401
    assert app.log_in(SARA["email"], SARA["password"]).status_code == 200
    assert payload(app.token)["roles"] == ["user"]


@pytest.mark.parametrize("who", [AMINA, SALUM, PETER, NEWCOMER])
def test_r04_the_tokens_of_both_differ_only_in_the_client(api_app, who):
    claims = {one: payload(api_app(who, one).token) for one in ("web", "android", "api")}
    assert {name: one["cli"] for name, one in claims.items()} == {
        name: name for name in claims
    }
    first, *others = (
        {name: value for name, value in one.items() if name not in OWN}
        for one in claims.values()
    )
    assert others == [first, first]


def test_r04_another_password_is_another_one_everywhere(world, logged_in, api):
    browser = logged_in(GRACE)
    new = {"password": "zanzibar2026", "password_again": "zanzibar2026"}
    browser.post("/profile/password", new | {"old_password": PASSWORD})
    app = ApiApp(api, key_of(world, PWANI, "android"))
    assert app.log_in(GRACE).status_code == 401
    assert app.log_in(GRACE, "zanzibar2026").status_code == 200


# R24: every request of somebody carries a token.


def test_r24_without_a_token_every_route_answers_401(api):
    assert refused(ApiApp(api), "")


@pytest.mark.parametrize(
    "said",
    [
        *("Basic YTpi", "Bearer", "Bearer ", "bearer x", "Token x", "Bearer a b"),
        *("Bearer null", "Bearer undefined", f"Bearer {'A' * 9000}", "Bearer a.b.c"),
        *("Bearer ..", "Bearer é.é.é", "eyJhbGciOiJub25lIn0.e30."),
    ],
)
def test_r24_what_is_no_token_is_answered_401(api, said):
    answer = ApiApp(api).get("/profile", headers={"Authorization": said})
    assert error(answer) == (401, "unauthenticated")


def test_r24_a_token_that_was_made_or_changed_by_somebody_else_is_refused(world, api_app):
    app = api_app(AMINA)
    now, good, said = int(world.clock.now), app.token, payload(app.token)
    first, second, third = good.split(".")
    for name, token in {
        "truncated": good[:-1],
        "half of it": good[: len(good) // 2],
        "without signature": f"{first}.{second}.",
        "a sign more": f"{good}A",
        "two in one": f"{good}.{third}",
        "another key": forged(world, good, ECKey.generate_key("P-256")),
        "algorithm none": unsigned(good, "none"),
        "a shared secret": forged(
            world, good, OctKey.import_key("secret" * 8), header={"alg": "HS256"}
        ),
        "the public key as a secret": with_public_key(world, good),
        "expired": forged(world, good, exp=now),
        "from the future": forged(world, good, nbf=now + 60),
        "another issuer": forged(world, good, iss="https://other.example"),
        "another audience": forged(world, good, aud="https://other.example"),
        "another company": forged(world, good, tid="ziwa"),
        "another person": forged(world, good, sub=world.id(OTIENO)),
        "another purpose": forged(world, good, header={"typ": "at+jwt"}),
        "a login that there was not": forged(world, good, jti=f"{'0' * 24}.0"),
        "a claim more": forged(world, good, admin=True),
    }.items():
        assert error(app.get("/profile", bearer=token)) == (401, "unauthenticated"), name
    assert said["exp"] - now == 900
    assert app.get("/profile").status_code == 200


def unsigned(token, algorithm):
    header = {**part(token, 0), "alg": algorithm}
    text = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{text}.{token.split('.')[1]}."


def with_public_key(world, token):
    """Signed with what everybody may read."""
    path = keyfiles.path_of(world.path, CURRENT)
    public = ECKey.import_key(path.read_bytes()).as_pem(private=False)
    header, payload, _ = unsigned(token, "HS256").split(".")
    mac = hmac.digest(public, f"{header}.{payload}".encode(), "sha256")
    return f"{header}.{payload}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def part(token, number):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[number] + "=="))


def test_r24_an_app_of_another_company_gets_no_token_for_this_one(world, api):
    for tenant in ("ziwa", "gasmeter-uz"):
        app = ApiApp(api, key_of(world, tenant, "web"))
        assert error(app.log_in(AMINA)) == (401, "wrong_login")


def test_r24_after_a_logout_neither_token_counts(api_app):
    app, other = api_app(AMINA), api_app(AMINA)
    assert (
        app.post("/token/revoke", {"refresh_token": app.refresh_token}).status_code == 204
    )
    assert refused(app, app.token)
    again = app.post("/token/refresh", {"refresh_token": app.refresh_token})
    assert error(again) == (401, "unauthenticated")
    assert other.get("/profile").status_code == 200


def test_r24_a_token_ends_after_a_quarter_of_an_hour(world, api_app):
    app = api_app(AMINA)
    world.clock.now += 899
    assert app.get("/profile").status_code == 200
    world.clock.now += 1
    assert refused(app, app.token)
    assert renewed(app)["exp"] == int(world.clock.now) + 900
    assert app.get("/profile").status_code == 200


# R25: what a token says.


@pytest.mark.parametrize("who", PERMISSIONS)
def test_r25_a_token_says_the_roles_and_what_the_policies_give_them(world, api_app, who):
    said = payload(api_app(who).token)
    assert said["roles"] == sorted(one.role for one in account(world, who).roles)
    assert [one for one in said["perms"] if one != "appliances"] == sorted(PERMISSIONS[who])
    assert ("appliances" in said["perms"]) is ("assets" in said["perms"])
    assert len(set(said["perms"])) == len(said["perms"])
    assert opened(App(world, PWANI), who) == set(said["perms"]) & set(AREAS)


def test_r25_who_has_no_role_has_empty_lists(api_app):
    said = payload(api_app(NEWCOMER).token)
    assert (said["roles"], said["perms"], said["opts"]) == ([], [], [])


@pytest.mark.parametrize(
    "changed",
    [{"roles": ["owner"]}, {"perms": ["users", "settings"]}, {"cli": "web"}, {"av": 99}],
    ids=["roles", "permissions", "client", "version"],
)
def test_r25_a_claim_that_somebody_changed_is_answered_401(api_app, changed):
    app = api_app(SALUM, "android")
    first, _, third = app.token.split(".")
    text = json.dumps(payload(app.token) | changed).encode()
    middle = base64.urlsafe_b64encode(text).decode().rstrip("=")
    assert refused(app, f"{first}.{middle}.{third}")


def test_r25_a_token_fits_into_a_header_whatever_somebody_is_bound_to(world, api_app):
    many = [f"cluster-{number}-{'x' * 180}" for number in range(40)]
    for id in many:
        places.create_place(
            world.database, PWANI, "cluster", id, actor=SERVICE, name=id[:20]
        )
    owner = api_app(AMINA)
    body = {"roles": [{"role": "user"}], "bindings": {"cluster": many}}
    answer = owner.put(f"/users/{world.id(NEWCOMER)}/access", body)
    assert answer.status_code == 200, answer.text
    app = api_app(NEWCOMER, "android")
    assert len(app.token) < 8192
    assert payload(app.token)["roles"] == ["user"]
    assert app.get("/profile").status_code == 200
    long = app.token + "A" * 8192
    assert error(app.get("/profile", bearer=long)) == (401, "unauthenticated")


# R41: a change of roles counts from the next request on.


def test_r41_an_old_token_is_refused_and_the_next_one_says_the_new_rights(
    world, logged_in, api_app
):
    app, browser = api_app(SALUM), logged_in(AMINA)
    assert error(app.get("/users")) == (403, "forbidden")
    assert set_access(browser, world, SALUM, roles="admin").status_code == 303
    assert refused(app, app.token)
    said = renewed(app)
    assert said["roles"] == ["admin"]
    assert "users" in said["perms"]
    assert app.get("/users").status_code == 200
    assert set_access(browser, world, SALUM, roles="user").status_code == 303
    assert refused(app, app.token)
    assert renewed(app)["roles"] == ["user"]
    assert error(app.get("/users")) == (403, "forbidden")


def test_r41_a_browser_that_is_logged_in_has_the_new_rights_at_its_next_page(
    world, logged_in
):
    browser, owner = logged_in(SALUM), logged_in(AMINA)
    for roles, status in (("admin", 200), ("user", 403), ("admin", 200), ([], 403)):
        assert set_access(owner, world, SALUM, roles=roles).status_code == 303
        assert browser.get("/users").status_code == status, roles


def remove(world, browser):
    return delete(browser, world, NEEMA)


def other_password(world, browser):
    return edit(browser, world, NEEMA, password="other2026words")


@pytest.mark.parametrize("change", [remove, other_password], ids=lambda f: f.__name__)
def test_r41_who_is_deleted_or_gets_another_password_is_out_at_once(
    world, logged_in, api_app, change
):
    app, browser, since = api_app(NEEMA), logged_in(NEEMA), len(world.events(PWANI))
    assert change(world, logged_in(AMINA)).status_code == 303
    assert refused(app, app.token)
    again = app.post("/token/refresh", {"refresh_token": app.refresh_token})
    assert error(again) == (401, "unauthenticated")
    assert browser.get("/profile").location.startswith("/login")
    told = [one for one in new_events(world, since, PWANI) if one.actor_label == NEEMA]
    assert [one.result for one in told if one.result == "ok"] == []


def test_r41_who_is_blocked_is_out_at_once_and_comes_back_with_a_login(world, api_app):
    owner, app = api_app(AMINA), api_app(SALUM, "android")
    path = f"/users/{world.id(SALUM)}"
    assert owner.post(f"{path}/block").status_code in (200, 204)
    assert refused(app, app.token)
    assert error(app.log_in(SALUM)) == (401, "wrong_login")
    assert owner.post(f"{path}/unblock").status_code in (200, 204)
    assert refused(app, app.token)
    assert app.log_in(SALUM).status_code == 200
    assert app.get("/profile").status_code == 200


def test_r41_apps_of_others_are_told_by_what_holds_now(world, logged_in):
    app, browser = App(world, PWANI), logged_in(AMINA)
    for roles, may in (("financial-manager", True), ("user", False)):
        set_access(browser, world, SALUM, roles=roles)
        assert app.decides(SALUM, "report:list", f"tenant:{PWANI}") is may
    delete(browser, world, SALUM)
    assert not app.decides(SALUM, "customer:list", f"tenant:{PWANI}")
