"""The numbered facts of AuthZEN 1.0 that concern searches and their pages.

Source: OpenID AuthZEN Authorization API 1.0, section 8; its certification.
"""

import json
import re
from itertools import count
from typing import Any

import pytest

from authz.composition import active_policies
from authz.storage import resources
from authz.storage.events import SERVICE
from authz.storage.tables import Resource
from tests.api.doors import Client, Data, MakeClient, Reply, question

SUBJECT, RESOURCE, ACTION = (
    f"/access/v1/search/{what}" for what in ("subject", "resource", "action")
)
ALICE = {"type": "user", "id": "alice"}
RECORD = {"type": "record", "id": "101"}
VIEW, USERS, RECORDS = {"name": "view"}, {"type": "user"}, {"type": "record"}
#: Path -> a search that finds something there.
ASKED: dict[str, dict[str, Any]] = {
    SUBJECT: {"subject": USERS, "action": VIEW, "resource": RECORD},
    RESOURCE: {"subject": ALICE, "action": VIEW, "resource": RECORDS},
    ACTION: {"subject": ALICE, "resource": RECORD},
}
#: How many results each of them has.
FOUND = {SUBJECT: 4, RESOURCE: 20, ACTION: 3}
#: Path -> the part that is searched for.
SEARCHED = {SUBJECT: "subject", RESOURCE: "resource", ACTION: "action"}
paths = pytest.mark.parametrize("path", list(ASKED))

IDS = [
    *(f"SE-{number}" for number in range(1, 10)),
    *("SS-1", "SR-1", "SA-1", "SA-2"),
    *(f"PG-{number}" for number in range(1, 11)),
]


def test_each_fact_has_a_test():
    named = re.findall(r"^test_(s[esra]|pg)_(\d+)_", "\n".join(globals()), re.MULTILINE)
    assert {f"{letters.upper()}-{number}" for letters, number in named} == set(IDS)


def search(client: Client, path: str, **changes: Any) -> Reply:
    """A search with other members; None leaves one out."""
    asked = {**ASKED[path], **changes}
    asked = {name: value for name, value in asked.items() if value is not None}
    return client.send(json.dumps(asked).encode(), path=path)


def found(client: Client, path: str, **changes: Any) -> list[str]:
    """The ids or names that a search finds."""
    reply = search(client, path, **changes)
    assert reply.status == 200, reply.body
    return [one.get("id", one.get("name")) for one in reply.json["results"]]


def refused(reply: Reply, where: str) -> bool:
    error = reply.json["error"]
    assert (reply.status, error["code"], error["where"]) == (400, "bad_request", where)
    return True


def pages(client: Client, path: str, limit: int, **changes: Any) -> list[list[Any]]:
    """The results of all pages, each asked for with the token alone."""
    page: dict[str, Any] = {"limit": limit}
    gathered: list[list[Any]] = []
    while page != {"token": ""}:
        reply = search(client, path, page=page, **changes)
        assert reply.status == 200, reply.body
        gathered.append(reply.json["results"])
        page = {"token": reply.json["page"]["next_token"]}
    return gathered


# What is found


def test_se_1_each_result_evaluates_to_allow_and_nothing_else_does(client: Client):
    for record in ("101", "104", "record-1"):
        who = found(client, SUBJECT, resource={"type": "record", "id": record})
        people = ["alice", "bob", "carol", "dan", "erin", "felix"]
        assert who == [
            person
            for person in people
            if client.decides(question(f"user:{person}", "view", f"record:{record}"))
        ]


def test_se_2_a_search_follows_relations(client: Client):
    felix = {"type": "user", "id": "felix"}
    own = found(client, RESOURCE, subject=felix, action={"name": "delete"})
    assert own == ["106", "112", "118"]
    of_the_department = {"104", "106", "109", "111", "114", "118", "120"}
    assert set(found(client, RESOURCE, subject=felix)) == of_the_department | set(own)


@paths
def test_se_3_an_answer_holds_results_and_a_page(client: Client, path: str):
    reply = search(client, path)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert set(reply.json) == {"page", "results"}
    assert len(reply.json["results"]) == FOUND[path]
    nothing = search(client, path, context={}, **unknown(path)[0])
    assert nothing.json["results"] == []


