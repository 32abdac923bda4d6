"""The field in its app, and the API behind protected pages (R13-R18, R20, R22)."""

import pytest

from tests.administration.names import AMINA, CLERK, OTIENO, REHEMA, SALUM
from tests.json_api.conftest import App as ApiApp
from tests.json_api.conftest import error, key_of
from tests.requirements.metering import counts, new_events
from tests.requirements.minigrid import KEVIN, PWANI, ZIWA

PAGES, OTHER = "ziwa-pages-7", "lake-pages-2027"
#: What lies behind a protected page: method, path, body.
BEHIND = (
    *(("GET", "/users", None), ("GET", "/settings", None), ("GET", "/settings/map", None)),
    ("PATCH", "/settings", {"name": "Passed"}),
    ("PUT", "/settings/protected-pages", {"password": OTHER}),
    ("POST", "/users", {"email": "a@b.example", "name": "A", "password": "passed2026"}),
    ("POST", "/places/cluster", {"name": "Passed"}),
    ("POST", "/records/tariff", {"details": {"name": "Passed"}}),
    ("POST", "/records/target", {"details": {"name": "Passed"}}),
    ("POST", "/records/connection_group", {"details": {"name": "Passed"}}),
    ("POST", "/records/commission_type", {"details": {"name": "Passed"}}),
    ("POST", "/imports/users", {"table": "email,name\na@b.example,A\n", "save": True}),
)


def unlock(app, password=PAGES):
    return app.post("/profile/unlock", {"password": password})


# R13: the day of a field worker.


def test_r13_a_customer_and_a_ticket_are_registered_in_the_app(world, api_app):
    app, since = api_app(SALUM, "android"), len(world.events(PWANI))
    for path in ("/records/tariff", "/places/village", "/records/connection_type"):
        assert app.get(path).status_code == 200, path
    customer = app.post(
        "/records/customer",
        {
            "attributes": {"cluster": "mafia"},
            "details": {"name": "Bibi Asha", "village": "Mafia Village"},
        },
    )
    assert customer.status_code == 201, customer.text
    ticket = app.post(
        "/records/ticket",
        {
            "attributes": {"cluster": "mafia"},
            "details": {"name": "No light", "customer": customer.json["id"]},
        },
    )
    assert ticket.status_code == 201, ticket.text
    assert "Bibi Asha" in app.get("/records/customer?q=bibi").text
    written = new_events(world, since, PWANI)
    assert {one.channel for one in written} == {"android"}
    assert {one.actor_label for one in written} == {SALUM}


@pytest.mark.parametrize("who", [SALUM, REHEMA, AMINA])
def test_r13_d9_a_customer_is_not_deleted_from_the_app(api_app, who):
    app, path = api_app(who, "android"), "/records/customer/cust-1"
    assert app.patch(path, {"details": {"name": "Hassan Musa"}}).status_code == 200
    assert error(app.delete(path)) == (403, "forbidden")
    assert app.get(path).json["details"]["name"] == "Hassan Musa"


@pytest.mark.parametrize("cluster", ["pemba", "ziwa-east", "nowhere"])
def test_r13_r07_nothing_is_registered_where_one_has_no_business(api_app, cluster):
    app = api_app(SALUM, "android")
    for type in ("customer", "ticket", "asset"):
        body = {"attributes": {"cluster": cluster}, "details": {"name": "X"}}
        answer = app.post(f"/records/{type}", body)
        assert answer.status_code in (403, 404, 422), type
    listed = app.get("/records/customer").json["records"]
    assert {one["record"]["id"] for one in listed} == {"cust-1", "cust-2"}


# R14, R15: the API behind a protected page waits for the password too.


def test_r14_nothing_behind_a_protected_page_answers_until_it_is_unlocked(world, api_app):
    app = api_app(OTIENO)
    app.post("/profile/confirm", {"password": "meter2025x"})
    for method, path, body in BEHIND:
        answer = app.send(method, path, body)
        assert error(answer) == (403, "pages_locked"), (method, path)
        assert CLERK not in answer.text
    assert unlock(app).status_code == 204
    assert CLERK in app.get("/users").text
    assert app.get("/settings").json["name"] == "Ziwa Energy Cooperative"


def test_r14_r21_what_is_told_of_one_person_is_behind_it_too(world, api_app):
    app, person = api_app(OTIENO), f"/users/{world.id(CLERK)}"
    app.post("/profile/confirm", {"password": "meter2025x"})
    for method, path, body in (
        *(("GET", person, None), ("PATCH", person, {"name": "Passed"})),
        *(("DELETE", person, None), ("GET", f"{person}/access", None)),
        ("PUT", f"{person}/access", {"roles": []}),
        *(("GET", f"{person}/permissions", None), ("GET", f"{person}/sessions", None)),
        *(("DELETE", f"{person}/sessions", None), ("POST", f"{person}/block", {})),
        ("GET", f"{person}/comparison?other={world.id(OTIENO)}", None),
        *(("GET", "/exports/users.csv", None), ("GET", "/exports/users.json", None)),
    ):
        answer = app.send(method, path, body)
        assert error(answer) == (403, "pages_locked"), (method, path)
        assert CLERK not in answer.text


