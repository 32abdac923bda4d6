"""Logging in by program: what a token is good for, and when it no longer is."""

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from authz.accounts import keyfiles, second_factor
from authz.accounts.tokenkeys import CURRENT
from authz.storage import access, clients, people, tenants
from authz.storage.events import SERVICE
from tests.console.conftest import FIELD, OWNER, PASSWORD, ROOT_ADMIN
from tests.json_api.conftest import App, error, key_of


def payload(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def forged(world, token, key=None, header=None, **changed):
    """The token with other claims or another header, signed with our key or that one."""
    first = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    ours = ECKey.import_key(keyfiles.path_of(world.path, CURRENT).read_bytes())
    said = payload(token) | changed
    return jwt.encode(
        first | (header or {}),
        said,
        key or ours,
        algorithms=["ES256", "HS256", "none"],
    )


def test_r04_one_account_gets_a_token_for_each_kind_of_app(logged_in):
    claims = {
        channel: payload(logged_in(OWNER, channel).token) for channel in ("web", "android")
    }
    changing = ("jti", "iat", "nbf", "exp", "cli")
    same = [{k: v for k, v in c.items() if k not in changing} for c in claims.values()]
    assert same[0] == same[1]
    assert {channel: one["cli"] for channel, one in claims.items()} == {
        "web": "web",
        "android": "android",
    }


def test_r12_without_an_app_of_the_company_it_is_not_the_web(anybody):
    assert anybody.log_in(OWNER).status_code == 200
    assert payload(anybody.token)["cli"] == "api"
    assert anybody.get("/profile").json["channel"] == "api"
    assert error(anybody.get("/users")) == (403, "forbidden")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Channel": "web"},
        {"X-Client": "web"},
        {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Site": "same-origin"},
        {"Cookie": "gatehouse=" + "a" * 64},
    ],
    ids=["channel", "client", "browser", "cookie"],
)
def test_r12_no_header_makes_it_the_web(logged_in, headers):
    app = logged_in(OWNER, "android")
    assert error(app.get("/users", headers=headers)) == (403, "forbidden")


def test_a_cookie_lets_nobody_in(world, flask):
    from tests.console.conftest import Browser, console_of
    from webapp.console.app import create_app

    browser = Browser(create_app(console_of(world)))
    browser.log_in(OWNER)
    app = App(flask)
    app.client.set_cookie("gatehouse", browser.session(), domain="127.0.0.1")
    assert error(app.get("/profile")) == (401, "unauthenticated")
    app.log_in(FIELD)
    assert app.get("/profile").json["person"]["email"] == FIELD


def test_r05_the_app_of_another_company_is_no_door(flask, world):
    app = App(flask, key_of(world, "ziwa", "web"))
    assert error(app.log_in(OWNER)) == (401, "wrong_login")


@pytest.mark.parametrize("key", ["gh_1_2", "gh_" + "a" * 16 + "_" + "b" * 64, "x"])
def test_a_wrong_key_of_an_app_is_no_app(flask, key):
    assert error(App(flask, key).log_in(OWNER)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("email", "password"),
    [(OWNER, "wrong12345"), ("nobody@pwani.example", PASSWORD), ("", ""), ("a\x00b", "x")],
    ids=["password", "unknown", "empty", "nul"],
)
def test_a_wrong_login_has_one_text(anybody, email, password):
    answer = anybody.log_in(email, password)
    assert error(answer) == (401, "wrong_login")
    assert answer.json["error"]["message"] == "the e-mail or the password is wrong"


def test_too_many_wrong_logins_are_told_how_long_to_wait(anybody):
    for _ in range(10):
        anybody.log_in(OWNER, "wrong12345")
    answer = anybody.log_in(OWNER)
    assert error(answer) == (429, "throttled")
    assert 200 < int(answer.headers["Retry-After"]) <= 300


def test_a_second_factor_is_asked_for(anybody, world):
    import pyotp

    owner = world.id(OWNER)
    made = second_factor.enrol(
        world.database, "pwani", owner, label=OWNER, issuer="Gatehouse"
    )
    code = pyotp.TOTP(made.secret)
    second_factor.confirm(
        world.database,
        "pwani",
        owner,
        code.at(int(world.clock.now)),
        actor=SERVICE,
        now=world.clock.now,
    )
    assert error(anybody.log_in(OWNER)) == (401, "second_factor_needed")
    assert error(anybody.log_in(OWNER, code="000000")) == (401, "wrong_login")
    world.clock.now += 60
    assert anybody.log_in(OWNER, code=code.at(int(world.clock.now))).status_code == 200


