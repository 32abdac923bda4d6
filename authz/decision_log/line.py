"""A line of the decision log: its members in their order, how it is written and read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from authz.decision_log.masks import Masks
from authz.decision_log.record import About, Record
from authz.model import Decision

VERSION = 1


class Verdict(Struct, frozen=True, omit_defaults=True):
    """One answer."""

    decision: bool
    #: One of the seven of `model.Reason`.
    reason: str
    #: Ids of the policies that produced it, sorted.
    policies: tuple[str, ...] = ()
    #: Ids of policies that could not be evaluated.
    errors: tuple[str, ...] = ()


class Line(Struct, frozen=True, omit_defaults=True):
    """One request with its answer; a member that has nothing to say is left out."""

    v: int
    time: datetime
    request_id: str
    tenant: str
    #: Id of the API key.
    client: str
    kind: str
    #: What was asked, as it was sent, without what is masked.
    request: dict[str, Any]
    policy_revision: str
    data_revision: int
    #: Microseconds from the whole request to the answer.
    micros: int
    channel: str | None = None
    #: Paths of what the request held and the line does not.
    masked: tuple[str, ...] = ()
    #: One, or one for each item of a batch, in order; none for a search.
    decisions: tuple[Verdict, ...] = ()
    #: Ids or names that a search found.
    found: tuple[str, ...] | None = None


_LINE = b'{"v":%d,"time":%%b,"request_id":%%b,%%b,"micros":%%d%%b\n' % VERSION
_json = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Line)


class _Middle(Struct, frozen=True):
    """The members of a line between the request id and the duration."""

    tenant: str
    client: str
    kind: str
    request: msgspec.Raw
    policy_revision: str
    data_revision: int


class _End(Struct, frozen=True, omit_defaults=True):
    """The members of a line behind the duration."""

    channel: str | None = None
    masked: tuple[str, ...] = ()
    decisions: tuple[msgspec.Raw, ...] = ()
    found: tuple[str, ...] | None = None


def encoded(records: Sequence[Record], masks: Masks) -> bytes:
    """The lines of these records, each with its line feed."""
    lines: list[bytes] = []
    at, time = None, b""
    for record in records:
        if record.time != at:
            at, time = record.time, _json(datetime.fromtimestamp(record.time, UTC))
        about = record.about
        middle, end = about.parts or parts(about, masks)
        request_id = _json(record.request_id)
        lines.append(_LINE % (time, request_id, middle, record.micros, end))
    return b"".join(lines)


def parts(about: About, masks: Masks) -> tuple[bytes, bytes]:
    """What the lines about the same have in common, before and after the duration.

    It is remembered: it does not depend on the moment.
    """
    text, masked = masks.written(about.body, about.accounts, about.text)
    middle = _Middle(
        about.tenant,
        about.client,
        about.kind,
        # WHY: it is JSON already, and goes into the line as it is.
        msgspec.Raw(text),
        about.policy_revision,
        about.data_revision,
    )
    decisions = tuple([msgspec.Raw(one) for one in about.verdicts])
    end = _json(_End(about.caller.channel, tuple(masked), decisions, about.found))
    about.parts = _json(middle)[1:-1], b"," + end[1:] if len(end) > 2 else end[1:]
    return about.parts


def verdict(decision: Decision) -> bytes:
    """A decision as it stands in a line."""
    errors = tuple([error.policy_id for error in decision.errors])
    return _json(Verdict(decision.allowed, decision.reason, decision.determining, errors))


def decoded(text: bytes) -> Line:
    """What a line says. Raises: msgspec.DecodeError when it is none of ours."""
    line = _decoder.decode(text)
    if line.v != VERSION:
        raise msgspec.ValidationError(f"its version is {line.v}, not {VERSION}")
    return line
