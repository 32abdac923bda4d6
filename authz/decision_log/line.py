"""A line of the decision log: its members in their order, how it is written and read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from authz.decision_log.masks import Masks
from authz.decision_log.record import Record
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


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)


def encoded(records: Sequence[Record], masks: Masks) -> bytes:
    """The lines of these records, each with its line feed."""
    return _encoder.encode_lines([_line(record, masks) for record in records])


def decoded(text: bytes) -> Line:
    """What a line says. Raises: msgspec.DecodeError when it is none of ours."""
    line = _decoder.decode(text)
    if line.v != VERSION:
        raise msgspec.ValidationError(f"its version is {line.v}, not {VERSION}")
    return line


def _line(record: Record, masks: Masks) -> Line:
    text, masked = masks.written(record.body, record.accounts, record.text)
    return Line(
        VERSION,
        datetime.fromtimestamp(record.time, UTC),
        record.request_id,
        record.tenant,
        record.client,
        record.kind,
        # WHY: it is JSON already, and goes into the line as it is.
        msgspec.Raw(text),  # type: ignore[arg-type]
        record.policy_revision,
        record.data_revision,
        record.micros,
        record.caller.channel,
        tuple(masked),
        tuple([_verdict(decision) for decision in record.decisions]),
        record.found,
    )


def _verdict(decision: Decision) -> Verdict:
    return Verdict(
        decision.allowed,
        decision.reason,
        decision.determining,
        tuple([error.policy_id for error in decision.errors]) if decision.errors else (),
    )
