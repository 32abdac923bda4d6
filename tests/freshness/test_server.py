"""The same over HTTP: a server of two workers knows at once what another one commits."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from authz.storage import access
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from tests.api.doors import Client, question, served, socket_door
from tests.freshness.conftest import ROOT
from tests.freshness.worker import ROLE, TENANT, WHO

ROUNDS = 60
#: Asked at once, so that both workers have to answer.
AT_ONCE = 4
QUESTION = question(f"user:{WHO}", "transaction:read", f"tenant:{TENANT}", channel="web")

pytestmark = pytest.mark.socket


@contextmanager
def _served(path, seeded, workers: int):
    """A caller with every scope, at a server of so many workers."""
    (key,) = [tenant.api_key for tenant in seeded[1].tenants if tenant.slug == TENANT]
    with served(path.parent, config=ROOT / "config.yaml", workers=workers) as port:
        yield Client(socket_door(port), key)


def test_no_answer_is_older_than_the_last_commit(path, seeded):
    database = open_database(path, time.time)
    with _served(path, seeded, 2) as client, ThreadPoolExecutor(AT_ONCE) as pool:

        def answers() -> list[bool]:
            return list(pool.map(client.decides, [QUESTION] * AT_ONCE))

        for _ in range(ROUNDS):
            access.revoke_role(database, TENANT, WHO, ROLE, actor=SERVICE)
            assert answers() == [False] * AT_ONCE
            access.grant_role(database, TENANT, WHO, ROLE, actor=SERVICE)
            assert answers() == [True] * AT_ONCE
    database.close()


def test_a_replaced_file_makes_the_server_not_ready(path, seeded, tmp_path):
    # WHY one: another could start after the file was replaced, and would know no other.
    with _served(path, seeded, 1) as client:
        assert client.decides(QUESTION)
        shutil.copy(path, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(path)
        for _ in range(3):
            assert client.send(b"", method="GET", path="/readyz").status == 503
            reply = client.ask(QUESTION)
            assert reply.status == 503
            assert "decision" not in reply.json
        assert client.send(b"", method="GET", path="/healthz").status == 200