@pytest.mark.parametrize(("path", "type"), [(SUBJECT, "user"), (RESOURCE, "record")])
def test_se_3_only_things_of_the_searched_type_are_found(client: Client, path, type):
    reply = search(client, path)
    assert {result["type"] for result in reply.json["results"]} == {type}
    for other in ("identity", "todo", "route", "probe"):
        assert found(client, path, **{SEARCHED[path]: {"type": other}}) == []


@paths
def test_se_4_the_page_is_the_first_member(client: Client, path: str):
    for options in (None, {"explain": "full"}):
        body = search(client, path, options=options).body
        assert body.startswith(b'{"page":{"next_token":"')
    assert list(json.loads(body)) == ["page", "results", "context"]


def unknown(path: str) -> list[dict[str, Any]]:
    """Searches for what nobody knows, as changes of the one that finds something."""
    changes: list[dict[str, Any]] = []
    for part in ("subject", "resource"):
        if part != SEARCHED[path]:
            changes.append({part: ASKED[path][part] | {"id": "nobody"}})
        changes.append({part: ASKED[path][part] | {"type": "ghost"}})
    if path != ACTION:
        changes.append({"action": {"name": "fly"}})
    return changes


@paths
def test_se_5_what_is_not_known_finds_nothing(client: Client, path: str):
    for change in unknown(path):
        reply = search(client, path, **change)
        assert (reply.status, reply.json) == (
            200,
            {"page": {"next_token": "", "count": 0}, "results": []},
        )


@paths
@pytest.mark.parametrize("part", ["subject", "action", "resource"])
def test_se_6_every_entity_that_is_not_searched_must_be_complete(
    client: Client, path: str, part: str
):
    if part == SEARCHED[path] == "action":
        return
    assert refused(search(client, path, **{part: None}), part)
    required = {"action": ["name"]}.get(part, ["type", "id"])
    if part == SEARCHED[path]:
        required = ["type"]
    for member in required:
        rest = {n: v for n, v in (ASKED[path][part] | {"x": 1}).items() if n != member}
        assert refused(search(client, path, **{part: rest}), f"{part}.{member}")
        for wrong in (None, 1, True, ["a"], {}):
            changed = ASKED[path][part] | {member: wrong}
            assert refused(search(client, path, **{part: changed}), f"{part}.{member}")
    for wrong in ("user", 5, [], True):
        assert refused(search(client, path, **{part: wrong}), part)


def test_se_6_a_body_may_be_right_at_one_endpoint_and_wrong_at_another(client: Client):
    asked = ASKED[SUBJECT]
    assert search(client, SUBJECT, **asked).status == 200
    assert refused(search(client, RESOURCE, **asked), "subject.id")
    assert refused(search(client, ACTION, **asked), "subject.id")


def test_se_7_properties_of_the_inputs_count(client: Client):
    archived = {"type": "record", "id": "record-1", "properties": {"status": "archived"}}
    write = {"name": "write"}
    assert found(client, SUBJECT, action=write, resource=archived) == ["bob"]
    admin = {"type": "user", "id": "alice", "properties": {"role": "admin"}}
    plain = found(client, RESOURCE, action=write)
    assert found(client, RESOURCE, action=write, subject=admin) == [*plain, "record-2"]
    soft = {"name": "delete", "properties": {"soft": True}}
    assert "record-1" in found(client, RESOURCE, action=soft)
    assert "record-1" not in found(client, RESOURCE, action={"name": "delete"})
    assert found(client, ACTION, subject=admin, resource=archived) == ["read", "write"]


@paths
def test_se_7_a_context_is_never_needed_and_counts_where_a_policy_reads_it(
    client: Client, path: str
):
    probe = {
        "subject": ALICE,
        "action": {"name": "probe-context"},
        "resource": {"type": "probe", "id": "p1"},
    }
    results = {SUBJECT: "alice", RESOURCE: "p1", ACTION: "probe-context"}
    if path == SUBJECT:
        probe["subject"] = USERS
    opened = {"context": {"token": "open"}}
    assert found(client, path, **probe, **opened) == [results[path]]
    for shut in ({"token": "open", "extra": "x"}, {"token": "shut"}, {}, None):
        assert found(client, path, **(probe | {"context": shut})) == []


@paths
def test_se_7_null_is_absent_where_a_member_is_optional(client: Client, path: str):
    whole = search(client, path).json["results"]
    sent = json.loads(json.dumps(ASKED[path]))
    for part in sent.values():
        part["properties"] = None
    sent |= {"context": None, "page": None}
    assert client.send(json.dumps(sent).encode(), path=path).json["results"] == whole
    for part in ASKED[path]:
        wrong = {part: ASKED[path][part] | {"properties": []}}
        assert refused(search(client, path, **wrong), f"{part}.properties")
    assert refused(search(client, path, context="x"), "context")


