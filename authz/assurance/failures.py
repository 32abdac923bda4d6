"""What is said of a row that came out otherwise than it expects.

Expected and got, the question, and what an author looks for next: the way of being
permitted that was nearest, or the one that held. Of a row that passed it is empty.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any

from authz.assurance.suites import Check, Listing, Question
from authz.decisions.change import kinds_of
from authz.decisions.explain import reasons
from authz.decisions.pdp import Answer
from authz.decisions.ways import Seen, Weighed, weigh
from authz.engine.conditions import Attr, Value, shown
from authz.errors import InterpretedOnly
from authz.model import Reason

#: Elements of a set that are shown of it.
SHOWN_MAX = 5


def of_check(row: Check, answer: Answer) -> str:
    """Why the check failed; empty when it passed."""
    problems = "; ".join(_problems(row, answer))
    if not problems:
        return ""
    said = f"{problems}: {_came(answer)}, to {row.question.in_full()}"
    way = _way(answer) if answer.decision.allowed != row.allowed else ""
    return f"{said}; {way}" if way else said


def of_listing(
    row: Listing,
    answers: Sequence[tuple[Question, Answer]],
    filtered: tuple[str, ...] | str | None,
) -> str:
    """Why the listing failed; empty when it passed.

    filtered: the ids that the filter gives, or why there is none; None when not asked.
    """
    wrong = [
        f"`{question.resource.id}` is {_came(answer)}"
        for question, answer in answers
        if answer.decision.allowed != (question.resource.id in row.ids)
        or answer.decision.errors
    ]
    asked = f"{row.questions[0].in_full()} and the like"
    if wrong:
        return f"expected {ids(row.ids)}: {'; '.join(wrong)}, to {asked}"
    if isinstance(filtered, str):
        return f"expected a filter that gives {ids(row.ids)}: {filtered}, to {asked}"
    if filtered is not None and filtered != row.ids:
        came = f"it gives {ids(filtered)}"
        return f"expected a filter that gives {ids(row.ids)}: {came}, to {asked}"
    return ""


def ids(found: Sequence[str]) -> str:
    """Ids in a sentence."""
    return ", ".join(f"`{one}`" for one in found) or "nothing"


def _problems(row: Check, answer: Answer) -> Iterator[str]:
    """What of the expectation did not come true."""
    decision = answer.decision
    if decision.allowed != row.allowed:
        yield f"expected {_word(row.allowed)}"
    if row.reason is not None and decision.reason != row.reason:
        yield f"expected the reason `{row.reason}`"
    if row.because is not None and decision.determining != row.because:
        yield f"expected it because of {ids(row.because)}"
    if decision.errors and row.reason is not Reason.ERROR:
        yield "expected every policy to be evaluated"
    if row.message_for_user is not None:
        said = reasons(answer, language=row.language, for_admin=False)
        sentence = str(said["reason_user"])
        if not fnmatchcase(sentence, row.message_for_user):
            yield f"expected the user to read `{row.message_for_user}`, not `{sentence}`"


def _came(answer: Answer) -> str:
    decision = answer.decision
    said = [f"{_word(decision.allowed)} ({decision.reason}) by {ids(decision.determining)}"]
    said += [f"`{error.policy_id}` failed: {error.message}" for error in decision.errors]
    said += [decision.detail] if decision.detail else []
    return ", ".join(said)


def _word(allowed: bool) -> str:
    return "allow" if allowed else "deny"


def _way(answer: Answer) -> str:
    """The way that held, or that was nearest; empty where no condition says."""
    inputs, decision = answer.inputs, answer.decision
    if inputs is None or decision.reason not in (Reason.PERMITTED, Reason.NO_PERMIT):
        return ""
    with suppress(InterpretedOnly):
        ways = answer.policies.ways(inputs.signature)
        roots = ("subject", "resource", "context")
        values = dict(zip(roots, inputs.values, strict=True))
        kinds = kinds_of(answer.policies.schema, inputs.signature)
        permits = weigh(ways, values, kinds).permits
        held = [one for one in permits if one.holds]
        if held and decision.allowed:
            return _holds(held[0])
        if permits and not decision.allowed:
            return _nearest(permits[0])
    return ""


def _holds(way: Weighed) -> str:
    told = " and ".join(f"`{seen.literal}`" for seen in way.met)
    return f"{_named(way)} holds, as {told or 'it always does'}"


def _nearest(way: Weighed) -> str:
    return f"the nearest is {_named(way)}, but not {' and '.join(map(_unmet, way.unmet))}"


def _named(way: Weighed) -> str:
    return f"`{way.condition.policies[0]}` at {way.condition.places[0]}"


def _unmet(seen: Seen) -> str:
    literal = seen.literal
    told = [f"{literal.left} is {_shown(seen.left)}"]
    if isinstance(literal.right, Attr):
        told.append(f"{literal.right} is {_shown(seen.right)}")
    return f"`{literal}` ({', '.join(told)})"


def _shown(value: Any) -> str:
    if isinstance(value, Value):
        return shown(value)
    found = sorted(shown(one) for one in value if isinstance(one, Value))
    more = ["..."] if len(found) > SHOWN_MAX else []
    return f"[{', '.join([*found[:SHOWN_MAX], *more])}]"
