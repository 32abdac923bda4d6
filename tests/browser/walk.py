"""Every page that the console shows, opened by somebody who may.

The pages are those of the console's own table, so that a new one is looked at from its
first day; where its address has a part that is not known, the walk asks for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlencode

from flask import Flask
from playwright.sync_api import Page
from werkzeug.routing import Rule

from tests.browser.samples import BEFORE, MADE, NOBODY, PEOPLE, STATES, THINGS
from tests.browser.site import Site
from tests.browser.windows import Windows, visit
from webapp.console.app import PAGES
from webapp.console.needs import SELF, TENANT, Need, needs, register

#: Files, which a browser does not show.
DOWNLOADS = (".csv", ".jsonl")
ASSETS = "files.asset"
HERE = "tests/browser/samples.py"


@dataclass(frozen=True)
class Shown:
    """A page of the table, or such a page with a question in its address."""

    rule: Rule
    need: Need
    #: The parts of the address that name one of a few.
    fixed: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """As `/users/<id>/edit`: the same in every process and on every day."""
        parts = self.rule.rule.split("/")
        for name, value in self.fixed:
            parts = [value if part.endswith(f":{name}>") else part for part in parts]
        asked = "&".join(f"{name}={value}" for name, value in self.query)
        return "/".join(parts) + (f"?{asked}" if asked else "")


def pages(*, thorough: bool = False) -> Iterator[Shown]:
    """All of them, by address.

    Where an address names one of a few kinds, the page is one template for all: only a
    thorough walk sees it for each.
    """
    app = Flask("walk", static_folder=None)
    register(app, PAGES)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        is_file = rule.endpoint == ASSETS or rule.rule.endswith(DOWNLOADS)
        if "GET" in (rule.methods or ()) and not is_file:
            need = needs(app)[rule.endpoint]
            for fixed in _choices(rule)[: None if thorough else 1]:
                yield Shown(rule, need, fixed)
                for query in STATES.get(rule.endpoint, ()):
                    yield Shown(rule, need, fixed, tuple(query.items()))


def opened(page: Shown, windows: Windows) -> Page:
    """The page in the window of the first person who may open it."""
    # WHY nobody first: who is logged in may be led on by what is for those who are not.
    for email in [NOBODY] * page.need.public + [*PEOPLE]:
        if (window := tried(page, windows, email)) is not None:
            return window
    raise AssertionError(
        f"nobody of PEOPLE can open `{page.name}` with one of THINGS: add to {HERE}"
    )


def tried(page: Shown, windows: Windows, email: str) -> Page | None:
    """The page in the window of that person; None where the person may not open it."""
    where = address(page, windows.site, PEOPLE[email])
    if where is None:
        return None
    window = windows.of(email)
    status = visit(window, where)
    assert status in (200, 403, 404), f"{where} for {email}: {status}"
    is_there = window.url == windows.site.url + where
    return window if status == 200 and is_there else None


def address(page: Shown, site: Site, tenant: str) -> str | None:
    """Where it is for somebody of that tenant; None: it is about what others have."""
    values = dict(page.fixed)
    for name in page.rule.arguments - set(values):
        found = _value(page, name, site, tenant)
        if found is None:
            return None
        values[name] = found
    built = page.rule.build(values)
    assert built is not None, (page.name, values)
    return built[1] + (f"?{urlencode(page.query)}" if page.query else "")


def _choices(rule: Rule) -> list[tuple[tuple[str, str], ...]]:
    """What may stand where one of a few is named."""
    chosen = [
        [(name, item) for item in sorted(converter.items)]
        for name, converter in rule._converters.items()
        if hasattr(converter, "items")
    ]
    return list(product(*chosen))


def _value(page: Shown, name: str, site: Site, tenant: str) -> str | None:
    """Something of the tenant that may stand there; None where it has no such thing."""
    if (page.rule.endpoint, name) in MADE:
        return MADE[page.rule.endpoint, name](site)
    need, fixed = page.need, dict(page.fixed)
    is_asked = need.key == name and need.on not in (TENANT, SELF)
    before = page.rule.rule.partition(f"<{name}>")[0].rstrip("/").rpartition("/")[2]
    known = BEFORE.get(before) or fixed.get("kind", name)
    type = need.on.format(**fixed) if is_asked else known
    if type not in THINGS:
        raise AssertionError(
            f"`{page.rule.rule}` has a part `{name}` that names a `{type}`, and nothing "
            f"stands for that: add it to THINGS or MADE in {HERE}"
        )
    found = THINGS[type].get(tenant)
    return site.world.id(found) if type == "user" and found else found
