"""Where users are logged in, and the second factor, through the API."""

import pyotp

from tests.console.conftest import ADMIN, FIELD, FINANCE, OWNER
from tests.json_api.conftest import error


def test_who_looks_after_an_account_sees_and_ends_its_logins(logged_in, world):
    app, field = logged_in(OWNER), logged_in(FIELD, "android")
    path = f"/users/{world.id(FIELD)}/sessions"
    [found] = app.get(path).json["sessions"]
    assert (found["channel"], found["is_app"], found["is_this"]) == ("android", True, False)
    assert app.delete(f"{path}/{found['handle']}").status_code == 204
    assert error(field.get("/profile")) == (401, "unauthenticated")
    assert error(app.delete(f"{path}/{found['handle']}")) == (404, "not_found")
    field = logged_in(FIELD, "android")
    assert app.delete(path).json == {"ended": 1}
    assert error(field.get("/profile")) == (401, "unauthenticated")


def test_the_logins_of_others_are_for_who_may_change_the_account(logged_in, world):
    assert error(logged_in(ADMIN).get(f"/users/{world.id(OWNER)}/sessions")) == (
        403,
        "forbidden",
    )
    assert error(logged_in(FINANCE).get(f"/users/{world.id(FIELD)}/sessions")) == (
        403,
        "forbidden",
    )


def test_a_second_factor_is_switched_on_and_off(logged_in, anybody, world):
    app = logged_in(FIELD)
    off = {"is_on": False, "recovery_codes_left": 0}
    assert app.get("/profile/second-factor").json == off
    secret = app.post("/profile/second-factor").json
    assert secret["uri"].startswith("otpauth://totp/")
    code = pyotp.TOTP(secret["base32"])
    wrong = app.post("/profile/second-factor/confirm", {"code": "0"})
    assert error(wrong) == (422, "invalid")
    right = {"code": code.at(int(world.clock.now))}
    codes = app.post("/profile/second-factor/confirm", right).json["codes"]
    assert len(codes) == 10
    assert error(anybody.log_in(FIELD)) == (401, "second_factor_needed")
    assert anybody.log_in(FIELD, code=codes[0]).status_code == 200
    left = {"is_on": True, "recovery_codes_left": 9}
    assert app.get("/profile/second-factor").json == left
    renewed = app.post("/profile/second-factor/codes").json["codes"]
    assert not set(renewed) & set(codes)
    assert app.delete("/profile/second-factor").status_code == 204
    assert app.get("/profile/second-factor").json == off


def test_a_second_factor_takes_a_password_that_was_given_lately(logged_in, world):
    app = logged_in(FIELD)
    world.clock.now += 301
    for answer in (
        app.post("/profile/second-factor"),
        app.delete("/profile/second-factor"),
        app.post("/profile/second-factor/codes"),
    ):
        assert error(answer) == (403, "confirmation_needed")
