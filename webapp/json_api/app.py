"""The JSON API as a Flask application, and its place in front of the console's.

WHY an application of its own: nothing of sessions, cookies and forms is in it, so nothing
of them can let anybody in.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from webapp.console import needs
from webapp.json_api import errors, gate
from webapp.json_api.declared import OPERATIONS, PREFIX
from webapp.json_api.parts import KEPT, Api
from webapp.json_api.routes import (
    access,
    clients,
    companies,
    document,
    events,
    imports,
    logins,
    organizations,
    people,
    places,
    profile,
    questions,
    records,
    resources,
    roles,
    second_factor,
    settings,
    tokens,
    units,
)

ROUTES = (
    access.routes,
    clients.routes,
    companies.routes,
    document.routes,
    events.routes,
    imports.routes,
    logins.routes,
    organizations.routes,
    people.routes,
    places.routes,
    profile.routes,
    questions.routes,
    records.routes,
    resources.routes,
    roles.routes,
    second_factor.routes,
    settings.routes,
    tokens.routes,
    units.routes,
    tokens.keys,
)
#: What the addresses of the API begin with.
PLACES = ("/api", "/.well-known")

__all__ = ["PREFIX", "beside", "create_app", "routed"]

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_app(api: Api) -> Flask:
    """The application. Raises: ConfigError where a route does not declare its need."""
    app = routed()
    app.config.update(MAX_CONTENT_LENGTH=api.console.door.body_bytes)
    app.extensions[KEPT] = api
    gate.install(app)
    errors.install(app)
    return app


def routed() -> Flask:
    """The routes with their needs, and nobody who answers yet."""
    app = Flask("webapp.json_api", static_folder=None)
    # WHY: an address has one spelling, and what is sent to another is not passed on.
    app.url_map.strict_slashes = True
    app.url_map.redirect_defaults = app.url_map.merge_slashes = False
    needs.register(app, ROUTES)
    app.extensions[OPERATIONS] = {
        f"{routes.name}.{name}": said
        for routes in ROUTES
        for name, said in routes.operations.items()
    }
    return app


def beside(console: Wsgi, api: Wsgi) -> Wsgi:
    """Both as one: the API at its addresses, the console at all others."""

    def front(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        is_api = any(path == place or path.startswith(f"{place}/") for place in PLACES)
        return (api if is_api else console)(environ, start)

    return front
