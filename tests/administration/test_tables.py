import sqlite3

import pytest

from authz.administration.tables import csv_text, safe
from authz.storage import administration_tables, policy_tables

MODELS = (*administration_tables.MODELS, *policy_tables.MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_models_are_the_tables(world, model):
    with sqlite3.connect(world.path) as connection:
        rows = connection.execute(f"PRAGMA table_info({model._meta.table_name})").fetchall()
    connection.close()
    assert {row[1] for row in rows} == set(model._meta.sorted_field_names)
    needed = {row[1] for row in rows if row[3]}
    assert needed == {f.name for f in model._meta.sorted_fields if not f.null}


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO setting VALUES ('nowhere', 'map', '{}', 0)",
        "INSERT INTO setting VALUES ('pwani', 'map', '{', 0)",
        "INSERT INTO setting VALUES ('pwani', '', '{}', 0)",
        "INSERT INTO refusal VALUES ('pwani', 'nobody', 'a', 'user', 'u', 'no_permit', 1,"
        " 0, 0, 'x', NULL, NULL, NULL)",
        "INSERT INTO policy_directory VALUES ('short', 'short', 0)",
        "INSERT INTO policy_comment VALUES (1, 99, 'a', 'a', 0, 'of no change')",
        "INSERT INTO policy_tick VALUES (99, 'g', 'a', 'a', 0)",
    ],
)
def test_the_database_refuses_what_no_code_of_ours_writes(world, sql):
    with sqlite3.connect(world.path) as connection:
        connection.execute("PRAGMA foreign_keys = on")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(sql)
    connection.close()


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\ufeff=1", "＝1", "%0A"],
)
def test_no_cell_is_a_formula(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "ann@example.org", 'Ann, "A"\nB'])
def test_other_cells_are_left_as_they_are(text):
    assert safe(text) == text


def test_a_table_keeps_commas_quotes_and_lines_apart():
    assert csv_text(["a", "b"], [['x,"y"', None]]) == 'a,b\r\n"x,""y""",\r\n'
