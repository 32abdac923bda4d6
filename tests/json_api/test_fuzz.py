"""Requests made from the document by schemathesis find no fault; more in tests/deep."""

import time

from tests.console.conftest import OWNER
from tests.json_api.fuzzing import Fuzzer

SECONDS = 8


def test_requests_made_from_the_document_find_nothing(logged_in):
    fuzzer = Fuzzer(logged_in(OWNER))
    ends = time.monotonic() + SECONDS
    for operation in fuzzer.operations(1):
        if time.monotonic() < ends:
            fuzzer.ask(operation, 1, examples=3)
    assert fuzzer.answers > 0
