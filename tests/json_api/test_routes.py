"""The table of routes: each is in it, declares its need, and is closed without a token."""

import pytest
from flask import Flask

from authz.administration.person import Person
from authz.errors import ConfigError
from tests.console.conftest import FINANCE, OWNER
from tests.console.test_route_table import parts
from tests.json_api.conftest import App, error, key_of
from tests.shipped import shipped
from webapp.console.needs import needs, register
from webapp.json_api.declared import Routes

#: Routes that anybody may ask, and those that everybody with a token may.
PUBLIC = {
    "companies.register",
    "document.openapi",
    "document.shown",
    "document.style",
    "keys.jwks",
    "tokens.log_in",
    "tokens.refresh",
    "tokens.revoke",
}
PERSONAL = {"profile.confirm", "profile.unlock"}


def routes(app, world):
    """Endpoint, method and address of every route, for things of pwani."""
    for rule in app.url_map.iter_rules():
        [method] = rule.methods - {"HEAD"}
        ids = {name: world.id(FINANCE) for name in rule.arguments}
        ids |= {name: 1 for name in ids if name == "number"}
        for values in parts(rule):
            yield rule.endpoint, method, rule.build(ids | values)[1]


def test_r26_every_route_declares_what_it_needs(flask):
    table = needs(flask)
    assert {rule.endpoint for rule in flask.url_map.iter_rules()} == set(table)
    assert {name for name, need in table.items() if need.public} == PUBLIC
    free = {
        name
        for name, need in table.items()
        if not (need.public or need.action or need.scope)
    }
    assert free == PERSONAL


def test_r26_every_declared_action_may_be_asked_of_what_it_is_declared_on(flask):
    types = shipped().schema.types
    someone = Person("pwani", "u_1", "a@b.c", "web")
    for rule in flask.url_map.iter_rules():
        need = needs(flask)[rule.endpoint]
        ids = dict.fromkeys(rule.arguments, "x")
        for values in parts(rule):
            asked = need.question(someone, ids | values)
            assert asked is None or asked.action in types[asked.type].actions, need


def test_r26_a_route_without_a_declaration_stops_the_start():
    app = Flask("undeclared", static_folder=None)
    app.add_url_rule("/odd", "odd", lambda: "")
    with pytest.raises(ConfigError, match="`/odd` does not declare"):
        register(app, ())
    odd = Routes("odd", __name__, group="Odd")
    with pytest.raises(ConfigError, match="nothing, or two things"):
        odd.route_of("GET", "/odd", "Odd")(lambda who: None)
    with pytest.raises(ConfigError, match="a method or scope"):
        odd.route_of("TRACE", "/odd", "Odd", public=True)
    with pytest.raises(ConfigError, match="a method or scope"):
        odd.route_of("GET", "/odd", "Odd", scope="everything")


def test_r24_every_route_is_closed_without_a_token(flask, world, anybody):
    for endpoint, method, path in routes(flask, world):
        if endpoint not in PUBLIC:
            answer = anybody.client.open(path, method=method, base_url="http://localhost")
            assert error(answer) == (401, "unauthenticated"), path
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gatehouse"'


def test_r70_a_key_of_an_app_is_no_token_of_a_person(flask, world):
    app = App(flask)
    key = key_of(world, "pwani", "web", "decision:check", "facts:write")
    for endpoint, method, path in routes(flask, world):
        need = needs(flask)[endpoint]
        if not (need.public or need.scope):
            said = {"Authorization": f"Bearer {key}"}
            answer = app.client.open(
                path, method=method, headers=said, base_url="http://localhost"
            )
            assert error(answer) == (401, "unauthenticated"), path


def test_looking_changes_nothing(flask, world, logged_in):
    app = logged_in(OWNER)
    last = world.events("pwani")[-1].seq
    for _, method, path in routes(flask, world):
        if method == "GET":
            answer = app.client.get(
                path,
                headers={"Authorization": f"Bearer {app.token}"},
                base_url="http://localhost",
            )
            assert answer.status_code in (200, 400, 403, 404), path
    new = [event for event in world.events("pwani") if event.seq > last]
    assert {event.result for event in new} <= {"refused"}