def test_r24_a_token_that_is_not_ours_or_does_not_count_now_is_refused(logged_in, world):
    app = logged_in(OWNER)
    now, good = int(world.clock.now), app.token
    first, second, third = good.split(".")
    strange = ECKey.generate_key("P-256")
    bad = {
        "none": "",
        "truncated": good[:-4],
        "without signature": f"{first}.{second}.",
        "swapped": f"{first}.{third}.{second}",
        "another key": forged(world, good, strange),
        "expired": forged(world, good, exp=now),
        "future": forged(world, good, nbf=now + 1),
        "issuer": forged(world, good, iss="https://evil.example"),
        "audience": forged(world, good, aud="http://127.0.0.1:8081"),
        "type": forged(world, good, header={"typ": "JWT"}),
        "algorithm": forged(
            world, good, OctKey.import_key("secret" * 8), header={"alg": "HS256"}
        ),
        "another tenant": forged(world, good, tid="ziwa"),
        "another person": forged(world, good, sub=world.id(FIELD)),
        "old rights": forged(world, good, av=payload(good)["av"] - 1),
        "another login": forged(world, good, jti="0" * 24 + ".0"),
    }
    for name, token in bad.items():
        assert error(app.get("/profile", bearer=token or "x")) == (
            401,
            "unauthenticated",
        ), name
    assert app.get("/profile").status_code == 200


def test_r24_a_claim_is_a_hint_and_opens_nothing(logged_in, world):
    app = logged_in(FIELD)
    claims = {"roles": ["owner"], "perms": ["users", "settings"], "bnd": None}
    answer = app.get("/users", bearer=forged(world, app.token, **claims))
    assert error(answer) == (403, "forbidden")


def test_r41_new_rights_make_the_token_old_and_the_next_one_new(logged_in, world):
    app = logged_in(FIELD)
    roles = {"financial-manager": None}
    access.set_access(world.database, "pwani", world.id(FIELD), actor=SERVICE, roles=roles)
    assert error(app.get("/profile")) == (401, "unauthenticated")
    answer = app.post("/token/refresh", {"refresh_token": app.refresh_token})
    assert payload(answer.json["access_token"])["roles"] == ["financial-manager"]
    app.token = answer.json["access_token"]
    assert app.get("/profile").status_code == 200


@pytest.mark.parametrize("change", ["blocked", "deleted", "suspended", "revoked"])
def test_r41_whoever_is_shut_out_is_out_at_once(logged_in, world, change):
    app, database = logged_in(FIELD), world.database
    if change == "blocked":
        people.set_status(database, "pwani", world.id(FIELD), "blocked", actor=SERVICE)
    elif change == "deleted":
        people.delete_account(database, "pwani", world.id(FIELD), actor=SERVICE)
    elif change == "suspended":
        tenants.set_status(database, "pwani", "suspended", actor=SERVICE)
    else:
        [client] = [
            one for one in clients.list_clients(database, "pwani") if one.name == "web app"
        ]
        clients.revoke(database, "pwani", client.id, actor=SERVICE)
    assert error(app.get("/profile")) == (401, "unauthenticated")
    answer = app.post("/token/refresh", {"refresh_token": app.refresh_token})
    assert error(answer) == (401, "unauthenticated")


def test_a_refresh_token_is_good_once_and_its_copy_ends_the_login(logged_in):
    app = logged_in(OWNER)
    first = {"refresh_token": app.refresh_token}
    second = app.post("/token/refresh", first).json
    app.token = second["access_token"]
    assert app.get("/profile").status_code == 200
    assert error(app.post("/token/refresh", first)) == (401, "unauthenticated")
    assert error(app.get("/profile")) == (401, "unauthenticated")
    again = {"refresh_token": second["refresh_token"]}
    assert error(app.post("/token/refresh", again)) == (401, "unauthenticated")


def test_r24_after_a_logout_the_token_is_refused(logged_in):
    app = logged_in(OWNER)
    for _ in range(2):
        answer = app.post("/token/revoke", {"refresh_token": app.refresh_token})
        assert answer.status_code == 204
    assert error(app.get("/profile")) == (401, "unauthenticated")


def test_the_public_keys_verify_a_token(logged_in):
    app = logged_in(OWNER)
    keys = app.get("/.well-known/jwks.json").json["keys"]
    assert all("d" not in key for key in keys)
    key = ECKey.import_key(keys[0])
    claims = jwt.decode(app.token, key, algorithms=["ES256"]).claims
    assert claims["sub"] == app.get("/profile").json["person"]["id"]


def test_a_person_of_any_kind_of_company_logs_in(logged_in):
    assert logged_in(ROOT_ADMIN).get("/profile").json["tenant"] == "gasmeter-uz"
