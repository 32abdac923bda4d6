"""A file of an older version, brought to today's tables."""

import sqlite3
from contextlib import closing
from importlib import import_module

import pytest

from authz.errors import Unavailable
from authz.storage import sessions
from authz.storage.database import migrate, open_database
from tests.storage.conftest import Clock

FIRST = import_module("authz.storage.migrations.0001_facts")
HISTORY = (
    "CREATE TABLE migratehistory (id INTEGER PRIMARY KEY, name TEXT, migrated_at TEXT)"
)
ROWS = (
    "INSERT INTO migratehistory (name, migrated_at) VALUES ('0001_facts', '2026-01-01')",
    "INSERT INTO tenant (slug, name, kind, created_at) VALUES ('grid', 'G', 'minigrid', 0)",
    "INSERT INTO account (id, tenant, email, email_key, name, created_at)"
    " VALUES ('u_ann', 'grid', 'a@b.c', 'a@b.c', 'Ann', 0)",
    "INSERT INTO session VALUES ('00000000000000000000000000000000', 'grid', 'u_ann',"
    " 'web', 1800000000, 1800009999, NULL, 1800000500)",
)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (*FIRST.TABLES, *FIRST.TRIGGERS, HISTORY, *ROWS):
            connection.execute(statement)
    return path


def test_a_session_from_before_goes_on_with_a_handle(old):
    assert migrate(old)[0] == "0002_logins"
    clock = Clock()
    database = open_database(old, clock)
    [session] = sessions.list_live(database, "grid", "u_ann")
    assert session.last_seen_at == session.created_at == clock.now
    assert session.has_pages_unlocked(clock.now)
    assert not session.is_confirmed(clock.now)
    assert len(session.handle) == 20
    database.close()


def test_nothing_of_the_migration_is_left_when_it_fails(old):
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("CREATE TABLE refresh_token (here TEXT)")
    with pytest.raises(Unavailable, match="refresh_token"):
        migrate(old)
    with closing(sqlite3.connect(old)) as connection:
        columns = connection.execute("SELECT * FROM session").description
        names = connection.execute("SELECT name FROM migratehistory").fetchall()
    assert "handle" not in {column[0] for column in columns}
    assert names == [("0001_facts",)]
