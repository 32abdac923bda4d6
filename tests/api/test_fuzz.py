"""Requests made from `/openapi.json`: no 500, no answer that breaks it, no wrong allow."""

from pathlib import Path

import pytest

from tests.api.doors import Data, copied, served
from tests.api.fuzzing import run


@pytest.mark.socket
def test_requests_made_from_the_document_find_nothing(data: Data, tmp_path: Path):
    with served(copied(data, tmp_path)) as port:
        counts = run(tmp_path, port, data.key, seed=1, seconds=8)
    assert counts["answers"] > 0
