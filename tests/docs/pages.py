"""The generated pages of docs/: `python -m tests.docs.pages` writes them anew."""

import json
from collections.abc import Iterable
from pathlib import Path

from authz import config
from authz.engine.linting.rules import RULES
from authz.engine.linting.rules.rule import EXAMPLE_SCHEMA
from authz.engine.schema import Attribute, TypeSchema
from authz.engine.schema_file import parse_schema
from tests.docs import json_api, requirements

ROOT = Path(__file__).parents[2]


CONFIGURATION = """\
# Configuration

Generated from `authz/config.py`; a test keeps it true.

`authz -c FILE` names the file; without it `config.yaml` of the working directory is read,
where there is one. Precedence: flags, the environment, the file, defaults. An unknown key
or variable is an error that suggests the nearest one. A relative path is relative to the
file. In a variable, `true` and `false` are booleans, a list is separated by commas, and an
empty text is no path.

`authz config check` reads it all; `authz config show --origin` says where each value comes
from. Secrets are never settings: keys and passwords are made by commands and stored as
hashes.

| key | default | what it is | variable |
|---|---|---|---|
"""

SCHEMA = """\
# What may be asked

Generated from `policies/schema.yaml`; a test keeps it true.

A request names a subject, an action and a resource: `noun:verb` below is the name of the
action. Any other pair of action and type is answered with deny, `unknown`.

Where an attribute comes from: *stored*, only what the database holds counts; *vouched*, the
database where the resource is registered, else the caller; *any*, the caller before the
database; *request*, the caller; *caller*, the caller's key; *session*, the session that the
request names; *clock*, the time of the request. Every type also has `id` and `tenant`.

"""

CONTEXT = """\
## Context

"""

PROPERTIES = """\
## Properties of an action

A declared property `p` of the action reaches rules as `context.action_p`.

"""

LINT = """\
# What a policy may not contain

Generated from `authz/engine/linting/rules/`; a test keeps it true and runs every example.

`authz lint` finds all of it, with file and line; `authz lint --explain RULE` prints the
page of a rule.

"""

KINDS = {
    False: """\
## Refused always

| rule | what it is |
|---|---|
""",
    True: """
## Refused where conditions must be exact

Of these nobody can say, for all requests at once, when they hold.

| rule | what it is |
|---|---|
""",
}

EXAMPLES = """
## The schema of the examples

"""


def configuration_page() -> str:
    """docs/configuration.md: every key, from authz/config.py."""
    rows = [
        f"| `{setting.name}` | `{default(setting.default)}` | {setting.about}"
        f"{bounds(setting)} | `{setting.variable}` |\n"
        for setting in config.settings()
    ]
    return CONFIGURATION + "".join(rows)


def default(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def bounds(setting: config.Setting) -> str:
    if setting.choices:
        return f" ({' or '.join(setting.choices)})"
    return f" ({setting.least} to {setting.most})" if setting.most else ""


def schema_page() -> str:
    """docs/schema.md: what may be asked of what, from policies/schema.yaml."""
    schema = parse_schema((ROOT / "policies" / "schema.yaml").read_text("utf-8"))
    parts = [SCHEMA, *(of_type(kind) for kind in schema.types.values())]
    parts += [CONTEXT, attribute_table(schema.context.values()), "\n"]
    parts += [PROPERTIES, attribute_table(schema.action_properties.values())]
    return "".join(parts)


def of_type(kind: TypeSchema) -> str:
    marks = {
        "may be the one who asks": kind.subject,
        "may be asked about before it is registered": kind.unregistered,
        "may be registered by apps": kind.registrable,
    }
    said = ", ".join(text for text, holds in marks.items() if holds)
    parts = [
        f"It {said}.\n" if said else "",
        attribute_table(kind.attributes.values()),
        action_list(kind.actions),
    ]
    return f"## {kind.name}\n\n" + "".join(f"{part}\n" for part in parts if part)


def action_list(actions: Iterable[str]) -> str:
    verbs: dict[str, list[str]] = {}
    for action in sorted(actions):
        verbs.setdefault(action.partition(":")[0], []).append(f"`{action}`")
    return "".join(f"- {', '.join(named)}\n" for named in verbs.values())


def attribute_table(attributes: Iterable[Attribute]) -> str:
    rows = [
        f"| `{attribute.name}` | {attribute.type} | {attribute.source} |"
        f" {missing(attribute)} |\n"
        for attribute in attributes
    ]
    heading = "| attribute | type | from | when missing |\n|---|---|---|---|\n"
    return heading + "".join(rows) if rows else ""


def missing(attribute: Attribute) -> str:
    if attribute.required:
        return "deny, `missing_attribute`"
    if attribute.default is None:
        return "nothing, equal to no value"
    if isinstance(attribute.default, tuple):
        return "the empty set"
    return f"`{default(attribute.default)}`"


def lint_page() -> str:
    """docs/lint/README.md: every rule of the linter, in one line."""
    parts = [LINT]
    for interpreted, heading in KINDS.items():
        parts.append(heading)
        parts += [
            f"| [`{rule.id}`]({rule.id}.md) | {rule.title} |\n"
            for rule in RULES.values()
            if rule.interpreted is interpreted
        ]
    return "".join([*parts, EXAMPLES, f"```yaml\n{EXAMPLE_SCHEMA}```\n"])


PAGES = {
    "configuration.md": configuration_page,
    "json-api-routes.md": json_api.page,
    "requirements.md": requirements.page,
    "schema.md": schema_page,
    "lint/README.md": lint_page,
    **{f"lint/{rule.id}.md": rule.page for rule in RULES.values()},
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        path = ROOT / "docs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
