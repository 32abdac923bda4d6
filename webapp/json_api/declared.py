"""Routes, each declared with its need, what it takes and what it answers.

A need is that of a page of the console, asked of the same policies; what it takes and
answers are types, from which requests are decoded and the OpenAPI document is made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, g, request
from msgspec import Struct

from authz.accounts.keys import SCOPES
from authz.errors import ConfigError, RequestError
from webapp.console.needs import TENANT, Need, Pages
from webapp.decision_api import strictjson
from webapp.json_api import bodies
from webapp.json_api.answers import answered

View = TypeVar("View", bound=Callable[..., object])
PREFIX = "/api/v1"
#: Where the operations of an application are kept.
OPERATIONS = "gatehouse.operations"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Operation:
    """What is said of a route besides its need."""

    group: str
    summary: str
    about: str
    body: type[Struct] | None
    query: type[Struct] | None
    #: The type of the answer; None: there is nothing to say, with status 204.
    answer: Any
    status: int
    #: Of an answer that is no JSON.
    content_type: str


def operations(app: Flask) -> Mapping[str, Operation]:
    """Endpoint -> what is said of it, of every route there is."""
    found: Mapping[str, Operation] = app.extensions[OPERATIONS]
    return found


class Routes(Pages):
    """The routes of one noun."""

    def __init__(self, name: str, import_name: str, *, group: str, prefix: str = PREFIX):
        super().__init__(name, import_name)
        self.url_prefix = prefix
        self._group = group
        #: Name of a view -> what is said of it.
        self.operations: dict[str, Operation] = {}

    def route_of(
        self,
        method: str,
        rule: str,
        summary: str,
        *,
        about: str = "",
        body: type[Struct] | None = None,
        query: type[Struct] | None = None,
        answer: Any = None,
        status: int = 0,
        content_type: str = bodies.JSON_TYPE,
        action: str | None = None,
        on: str = TENANT,
        key: str = "id",
        public: bool = False,
        personal: bool = False,
        confirmed: bool = False,
        scope: str = "",
    ) -> Callable[[View], View]:
        """Declares a view, which is called with who asks, the parts of the address by name,
        and `body` and `query` where there are such types.

        action, on, key, public, personal, confirmed: as `Pages.page`. scope: that of an API
        key, where an app asks and no person. status: of the answer; 0: 200, or 204 where
        there is none.
        """
        if method not in METHODS or (scope and scope not in SCOPES):
            raise ConfigError(f"the route `{rule}` declares a method or scope there is not")
        said = status or (200 if answer or content_type != bodies.JSON_TYPE else 204)

        def declare(view: View) -> View:
            @wraps(view)
            def called(**values: Any) -> object:
                given = dict(values)
                if query is not None:
                    given["query"] = bodies.queried(query)
                elif request.args:
                    name = next(iter(request.args))
                    text = f"unknown parameter {strictjson.shown(name)}"
                    raise RequestError(text, where=name)
                if body is not None:
                    given["body"] = bodies.posted(body)
                return answered(view(g.visit, **given), said)

            self.page(
                rule,
                methods=[method],
                action=action,
                on=on,
                key=key,
                public=public or bool(scope),
                personal=personal,
                confirmed=confirmed,
            )(called)
            name = view.__name__
            if scope:
                self.needs[name] = Need(scope=scope)
            self.operations[name] = Operation(
                self._group, summary, about, body, query, answer, said, content_type
            )
            return view

        return declare
