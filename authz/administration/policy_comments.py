"""What is said about a change of the policies, and what became of it."""

import json

from msgspec import Struct

from authz.administration import policy_changes
from authz.administration.desk import Desk
from authz.administration.policy_site import APPROVE, READ, STAGE, may, require
from authz.storage import event_pages, fields, policy_talk
from authz.storage import policy_changes as rows
from authz.storage.event_pages import Wanted
from authz.storage.policy_talk import Comment as Comment

TEXT_MAX = 4_000
HISTORY_MAX = 200


class Step(Struct, frozen=True):
    """Something that was done with a change, or refused."""

    #: ISO 8601 in UTC.
    at: str
    #: E-mail.
    who: str
    action: str
    #: `ok` or `refused`, and why.
    result: str
    reason: str
    after: dict[str, object]


def listed(desk: Desk, change: int) -> tuple[Comment, ...]:
    """What was said, the oldest first. Raises: Refused, NotFound."""
    require(desk, READ)
    rows.find(desk.database, desk.tenant, change)
    return tuple(policy_talk.comments(desk.database, change))


def add(desk: Desk, change: int, text: str) -> Comment:
    """One more, by who may stage or approve changes.

    Raises: Refused; NotFound; InvalidChange with the field `text`.
    """
    text = fields.prose(text, "text", TEXT_MAX)
    fields.text(text.replace("\n", " ").replace("\t", " "), "text", TEXT_MAX)
    with desk.deciding():
        actor = require(desk, STAGE if may(desk, STAGE) else APPROVE)
        found = rows.find(desk.database, desk.tenant, change)
        said = policy_talk.add_comment(
            desk.database, change, author=actor.id, label=actor.label, text=text
        )
        after = {"characters": len(text)}
        policy_changes.record(desk, actor, "policy.commented", found, after=after)
        return said


def history(desk: Desk, change: int) -> tuple[Step, ...]:
    """What was done with it, the oldest first. Raises: Refused, NotFound."""
    require(desk, READ)
    rows.find(desk.database, desk.tenant, change)
    found, _ = event_pages.page(
        desk.database,
        desk.tenant,
        Wanted(object_type=policy_changes.ABOUT, object_id=str(change)),
        older_than=None,
        newer_than=None,
        limit=HISTORY_MAX,
    )
    return tuple(
        Step(
            at=entry.at,
            who=entry.actor_label,
            action=entry.action,
            result=entry.result,
            reason=entry.reason or "",
            after=json.loads(entry.after or "{}"),
        )
        for entry in reversed(found)
    )
