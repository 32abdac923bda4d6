"""`options.explain: "full"`: everything with the scope for it, the reasons without."""

import pytest

from tests.api.doors import Client, MakeClient, question

FULL = {"options": {"explain": "full"}}
CAROL_WRITES = question("user:carol", "write", "record:record-1") | FULL
REASONS = {"reason", "reason_user", "determining_policies"}


def test_with_the_scope_the_ways_and_the_smallest_change_are_told(client: Client):
    context = client.ask(CAROL_WRITES).json["context"]
    assert set(context) == {
        *REASONS,
        "reason_admin",
        "ways",
        "forbids",
        "facts",
        "smallest_change",
    }
    assert context["ways"]
    assert all(set(way) == {"policy", "places", "met", "unmet"} for way in context["ways"])
    assert set(context["smallest_change"]) == {"changes", "impossible"}


def test_without_the_scope_full_is_the_reasons(client: Client, make_client: MakeClient):
    asking, _ = make_client(client, {"decision:check"})
    reasons = asking.ask(CAROL_WRITES | {"options": {"explain": "reasons"}})
    assert asking.ask(CAROL_WRITES).body == reasons.body
    assert set(reasons.json["context"]) == REASONS


@pytest.mark.parametrize("resource", ["record:record-1", "record:none"])
def test_without_the_scope_nobody_learns_whether_the_thing_is_there(
    client: Client, make_client: MakeClient, resource: str
):
    asking, _ = make_client(client, {"decision:check"})
    hidden = asking.ask(question("user:carol", "write", resource) | FULL)
    assert hidden.json == {
        "decision": False,
        "context": {
            "reason": "no_permit",
            "reason_user": "You do not have access to do this.",
            "determining_policies": [],
        },
    }


def test_what_is_not_known_has_no_way_and_says_why(client: Client):
    context = client.ask(question("user:carol", "write", "record:none") | FULL).json[
        "context"
    ]
    assert (context["ways"], context["forbids"], context["facts"]) == ([], [], [])
    assert context["smallest_change"] == {
        "changes": [],
        "impossible": "the resource `record:none` is not known",
    }


def test_an_allow_lists_the_ways_that_hold_and_proposes_no_change(client: Client):
    allowed = question("user:alice", "read", "record:record-1") | FULL
    context = client.ask(allowed).json["context"]
    assert [way["policy"] for way in context["ways"]] == context["determining_policies"]
    assert [way["unmet"] for way in context["ways"]] == [[]]
    assert context["smallest_change"] is None
