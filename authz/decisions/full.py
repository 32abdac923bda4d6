"""All there is to say about a decision, as plain data, for administrators.

Of an allow: the ways that hold, and the stored facts behind them. Of a deny: every way
that could have allowed it with what it lacks, the forbids that hold, and the smallest
change that would allow. All of it comes from the conditions that decided and the values
that they were tried on.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authz.decisions.change import Change, Kinds, kinds_of
from authz.decisions.explain import reasons
from authz.decisions.languages import Words, words_of
from authz.decisions.pdp import Answer
from authz.decisions.ports import Given, Provenance
from authz.decisions.sentences import fact, need, proposal
from authz.decisions.smallest import Found, smallest_change
from authz.decisions.snapshot import Inputs
from authz.decisions.ways import Seen, Weighed, Weighing, reach, weigh
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.engine.conditions import Attr, Op, Value, Values, Ways
from authz.engine.policyset import PolicySet
from authz.errors import InterpretedOnly
from authz.model import Decision, Reason

#: Decisions that follow from the conditions alone.
BY_CONDITIONS = (Reason.PERMITTED, Reason.FORBIDDEN, Reason.NO_PERMIT)
#: Where the stored facts of a person are kept.
PEOPLE = "accounts"
#: Elements of a set that are shown of it.
SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class _Case:
    """A decision that follows from conditions, with what they say."""

    inputs: Inputs
    values: Values
    kinds: Kinds
    weighing: Weighing


def full(
    answer: Answer,
    provenance: Provenance,
    *,
    language: str = FALLBACK_LANGUAGE,
    for_admin: bool,
    admin_language: str = FALLBACK_LANGUAGE,
) -> dict[str, Any]:
    """As `reasons`, and for_admin everything that led to it.

    language: of the sentence for the person; admin_language: of all other sentences.
    Shape: docs/explanations.md; times as ISO 8601 in UTC.
    """
    said = reasons(
        answer, language=language, for_admin=for_admin, admin_language=admin_language
    )
    if not for_admin:
        return said
    words = words_of(admin_language)
    try:
        case = _case(answer)
    except InterpretedOnly as exc:
        return said | _nothing(answer.decision, str(exc), words)
    if case is None:
        otherwise = words.gettext("no condition says what was decided")
        return said | _nothing(answer.decision, otherwise, words)
    weighing, allowed = case.weighing, answer.decision.allowed
    listed = [one for one in weighing.permits if one.holds or not allowed]
    resting = [*(one for one in weighing.permits if one.holds), *weighing.forbids]
    change = None if allowed else _change(_smallest(answer, case, words), words)
    return said | {
        "ways": [_way(one, words) for one in listed],
        "forbids": [_way(one, words) for one in weighing.forbids],
        "facts": _facts(answer, case, resting, provenance),
        "smallest_change": change,
    }


def _case(answer: Answer) -> _Case | None:
    """What the conditions say; None where they do not say what was decided."""
    inputs = answer.inputs
    if inputs is None or answer.decision.reason not in BY_CONDITIONS:
        return None
    values = dict(zip(("subject", "resource", "context"), inputs.values, strict=True))
    kinds = kinds_of(answer.policies.schema, inputs.signature)
    weighing = weigh(answer.policies.ways(inputs.signature), values, kinds)
    if weighing.allows != answer.decision.allowed:
        return None
    return _Case(inputs, values, kinds, weighing)


def _smallest(answer: Answer, case: _Case, words: Words) -> Found:
    policies, signature = answer.policies, case.inputs.signature
    return smallest_change(
        policies.ways(signature),
        case.values,
        case.kinds,
        signature,
        reach=reach(_all_ways(policies)),
        words=words,
    )


def _all_ways(policies: PolicySet) -> Iterator[Ways]:
    """Of every kind of request that has conditions."""
    for signature in policies.signatures():
        with suppress(InterpretedOnly):
            yield policies.ways(signature)


def _nothing(decision: Decision, otherwise: str, words: Words) -> dict[str, Any]:
    """Where no condition says what was decided."""
    why = decision.detail or otherwise
    change = None if decision.allowed else _change(Found((), why), words)
    return {"ways": [], "forbids": [], "facts": [], "smallest_change": change}


def _way(weighed: Weighed, words: Words) -> dict[str, Any]:
    condition = weighed.condition
    return {
        "policy": condition.policies[0],
        "places": list(condition.places),
        "met": [_test(one, words) for one in weighed.met],
        "unmet": [_test(one, words) for one in weighed.unmet],
    }


def _test(seen: Seen, words: Words) -> dict[str, Any]:
    values = [seen.left, seen.right]
    names = [str(attribute) for attribute in seen.literal.attributes()]
    return {
        "condition": str(seen.literal),
        "seen": {name: _shown(value) for name, value in zip(names, values, strict=False)},
        "sentence": fact(seen, words) if seen.holds else need(seen, words),
    }


def _shown(value: Any) -> Any:
    """The value as JSON has it; of a large set, some elements."""
    if isinstance(value, Value):
        return value
    found = [one if isinstance(one, Value) else dict(one) for one in value]
    return sorted(found, key=str)[:SHOWN_MAX]


def _change(found: Found, words: Words) -> dict[str, Any]:
    return {
        "changes": [_step(change, words) for change in found.changes],
        "impossible": found.impossible or None,
    }


def _step(change: Change, words: Words) -> dict[str, Any]:
    value = dict(change.value) if isinstance(change.value, tuple) else change.value
    return {
        "of": change.root,
        "attribute": change.attribute,
        "operation": change.operation.value,
        "value": value,
        "sentence": proposal(change, words),
    }


def _facts(
    answer: Answer, case: _Case, resting: Iterable[Weighed], provenance: Provenance
) -> list[dict[str, Any]]:
    """The roles, options and bindings that something rests on, with their giver."""
    kind = answer.policies.schema.types[case.inputs.signature.subject]
    used = {value for one in resting for seen in one.met for value in _used(seen)}
    if kind.facts != PEOPLE or not used:
        return []
    who = case.values["subject"]
    given = provenance(str(who["tenant"]), str(who["id"]))
    return [_given(one) for one in given if (one.attribute, one.value) in used]


def _used(seen: Seen) -> Iterable[tuple[str, str]]:
    """Attribute and value of what the subject has, and the literal is true for."""
    literal = seen.literal
    if literal.op is Op.HOLDS and literal.left.root == "subject":
        values = literal.right if isinstance(literal.right, tuple) else ()
        return [(literal.left.name, str(one)) for one in values if one in seen.left]
    right = literal.right
    if literal.op is Op.IN and isinstance(right, Attr) and right.root == "subject":
        return [(right.name, str(seen.left))]
    if literal.op is Op.OVERLAPS:
        common = set(seen.left) & set(seen.right)
        mine = [side for side in literal.attributes() if side.root == "subject"]
        return [(side.name, str(value)) for side in mine for value in common]
    return []


def _given(given: Given) -> dict[str, Any]:
    return {
        "attribute": given.attribute,
        "value": given.value,
        "given_by": given.given_by or None,
        "given_at": _time(given.given_at),
        "expires_at": _time(given.expires_at),
    }


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
