"""A disagreement between conditions and policies is an entry of the Events Log."""

import json

import pytest

from authz.decisions.sample import Disagreement, Sampled
from authz.engine.conditions import Signature
from authz.errors import Unavailable
from authz.model import Decision, EvaluationError, Reason
from authz.storage import events
from authz.storage.incidents import recorder

FOUND = Disagreement(
    Sampled("grid", Signature("user", "ticket:read", "ticket"), "f" * 64, 7),
    Decision(True, Reason.PERMITTED, ("a.one",)),
    Decision(False, Reason.ERROR, (), (EvaluationError("a.two", "took too long"),)),
)


def test_the_entry_says_what_differed_and_names_nobody(world):
    recorder(world.database)(FOUND)
    last = events.entries(world.database, "grid")[-1]
    assert (last.actor_kind, last.action, last.result, last.reason) == (
        "service",
        "engine.disagreement",
        "refused",
        "the compiled conditions and the policies differ",
    )
    assert (last.object_type, last.object_id, last.object_label) == (
        "policy_set",
        "f" * 64,
        "ticket:read on ticket",
    )
    assert last.before is None
    assert json.loads(last.after) == {
        "request": {"subject": "user", "action": "ticket:read", "resource": "ticket"},
        "data_revision": 7,
        "compiled": {
            "decision": True,
            "reason": "permitted",
            "policies": ["a.one"],
            "errors": [],
        },
        "reference": {
            "decision": False,
            "reason": "error",
            "policies": [],
            "errors": [{"policy_id": "a.two", "message": "took too long"}],
        },
    }
    assert events.first_bad_entry(world.database, "grid") is None


def test_the_data_revision_stays_as_it_is(world, facts):
    before = facts.revision("grid")
    recorder(world.database)(FOUND)
    assert facts.revision("grid") == before


def test_a_log_that_cannot_be_written_is_unavailable(world):
    write = recorder(world.database)
    world.path.unlink()
    with pytest.raises(Unavailable):
        write(FOUND)
