"""A question has one answer: whatever was asked before, alone or in a batch."""

import json
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authz.composition import active_policies
from authz.decisions.active import ActivePolicies
from authz.settings import Config
from authz.storage import resources
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from tests.api.doors import Client, Data, copied, function_door
from webapp.serve import build_app

EVALUATIONS = "/access/v1/evaluations"
#: Near to each other by a sign, a split, a case or a form.
STORED = ["a:b", "a|b", "a/b", "a,b", "a", "b", "A", "\u00e9", "1", "true", "null", "a:b:c"]
IDS = [*STORED, "a\nb", "a b", "1 ", "e\u0301", ""]
#: Questions that each of two threads asks, and how long both may take.
TOGETHER, PATIENCE_SECONDS = 300, 30
STATUSES = ["archived", "Archived", "archived ", "", "1", 1, 1.0, True, None, ["archived"]]
ROLES = [["editor"], ["editor,admin"], ["editor", "admin"], ["admin"], "admin", [], [1]]
SOFT = [True, 1, "true", False]


@dataclass(frozen=True)
class Warm:
    """An API that was asked much, and what it takes to make one that was asked nothing."""

    client: Client
    config: Config
    policies: ActivePolicies

    def cold(self) -> Client:
        """The same with nothing cached."""
        api = build_app(self.config, self.policies)
        return replace(self.client, door=function_door(api))


@pytest.fixture(scope="module")
def warm(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Warm:
    folder = copied(data, tmp_path_factory.mktemp("one"))
    log = replace(data.config.decisions.log, dir=None)
    config = replace(
        data.config,
        store=replace(data.config.store, path=folder / "gatehouse.db"),
        decisions=replace(data.config.decisions, log=log),
    )
    policies = active_policies(config)
    _store(config.store.path, policies)
    api = build_app(config, policies)
    return Warm(Client(function_door(api), data.key), config, policies)


def _store(path: Path, policies: ActivePolicies) -> None:
    """People and records of all those ids; each record belongs to the person of its id."""
    database = open_database(path, time.time)
    schema = policies.current().schema
    for id in STORED:
        for type, attributes in (
            ("user", {"fixture": "search"}),
            ("record", {"fixture": "search", "owner": id}),
        ):
            resources.put(database, schema, "authzen", type, id, attributes, actor=SERVICE)
    database.close()


def entities(type: str, **properties: Any) -> st.SearchStrategy[dict[str, Any]]:
    made = {"type": st.just(type), "id": st.sampled_from(IDS)}
    some = st.fixed_dictionaries({}, optional=properties)
    return st.fixed_dictionaries(made, optional={"properties": some})


QUESTIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "subject": entities("user"),
            "action": st.fixed_dictionaries({"name": st.sampled_from(["view", "edit"])}),
            "resource": entities("record", owner=st.sampled_from(IDS)),
        }
    ),
    st.fixed_dictionaries(
        {
            "subject": st.just({"type": "user", "id": "alice"}),
            "action": st.sampled_from(
                [{"name": "delete", "properties": {"soft": soft}} for soft in SOFT]
                + [{"name": "write"}]
            ),
            "resource": st.sampled_from(STATUSES).map(
                lambda status: {
                    "type": "record",
                    "id": "record-1",
                    "properties": {"status": status},
                }
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "subject": st.sampled_from(ROLES).map(
                lambda roles: {"type": "user", "id": "x", "properties": {"roles": roles}}
            ),
            "action": st.just({"name": "can_create_todo"}),
            "resource": st.just({"type": "todo", "id": "todo-1"}),
        }
    ),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(QUESTIONS, min_size=1, max_size=6))
def test_what_was_asked_before_changes_no_answer(warm: Warm, asked: list[dict[str, Any]]):
    cold = warm.cold()
    for question in asked + asked[::-1]:
        first, again = warm.client.ask(question), warm.client.ask(question)
        alone = replace(cold, door=warm.cold().door).ask(question)
        assert (first.status, first.body) == (alone.status, alone.body)
        assert (again.status, again.body) == (alone.status, alone.body)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(QUESTIONS, min_size=1, max_size=8), st.randoms())
def test_an_item_of_a_batch_is_answered_as_alone(
    warm: Warm, asked: list[dict[str, Any]], random: Any
):
    for _ in range(2):
        body = json.dumps({"evaluations": asked}).encode()
        answers = warm.client.send(body, path=EVALUATIONS).json["evaluations"]
        alone = [warm.client.ask(question).json["decision"] for question in asked]
        assert [answer["decision"] for answer in answers] == alone
        random.shuffle(asked)


def test_the_questions_are_near_to_each_other_and_not_all_denied(warm: Warm):
    for id in STORED:
        person = {"type": "user", "id": id}
        for other in STORED:
            question = {
                "subject": person,
                "action": {"name": "view"},
                "resource": {"type": "record", "id": other},
            }
            assert warm.client.decides(question) is (id == other)


def test_slow_and_quick_questions_wait_for_no_lock_of_each_other(warm: Warm):
    asked = {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "record-1"},
    }
    client = warm.cold()
    statuses = []

    def ask(question: dict[str, Any]) -> None:
        statuses.extend(client.ask(question).status for _ in range(TOGETHER))

    threads = [
        threading.Thread(target=ask, args=(question,), daemon=True)
        for question in (asked, asked | {"options": {"explain": "full"}})
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert statuses == [200] * 2 * TOGETHER
