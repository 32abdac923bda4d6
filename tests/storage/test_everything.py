"""All that is stored of a type, read at once, against each thing read by itself."""

import shutil
import time
from pathlib import Path

import pytest

from authz.accounts.passwords import Hasher
from authz.engine.schema_file import parse_schema
from authz.samples import sample_tenants
from authz.storage.attributes import read
from authz.storage.database import open_database
from authz.storage.everything import all_stored, names
from authz.storage.seed import seed
from authz.storage.tenants import list_tenants

ROOT = Path(__file__).parents[2]
TENANT = "gasmeter-uz"
#: Seconds from now: one that has ended, one that ends, and an organization that is gone.
MADE_OTHERWISE = (
    "UPDATE role_assignment SET expires_at = 5 WHERE rowid % 5 = 0",
    "UPDATE role_assignment SET expires_at = 4000000000 WHERE rowid % 5 = 1",
    "UPDATE organization SET deleted_at = 5 WHERE id = 'techservice'",
    "UPDATE metering_unit SET deleted_at = 5 WHERE id = 'mu-102'",
    "UPDATE account SET status = 'blocked' WHERE rowid % 7 = 0",
    "UPDATE resource SET attributes = '[]' WHERE rowid % 3 = 0",
    "UPDATE resource SET attributes = '{\"cluster\": 5}' WHERE rowid % 3 = 1",
)


SCHEMA = parse_schema((ROOT / "policies" / "schema.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = tmp_path_factory.mktemp("everything") / "a.db"
    cheap = Hasher(rounds=1, memory_kib=64, lanes=1)
    with sample_tenants() as facts:
        seed(path, SCHEMA, facts, "meter2025x", clock=time.time, hasher=cheap)
    return path


@pytest.fixture
def database(seeded, tmp_path):
    shutil.copy(seeded, tmp_path / "a.db")
    handle = open_database(tmp_path / "a.db", time.time)
    yield handle
    handle.close()


@pytest.mark.parametrize("otherwise", [False, True], ids=["as they are", "made otherwise"])
def test_everything_read_at_once_is_what_is_read_one_by_one(database, otherwise):
    now = database.now()
    with database.transaction():
        for statement in MADE_OTHERWISE if otherwise else ():
            database.db.execute_sql(statement)
    compared = malformed = 0
    with database.reading():
        for tenant in list_tenants(database):
            for kind in SCHEMA.types.values():
                for found in all_stored(database, kind, tenant.slug, now):
                    assert found == read(database, kind, tenant.slug, found.id, now)
                    compared += 1
                    malformed += bool(found.malformed)
    assert compared > 70
    assert bool(malformed) is otherwise


def test_people_have_names_and_other_things_have_none(database):
    types = SCHEMA.types
    with database.reading():
        assert "Service Tech" in names(database, TENANT, types["user"]).values()
        assert names(database, TENANT, types["metering_unit"]) == {}
