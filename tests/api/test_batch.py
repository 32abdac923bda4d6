"""A batch rests on one state of the facts, and each item is answered as it is alone."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authz.composition import Parts, active_policies, parts
from authz.decisions.pdp import Answer
from authz.decisions.snapshot import Snapshot
from authz.engine.schema import Schema
from authz.errors import Unavailable
from authz.model import Caller, Request
from authz.storage import resources
from authz.storage.clients import ApiClient
from authz.storage.database import Database, open_database
from authz.storage.events import SERVICE
from tests.api.doors import Client, Data, copied, question
from tests.authzen.paths import EVALUATIONS
from webapp.decision_api import evaluation, evaluations
from webapp.decision_api.endpoint import Answered, Asked, Limits
from webapp.decision_api.outcome import DENIED

WRITES = question("user:alice", "write", "record:record-1")


@dataclass
class World:
    """The fixtures in a database of their own, and what is asked of it."""

    database: Database
    schema: Schema
    made: Parts
    #: Before which questions, counted from 0, the record is archived or made active again.
    changes_before: Callable[[int], bool] = lambda _number: False
    callers: list[Caller] = field(default_factory=list)
    status: str = "active"

    def evaluate(
        self, question: Request, caller: Caller, on: Snapshot | None = None
    ) -> Answer:
        """As the server does, with changes in between."""
        if self.changes_before(len(self.callers)):
            self.status = {"active": "archived", "archived": "active"}[self.status]
            about = {"fixture": "cert", "status": self.status}
            where = "authzen", "record", "record-1"
            resources.put(self.database, self.schema, *where, about, actor=SERVICE)
        self.callers.append(caller)
        return self.made.pdp.evaluate(question, caller, on=on)

    def answered(self, body: dict[str, Any], **client: Any) -> Answered:
        """What the endpoint says to a client with these properties."""
        told = evaluation.contexts(self.made.provenance)
        limits = Limits(body_bytes=0, nesting=0, hosts=frozenset())
        scopes = frozenset(client.pop("scopes", ()))
        asking = ApiClient(
            **{"tenant": "authzen", "id": "1", "name": "app", "key_hash": ""},
            **{"scopes": scopes, "channel": None, "expires_at": None, "revoked_at": None}
            | client,
        )
        endpoint = evaluations.endpoint(self.evaluate, told, limits)
        return endpoint.answer(Asked(asking, body))


@pytest.fixture
def world(data: Data, tmp_path: Path) -> Iterator[World]:
    database = open_database(copied(data, tmp_path) / "gatehouse.db", time.time)
    policies = active_policies(data.config)
    made = parts(policies, database, time.time)
    yield World(database, policies.current().schema, made)
    made.facts.close()
    database.close()


def test_a_batch_that_the_facts_change_under_is_begun_again(world: World):
    world.changes_before = lambda number: number == 2
    answered = world.answered(WRITES | {"evaluations": [{}] * 4})
    # Two were allowed, then the record was archived; all four were asked anew.
    assert answered.body.count(b"false") == 4
    assert [one.body for one in answered.outcomes] == [DENIED] * 4
    assert answered.data_revision == world.made.facts.revision("authzen")
    assert len(world.callers) == 3 + 4


def test_while_the_facts_keep_changing_there_is_no_answer(world: World):
    world.changes_before = lambda number: number % 2 == 1
    with pytest.raises(Unavailable, match="facts keep changing"):
        world.answered(WRITES | {"evaluations": [{}] * 3})
    assert len(world.callers) == 2 * evaluations.ATTEMPTS


def test_a_channel_is_that_of_the_item_where_the_key_may_say_so(world: World):
    items = [{}, {"context": {"channel": "android"}}, {"context": {}}, {"context": None}]
    asked = WRITES | {"context": {"channel": "web"}, "evaluations": items}
    answered = world.answered(asked, scopes={"channel:assert"})
    assert [one.channel for one in world.callers] == ["web", "android", None, "web"]
    assert answered.caller == world.callers[0]


def test_a_channel_of_the_key_counts_whatever_an_item_says(world: World):
    asked = WRITES | {"evaluations": [{}, {"context": {"channel": "web"}}]}
    world.answered(asked, channel="api", scopes={"channel:assert"})
    assert [one.channel for one in world.callers] == ["api", "api"]


def test_what_is_logged_of_a_batch_has_an_entry_for_each_answer(world: World):
    items = [{}, {"subject": {}}, {"action": {"name": "read"}}]
    answered = world.answered(WRITES | {"evaluations": items})
    told = [(json.loads(one.body)["decision"], one.tally[0]) for one in answered.outcomes]
    assert told == [(True, "permitted"), (False, "error"), (True, "permitted")]
    error = json.loads(answered.body)["evaluations"][1]["context"]["error"]
    assert error["message"] == "`evaluations[1].subject.type` is missing"


def test_a_batch_of_failures_rests_on_no_facts(world: World):
    answered = world.answered({"evaluations": [5, {}]})
    assert (answered.policy_revision, answered.data_revision) == ("", None)
    assert world.callers == []


#: Values that look alike: other types, other splits, one byte more.
NAMES = st.sampled_from(
    ["alice", "alice ", "bob", "user:alice", "record-1", "record", "record/1", "record\n1"]
    + ["1", "true", "a|b", "a", "b", "a:b", "", "read", "write", "delete", "soft"]
)
VALUES = st.sampled_from(
    [1, "1", True, "true", 1.0, None, ["a", "b"], ["a,b"], ["a|b"], "active", "archived"]
    + ["admin", ["admin"], "cert", "", 0, False, []]
)
PROPERTIES = st.dictionaries(
    st.sampled_from(["role", "status", "fixture", "soft", "department"]), VALUES, max_size=3
)
ENTITIES = st.fixed_dictionaries(
    {"type": st.sampled_from(["user", "record", "todo", "us"]), "id": NAMES},
    optional={"properties": PROPERTIES},
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "subject": ENTITIES,
        "action": st.fixed_dictionaries(
            {"name": NAMES}, optional={"properties": PROPERTIES}
        ),
        "resource": ENTITIES,
        "context": st.dictionaries(st.sampled_from(["token", "extra"]), VALUES, max_size=2),
    },
)


@settings(max_examples=60, deadline=None)
@given(items=st.lists(ITEMS, min_size=1, max_size=12), top=ITEMS)
def test_each_item_is_answered_as_it_is_alone(
    function: Client, items: list[dict[str, Any]], top: dict[str, Any]
):
    base = question("user:alice", "read", "record:record-1") | top
    reply = function.ask(base | {"evaluations": items}, path=EVALUATIONS)
    alone = [function.ask(base | item).json for item in items]
    assert reply.json == {"evaluations": alone}
