import os
import sqlite3
import stat
from pathlib import Path

import pytest

from authz.errors import ConfigError, Unavailable
from authz.storage import login_tables, migrations, tables
from authz.storage.database import migrate, open_database
from tests.storage.conftest import Clock

MIGRATIONS = Path(migrations.__path__[0])
MODELS = (*tables.MODELS, *login_tables.MODELS)


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_migrating_a_new_file_applies_every_step_once(tmp_path):
    path = tmp_path / "data" / "new.db"
    steps = sorted(step.stem for step in MIGRATIONS.glob("[0-9]*.py"))
    assert migrate(path) == steps
    assert migrate(path) == []


def test_nobody_else_can_read_any_of_the_files(tmp_path):
    before = os.umask(0)
    try:
        path = tmp_path / "new.db"
        migrate(path)
        database = open_database(path, Clock())
        with database.transaction():
            assert modes(tmp_path) == {
                "new.db": 0o600,
                "new.db-wal": 0o600,
                "new.db-shm": 0o600,
            }
        database.close()
    finally:
        os.umask(before)


def test_a_file_that_others_could_read_is_made_private_when_it_is_opened(world):
    world.path.chmod(0o644)
    open_database(world.path, world.clock).close()
    assert stat.S_IMODE(world.path.stat().st_mode) == 0o600


def test_the_pragmas_that_data_depends_on_are_set(database):
    def pragma(name):
        return database.db.execute_sql(f"PRAGMA {name}").fetchone()[0]

    with database.reading():
        assert pragma("journal_mode") == "wal"
        assert pragma("foreign_keys") == 1
        assert pragma("synchronous") == 1
        assert pragma("busy_timeout") == 5000


def test_a_missing_file_is_not_made_by_opening_it(tmp_path):
    with pytest.raises(Unavailable, match="no database at"):
        open_database(tmp_path / "none.db", Clock())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "text.db"
    path.write_text("this is no database, only a text that is long enough" * 20)
    with pytest.raises(Unavailable, match="cannot read the database"):
        open_database(path, Clock())


def test_a_database_without_its_tables_says_what_to_do(tmp_path):
    path = tmp_path / "bare.db"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(ConfigError, match="run `authz migrate`"):
        open_database(path, Clock())


@pytest.mark.parametrize("use", [migrate, lambda path: open_database(path, Clock())])
def test_a_database_of_a_newer_version_is_refused(world, use):
    with sqlite3.connect(world.path) as connection:
        connection.execute(
            "INSERT INTO migratehistory (name, migrated_at) VALUES ('9999_later', '')"
        )
    connection.close()
    with pytest.raises(ConfigError, match="newer version: `9999_later`"):
        use(world.path)


def test_what_is_left_of_a_removed_database_does_not_enter_the_new_one(tmp_path):
    path = tmp_path / "new.db"
    (tmp_path / "new.db-wal").write_bytes(b"stale" * 100)
    migrate(path)
    open_database(path, Clock()).close()


def test_a_failed_write_leaves_nothing(world):
    def fail():
        with world.database.transaction():
            world.person("ann@example.org")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with world.database.reading():
        assert tables.Account.select().count(world.database.db) == 0
    world.person("ann@example.org")


def test_a_handle_refuses_to_work_on_another_file(world, tmp_path, migrated):
    other = tmp_path / "other.db"
    other.write_bytes(migrated.read_bytes())
    other.replace(world.path)
    with pytest.raises(Unavailable, match="was replaced"):
        world.person("ann@example.org")
    with pytest.raises(Unavailable, match="was replaced"), world.database.reading():
        pass


def columns_of(database, table):
    rows = database.db.execute_sql(f"PRAGMA table_info({table})").fetchall()
    return {name: bool(required) for _, name, _, required, _, _ in rows}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_models_are_the_tables(database, model):
    with database.reading():
        there = columns_of(database, model._meta.table_name)
    assert there == {name: not field.null for name, field in model._meta.fields.items()}


