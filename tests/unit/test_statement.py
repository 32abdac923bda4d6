"""A query whose text is made once, asked for by several threads at the same time."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest

from authz.storage.statement import Statement
from authz.storage.tables import Tenant

THREADS = 3
STATEMENTS = 500


@pytest.fixture
def hasty_switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def bound(_text, parameters):
    """A database of which each query gives one row: its parameters."""
    return SimpleNamespace(fetchall=lambda: [tuple(parameters)])


@pytest.mark.usefixtures("hasty_switches")
def test_threads_that_ask_first_at_the_same_time_get_what_they_asked_for():
    database = SimpleNamespace(db=SimpleNamespace(execute_sql=bound))
    begin = Barrier(THREADS)

    def asked(statement, name):
        begin.wait()
        return [statement(database, name, f"kind {name}") for _ in range(3)]

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(STATEMENTS):
            statement = Statement(
                lambda slug, kind: Tenant.select().where(
                    (Tenant.slug == slug) & (Tenant.kind == kind)
                )
            )
            answers = [pool.submit(asked, statement, str(n)) for n in range(THREADS)]
            for number, answer in enumerate(answers):
                assert answer.result() == [[(str(number), f"kind {number}")]] * 3
