"""The requests of tests/json_api/test_fuzz.py, to other routes each day."""

import pytest

from tests.administration.conftest import seeded, world  # noqa: F401
from tests.console.conftest import OWNER
from tests.deep.conftest import Deep
from tests.json_api.conftest import flask, logged_in, made  # noqa: F401
from tests.json_api.fuzzing import Fuzzer

SHARE = 0.06
EXAMPLES = 10

pytestmark = pytest.mark.deep


def test_requests_made_from_the_document_find_nothing(deep: Deep, logged_in):  # noqa: F811
    fuzzer = Fuzzer(logged_in(OWNER))
    number = deep.random.getrandbits(32)
    operations = fuzzer.operations(number)
    for done in deep.rounds(SHARE):
        fuzzer.ask(operations[done % len(operations)], number + done, EXAMPLES)
    assert fuzzer.answers > 0
