"""Questions about others: can this person do that on this, why, and who can."""

import json
import shlex
from collections.abc import Iterable
from typing import Any, cast

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts.keys import CHANNELS
from authz.administration import mending, questions
from authz.administration.people import CREATE
from authz.administration.questions import Explained
from authz.administration.rules import GIVE, SET_ALL
from authz.engine.place import near_miss
from authz.engine.schema import Schema
from authz.storage.people import find_account
from webapp.console import choices
from webapp.console.asked import Form, queried
from webapp.console.catalogues import in_reader_language
from webapp.console.needs import Pages
from webapp.console.visitor import present
from webapp.console.words import language

pages = Pages("explain", __name__)

ASKED = ("who", "action", "resource", "channel", "role")
#: Actions that give a role.
GIVING = (GIVE, SET_ALL, CREATE)
#: People shown on a page of who can.
PAGE = 100


@pages.page("/explain", action="access:explain")
def page() -> ResponseReturnValue:
    """The form, and the answer where something was asked."""
    desk, asked = present().desk, queried(*ASKED)
    schema = desk.policies.schema
    found: Explained | None = None
    if asked["who"] and asked["action"] and asked["resource"]:
        type, _colon, id = asked["resource"].partition(":")
        asked.errors = _unknown(schema, asked["action"], type, id)
        if not asked.errors:
            channel = asked["channel"] or CHANNELS[0]
            found = questions.explain(
                desk,
                asked["who"],
                asked["action"],
                type,
                id,
                channel=channel,
                properties=_properties(asked),
                admin_language=language(),
            )
    question = _question(asked)
    return render_template(
        "explain.html",
        form=asked,
        found=found,
        channels=CHANNELS,
        actions=actions(schema),
        people=choices.people_of(present()),
        things=questions.things(desk, asked["action"]),
        roles=choices.roles(present()) if asked["action"] in GIVING else (),
        entries=desk.policies.policies,
        question=question,
        command=_command(question),
        named=_named(found, asked["who"]),
        mend=_mend(found, asked["who"]),
    )


@pages.page("/who-can", action="access:explain")
def who_can() -> ResponseReturnValue:
    """The people who can do something on something."""
    desk, asked = present().desk, queried("action", "resource", "channel", "after")
    schema = desk.policies.schema
    found = None
    if asked["action"] and asked["resource"]:
        type, _colon, id = asked["resource"].partition(":")
        asked.errors = _unknown(schema, asked["action"], type, id)
        if not asked.errors:
            channel = asked["channel"] or CHANNELS[0]
            found = questions.who_can(
                desk,
                asked["action"],
                type,
                id,
                channel=channel,
                after=asked["after"],
                limit=PAGE,
            )
    return render_template(
        "who_can.html",
        form=asked,
        found=found,
        channels=CHANNELS,
        actions=actions(schema),
        things=questions.things(desk, asked["action"]),
    )


def actions(schema: Schema) -> list[str]:
    """Every action that may be asked of something, once."""
    return sorted({action for kind in schema.types.values() for action in kind.actions})


def _unknown(schema: Schema, action: str, type: str, id: str) -> dict[str, str]:
    """What of a question means nothing, and the nearest word that does."""
    if not id:
        return {"resource": _("Write the type and the id, as metering_unit:mu-101.")}
    if type not in schema.types:
        hint = _hint(type, schema.types)
        said = _("There is no type %(type)s", type=type)
        return {"resource": f"{said}{hint}"}
    known = schema.types[type].actions
    if action not in known:
        hint = _hint(action, known)
        said = _("There is no action %(action)s on %(type)s", action=action, type=type)
        return {"action": f"{said}{hint}"}
    return {}


def _hint(name: str, known: Iterable[str]) -> str:
    """The nearest word that means something, as a page says it."""
    return in_reader_language(near_miss(name, known)).replace("`", "")


def _question(asked: Form) -> str:
    """The same question as an app asks it, to be copied."""
    type, _colon, id = asked["resource"].partition(":")
    body: dict[str, Any] = {
        "subject": {"type": "user", "id": asked["who"]},
        "action": {"name": asked["action"]} | _of_action(asked),
        "resource": {"type": type, "id": id},
        "context": {"channel": asked["channel"] or CHANNELS[0]},
        "options": {"explain": "full"},
    }
    return json.dumps(body, ensure_ascii=False, indent=2)


def _properties(asked: Form) -> dict[str, object]:
    """What the action says of itself: the role that it gives."""
    gives = asked["action"] in GIVING and asked["role"]
    return {"role": asked["role"]} if gives else {}


def _of_action(asked: Form) -> dict[str, Any]:
    properties = _properties(asked)
    return {"properties": properties} if properties else {}


def _command(question: str) -> str:
    """The same for a shell, where the address and the key are in variables."""
    body = shlex.quote(json.dumps(json.loads(question), ensure_ascii=False))
    return (
        'curl -s "$GATEHOUSE_URL/access/v1/evaluation" \\\n'
        '  -H "Authorization: Bearer $GATEHOUSE_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {body}"
    )


def _named(found: Explained | None, who: str) -> dict[tuple[str, str], str]:
    """Attribute and value -> name, of the facts that the answer rests on."""
    if found is None or not found.why["facts"]:
        return {}
    account = find_account(present().desk.database, present().tenant.slug, who)
    return choices.names_of_given(present(), account.id)


def _mend(found: Explained | None, who: str) -> str:
    """The form of that person's access with the smallest change in it; empty where there is
    no such change, or the reader may not make it.
    """
    desk = present().desk
    change = found.why["smallest_change"] if found else None
    steps = mending.steps(change["changes"]) if change else ()
    if not steps or who in (desk.person.account, desk.person.email):
        return ""
    if not desk.may("user:update", "user", who):
        return ""
    asked: dict[str, list[str]] = {}
    for step in steps:
        asked.setdefault(step.operation, []).append(f"{step.attribute}:{step.value}")
    return url_for("permissions.form", id=who, **cast(dict[str, Any], asked))
