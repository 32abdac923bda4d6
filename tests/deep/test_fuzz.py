"""The requests of tests/api/test_fuzz.py, for as long as there is time."""

from pathlib import Path

import pytest

from tests.api.doors import Data, copied, data, served  # noqa: F401
from tests.api.fuzzing import run
from tests.deep.conftest import SECONDS, Deep

#: Of the time of all deep tests: 8 minutes, if that is 880 s.
SHARE = 0.55

pytestmark = pytest.mark.deep


def test_requests_made_from_the_document_find_nothing(
    data: Data,  # noqa: F811
    deep: Deep,
    tmp_path: Path,
):
    seed = deep.random.getrandbits(32)
    with served(copied(data, tmp_path), workers=2) as port:
        seconds = round(SHARE * SECONDS)
        counts = run(tmp_path, port, data.key, seed=seed, seconds=seconds)
    assert counts["allowed"] > 0
