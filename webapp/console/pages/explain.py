"""Questions about others: can this person do that on this, why, and who can."""

import json
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts.keys import CHANNELS
from authz.administration import questions
from authz.administration.questions import Explained
from authz.engine.place import near_miss
from authz.engine.schema import Schema
from webapp.console.asked import Form, queried
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("explain", __name__)

#: People who are offered to choose from, and those shown on a page of who can.
PAGE = 100


@pages.page("/explain", action="access:explain")
def page() -> ResponseReturnValue:
    """The form, and the answer where something was asked."""
    desk, asked = present().desk, queried("who", "action", "resource", "channel")
    schema = desk.policies.schema
    found: Explained | None = None
    if asked["who"] and asked["action"] and asked["resource"]:
        type, _colon, id = asked["resource"].partition(":")
        asked.errors = _unknown(schema, asked["action"], type, id)
        if not asked.errors:
            channel = asked["channel"] or CHANNELS[0]
            found = questions.explain(
                desk, asked["who"], asked["action"], type, id, channel=channel
            )
    return render_template(
        "explain.html",
        form=asked,
        found=found,
        channels=CHANNELS,
        actions=actions(schema),
        entries=desk.policies.policies,
        question=_question(asked),
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
        "who_can.html", form=asked, found=found, channels=CHANNELS, actions=actions(schema)
    )


def actions(schema: Schema) -> list[str]:
    """Every action that may be asked of something, once."""
    return sorted({action for kind in schema.types.values() for action in kind.actions})


def _unknown(schema: Schema, action: str, type: str, id: str) -> dict[str, str]:
    """What of a question means nothing, and the nearest word that does."""
    if not id:
        return {"resource": _("Write the type and the id, as metering_unit:mu-101.")}
    if type not in schema.types:
        hint = near_miss(type, schema.types).replace("`", "")
        said = _("There is no type %(type)s", type=type)
        return {"resource": f"{said}{hint}"}
    known = schema.types[type].actions
    if action not in known:
        hint = near_miss(action, known).replace("`", "")
        said = _("There is no action %(action)s on %(type)s", action=action, type=type)
        return {"action": f"{said}{hint}"}
    return {}


def _question(asked: Form) -> str:
    """The same question as an app asks it, to be copied."""
    type, _colon, id = asked["resource"].partition(":")
    body: dict[str, Any] = {
        "subject": {"type": "user", "id": asked["who"]},
        "action": {"name": asked["action"]},
        "resource": {"type": type, "id": id},
        "context": {"channel": asked["channel"] or CHANNELS[0]},
        "options": {"explain": "full"},
    }
    return json.dumps(body, ensure_ascii=False, indent=2)
