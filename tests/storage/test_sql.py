"""A tree over the table of an app: its rows are those for which the tree holds."""

import itertools
import sqlite3
from random import Random

import peewee as pw
import pytest

from authz.decisions.filter import filter_of
from authz.decisions.tree import ALWAYS, NEVER, Rows, holds
from authz.engine.conditions import Attr, Condition, Literal, Op, Ways
from authz.engine.schema import AttributeProblem
from authz.errors import RequestError
from authz.storage import dialects
from authz.storage.columns import named
from authz.storage.dialects import Postgres, Sqlite
from authz.storage.sql import expression, text
from tests.storage import chance

KIND = chance.schema().types["thing"]
SETS = tuple(n for n, a in KIND.attributes.items() if a.type == "string-set")
SCALARS = ("id", "tenant", *(n for n in KIND.attributes if n not in SETS))
#: Two columns of the app have names of their own; each set has a table.
COLUMNS = {
    "place": "site",
    "kind": "things.sort",
    "tenant": "tenant",
    **{name: {"table": f"x_{name}", "owner": "of", "value": "what"} for name in SETS},
}


def column(name):
    given = COLUMNS.get(name, name)
    return given.rpartition(".")[2] if isinstance(given, str) else name


def a_row(random, number):
    """One thing with its own values: what the app keeps, and what a decision sees."""
    while True:
        kept = chance.attributes(random, KIND)
        try:
            kept = {name: KIND.attributes[name].check(v) for name, v in kept.items()}
            break
        except AttributeProblem:
            continue
    kept |= {"id": f"{number}é", "tenant": random.choice(["grid", "gas"])}
    kept |= {name: kept.get(name) or () for name in SETS}
    seen = {
        name: a.default if kept.get(name) is None else kept[name]
        for name, a in KIND.attributes.items()
    }
    return kept, {**seen, **{n: kept[n] for n in ("id", "tenant", *SETS)}}


