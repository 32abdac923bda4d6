"""The questions of a line of the decision log, as they were put to the decision point.

A line holds what was sent. So the defaults of a batch count for the items that lack them,
as they did at the door; and what the line was not allowed to hold is named, never filled
in. Source: AuthZEN 1.0, sections 6 and 7.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from authz.accounts.keys import CHANNELS
from authz.decision_log.line import Line, Verdict
from authz.decision_log.masks import QUESTION
from authz.model import Action, Entity, Reason, Request

#: Sessions that a caller may have named: none, one that has the protected pages unlocked,
#: one that has not.
NO_SESSION: tuple[str | None, ...] = (None,)
ANY_SESSION: tuple[str | None, ...] = (None, "unlocked", "locked")
UNLOCKED = ANY_SESSION[1]
EVERY_CHANNEL: tuple[str | None, ...] = (None, *CHANNELS)
#: Without these nobody knows what kind of question it was.
OF_KIND = ("subject.type", "action.name", "resource.type")
IDS = ("subject.id", "resource.id")
SEARCHES = ("search_subject", "search_resource", "search_action", "filter")
#: Stands for an id that the line does not hold; no answer may depend on it.
NO_ID = ""

Members = Mapping[str, Any]


class Asked(Struct, frozen=True):
    """One recorded decision, and the question that it answers."""

    line: Line
    #: None: it was refused at the door, before any policy was asked.
    request: Request | None
    verdict: Verdict
    #: Channels through which it may have come; one where the line says it.
    channels: tuple[str | None, ...] = (None,)
    #: Sessions that may have been named.
    sessions: tuple[str | None, ...] = NO_SESSION
    #: Paths of what was there and is not recorded, as `subject.properties.email`.
    hidden: tuple[str, ...] = ()
    #: From 0; None: no batch.
    item: int | None = None


class Unreadable(Struct, frozen=True):
    """A recorded decision whose question the line does not hold."""

    #: The path of what is missing from it; empty where no mask is the cause.
    hidden: str = ""


def questions_of(line: Line) -> Iterator[Asked | Unreadable]:
    """One for each recorded decision, in order; none for a search."""
    sent = line.request.get("evaluations")
    items = sent if line.kind == "evaluations" and isinstance(sent, list) else []
    if line.kind in SEARCHES:
        return
    if not items:
        yield _question(line, None, line.request, line.decisions[:1])
    for number, verdict in enumerate(line.decisions if items else ()):
        item = items[number] if number < len(items) else None
        yield _question(line, number, item, (verdict,))


def _question(
    line: Line, number: int | None, item: object, verdicts: Sequence[Verdict]
) -> Asked | Unreadable:
    if not verdicts:
        return Unreadable()
    (verdict,) = verdicts
    if verdict.reason == Reason.ERROR and not verdict.errors:
        return Asked(line, None, verdict, item=number)
    if not isinstance(item, dict):
        return Unreadable()
    members, hidden, own = _merged(line, number, item)
    whole = next((path for path in hidden if path in QUESTION[:3]), "")
    request = None if whole else _request(members, hidden)
    if request is None:
        lost = next((path for path in hidden if path in OF_KIND), whole)
        return Unreadable(lost)
    sessions = ANY_SESSION if "context.session" in hidden else NO_SESSION
    channels = _channels(line, request.context, hidden) if own else (line.channel,)
    return Asked(line, request, verdict, channels, sessions, tuple(hidden), number)


def _merged(
    line: Line, number: int | None, item: Members
) -> tuple[dict[str, Any], list[str], bool]:
    """The members of a question with the defaults, the paths of what is hidden of them,
    and whether the context is the item's own.
    """
    if number is None:
        return dict(item), list(line.masked), False
    mark = f"evaluations[{number}]."
    mine = [path.removeprefix(mark) for path in line.masked if path.startswith(mark)]
    members, hidden, own = {}, list(mine), False
    for name in QUESTION:
        if item.get(name) is not None or any(_root(path) == name for path in mine):
            members[name] = item.get(name)
            own = own or name == "context"
        else:
            members[name] = line.request.get(name)
            hidden += [path for path in line.masked if _root(path) == name]
    return members, hidden, own


def _root(path: str) -> str:
    return path.partition(".")[0]


def _request(members: Members, hidden: Sequence[str]) -> Request | None:
    """The question; None where something is missing that it cannot do without."""
    subject, action, resource, context = (members.get(name) for name in QUESTION)
    who = _entity(subject, IDS[0] in hidden)
    what = _entity(resource, IDS[1] in hidden)
    if who is None or what is None or not isinstance(action, dict):
        return None
    name, properties = action.get("name"), _object(action.get("properties"))
    said = _object(context)
    if not isinstance(name, str) or properties is None or said is None:
        return None
    return Request(who, Action(name, properties), what, said)


def _entity(sent: object, is_left_out: bool) -> Entity | None:
    if not isinstance(sent, dict):
        return None
    type, properties = sent.get("type"), _object(sent.get("properties"))
    id = NO_ID if is_left_out else sent.get("id")
    if not isinstance(type, str) or not isinstance(id, str) or properties is None:
        return None
    return Entity(type, id, properties)


def _object(sent: object) -> dict[str, Any] | None:
    """An object that may be absent or null; None for anything else."""
    if sent is None:
        return {}
    return sent if isinstance(sent, dict) else None


def _channels(
    line: Line, context: Members, hidden: Sequence[str]
) -> tuple[str | None, ...]:
    """Channels of an item with a context of its own.

    The line says the channel of the whole batch alone. A key has a channel, or may say one
    in each context, or has none: what the line rules out is left out.
    """
    default = line.request.get("context")
    top = _asserted(default if isinstance(default, dict) else {})
    found = {line.channel}
    tops = {"context", "context.channel"}
    if line.channel == top or not tops.isdisjoint(line.masked):
        found.add(_asserted(context))
        if not tops.isdisjoint(hidden):
            found.update(EVERY_CHANNEL)
    return tuple(sorted(found, key=lambda one: one or ""))


def _asserted(context: Members) -> str | None:
    channel = context.get("channel")
    return channel if isinstance(channel, str) and channel in CHANNELS else None
