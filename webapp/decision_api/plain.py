"""The questions that nearly all requests ask, read in one step.

A question is plain that has no properties and at most a channel in its context. Its shape
says how many members its body has, and each is a quote and a colon in the text. So a body
with anything else in it, be it unknown or there twice, shows by their number alone, and is
left to the long way, which says what is wrong with it.
"""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, Struct, UnsetType

from authz.model import NOTHING, Action, Entity, Request
from webapp.decision_api.strictjson import has_plain_members

#: An entity, and what is in it.
SUBJECT, ACTION, RESOURCE = 3, 2, 3
MEMBERS = SUBJECT + ACTION + RESOURCE
CHANNEL = "channel"


class _Item(Struct, frozen=True):
    """One item of a batch, and the defaults of all."""

    subject: Entity | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    resource: Entity | UnsetType = UNSET
    context: dict[str, object] | UnsetType = UNSET


class _Batch(_Item, frozen=True, kw_only=True):
    """A batch without options."""

    evaluations: list[_Item]


class PlainBatch(Struct, frozen=True):
    """Plain questions that were asked together, each with all that it needs."""

    questions: list[Request]
    #: What counts for a question without a context of its own.
    context: Mapping[str, object]


_question = msgspec.json.Decoder(Request).decode
_batch = msgspec.json.Decoder(_Batch).decode


def question_of(body: bytes) -> Request | None:
    """The plain question that is the whole body; None for any other body."""
    if not has_plain_members(body):
        return None
    try:
        found = _question(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    members = MEMBERS
    if found.context is not NOTHING:
        if not _is_plain(found.context):
            return None
        members += 1 + len(found.context)
    return found if body.count(b'":') == members else None


def batch_of(body: bytes) -> PlainBatch | None:
    """The plain questions of a batch; None for any other body."""
    if not has_plain_members(body):
        return None
    try:
        found = _batch(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    members = _members(found)
    if members is None:
        return None
    members += 1
    questions = []
    for item in found.evaluations:
        of_item = _members(item)
        if of_item is None:
            return None
        members += of_item
        subject = found.subject if item.subject is UNSET else item.subject
        action = found.action if item.action is UNSET else item.action
        resource = found.resource if item.resource is UNSET else item.resource
        if subject is UNSET or action is UNSET or resource is UNSET:
            return None
        context = found.context if item.context is UNSET else item.context
        questions.append(
            Request(subject, action, resource, NOTHING if context is UNSET else context)
        )
    if not questions or body.count(b'":') != members:
        return None
    return PlainBatch(questions, NOTHING if found.context is UNSET else found.context)


def _members(item: _Item) -> int | None:
    """How many members a plain item has; None where its context is not plain."""
    count = 0
    if item.subject is not UNSET:
        count += SUBJECT
    if item.action is not UNSET:
        count += ACTION
    if item.resource is not UNSET:
        count += RESOURCE
    if item.context is not UNSET:
        if not _is_plain(item.context):
            return None
        count += 1 + len(item.context)
    return count


def _is_plain(context: Mapping[str, object]) -> bool:
    """Whether it says at most the channel."""
    return not context or (len(context) == 1 and type(context.get(CHANNEL)) is str)