def test_se_8_results_are_bare_and_have_the_type_before_the_id(client: Client):
    assert search(client, SUBJECT).body == (
        b'{"page":{"next_token":"","count":4},"results":[{"type":"user","id":"alice"},'
        b'{"type":"user","id":"bob"},{"type":"user","id":"carol"},'
        b'{"type":"user","id":"dan"}]}'
    )
    own = search(client, RESOURCE, action={"name": "delete"})
    assert own.json["results"] == [{"type": "record", "id": i} for i in OWN_OF_ALICE]
    assert search(client, ACTION).body == (
        b'{"page":{"next_token":"","count":3},"results":[{"name":"delete"},'
        b'{"name":"edit"},{"name":"view"}]}'
    )


OWN_OF_ALICE = ["101", "107", "113", "119"]


@paths
def test_se_9_every_page_says_whether_it_is_the_last(client: Client, path: str):
    for page in (None, {}, {"limit": 0}, {"limit": 1}, {"limit": 1000}):
        reply = search(client, path, page=page)
        assert list(reply.json["page"]) == ["next_token", "count"]
        assert isinstance(reply.json["page"]["next_token"], str)


@pytest.mark.parametrize("sent", ["bob", "", 5, None, [], {"a": 1}])
def test_ss_1_the_id_of_the_searched_subject_does_not_matter(client: Client, sent):
    named = {"type": "user", "id": sent, "properties": {"role": "admin"}}
    assert found(client, SUBJECT, subject=named) == ["alice", "bob", "carol", "dan"]


@pytest.mark.parametrize("sent", ["record-2", "", 5, None, [], {"a": 1}])
def test_sr_1_the_id_of_the_searched_resource_does_not_matter(client: Client, sent):
    named = {"type": "record", "id": sent, "properties": {"owner": "alice"}}
    delete = {"name": "delete"}
    assert found(client, RESOURCE, resource=named, action=delete) == OWN_OF_ALICE


@pytest.mark.parametrize("sent", [None, {"name": "view"}, {"name": 5}, "x", [], {}])
def test_sa_1_an_action_that_is_sent_does_not_matter(client: Client, sent):
    body = json.dumps(ASKED[ACTION] | {"action": sent}).encode()
    reply = client.send(body, path=ACTION)
    assert [one["name"] for one in reply.json["results"]] == ["delete", "edit", "view"]


def test_sa_2_an_action_that_depends_on_its_properties_is_not_found(client: Client):
    record = {"type": "record", "id": "record-1"}
    assert found(client, ACTION, resource=record) == ["read", "write"]
    assert client.decides(
        question("user:alice", "delete", "record:record-1")
        | {"action": {"name": "delete", "properties": {"soft": True}}}
    )


# Pages


@paths
def test_pg_1_without_a_page_everything_comes_at_once(client: Client, path: str):
    assert search(client, path).json["page"] == {"next_token": "", "count": FOUND[path]}


@paths
def test_pg_2_a_limit_of_nothing_gives_an_empty_page(client: Client, path: str):
    reply = search(client, path, page={"limit": 0})
    assert (reply.status, reply.json["results"]) == (200, [])
    assert reply.json["page"]["count"] == 0
    assert reply.json["page"]["next_token"] != ""
    nothing = search(client, path, page={"limit": 0}, **unknown(path)[0])
    assert nothing.json["page"] == {"next_token": "", "count": 0}


@paths
@pytest.mark.parametrize(
    ("page", "where"),
    [
        ("x", "page"),
        ([], "page"),
        (5, "page"),
        (True, "page"),
        ({"limit": True}, "page.limit"),
        ({"limit": False}, "page.limit"),
        ({"limit": "5"}, "page.limit"),
        ({"limit": 1.5}, "page.limit"),
        ({"limit": -1}, "page.limit"),
        ({"limit": []}, "page.limit"),
        ({"token": 5}, "page.token"),
        ({"token": ["a"]}, "page.token"),
        ({"properties": "x"}, "page.properties"),
        ({"properties": []}, "page.properties"),
    ],
)
def test_pg_2_a_member_of_the_wrong_type_is_a_bad_request(
    client: Client, path: str, page, where: str
):
    assert refused(search(client, path, page=page), where)