def a_table(rows):
    """The rows in a database of the app."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE things ({', '.join(map(column, SCALARS))})")
    for name in SETS:
        connection.execute(f"CREATE TABLE x_{name} (of TEXT, what TEXT)")
    for kept, _ in rows:
        marks = ", ".join("?" * len(SCALARS))
        values = [kept.get(name) for name in SCALARS]
        connection.execute(f"INSERT INTO things VALUES ({marks})", values)
        for name, value in itertools.chain.from_iterable(
            ((name, value) for value in kept[name]) for name in SETS
        ):
            connection.execute(f"INSERT INTO x_{name} VALUES (?, ?)", (kept["id"], value))
    return connection


def subject(random):
    """The values of somebody who is known."""
    people = chance.schema().types["person"]
    while True:
        kept = chance.attributes(random, people)
        try:
            checked = {n: a.check(kept.get(n)) for n, a in people.attributes.items()}
        except AttributeProblem:
            continue
        found = {
            n: a.default if checked[n] is None else checked[n]
            for n, a in people.attributes.items()
        }
        return {**found, "teams": found["teams"] or (), "id": "1é", "tenant": "grid"}


def tree_for(random):
    """What is left of a few conditions for somebody."""
    known = {"subject": subject(random), "context": {"channel": "web"}, "resource": {}}
    return filter_of(chance.ways(random), KIND, "resource", known)


@pytest.mark.parametrize("short", [1, 50])
def test_the_rows_are_those_for_which_the_tree_holds(monkeypatch, short):
    monkeypatch.setattr(dialects, "SHORT", short)
    random = Random(short)
    rows = [a_row(random, number) for number in range(60)]
    connection = a_table(rows)
    columns, found = named(KIND, "things", COLUMNS), 0
    for _ in range(120):
        tree = tree_for(random)
        sql, parameters = text(tree, KIND, columns, Sqlite())
        for statement in (sql, f"({sql}) = 1", f"NOT ({sql})"):
            chosen = connection.execute(
                f"SELECT id FROM things WHERE {statement}", parameters
            )
            wanted = not statement.startswith("NOT")
            want = {seen["id"] for _, seen in rows if holds(tree, seen) is wanted}
            assert {id for (id,) in chosen} == want, (tree, sql)
        found += len(want)
    connection.close()
    assert found > 500


def test_an_expression_takes_the_fields_of_a_model():
    class Customer(pw.Model):
        site = pw.TextField()
        id = pw.TextField(primary_key=True)

    tree = Literal(Op.ONE_OF, Attr("resource", "place"), ("mafia", "pemba"))
    where = expression(tree, KIND, {"id": Customer.id, "place": Customer.site})
    sql, parameters = Customer.select(Customer.id).where(where).sql()
    assert sql == (
        'SELECT "t1"."id" FROM "customer" AS "t1"'
        ' WHERE ("t1"."site" IS NOT NULL AND ("t1"."site" IN (?, ?)))'
    )
    assert parameters == ["mafia", "pemba"]


def place(op, right):
    return Literal(op, Attr("resource", "place"), right)


@pytest.mark.parametrize(
    ("tree", "sqlite", "postgres"),
    [
        (ALWAYS, ("TRUE", []), ("TRUE", [])),
        (NEVER, ("FALSE", []), ("FALSE", [])),
        (
            place(Op.ONE_OF, ("a", None)),
            (
                '(("t"."site" IS NOT NULL AND ("t"."site" = ?)) OR ("t"."site" IS NULL))',
                ["a"],
            ),
            (
                '(("t"."site" IS NOT NULL AND ("t"."site" = %s::text))'
                ' OR ("t"."site" IS NULL))',
                ["a"],
            ),
        ),
        (
            place(Op.ONE_OF, ("a", "b\0")),
            ('("t"."site" IS NOT NULL AND ("t"."site" IN (?, ?)))', ["a", "b\0"]),
            ('("t"."site" IS NOT NULL AND ("t"."site" = %s::text))', ["a"]),
        ),
        (
            place(Op.ONE_OF, ("a", "b")),
            ('("t"."site" IS NOT NULL AND ("t"."site" IN (?, ?)))', ["a", "b"]),
            ('("t"."site" IS NOT NULL AND ("t"."site" = ANY( %s::text[] )))', [["a", "b"]]),
        ),
        (
            place(Op.SAME, Attr("resource", "name")),
            ('("t"."site" IS "t"."name")', []),
            ('("t"."site" IS NOT DISTINCT FROM "t"."name")', []),
        ),
        (
            Rows(
                (
                    (Op.ONE_OF, Attr("resource", "id")),
                    (Op.ONE_OF, Attr("resource", "size")),
                ),
                (("a", 1), ("b", 2)),
            ),
            (
                '(("t"."id", COALESCE( "t"."size" , ? )) IN (VALUES (?, ?), (?, ?) ))',
                [3, "a", 1, "b", 2],
            ),
            (
                '(("t"."id", COALESCE( "t"."size" , %s::bigint )) IN'
                " (SELECT * FROM unnest( %s::text[], %s::bigint[] )))",
                [3, ["a", "b"], [1, 2]],
            ),
        ),
    ],
)
def test_each_dialect_says_it_in_its_own_way(tree, sqlite, postgres):
    columns = named(KIND, "t", {"place": "site"})
    assert text(tree, KIND, columns, Sqlite()) == sqlite
    assert text(tree, KIND, columns, Postgres()) == postgres


def test_ten_thousand_values_are_two_parameters_at_most():
    many = tuple(f"v{number}" for number in range(10_000))
    rows = Rows(
        ((Op.ONE_OF, Attr("resource", "id")), (Op.HOLDS, Attr("resource", "tags"))),
        tuple((value, value) for value in many),
    )
    columns = named(KIND, "things", COLUMNS)
    for dialect in (Sqlite(), Postgres()):
        assert len(text(place(Op.ONE_OF, many), KIND, columns, dialect)[1]) == 1
        assert len(text(rows, KIND, columns, dialect)[1]) <= 2


def test_thousands_of_ways_are_not_too_deep_for_the_database():
    conditions = tuple(
        Condition((place(Op.GREATER, (str(n),)), place(Op.LESS, (f"{n}~",))), ("x.y",), ())
        for n in range(1_500)
    )
    known = {"subject": {}, "resource": {}, "context": {}}
    tree = filter_of(Ways(conditions, ()), KIND, "resource", known)
    sql, parameters = text(tree, KIND, named(KIND, "things", COLUMNS), Sqlite())
    connection = a_table([])
    assert (
        connection.execute(f"SELECT id FROM things WHERE {sql}", parameters).fetchall()
        == []
    )
    connection.close()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"sight": "x"}, "`thing` has no attribute `sight`"),
        (
            {"place": 'x"; DROP TABLE y --'},
            "the column of `place` is written `column` or `table.column`, in letters,"
            " digits and `_`",
        ),
        (
            {"place": {"table": "t", "owner": "o", "value": "v"}},
            "the column of `place` is written `column` or `table.column`, in letters,"
            " digits and `_`",
        ),
        (
            {"tags": "tags"},
            '`tags` is a string-set: a string-set is given as {"table", "owner", "value"},'
            " a record-set cannot be",
        ),
        (
            {"tags": {"table": "t", "owner": "o", "value": "v", "kye": "k"}},
            '`tags` is a string-set: a string-set is given as {"table", "owner", "value"},'
            " a record-set cannot be",
        ),
    ],
)
def test_a_column_that_cannot_be_is_refused(columns, message):
    with pytest.raises(RequestError) as refused:
        named(KIND, "things", columns)
    assert str(refused.value) == message


@pytest.mark.parametrize("name", ["set_1", "SET_12"])
def test_a_table_called_as_the_condition_calls_its_sets_is_refused(name):
    beside = {"table": "x", "owner": "of", "value": "what", "key": f"{name}.id"}
    for table, columns in (
        (name, {}),
        ("things", {"place": f"{name}.site"}),
        ("things", {"tags": beside}),
    ):
        with pytest.raises(RequestError) as refused:
            named(KIND, table, columns)
        assert str(refused.value) == (
            f"the condition calls its sets `set_1`, `set_2`, ...: give `{name}` another"
            " alias"
        )


def test_null_is_no_element_of_a_set():
    connection = a_table([])
    connection.execute("INSERT INTO things (id, site) VALUES ('1', 'x')")
    connection.execute("INSERT INTO x_tags VALUES ('1', NULL)")
    anything = Literal(Op.HOLDS_OTHER, Attr("resource", "tags"), ())
    sql, parameters = text(anything, KIND, named(KIND, "things", COLUMNS), Sqlite())
    chosen = connection.execute(f"SELECT id FROM things WHERE {sql}", parameters)
    assert chosen.fetchall() == []
    connection.close()


def test_a_set_without_a_table_is_asked_for_when_the_answer_depends_on_it():
    tree = Literal(Op.HOLDS, Attr("resource", "tags"), ("a",))
    with pytest.raises(RequestError) as refused:
        text(tree, KIND, named(KIND, "things", {}), Sqlite())
    assert str(refused.value) == (
        "the answer depends on `tags` of `thing`, for which there is no column: name one as"
        ' {"table", "owner", "value"}'
    )
