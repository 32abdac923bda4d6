"""Real database files, as the tests of storage have them."""

from tests.storage.conftest import database, migrated, world  # noqa: F401
