"""The metering platform as its people use it: forms, lists, and apps that ask."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from authz import config
from authz.accounts import tokens
from authz.accounts.tokenkeys import TokenKeys
from authz.decisions.active import ActivePolicies
from authz.settings import Config
from authz.storage import clients, people, tenants
from authz.storage.events import SERVICE
from tests.api.doors import Client, function_door, question
from tests.shipped import POLICIES, shipped
from webapp.serve import build_app

PLATFORM = "gasmeter-uz"
#: What the form of a new account asks for.
NEW: Mapping[str, str] = {
    "email": "ann@gasmeter.example",
    "name": "Ann Bold",
    "password": "meter2026y",
    "timezone": "Asia/Tashkent",
    "language": "en",
}
#: What the form of the worked example chooses.
SERVICE_ADMIN: Mapping[str, Any] = {
    "level": "service_company_admin",
    "options": ["reporting", "equipment_monitoring"],
    "supply_company": "hududgaz",
    "service_organization": "techservice",
}
UNITS = ("mu-101", "mu-102", "mu-103", "mu-104", "mu-201", "mu-202", "mu-861")
#: Those that TechService services for Hududgaz and its branches.
TECHSERVICE_UNITS = ("mu-101", "mu-103", "mu-861")
#: Something of each kind that the platform has.
THINGS = (
    ("tenant", PLATFORM),
    ("user", "service_tech@domain.com"),
    ("metering_unit", "mu-101"),
    ("consumer", "c-bakery"),
    ("supply_company", "hududgaz"),
    ("service_organization", "techservice"),
    ("manufacturer", "ekdev"),
)
SCOPES = (
    *("decision:check", "decision:batch", "decision:search", "decision:explain"),
    *("channel:assert", "session:assert"),
)


def account(world, email):
    """The account as it is stored; of the live ones where there are several."""
    return people.find_account(world.database, world.tenant_of(email), email)


def has_account(world, email):
    """Whether a live account of the platform has exactly this e-mail."""
    return email in {one.email for one in people.list_accounts(world.database, PLATFORM)}


def held(browser, path, name="version"):
    """What a field of a page holds."""
    return browser.get(path).text.partition(f'name="{name}" value="')[2].partition('"')[0]


def add(browser, **new):
    """The form of a new account, with what is given in place of the usual."""
    return browser.post("/users/add", {**NEW, **new})


def edit(browser, world, who, /, **new):
    """The edit form of a person, sent with these fields changed."""
    path, before = f"/users/{world.id(who)}/edit", account(world, who)
    names = ("email", "name", "phone", "street", "timezone", "language")
    form = {name: getattr(before, name) or "" for name in names}
    form |= {"password": "", "version": held(browser, path)}
    return browser.post(path, form | new)


def edit_own(browser, world, who, /, **new):
    """The form of the own profile, sent with these fields changed."""
    before = account(world, who)
    names = ("name", "phone", "street", "timezone", "language")
    form = {name: getattr(before, name) or "" for name in names}
    form["version"] = held(browser, "/profile")
    return browser.post("/profile", form | new)


def set_access(browser, world, email, **form):
    """The permissions form of a person, with exactly this chosen."""
    path = f"/users/{world.id(email)}/permissions"
    return browser.post(path, {"version": held(browser, path)} | form)


def delete(browser, world, email):
    """The account, deleted by its form with the question answered."""
    path = f"/users/{world.id(email)}/delete"
    return browser.post(path, {"version": held(browser, path), "sure": "yes"})


def may_of(app, who):
    """All that a person may do, besides looking after the own account."""
    types = shipped().schema.types
    asked = [
        (action, f"{type}:{id}")
        for type, id in THINGS
        for action in sorted(types[type].actions)
    ]
    told = app.decides_all([(who, *one) for one in asked])
    return [
        (action, on)
        for (action, on), allowed in zip(asked, told, strict=True)
        if allowed and not (action.startswith("profile:") and on == f"user:{who}")
    ]


def revision(world):
    """How many changes the facts of the platform have seen."""
    return tenants.find_tenant(world.database, PLATFORM).revision


def row_of(page, name):
    """The row of a person in the list."""
    found = [row for row in page.split("<tr")[1:] if f">{name}</a>" in row]
    assert found, f"{name} is not listed"
    return found[0].partition("</tr>")[0]


def listed_units(browser):
    """The ids of the units that the list shows to somebody."""
    page = browser.get("/units").text
    return sorted(re.findall(r'scope="row"><a href="/units/([\w-]+)"', page))


def error_at(page, field):
    """What the form says at a field."""
    text = page.partition(f'id="{field}-error"')[2].partition(">")[2].partition("</p>")[0]
    return re.sub(r"<[^>]+>", "", text).strip()


def token_of(world, email):
    """A personal token of an app, and what says whether it is believed."""
    client, _ = clients.create(
        world.database, PLATFORM, "field app", ["decision:check"], actor=SERVICE
    )
    made = tokens.Tokens(
        world.database, TokenKeys(world.path), world.clock, "gatehouse", "apps"
    )
    issued = made.issue(shipped(), account(world, email), client)

    def is_believed():
        try:
            made.person_of(issued.token)
        except tokens.WrongToken:
            return False
        return True

    return is_believed


def new_events(world, since, tenant=PLATFORM):
    """What was written into the log after so many entries."""
    return world.events(tenant)[since:]


def rows(world, query, *values):
    """What the file holds, past all of our code."""
    with closing(sqlite3.connect(world.path)) as connection:
        return connection.execute(query, values).fetchall()


def write(world, statement, *values):
    """Something that somebody does to the file, past all of our code."""
    with closing(sqlite3.connect(world.path)) as connection, connection:
        connection.execute(statement, values)


def counts(world) -> dict[str, int]:
    """Table -> how many rows it has."""
    names = [
        name for (name,) in rows(world, "SELECT name FROM sqlite_master WHERE type='table'")
    ]
    return {name: rows(world, f"SELECT count(*) FROM {name}")[0][0] for name in names}


def settings_of(world, **given: Any) -> Config:
    """The settings of a server over the same database."""
    given |= {
        "store.path": world.path,
        "decisions.log.dir": world.path.parent / "decisions",
    }
    return config.load(POLICIES.parent / "config.yaml", {}, given)


class App:
    """An app of a tenant at the decision endpoint, over the same facts."""

    def __init__(
        self, world, tenant: str = PLATFORM, policies: ActivePolicies | None = None
    ):
        active = policies or ActivePolicies(POLICIES, lambda _source: shipped())
        self.world = world
        self.api = build_app(settings_of(world), active)
        _, key = clients.create(
            world.database, tenant, "dispatch", set(SCOPES), actor=SERVICE
        )
        self.client = Client(function_door(self.api), key.text)

    def decides(self, who: str, action: str, resource: str, channel: str = "web") -> bool:
        """Whether the person may do it."""
        return self.client.decides(
            question(f"user:{who}", action, resource, channel=channel)
        )

    def decides_all(self, asked: list[tuple[str, str, str]]) -> Iterator[bool]:
        """The same for many, on the web, in one batch."""
        told = [question(f"user:{who}", *rest, channel="web") for who, *rest in asked]
        reply = self.send("/access/v1/evaluations", {"evaluations": told})
        assert reply.status == 200, reply.body
        return (one["decision"] for one in reply.json["evaluations"])

    def id_of(self, who: str) -> str:
        """The opaque id by which searches name a person."""
        return str(self.world.id(who))

    def send(self, path: str, body: Mapping[str, Any]):
        """A JSON body at any path of the API."""
        return self.client.send(json.dumps(body).encode(), path=path)
