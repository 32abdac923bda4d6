"""The table of needs: every page is in it, every action is one of the policies."""

from itertools import product

import pytest
from flask import Flask

from authz.errors import ConfigError
from authz.storage import tenants
from tests.console.conftest import FINANCE, OWNER
from tests.shipped import shipped
from webapp.console.needs import SELF, TENANT, Pages, needs, register

#: Pages that anybody may open, and those that everybody who is logged in may.
PUBLIC = {
    "files.asset",
    "login.form",
    "login.enter",
    "login.code",
    "look.theme",
    "look.keys",
    "register.form",
    "register.register",
    "reset.form",
    "reset.ask",
    "reset.link",
    "reset.use",
}
PERSONAL = {
    "home.page",
    "login.leave",
    "confirm.form",
    "confirm.confirm",
    "unlock.form",
    "unlock.unlock",
    "unlock.forgotten",
    "reset.pages_link",
    "reset.use_pages",
}


def test_r26_every_page_declares_the_action_it_needs(app):
    table = needs(app)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(table)
    assert {name for name, need in table.items() if need.public} == PUBLIC
    free = {name for name, need in table.items() if not need.public and not need.action}
    assert free == PERSONAL


def test_r26_every_declared_action_may_be_asked_of_what_it_is_declared_on(app):
    types = shipped().schema.types
    for rule in app.url_map.iter_rules():
        need = needs(app)[rule.endpoint]
        for values in parts(rule) if need.action else ():
            on = {SELF: "user"}.get(need.on, need.on).format(**values)
            assert need.action.format(**values) in types[on].actions, need


def test_r26_a_page_without_a_declaration_stops_the_start():
    app = Flask("undeclared", static_folder=None)
    app.add_url_rule("/odd", "odd", lambda: "")
    with pytest.raises(ConfigError, match="`/odd` does not declare"):
        register(app, ())
    pages = Pages("odd", __name__)
    with pytest.raises(ConfigError, match="nothing, or two things"):
        pages.page("/odd")
    with pytest.raises(ConfigError, match="nothing, or two things"):
        pages.page("/odd", public=True, action="user:list")


def parts(rule):
    """What may stand in the address where it names one of a few."""
    chosen = [
        [(name, item) for item in converter.items]
        for name, converter in rule._converters.items()
        if hasattr(converter, "items")
    ]
    return [dict(values) for values in product(*chosen)]


def addresses(app, world, methods):
    """An address of every page with one of these methods, for things of pwani."""
    for rule in app.url_map.iter_rules():
        if methods & (rule.methods or set()):
            ids = {name: world.id(FINANCE) for name in rule.arguments}
            for values in parts(rule):
                yield rule.endpoint, rule.build(ids | values)[1]


def test_looking_at_pages_changes_nothing(app, world, logged_in):
    browser = logged_in(OWNER)
    last = world.events("pwani")[-1].seq
    revision = tenants.find_tenant(world.database, "pwani").revision
    for _, path in addresses(app, world, {"GET"}):
        assert browser.get(path).status_code in (200, 303, 403, 404), path
    assert tenants.find_tenant(world.database, "pwani").revision == revision
    new = [event for event in world.events("pwani") if event.seq > last]
    assert {event.result for event in new} <= {"refused"}


def test_pages_that_change_something_take_no_get(app, world, logged_in):
    browser = logged_in(OWNER)
    shown = {path for _, path in addresses(app, world, {"GET"})}
    for _, path in addresses(app, world, {"POST"}):
        if path not in shown:
            assert browser.get(path).status_code == 405, path


def test_every_change_without_a_token_or_from_elsewhere_is_refused(app, world, logged_in):
    browser = logged_in(OWNER)
    for _, path in addresses(app, world, {"POST"}):
        assert browser.send(path).status_code == 400, path
        foreign = {"Origin": "https://evil.example"}
        assert browser.post(path, headers=foreign).status_code == 403, path


def test_menu_entries_are_asked_of_the_tenant(app):
    from webapp.console.menu import MENU

    table = needs(app)
    for _, entries in MENU:
        for entry in entries:
            assert table[entry.endpoint].on == TENANT