PERSON = "INSERT INTO account (id, tenant, email, email_key, name, created_at) VALUES "
PLACE = "INSERT INTO place (tenant, kind, id, name, parent, cluster) VALUES "
SESSION = (
    "INSERT INTO session (id, handle, tenant, account, channel, created_at, expires_at,"
    " last_seen_at, user_agent) VALUES ('00000000000000000000000000000000',"
    " 'handle-of-a-session', 'grid', 'u_ann', "
)
BINDING = "INSERT INTO binding (tenant, account, kind, target) VALUES "
#: What no code of ours writes, and the database refuses all the same.
NONSENSE = {
    "a person of no tenant": PERSON + "('u_1', 'none', 'a@b.c', 'a@b.c', 'A', 0)",
    "an id that is an e-mail": PERSON + "('a@b', 'grid', 'a@b.c', 'a@b.c', 'A', 0)",
    "a role of another tenant's person": "INSERT INTO role_assignment VALUES"
    " ('gas', 'u_ann', 'owner', NULL, 'x', 0)",
    "a binding of a wrong kind": BINDING + "('gas', 'u_gus', 'supply_company', 'tech')",
    "a binding into another tenant": BINDING
    + "('grid', 'u_ann', 'service_organization', 'tech')",
    "a binding to nothing": BINDING + "('grid', 'u_ann', 'cluster', 'none')",
    "a village in a cluster": PLACE + "('grid', 'village', 'v', 'V', 'c', 'c')",
    "a cluster in another": PLACE + "('grid', 'cluster', 'd', 'D', 'c', 'd')",
    "a company that is its own branch": "INSERT INTO organization"
    " (tenant, kind, id, name, parent) VALUES ('gas', 'supply_company', 'x', 'X', 'x')",
    "a unit serviced by its supplier": "INSERT INTO metering_unit"
    " (tenant, id, name, supply_company, service_organization)"
    " VALUES ('gas', 'm', 'M', 'head', 'head')",
    "an unknown status": "UPDATE account SET status = 'sleeping' WHERE id = 'u_ann'",
    "a deletion without a time": "UPDATE account SET status = 'deleted' WHERE id = 'u_ann'",
    "protected pages without a password": "UPDATE tenant SET ppp_enabled = 1",
    "a revision that goes back": "UPDATE tenant SET revision = revision - 1",
    "attributes that are no JSON": "INSERT INTO resource"
    " (tenant, type, id, attributes, updated_at) VALUES ('grid', 'customer', 'c', '{', 0)",
    "an unknown channel": SESSION + "'fax', 0, 1, 0, 'web')",
    "a short id of a session": SESSION.replace("0000", "0") + "'web', 0, 1, 0, 'web')",
    "a user agent without end": SESSION + f"'web', 0, 1, 0, '{'x' * 201}')",
    "a token for nothing known": "INSERT INTO one_time_token"
    f" VALUES ('{'0' * 64}', 'lottery', 'grid', 'u_ann', 0, 1, NULL)",
    "a token that is no hash": "INSERT INTO one_time_token"
    " VALUES ('secret', 'login', 'grid', 'u_ann', 0, 1, NULL)",
    "a second factor of another tenant's person": "INSERT INTO second_factor"
    " VALUES ('gas', 'u_ann', 'x', 0, NULL, NULL)",
    "a recovery code without a second factor": "INSERT INTO recovery_code"
    f" VALUES ('grid', 'u_ann', '{'0' * 64}', NULL)",
    "a refresh token of no client": "INSERT INTO refresh_token"
    f" VALUES ('{'0' * 64}', '{'0' * 16}', 'grid', 'u_ann', 'none', 'api', 0, 0, 1,"
    " NULL, NULL)",
}


@pytest.mark.parametrize("statement", NONSENSE.values(), ids=NONSENSE.keys())
def test_the_database_itself_refuses(world, statement):
    world.place("cluster", "c")
    world.organization("supply_company", "head")
    world.organization("service_organization", "tech")
    with sqlite3.connect(world.path, isolation_level=None) as connection:
        connection.execute("PRAGMA foreign_keys = on")
        for id, tenant in (("u_ann", "grid"), ("u_gus", "gas")):
            connection.execute(
                "INSERT INTO account (id, tenant, email, email_key, name, created_at)"
                f" VALUES ('{id}', '{tenant}', '{id}@x.y', '{id}@x.y', 'A', 0)"
            )
        with pytest.raises(sqlite3.IntegrityError, match="CHECK|FOREIGN KEY|goes back"):
            connection.execute(statement)
    connection.close()


def test_a_full_disk_says_so(world):
    database = world.database
    with database.reading():
        pages = database.db.execute_sql("PRAGMA page_count").fetchone()[0]
        database.db.execute_sql(f"PRAGMA max_page_count = {pages}")
    with (
        pytest.raises(Unavailable, match="database or disk is full"),
        database.transaction(),
    ):
        database.db.execute_sql("CREATE TABLE large AS SELECT randomblob(99999)")


def test_what_went_wrong_first_is_told_when_the_way_back_fails_too(database):
    def fail():
        with database.transaction():
            # WHY: so does SQLite by itself when the disk is full.
            database.db.execute_sql("ROLLBACK")
            database.db.execute_sql("SELECT * FROM nowhere")

    with pytest.raises(Unavailable, match="no such table: nowhere"):
        fail()


def test_a_file_of_somebody_else_that_cannot_be_made_private_is_refused(world, monkeypatch):
    def chmod(self, mode):
        raise PermissionError(1, "Operation not permitted", str(self))

    world.path.chmod(0o644)
    monkeypatch.setattr(Path, "chmod", chmod)
    for use in (migrate, lambda path: open_database(path, Clock())):
        with pytest.raises(Unavailable, match="cannot make .* private"):
            use(world.path)
