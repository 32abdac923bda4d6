"""A server, and its workers, killed 20 times under load; see tests/decision_log."""

import pytest

from authz.decision_log.reading import read
from tests.api.doors import copied, data  # noqa: F401
from tests.decision_log.kills import killing_the_server, killing_workers

ROUNDS = 20

pytestmark = [pytest.mark.deep, pytest.mark.socket]


@pytest.mark.parametrize("kills", [killing_the_server, killing_workers])
def test_what_was_answered_before_a_kill_is_in_the_log(data, tmp_path, kills):  # noqa: F811
    own = copied(data, tmp_path)
    rounds = kills(own, data.key, ROUNDS)
    damages = []
    found = {line.request_id for line in read(own / "decisions", damages.append)}
    assert all(damage.is_torn for damage in damages)
    for askers in rounds:
        assert askers.wrong == []
        assert set(askers.answered) <= found
