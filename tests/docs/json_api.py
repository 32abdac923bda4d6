"""docs/json-api-routes.md: every route, from the document of the API."""

from itertools import groupby
from typing import Any

from webapp.json_api.app import routed
from webapp.json_api.openapi import document

ROUTES = """\
# The routes of the JSON API

Generated from the routes in `webapp/json_api/routes/`; a test keeps it true. What each
takes and answers, member by member, is at `/api/v1/docs` of a running console, and for
programs at `/api/v1/openapi.json`. How requests are made stands in
[the JSON API](json-api.md).

"""


def page() -> str:
    """The whole page."""
    found = [
        (
            said["tags"][0],
            f"| `{method.upper()} {path}` | {said['summary']} | {needed(said)} |",
        )
        for path, methods in document(routed())["paths"].items()
        for method, said in methods.items()
    ]
    parts = [ROUTES]
    for group, rows in groupby(sorted(found, key=lambda one: one[0]), lambda one: one[0]):
        parts.append(f"## {group}\n\n| request | what it does | needs |\n|---|---|---|\n")
        parts += [f"{row}\n" for _, row in rows]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def needed(said: dict[str, Any]) -> str:
    """What a request needs to be let in."""
    if not said["security"]:
        return "nothing"
    for one in said["security"]:
        if "key" in one:
            return f"an API key with `{one['key'][0]}`"
    _, _, rest = said["description"].partition("Needs `")
    action = f"`{rest.partition('`')[0]}`" if rest else "a token"
    return f"{action}, a password given lately" if "five minutes." in rest else action