@paths
@pytest.mark.parametrize("limit", [1000, 1001, 10**6, 2**63, 10**300])
def test_pg_2_a_limit_larger_than_a_page_may_be_gives_what_there_is(
    client: Client, path: str, limit: int
):
    page = search(client, path, page={"limit": limit}).json["page"]
    assert page == {"next_token": "", "count": FOUND[path]}


@paths
def test_pg_3_unknown_members_of_a_page_do_not_matter(client: Client, path: str):
    more = {"next_token": "x", "size": -1, "sort": None, "properties": {"a": [1]}}
    reply = search(client, path, page={"limit": 2, "token": None} | more)
    assert (reply.status, reply.json["page"]["count"]) == (200, 2)


@paths
def test_pg_4_a_part_of_the_results_comes_with_a_token(client: Client, path: str):
    reply = search(client, path, page={"limit": FOUND[path] - 1})
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,}", reply.json["page"]["next_token"])


@paths
def test_pg_5_the_last_page_has_an_empty_token(client: Client, path: str):
    exact = search(client, path, page={"limit": FOUND[path]})
    assert exact.json["page"] == {"next_token": "", "count": FOUND[path]}
    first = search(client, path, page={"limit": FOUND[path] - 1})
    token = first.json["page"]["next_token"]
    last = search(client, path, page={"token": token})
    assert last.json["page"] == {"next_token": "", "count": 1}


@paths
def test_pg_6_a_token_goes_on_with_or_without_the_limit(client: Client, path: str):
    whole = search(client, path).json["results"]
    first = search(client, path, page={"limit": 1})
    token = first.json["page"]["next_token"]
    for page in ({"token": token}, {"token": token, "limit": 1}):
        second = search(client, path, page=page)
        assert second.json["results"] == whole[1:2]
        assert second.json["page"]["next_token"] != ""


@paths
def test_pg_6_without_a_token_or_with_an_empty_one_it_is_the_first_page(
    client: Client, path: str
):
    whole = search(client, path).json["results"]
    for token in ("", None):
        reply = search(client, path, page={"limit": 2, "token": token})
        assert reply.json["results"] == whole[:2]


@paths
def test_pg_7_a_token_goes_with_the_query_it_was_given_for(client: Client, path: str):
    token = search(client, path, page={"limit": 1}).json["page"]["next_token"]
    sent = {"page": {"token": token}}
    changes: list[dict[str, Any]] = [*unknown(path), {"context": {"a": 1}}]
    changes += [
        {part: ASKED[path][part] | {"properties": {"role": value}}}
        for part in ASKED[path]
        for value in ("admin", 1, True, None)
    ]
    for change in changes:
        assert refused(search(client, path, **change, **sent), "page.token")
    other_size = {"token": token, "limit": 2}
    assert refused(search(client, path, page=other_size), "page.limit")
    assert search(client, path, **sent).status == 200


def test_pg_7_a_token_goes_with_the_endpoint_it_was_given_at(client: Client):
    asked = {"subject": ALICE, "action": VIEW, "resource": RECORD}
    tokens = {
        path: search(client, path, **asked, page={"limit": 1}).json["page"]["next_token"]
        for path in ASKED
    }
    for path, token in tokens.items():
        for other in tokens:
            reply = search(client, other, **asked, page={"token": token})
            assert reply.status == 200 if other == path else refused(reply, "page.token")


#: For ids that no other test has.
_numbers = count(1)


@pytest.fixture
def shelf(database, data: Data):
    """Saves and removes records; those that are left are removed in the end."""
    schema = active_policies(data.config).current().schema
    saved: set[str] = set()

    def put(id: str) -> None:
        about = {"fixture": "search", "owner": "felix"}
        resources.put(database, schema, "authzen", "record", id, about, actor=SERVICE)
        saved.add(id)

    def remove(id: str) -> None:
        resources.delete(database, schema, "authzen", "record", id, actor=SERVICE)
        saved.discard(id)

    yield put, remove
    for id in list(saved):
        remove(id)


FELIX = {"subject": {"type": "user", "id": "felix"}, "action": {"name": "delete"}}


