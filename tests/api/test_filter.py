"""`POST /v1/filter`: the condition for a query of one's own, over HTTP."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authz import yamlfile
from tests.api.doors import CONFIG, Client, MakeClient, Reply, question

PATH = "/v1/filter"
ALICE = {"type": "user", "id": "alice"}
FELIX = {"type": "user", "id": "felix"}
ASKED: dict[str, Any] = {
    "subject": FELIX,
    "action": {"name": "view"},
    "resource": {"type": "record"},
}
COLUMNS = ("id", "fixture", "status", "department", "owner")


def ask(client: Client, **changes: Any) -> Reply:
    """A filter with other members; None leaves one out."""
    asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
    return client.send(json.dumps(asked).encode(), path=PATH)


def refused(reply: Reply, where: str) -> str:
    error = reply.json["error"]
    assert (reply.status, error["code"], error["where"]) == (400, "bad_request", where)
    return str(error["message"])


@pytest.fixture(scope="module")
def records():
    """The records of the fixtures, as an app has them: a table of its own."""
    facts = yamlfile.parse((CONFIG.parent / "facts.yaml").read_text("utf-8"))
    stored = facts["tenants"][0]["resources"]
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE record ({', '.join(COLUMNS)})")
        for one in stored:
            if one["type"] == "record":
                about = {"id": one["id"]} | one["attributes"]
                row = [about.get(name) for name in COLUMNS]
                database.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?)", row)
        yield database


def rows(database: sqlite3.Connection, reply: Reply, source: str = "record") -> list[str]:
    """The ids of the rows for which the condition holds."""
    assert reply.status == 200, reply.body
    sql = reply.json["sql"]
    statement = f"SELECT id FROM {source} WHERE {sql['where']} ORDER BY id"
    return [id for (id,) in database.execute(statement, sql["params"])]


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "erin", "felix", "nobody"])
@pytest.mark.parametrize("action", ["view", "edit", "delete", "read", "write", "fly"])
def test_the_rows_are_those_that_single_decisions_allow(
    function: Client, records, who: str, action: str
):
    subject, named = {"type": "user", "id": who}, {"name": action}
    found = rows(records, ask(function, subject=subject, action=named, columns={}))
    ids = [id for (id,) in records.execute("SELECT id FROM record ORDER BY id")]
    assert found == [
        id
        for id in ids
        if function.decides(question(f"user:{who}", action, f"record:{id}"))
    ]


def test_every_door_gives_the_same_condition(client: Client, function: Client, records):
    reply = ask(client, columns={})
    assert reply.body == ask(function, columns={}).body
    assert len(rows(records, reply)) == 8
    assert list(reply.json) == ["condition", "policy_revision", "data_revision", "sql"]
    assert reply.json["policy_revision"] == reply.headers["x-policy-revision"]
    assert str(reply.json["data_revision"]) == reply.headers["x-data-revision"]
    assert reply.headers["cache-control"] == "no-store"


def test_without_columns_there_is_the_neutral_condition_alone(client: Client):
    reply = ask(client, action={"name": "delete"})
    assert "sql" not in reply.json
    assert reply.json["condition"] == {
        "all": [
            {"attribute": "fixture", "op": "is", "values": ["search"]},
            {"attribute": "owner", "op": "is", "values": ["felix"]},
        ]
    }


def test_columns_and_tables_are_called_as_the_caller_says(client: Client, records):
    columns = {"owner": "o.owner", "id": "o.id"}
    reply = ask(client, columns=columns, table="r", action={"name": "delete"})
    assert '"o"."owner"' in reply.json["sql"]["where"]
    assert '"r"."fixture"' in reply.json["sql"]["where"]
    source = "(SELECT id AS rid, fixture FROM record) r JOIN record o ON o.id = r.rid"
    assert rows(records, reply, source) == ["106", "112", "118"]


def test_values_are_parameters_and_never_text(client: Client):
    evil = {"department": "x' OR '1'='1", "role": "employee"}
    subject = FELIX | {"properties": evil}
    sql = ask(client, subject=subject, columns={}).json["sql"]
    assert "OR '1" not in sql["where"]
    assert evil["department"] in sql["params"]


def test_postgres_has_other_placeholders(client: Client):
    sql = ask(client, columns={}, dialect="postgres").json["sql"]
    assert "%s::text" in sql["where"]
    assert "?" not in sql["where"]


def test_who_may_do_nothing_gets_a_condition_that_never_holds(client: Client, records):
    nobody = {"type": "user", "id": "nobody"}
    reply = ask(client, subject=nobody, columns={})
    assert reply.json["condition"] is False
    assert rows(records, reply) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"subject": None}, "subject"),
        ({"subject": {"type": "user"}}, "subject.id"),
        ({"action": {}}, "action.name"),
        ({"resource": {"id": "101"}}, "resource.type"),
        ({"resource": {"type": "ghost"}}, "resource.type"),
        ({"context": "x"}, "context"),
        ({"columns": []}, "columns"),
        ({"columns": {"owner": 5}}, "columns[...]"),
        ({"columns": {"colour": "c"}}, "columns"),
        ({"columns": {"owner": "a.b.c"}}, "columns"),
        ({"columns": {"owner": {"table": "t", "owner": "o", "value": "v"}}}, "columns"),
        ({"columns": {}, "table": "a b"}, "columns"),
        ({"columns": {}, "dialect": "oracle"}, "dialect"),
        ({"table": 5}, "table"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(client: Client, change, where: str):
    assert refused(ask(client, **change), where)


IDENTIFIER = re.compile(r"([A-Za-z_]\w{0,62}\.)?[A-Za-z_]\w{0,62}", re.ASCII)
names = st.one_of(
    st.text(max_size=80),
    st.from_regex(IDENTIFIER, fullmatch=True),
    st.sampled_from(
        ['owner"', "owner; DROP TABLE record", "a--", "a/*", "ä", "a.", ".a", "1a", "a\n"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=names)
def test_no_name_gets_into_the_sql_but_as_a_quoted_identifier(function: Client, name: str):
    for change in ({"columns": {"owner": name}}, {"columns": {}, "table": name}):
        reply = ask(function, **change)
        if not IDENTIFIER.fullmatch(name) or ("table" in change and "." in name):
            assert refused(reply, "columns")
            continue
        if reply.status == 400:
            assert "`set_1`" in refused(reply, "columns")
            continue
        quoted = '"' + name.replace(".", '"."') + '"'
        where = reply.json["sql"]["where"]
        assert quoted in where
        assert re.sub(r'"\w+"', "", where, flags=re.ASCII).count('"') == 0


def test_a_filter_needs_its_scope(client: Client, make_client: MakeClient):
    other, _ = make_client(client, {"decision:check"})
    assert ask(other).status == 403
    lister, _ = make_client(client, {"decision:search"})
    assert ask(lister).status == 200
    assert lister.send(b"", method="GET", path=PATH).status == 405
