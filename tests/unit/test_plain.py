"""The quick way to read plain questions says what the long one says, or nothing."""

import json

from hypothesis import given
from hypothesis import strategies as st

from authz.errors import RequestError
from authz.model import Decision, Reason
from webapp.decision_api import plain, strictjson
from webapp.decision_api.outcome import outcome_of
from webapp.decision_api.types import EvaluationRequest, decoded

IDS = st.sampled_from(["a", "", ":", "a:b", 'q"', "\\", "é", "x :y", "\n", 5, None, True])
SOME = st.none() | st.just({}) | st.fixed_dictionaries({"a": st.sampled_from([1, "x", {}])})
THINGS = st.fixed_dictionaries(
    {"type": IDS, "id": IDS}, optional={"properties": SOME, "note": IDS}
)
ACTS = st.fixed_dictionaries({"name": IDS}, optional={"properties": SOME, "id": IDS})
CONTEXTS = st.none() | st.fixed_dictionaries({}, optional={"channel": IDS, "session": IDS})
PARTS = {"subject": THINGS, "action": ACTS, "resource": THINGS}
OTHERS = {"context": CONTEXTS, "note": IDS, "options": SOME, "evaluations": SOME}
QUESTIONS = st.fixed_dictionaries(PARTS, optional=OTHERS)
PIECES = (b'"id":"x",', b'"id" :"x",', b":", b"{", b"}", b"\xff", b"null", b"0", b" ", b"")
PLAIN = {
    "subject": {"type": "user", "id": "a@b"},
    "action": {"name": "transaction:read"},
    "resource": {"type": "tenant", "id": "t"},
}


def long_way(body):
    """The question, or None where the long way refuses it."""
    try:
        return decoded(EvaluationRequest, strictjson._object(body, 16)).question
    except RequestError:
        return None


def cut(data, body):
    """The body with a few pieces put in or taken out."""
    made = bytearray(body)
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(made)))
        made[at : at + data.draw(st.integers(0, 2))] = data.draw(st.sampled_from(PIECES))
    return bytes(made)


@given(st.data(), QUESTIONS | st.just(PLAIN), st.booleans())
def test_a_plain_question_is_that_of_the_long_way(data, asked, ascii):
    body = cut(data, json.dumps(asked, ensure_ascii=ascii).encode())
    found = plain.question_of(body, {})
    assert found is None or found == long_way(body)


ITEMS = st.fixed_dictionaries({}, optional={**PARTS, "context": CONTEXTS, "note": IDS})
PLAIN_ITEMS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.just(part) for name, part in PLAIN.items()},
        "context": st.sampled_from([{}, {"channel": "web"}, {"channel": "api"}]),
    },
)


def told_before(body):
    """What is known once this batch has been answered."""
    found = plain.batch_of(body, {})
    told = plain.Told(outcome_of(Decision(False, Reason.NO_PERMIT)), {})
    return {} if found is None else dict.fromkeys(found.texts, told)


@given(
    st.data(),
    ITEMS | PLAIN_ITEMS,
    st.lists(ITEMS | PLAIN_ITEMS, max_size=3),
    st.sampled_from([(", ", ": "), (",", ":")]),
)
def test_plain_items_are_those_of_the_long_way(data, defaults, items, separators):
    whole = {**defaults, "evaluations": items}
    whole = json.dumps(whole, separators=separators).encode()
    body = cut(data, whole)
    for known in ({}, told_before(whole), told_before(body)):
        found = plain.batch_of(body, known)
        if found is None:
            return
        sent = strictjson._object(body, 16)
        kept = {name: sent[name] for name in (*PARTS, "context") if name in sent}
        assert found.context == sent.get("context", {})
        asked = [
            long_way(json.dumps({**kept, **item}).encode()) for item in sent["evaluations"]
        ]
        assert found.requests() == asked
        assert found.asked == {
            place: asked[place]
            for place, text in enumerate(found.texts)
            if text not in known
        }


def test_ordinary_questions_go_the_quick_way():
    for asked in (
        PLAIN,
        {**PLAIN, "context": {}},
        {**PLAIN, "context": {"channel": "web"}},
    ):
        body = json.dumps(asked).encode()
        assert plain.question_of(body, {}) == long_way(body)
        batch = json.dumps({**asked, "evaluations": [{}, PLAIN]}).encode()
        assert plain.batch_of(batch, {}) is not None


def test_what_is_there_twice_or_unknown_goes_the_long_way():
    body = json.dumps(PLAIN).encode()
    for piece in (b'"id":"x",', b'"note":1,', b'"properties":{},'):
        assert plain.question_of(body.replace(b'"id":', piece + b'"id":', 1), {}) is None
        batch = b'{"evaluations":[' + body.replace(b'"id":', piece + b'"id":', 1) + b"]}"
        assert plain.batch_of(batch, {}) is None
