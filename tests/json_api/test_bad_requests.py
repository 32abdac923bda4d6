"""Requests that cannot be understood are refused whole, with the member at fault."""

import json
import sqlite3
from contextlib import closing

import pytest
from flask import Flask, g

from tests.console.conftest import OWNER
from tests.json_api.conftest import api_of, error
from webapp.json_api import errors
from webapp.json_api.app import create_app

LOGIN = {"email": OWNER, "password": "x"}


def sent(app, body, **headers):
    said = {"Content-Type": "application/json"} | headers
    return app.client.post(
        "/api/v1/token", data=body, headers=said, base_url="http://localhost"
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"email": "a", "email": "b", "password": "c"}', "twice"),
        (b'{"email": NaN}', "not a JSON value"),
        (b'{"email": "\\ud800"}', "surrogate"),
        (b'{"email": "\xff"}', "not UTF-8"),
        (b'{"email": ' + b"[" * 20 + b"]" * 20 + b"}", "nested deeper"),
    ],
    ids=["empty", "open", "array", "twice", "nan", "surrogate", "bytes", "deep"],
)
def test_a_body_that_is_no_sound_json_is_refused(anybody, body, told):
    answer = sent(anybody, body)
    assert error(answer) == (400, "bad_request")
    assert told in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("changed", "where", "told"),
    [
        ({"passwort": "x"}, "passwort", "did you mean `password`?"),
        ({"tenant_id": "ziwa"}, "tenant_id", "unknown member `tenant_id`"),
        ({"password": 7}, "password", "must be a string, and is a number"),
        ({"password": None}, "password", "is missing"),
    ],
    ids=["misspelt", "foreign", "number", "null"],
)
def test_a_member_at_fault_is_named(anybody, changed, where, told):
    answer = sent(anybody, json.dumps(LOGIN | changed))
    assert error(answer) == (400, "bad_request")
    assert answer.json["error"]["where"] == where
    assert told in answer.json["error"]["message"]


def test_other_bodies_than_plain_json_are_refused(anybody):
    body = json.dumps(LOGIN)
    form = sent(anybody, body, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert error(form) == (415, "unsupported_media_type")
    packed = sent(anybody, body, **{"Content-Encoding": "gzip"})
    assert error(packed) == (415, "unsupported_encoding")


def test_a_body_above_the_limit_is_refused(anybody):
    body = json.dumps(LOGIN | {"password": "x" * 256 * 1024})
    assert error(sent(anybody, body)) == (413, "body_too_large")


def test_a_path_or_a_method_that_is_not_there_is_refused(anybody):
    assert error(anybody.get("/nothing")) == (404, "not_found")
    assert error(anybody.get("/profile/")) == (404, "not_found")
    answer = anybody.get("/token")
    assert error(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "limit=1&limit=2", "limits=1", "without_role=maybe"],
)
def test_a_part_of_the_address_at_fault_is_named(logged_in, query):
    answer = logged_in(OWNER).get(f"/users?{query}")
    assert error(answer) == (400, "bad_request")
    assert answer.json["error"]["where"] == query.partition("=")[0]


def test_where_no_parameters_are_known_none_are_taken(logged_in):
    answer = logged_in(OWNER).get("/profile?tenant=ziwa")
    assert error(answer) == (400, "bad_request")


def test_the_id_of_a_request_comes_back(anybody):
    answer = anybody.get("/profile", headers={"X-Request-ID": "mine-7"})
    assert answer.headers["X-Request-ID"] == "mine-7"
    assert error(answer) == (401, "unauthenticated")
    strange = anybody.get("/profile", headers={"X-Request-ID": "a" * 201})
    assert error(strange) == (400, "bad_request")


def test_another_host_is_not_answered_to(anybody):
    answer = anybody.client.get("/api/v1/profile", base_url="http://evil.example")
    assert error(answer) == (421, "wrong_host")


def test_every_answer_says_that_nobody_may_keep_or_show_it(world):
    client = create_app(api_of(world, origin="https://localhost")).test_client()
    for path in ("/api/v1/profile", "/api/v1/docs", "/.well-known/jwks.json"):
        headers = client.get(path, base_url="https://localhost").headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "Set-Cookie" not in headers


def test_what_nobody_foresaw_is_logged_and_not_told(caplog):
    app = Flask("broken", static_folder=None)
    errors.install(app)

    @app.get("/")
    def view():
        g.request_id = "r-1"
        raise ValueError("the canary")

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "internal_error")
    assert "canary" not in answer.text
    assert "'r-1'" in caplog.text
    assert "the canary" in caplog.text


def test_without_the_facts_nothing_is_answered(logged_in, world):
    app = logged_in(OWNER)
    with closing(sqlite3.connect(world.path)) as connection, connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute("ALTER TABLE session RENAME TO gone")
    answer = app.get("/profile")
    assert error(answer) == (503, "unavailable")
    assert "session" not in answer.text
