"""The questions that nearly all requests ask, read in one step.

A question is plain that has no properties and at most a channel in its context. Its shape
says how many members its body has, and each is a quote and a colon in the text. So a body
with anything else in it, be it unknown or there twice, shows by their number alone, and is
left to the long way, which says what is wrong with it.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from authz.model import NOTHING, Action, Entity, Request
from webapp.decision_api.kept import Text
from webapp.decision_api.outcome import Outcome
from webapp.decision_api.strictjson import has_plain_members

#: An entity, and what is in it.
SUBJECT, ACTION, RESOURCE = 3, 2, 3
MEMBERS = SUBJECT + ACTION + RESOURCE
CHANNEL = "channel"
#: Members of the top level of a batch that count for items without them.
_DEFAULTS = ("subject", "action", "resource", "context")
_SAID = attrgetter(*_DEFAULTS)
_NOT_SAID = (UNSET,) * len(_DEFAULTS)
LIST = b'"evaluations":'
#: What is left of a batch without defaults once its items are taken out.
EMPTY_FRAME = b'{"evaluations":[]}'


class _Item(Struct, frozen=True):
    """One item of a batch, and the defaults of all."""

    subject: Entity | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    resource: Entity | UnsetType = UNSET
    context: dict[str, object] | UnsetType = UNSET


class _Batch(Struct, frozen=True, kw_only=True):
    """A batch without options."""

    subject: msgspec.Raw | UnsetType = UNSET
    action: msgspec.Raw | UnsetType = UNSET
    resource: msgspec.Raw | UnsetType = UNSET
    context: msgspec.Raw | UnsetType = UNSET
    evaluations: list[msgspec.Raw]


class Told(Struct, frozen=True, gc=False):
    """What was answered to a plain question of a batch before."""

    outcome: Outcome
    #: E-mail by which the question names somebody -> the opaque id.
    accounts: Mapping[str, str]


class PlainBatch(Struct, frozen=True):
    """Plain questions that were asked together."""

    #: The text of each, behind what the top level says where that says anything.
    texts: list[Text]
    #: What was answered to each before; None where that is not known.
    told: list[Told | None]
    #: Place of a question whose answer is not known -> what it asks.
    asked: dict[int, Request]
    _defaults: _Item

    @property
    def context(self) -> Mapping[str, object]:
        """What counts for a question without a context of its own."""
        return _context(self._defaults)

    def requests(self) -> list[Request]:
        """What each asks."""
        found = []
        for text in self.texts:
            read = _read(text if isinstance(text, bytes) else text[-1], self._defaults)
            assert read is not None
            found.append(read)
        return found


_NONE = _Item()
_question = msgspec.json.Decoder(Request).decode
_batch = msgspec.json.Decoder(_Batch).decode
_item = msgspec.json.Decoder(_Item).decode


def question_of(body: bytes, _known: Mapping[Text, Any]) -> Request | None:
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


def batch_of(body: bytes, known: Mapping[Text, Told]) -> PlainBatch | None:
    """The plain questions of a batch; None for any other body.

    known: what was answered before, by the text of the question.
    """
    try:
        found = _batch(body)
        said = _SAID(found)
        defaults = _NONE if said == _NOT_SAID else _item(_top(said))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    sent = list(map(bytes, found.evaluations))
    if not sent or not _is_frame(_frame(body, sent), defaults):
        return None
    texts: list[Text] = sent  # type: ignore[assignment]
    if defaults is not _NONE:
        top = tuple([b"" if one is UNSET else bytes(one) for one in said])
        texts = [(*top, text) for text in sent]
    told = list(map(known.get, texts))
    asked = {}
    if None in told:
        for place, one in enumerate(told):
            if one is None:
                request = _read(sent[place], defaults)
                if request is None:
                    return None
                asked[place] = request
    return PlainBatch(texts, told, asked, defaults)


def _frame(body: bytes, items: list[bytes]) -> bytes:
    """What is left of the body without its items; empty where they stand in another way
    than one behind the other.
    """
    start = body.find(items[0], body.find(LIST) + len(LIST))
    for between in (b",", b", "):
        together = between.join(items)
        if body.startswith(together, start):
            return body[:start] + body[start + len(together) :]
    return b""


def _is_frame(frame: bytes, defaults: _Item) -> bool:
    """Whether it holds nothing but the defaults, and the list."""
    if frame == EMPTY_FRAME:
        return True
    members = _members(defaults)
    return (
        members is not None
        and has_plain_members(frame)
        and frame.count(b'":') == members + 1
    )


def _read(text: bytes, defaults: _Item) -> Request | None:
    """What that item asks; None for one that is not plain."""
    if not has_plain_members(text):
        return None
    try:
        item = _item(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if text.count(b'":') != _members(item):
        return None
    subject = defaults.subject if item.subject is UNSET else item.subject
    action = defaults.action if item.action is UNSET else item.action
    resource = defaults.resource if item.resource is UNSET else item.resource
    if subject is UNSET or action is UNSET or resource is UNSET:
        return None
    context = _context(defaults if item.context is UNSET else item)
    return Request(subject, action, resource, context)


def _context(item: _Item) -> Mapping[str, object]:
    return NOTHING if item.context is UNSET else item.context


def _top(said: tuple[Any, ...]) -> bytes:
    """The object that has these members."""
    members = [
        b'"%b":%b' % (name.encode(), one)
        for name, one in zip(_DEFAULTS, said, strict=True)
        if one is not UNSET
    ]
    return b"{" + b",".join(members) + b"}"


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
