"""Requests made from `/openapi.json`: no 500, no answer that breaks it, no wrong allow."""

from pathlib import Path

import pytest

from tests.api.doors import Data, copied, served
from tests.api.fuzzing import decides, run


@pytest.mark.socket
def test_requests_made_from_the_document_find_nothing(data: Data, tmp_path: Path):
    with served(copied(data, tmp_path)) as port:
        counts = run(tmp_path, port, data.key, seed=1, seconds=8)
    assert counts["answers"] > 0


@pytest.mark.parametrize(
    ("body", "decided"),
    [
        pytest.param(b'{"decision": false}', True, id="plain"),
        pytest.param(
            b'{"error": {}, "evaluations": [{"decision": true}]}', True, id="deep"
        ),
        pytest.param(b'not JSON, and "decision": true', True, id="no JSON"),
        pytest.param(b'{"error": {"request_id": "decision"}}', False, id="echoed id"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_a_decision_in_an_error_is_one_by_name(body: bytes, decided: bool):
    assert decides(body) is decided
