"""Policies that are reloaded 200 times under load; see tests/freshness."""

import pytest

from tests.api.doors import Client, copied, data, served, socket_door  # noqa: F401
from tests.freshness.reloads import reload_under_load

ROUNDS = 200

pytestmark = [pytest.mark.deep, pytest.mark.socket]


def test_every_answer_is_of_the_set_that_it_names(data, tmp_path):  # noqa: F811
    own = copied(data, tmp_path)
    with served(own, config=own / "config.yaml", workers=2) as port:
        asking = Client(socket_door(port), data.key)
        seen = reload_under_load(own / "policies", asking, rounds=ROUNDS, askers=4)
    assert seen.wrong == []
    assert len(seen.answers) == 2
