"""Policies that are reloaded under load: no answer fails, and none is of another set."""

import pytest

from tests.api.doors import Client, copied, served, socket_door
from tests.freshness.reloads import reload_under_load

ROUNDS = 20

pytestmark = pytest.mark.socket


def test_every_answer_is_of_the_set_that_it_names(data, tmp_path):
    own = copied(data, tmp_path)
    with served(own, config=own / "config.yaml", workers=2) as port:
        asking = Client(socket_door(port), data.key)
        seen = reload_under_load(own / "policies", asking, rounds=ROUNDS, askers=3)
    assert seen.wrong == []
    assert len(seen.answers) == 2