def test_pg_8_what_comes_and_goes_between_two_pages_shifts_nothing(client: Client, shelf):
    put, remove = shelf
    for id in ("107a", "112a"):
        put(id)
    first = search(client, RESOURCE, **FELIX, page={"limit": 3})
    assert [one["id"] for one in first.json["results"]] == ["106", "107a", "112"]
    remove("107a")
    put("100")
    put("113a")
    rest = search(
        client, RESOURCE, **FELIX, page={"token": first.json["page"]["next_token"]}
    )
    assert [one["id"] for one in rest.json["results"]] == ["112a", "113a", "118"]
    assert rest.json["page"]["next_token"] == ""


@paths
def test_pg_9_the_order_is_the_same_each_time(client: Client, path: str):
    bodies = {search(client, path).body for _ in range(3)}
    assert len(bodies) == 1
    ids = found(client, path)
    assert ids == sorted(ids)


@paths
@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pg_9_all_pages_together_are_the_whole_once(client: Client, path: str, limit: int):
    parts = pages(client, path, limit)
    assert sum(parts, []) == search(client, path).json["results"]
    assert all(len(part) == limit for part in parts[:-1])
    assert 1 <= len(parts[-1]) <= limit


def test_pg_9_any_character_of_an_id_is_gone_past(client: Client, shelf, database):
    put, _ = shelf
    odd = [
        "a:b",
        "a|b",
        "a/b",
        "a b",
        "a%2fb",
        'a"b',
        "é",
        "\N{PILE OF POO}",
        "~",
        "..",
        "a",
    ]
    for id in odd:
        put(id)
    # WHY past the checks: what is saved by others may hold what we would not save.
    torn = Resource.update(id="a\nb").where(Resource.id == "a|b", Resource.type == "record")
    with database.transaction():
        torn.execute(database.db)
    odd[odd.index("a|b")] = "a\nb"
    ids = [one["id"] for part in pages(client, RESOURCE, 1, **FELIX) for one in part]
    with database.transaction():
        Resource.update(id="a|b").where(Resource.id == "a\nb").execute(database.db)
    assert ids == sorted([*odd, "106", "112", "118"])


@paths
def test_pg_10_a_token_that_is_not_ours_is_a_bad_request(client: Client, path: str):
    token = search(client, path, page={"limit": 1}).json["page"]["next_token"]
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    for forged in (flipped, token + "=", token[1:], "x", "%00", "é", "A" * 5000, "1"):
        reply = search(client, path, page={"token": forged})
        assert refused(reply, "page.token")
        assert "results" not in reply.json


# Our own


@paths
def test_a_search_needs_its_scope(client: Client, make_client: MakeClient, path: str):
    other, _ = make_client(client, {"decision:check", "decision:batch"})
    reply = search(other, path)
    assert (reply.status, reply.json["error"]["code"]) == (403, "forbidden")
    searcher, _ = make_client(client, {"decision:search"})
    assert search(searcher, path).status == 200


@paths
def test_a_search_names_the_revisions_it_was_made_from(client: Client, path: str):
    headers = search(client, path).headers
    assert int(headers["x-data-revision"]) >= 0
    assert int(headers["x-policy-revision"], 16)
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("level", ["reasons", "full"])
def test_an_explained_search_lists_the_policies_that_can_speak(client: Client, level: str):
    explained = {"options": {"explain": level}}
    view = {
        "action": "view",
        "permits": [
            "search.departments-view-theirs",
            "search.managers-view-all",
            "search.owners-view",
        ],
        "forbids": [],
    }
    for path in (SUBJECT, RESOURCE):
        reply = search(client, path, **explained)
        assert reply.json["context"] == {"considered": [view]}
    told = search(client, ACTION, **explained).json["context"]["considered"]
    assert [one["action"] for one in told] == ["delete", "edit", "read", "view", "write"]
    assert view in told


@paths
def test_an_explained_search_for_what_is_not_known_says_that_nothing_speaks(
    client: Client, path: str
):
    ghost = {"resource": ASKED[path]["resource"] | {"type": "ghost"}}
    told = search(client, path, **ghost, options={"explain": "full"}).json["context"]
    silent = {"action": "view", "permits": [], "forbids": []}
    assert told == {"considered": [] if path == ACTION else [silent]}


@paths
def test_wrong_options_of_a_search_are_a_bad_request(client: Client, path: str):
    for options, where in (
        ({"explain": "all"}, "options.explain"),
        ({"language": 5}, "options.language"),
    ):
        assert refused(search(client, path, options=options), where)
    assert search(client, path, options="x").status == 200
