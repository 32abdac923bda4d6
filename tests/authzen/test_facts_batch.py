"""The numbered facts of AuthZEN 1.0 on several evaluations in one request.

Sources: OpenID AuthZEN Authorization API 1.0, section 7; its certification.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from tests.api.doors import Client, MakeClient, Reply, question
from tests.authzen.paths import ACTION, ALICE_READS, EVALUATIONS, RESOURCE, SUBJECT

CAROL = {"type": "user", "id": "carol"}
ALLOWED = ALICE_READS
DENIED = ALICE_READS | {"subject": CAROL}
FAILED: dict[str, Any] = {"subject": {"type": "user"}}
PROBE = question("user:alice", "probe-context", "probe:p1", token="open")
SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")


def ask(client: Client, items: object = None, **top: object) -> Reply:
    return client.ask({**top, "evaluations": items}, path=EVALUATIONS)


def decisions(client: Client, items: object, **top: object) -> list[bool]:
    reply = ask(client, items, **top)
    assert (reply.status, list(reply.json)) == (200, ["evaluations"]), reply.body
    return [answer["decision"] for answer in reply.json["evaluations"]]


def failure(reply: Reply, index: int = 0) -> str:
    """The message of an item that failed."""
    answer = reply.json["evaluations"][index]
    message: str = answer["context"]["error"]["message"]
    error = {"status": 400, "message": message}
    assert answer == {"decision": False, "context": {"error": error}}
    return message


# Without items


@pytest.mark.parametrize("without", [{}, {"evaluations": []}, {"evaluations": None}])
def test_ba_1_without_items_it_is_a_single_evaluation(client: Client, without: object):
    assert isinstance(without, dict)
    for asked in (ALLOWED, DENIED):
        reply = client.ask(asked | without, path=EVALUATIONS)
        assert (reply.status, reply.body) == (200, client.ask(asked).body)
    for part in ALICE_READS:
        asked = {name: kept for name, kept in ALICE_READS.items() if name != part}
        reply = client.ask(asked | without, path=EVALUATIONS)
        assert (reply.status, reply.json["error"]["where"]) == (400, part)


def test_ba_1_without_items_an_explanation_is_that_of_the_evaluation(client: Client):
    asked = DENIED | {"options": {"explain": "full"}}
    assert client.ask(asked, path=EVALUATIONS).body == client.ask(asked).body


# Defaults


@pytest.mark.parametrize(
    ("top", "item", "decision"),
    [
        (ALICE_READS, {}, True),
        (ALICE_READS, {"subject": CAROL}, False),
        (DENIED, {"subject": SUBJECT}, True),
        (ALICE_READS, {"action": {"name": "fly"}}, False),
        (ALICE_READS, {"resource": {"type": "record", "id": "none"}}, False),
        (ALICE_READS, {"subject": None, "action": None, "resource": None}, True),
        (PROBE, {}, True),
        (PROBE, {"context": None}, True),
        (PROBE, {"context": {}}, False),
        (PROBE, {"context": {"token": "shut"}}, False),
        (PROBE | {"context": {"token": "shut"}}, {"context": {"token": "open"}}, True),
    ],
)
def test_ba_2_a_member_of_the_item_replaces_the_default(
    client: Client, top: dict[str, Any], item: dict[str, Any], decision: bool
):
    assert decisions(client, [item], **top) == [decision]


def test_ba_3_what_is_replaced_is_replaced_whole(client: Client):
    archived = RESOURCE | {"properties": {"status": "archived"}}
    top = {"subject": SUBJECT, "action": {"name": "write"}, "resource": archived}
    assert decisions(client, [{}, {"resource": RESOURCE}], **top) == [False, True]
    admin = {"type": "user", "id": "bob", "properties": {"role": "admin"}}
    writes = {"action": {"name": "write"}, "resource": archived, "subject": admin}
    assert decisions(client, [{}, {"subject": CAROL}], **writes) == [True, False]
    soft = {"name": "delete", "properties": {"soft": True}}
    deletes = ALICE_READS | {"action": soft}
    assert decisions(client, [{}, {"action": {"name": "delete"}}], **deletes) == [
        True,
        False,
    ]


def test_ba_3_a_context_is_replaced_whole(client: Client):
    top = PROBE | {"context": {"token": "shut", "extra": 1}}
    assert decisions(client, [{"context": {"token": "open"}}], **top) == [True]
    assert decisions(client, [{"context": {"extra": 1}}], **PROBE) == [False]


@pytest.mark.parametrize("part", [{"id": "record-1"}, {"type": "record"}, {}])
def test_ba_3_a_part_of_an_entity_does_not_inherit_the_rest(client: Client, part: object):
    reply = ask(client, [{"resource": part}, {}], **ALICE_READS)
    assert "`evaluations[0].resource." in failure(reply)
    assert reply.json["evaluations"][1] == {"decision": True}


@pytest.mark.parametrize("part", ["subject", "action", "resource"])
def test_ba_4_each_part_is_in_the_item_or_at_the_top(client: Client, part: str):
    top = {name: kept for name, kept in ALICE_READS.items() if name != part}
    own = {part: ALICE_READS[part]}
    assert decisions(client, [own, own], **top) == [True, True]
    assert decisions(client, [ALICE_READS]) == [True]
    assert decisions(client, [own, {}], **top) == [True, False]


@pytest.mark.parametrize("default", [{}, {"type": "record"}, {"id": 5}, "x", 5, [], True])
@pytest.mark.parametrize("part", ["subject", "action", "resource", "context"])
def test_ba_5_a_default_that_no_item_uses_need_not_be_sound(
    client: Client, part: str, default: object
):
    whole = ALICE_READS | {"context": {}}
    assert decisions(client, [whole, whole], **{part: default}) == [True, True]


@pytest.mark.parametrize("default", [{}, {"type": "user"}, "x", None])
def test_ba_5_a_default_that_is_not_sound_fails_the_items_that_use_it(
    client: Client, default: object
):
    top = ALICE_READS | {"subject": default}
    reply = ask(client, [{"subject": SUBJECT}, {}, {"subject": SUBJECT}], **top)
    assert "`subject" in failure(reply, 1)
    assert [a["decision"] for a in reply.json["evaluations"]] == [True, False, True]


# Items that fail


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("part", ["subject", "action", "resource"])
def test_ba_6_an_incomplete_item_fails_in_its_place(
    client: Client, part: str, position: int
):
    items = [ALICE_READS] * 3
    items[position] = {name: kept for name, kept in ALICE_READS.items() if name != part}
    reply = ask(client, items)
    assert failure(reply, position) == (
        f"`{part}` is missing, in the item and at the top level"
    )
    rest = [answer for answer in reply.json["evaluations"] if answer == {"decision": True}]
    assert (len(reply.json["evaluations"]), len(rest)) == (3, 2)


def test_ba_6_one_item_without_a_subject_anywhere_is_no_bad_request(client: Client):
    assert decisions(client, [{"action": ACTION, "resource": RESOURCE}]) == [False]


@pytest.mark.parametrize("item", ["x", None, 5, True, [], [ALICE_READS]])
def test_ba_7_an_item_that_is_no_object_fails_in_its_place(client: Client, item: object):
    reply = ask(client, [item, {}], **ALICE_READS)
    assert "`evaluations[0]`" in failure(reply)
    assert reply.json["evaluations"][1] == {"decision": True}


@pytest.mark.parametrize(
    "item",
    [
        {"subject": "user:alice"},
        {"subject": {"type": "user", "id": 5}},
        {"action": {"name": True}},
        {"action": {"name": "read", "properties": "x"}},
        {"resource": {"type": "record", "id": "record-1", "properties": []}},
        {"context": "x"},
    ],
)
def test_ba_7_a_member_of_the_wrong_type_fails_its_item(client: Client, item: object):
    reply = ask(client, [{}, item], **ALICE_READS)
    assert "`evaluations[1]." in failure(reply, 1)
    assert reply.json["evaluations"][0] == {"decision": True}


# Answers


def test_ba_8_an_item_is_answered_as_it_is_alone(client: Client):
    asked = [
        question(f"user:{who}", action, f"record:{record}")
        for who in ("alice", "bob", "carol", "nobody")
        for action in ("read", "write", "view", "fly")
        for record in ("record-1", "record-2", "101")
    ]
    alone = [client.decides(one) for one in asked]
    assert {True, False} == set(alone)
    assert decisions(client, asked) == alone
    assert decisions(client, asked[::-1]) == alone[::-1]


def test_ba_9_answers_are_in_the_order_of_the_items(client: Client):
    pattern = [True, False, False, True, False, True, True]
    items = [ALLOWED if allowed else DENIED for allowed in pattern]
    assert decisions(client, items) == pattern


@pytest.mark.parametrize("semantic", SEMANTICS)
def test_ba_10_beside_the_answers_there_is_no_decision(client: Client, semantic: str):
    options = {"evaluations_semantic": semantic}
    reply = ask(client, [{}], options=options, **ALICE_READS)
    assert list(reply.json) == ["evaluations"]


@pytest.mark.parametrize("options", [None, {}, {"x": 1}, {"evaluations": [], "y": None}])
def test_ba_11_unknown_options_are_ignored(client: Client, options: object):
    reply = ask(client, [{}], options=options, **ALICE_READS)
    assert reply.body == b'{"evaluations":[{"decision":true}]}'


# Semantics


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"evaluations_semantic": None},
        {"evaluation_semantics": "deny_on_first_deny"},
        {"evaluations_semantics": "deny_on_first_deny"},
        {"Evaluations_Semantic": "deny_on_first_deny"},
    ],
)
def test_ba_12_under_any_other_name_there_is_no_semantic_but_all(
    client: Client, options: object
):
    items = [DENIED, ALLOWED]
    assert decisions(client, items, options=options) == [False, True]


@pytest.mark.parametrize("items", [None, [], [ALICE_READS]])
@pytest.mark.parametrize(
    ("options", "where"),
    [
        *(
            ({"evaluations_semantic": value}, "options.evaluations_semantic")
            for value in ("", "all", "Execute_All", "EXECUTE_ALL", True, 1, ["execute_all"])
        ),
        *((value, "options") for value in ("x", 5, [], True)),
        ({"explain": "all"}, "options.explain"),
        ({"language": 5}, "options.language"),
    ],
)
def test_ba_13_options_that_mean_nothing_are_a_bad_request(
    client: Client, items: object, options: object, where: str
):
    reply = ask(client, items, options=options, **ALICE_READS)
    assert (reply.status, reply.json["error"]["where"]) == (400, where)


def expected(semantic: str, outcomes: Sequence[bool]) -> list[bool]:
    """What the text of the standard says, as naively as can be."""
    last = {"deny_on_first_deny": False, "permit_on_first_permit": True}.get(semantic)
    if last is None or last not in outcomes:
        return list(outcomes)
    return list(outcomes[: outcomes.index(last) + 1])


@pytest.mark.parametrize("semantic", SEMANTICS)
def test_ba_14_and_15_and_16_the_answers_end_exactly_where_the_semantic_says(
    client: Client, semantic: str
):
    options = {"evaluations_semantic": semantic}
    kinds = [(ALLOWED, True), (DENIED, False), (FAILED, False)]
    for length in (1, 2, 3):
        for chosen in product(kinds, repeat=length):
            items, outcomes = zip(*chosen, strict=True)
            found = decisions(client, items, options=options)
            assert found == expected(semantic, outcomes), items


def test_ba_15_a_failure_ends_it_and_says_why(client: Client):
    options = {"evaluations_semantic": "deny_on_first_deny"}
    reply = ask(client, [ALLOWED, FAILED, ALLOWED], options=options)
    assert failure(reply, 1) == "`evaluations[1].subject.id` is missing"
    assert len(reply.json["evaluations"]) == 2


def test_ba_16_a_failure_does_not_end_the_search_for_a_permit(client: Client):
    options = {"evaluations_semantic": "permit_on_first_permit"}
    items = [FAILED, DENIED, ALLOWED, FAILED]
    assert decisions(client, items, options=options) == [False, False, True]


# The payload


@pytest.mark.parametrize("items", ["x", 5, True, {}, {"0": ALICE_READS}])
def test_ba_17_a_list_that_is_none_is_a_bad_request(client: Client, items: object):
    reply = ask(client, items, **ALICE_READS)
    assert (reply.status, reply.json["error"]["where"]) == (400, "evaluations")


def test_ba_18_an_answer_is_bare_unless_reasons_are_asked_for(client: Client):
    items = [ALLOWED, DENIED]
    bare = b'{"evaluations":[{"decision":true},{"decision":false}]}'
    assert ask(client, items).body == bare
    reply = ask(client, [*items, FAILED], options={"explain": "reasons"})
    told = reply.json["evaluations"]
    for answer, asked in zip(told[:2], items, strict=True):
        assert answer == client.ask(asked | {"options": {"explain": "reasons"}}).json
    assert failure(reply, 2)


@pytest.mark.parametrize("options", [{}, {"explain": "full"}])
def test_ba_19_the_same_batch_gets_the_same_body(client: Client, options: object):
    items = [ALLOWED, DENIED, FAILED]
    assert len({ask(client, items, options=options).body for _ in range(4)}) == 1


def test_ba_20_a_thousand_items_are_answered_and_one_more_is_refused(client: Client):
    assert decisions(client, [{}] * 1000, **ALICE_READS) == [True] * 1000
    for items in ([{}] * 1001, [5] * 20_000):
        reply = ask(client, items, **ALICE_READS)
        assert (reply.status, reply.json["error"]["where"]) == (400, "evaluations")
        assert "send at most 1,000" in reply.json["error"]["message"]


# Callers


def test_a_batch_needs_the_scope_for_it(client: Client, make_client: MakeClient):
    asking, _ = make_client(client, {"decision:check"})
    reply = ask(asking, [ALLOWED])
    assert (reply.status, reply.json["error"]["code"]) == (403, "forbidden")
    asking, _ = make_client(client, {"decision:batch"})
    assert decisions(asking, [ALLOWED]) == [True]


def test_without_the_scope_for_it_no_item_tells_an_administrator(
    client: Client, make_client: MakeClient
):
    asking, _ = make_client(client, {"decision:batch"})
    reply = ask(asking, [ALLOWED, DENIED], options={"explain": "full"})
    for answer in reply.json["evaluations"]:
        assert set(answer["context"]) == {"reason", "reason_user", "determining_policies"}


def test_a_language_counts_for_every_item(client: Client):
    options = {"explain": "reasons", "language": "fr"}
    reply = ask(client, [DENIED, DENIED], options=options)
    told = {answer["context"]["reason_user"] for answer in reply.json["evaluations"]}
    assert told == {"Vous n’avez pas accès à cette action."}


def test_ids_that_only_look_alike_do_not_share_an_answer(client: Client):
    records = ["record-1", "record-1 ", "record-1\n", "record:record-1", "/record-1", "|"]
    items = [{"resource": {"type": "record", "id": record}} for record in records]
    found = decisions(client, items, **ALICE_READS)
    assert found == [True] + [False] * (len(records) - 1)