def test_r14_r13_daily_work_is_not_locked(api_app):
    app = api_app(KEVIN, "android")
    for path in ("/records/customer", "/records/tariff", "/places/village", "/profile"):
        assert app.get(path).status_code == 200, path


def test_r15_r18_an_unlock_is_that_of_one_login_and_everybody_gives_the_same(api_app):
    first, second, clerk = api_app(OTIENO), api_app(OTIENO), api_app(CLERK)
    assert unlock(first).status_code == 204
    assert first.get("/users").status_code == 200
    for app in (second, clerk):
        assert error(app.get("/users")) == (403, "pages_locked")
        assert unlock(app).status_code == 204
        assert app.get("/users").status_code == 200


def test_r15_an_unlock_gives_nobody_a_right(api_app):
    app = api_app(KEVIN)
    before = [error(app.send(*asked)) for asked in BEHIND]
    assert set(before) == {(403, "forbidden")}
    assert unlock(app).status_code == 204
    assert [error(app.send(*asked)) for asked in BEHIND] == before


def test_r15_r11_an_unlock_opens_nothing_in_an_app(api_app):
    app = api_app(OTIENO, "android")
    unlock(app)
    for method, path, body in BEHIND:
        assert error(app.send(method, path, body)) == (403, "forbidden"), path


# R16: a wrong one.


@pytest.mark.parametrize(
    "wrong",
    ["", "wrong12345", "x" * 10_000, "пароль 77", f"{PAGES} ", "meter2025x"],
    ids=["empty", "another", "ten kilobytes", "cyrillic", "a space behind", "the login"],
)
def test_r16_a_wrong_one_opens_nothing_and_is_written_down(world, api_app, wrong):
    app, since = api_app(OTIENO), len(world.events(ZIWA))
    answer = unlock(app, wrong)
    assert error(answer) == (403, "wrong_password")
    assert not wrong or wrong not in answer.text
    assert error(app.get("/users")) == (403, "pages_locked")
    written = new_events(world, since, ZIWA)[0]
    assert (written.action, written.result) == ("pages.unlocked", "refused")


def test_r16_after_ten_failures_the_right_one_has_to_wait(world, api_app):
    app = api_app(OTIENO)
    for _ in range(10):
        unlock(app, "wrong12345")
    answer = unlock(app)
    assert error(answer) == (429, "throttled")
    assert int(answer.headers["Retry-After"]) > 0
    assert error(app.get("/users")) == (403, "pages_locked")


# R17: it is set when the company registers.


COMPANY = {
    "name": "Sola Energy",
    "owner": {
        "name": "Sara",
        "email": "sara@sola.example",
        "password": "sunshine2026",
        "timezone": "Africa/Lusaka",
    },
    "pages_password": "sola-pages-9",
}


@pytest.mark.parametrize("value", ["", "sola-9", "onlyletters", "sunshine2026"])
def test_r17_a_weak_one_leaves_no_half_made_company(world, api, value):
    app, before = ApiApp(api), counts(world)
    answer = app.post("/registration", COMPANY | {"pages_password": value})
    assert error(answer) == (422, "invalid")
    assert answer.json["error"]["where"] == "pages_password"
    for table in ("tenant", "account", "event"):
        assert counts(world)[table] == before[table], table
    assert error(app.log_in("sara@sola.example", "sunshine2026")) == (401, "wrong_login")


def test_r17_a_company_that_sets_one_has_it_from_its_first_login(world, api):
    app = ApiApp(api)
    made = app.post("/registration", COMPANY)
    assert made.status_code == 201, made.text
    app.key = key_of(world, made.json["slug"], "web")
    assert app.log_in("sara@sola.example", "sunshine2026").status_code == 200
    assert error(app.get("/users")) == (403, "pages_locked")
    assert unlock(app, "sola-pages-9").status_code == 204
    assert app.get("/users").status_code == 200


# R20, R22: it is changed, and nobody reads it.


def test_r20_after_a_change_every_unlock_ends(api_app):
    owner, clerk = api_app(OTIENO), api_app(CLERK)
    for app in (owner, clerk):
        unlock(app)
    for weak in ("short1", "meter2025x", ""):
        answer = owner.put("/settings/protected-pages", {"password": weak})
        assert error(answer) == (422, "invalid"), weak
    assert clerk.get("/users").status_code == 200
    changed = owner.put("/settings/protected-pages", {"password": OTHER})
    assert changed.status_code == 204, changed.text
    for app in (owner, clerk):
        assert error(app.get("/users")) == (403, "pages_locked")
        assert error(unlock(app)) == (403, "wrong_password")
        assert unlock(app, OTHER).status_code == 204


def test_r22_no_answer_holds_it_or_its_hash(world, api_app):
    app = api_app(OTIENO)
    unlock(app)
    app.put("/settings/protected-pages", {"password": OTHER})
    unlock(app, OTHER)
    assert app.get("/settings/protected-pages").json == {"is_on": True}
    for path in (
        *("/settings", "/settings/protected-pages", "/profile", "/events", "/users"),
        *("/profile/sessions", f"/events?q={OTHER}", "/profile/permissions"),
    ):
        text = app.get(path).text
        for secret in (OTHER, PAGES, "$argon2"):
            assert secret not in text, path
