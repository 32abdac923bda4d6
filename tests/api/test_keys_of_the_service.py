"""A key file that cannot be trusted: no decision is made, and it is said why."""

from dataclasses import replace

import pytest

from authz.accounts import keyfiles
from authz.errors import ConfigError
from authz.storage.database import identity
from tests.api.doors import Client, Data, copied, function_door
from webapp.decision_api import filtering, policy_state, searching
from webapp.serve import build_app, load_worker


@pytest.fixture
def config(data: Data, tmp_path):
    """The fixtures' configuration over a copy of their database."""
    copied(data, tmp_path)
    return replace(
        data.config, store=replace(data.config.store, path=tmp_path / "gatehouse.db")
    )


@pytest.mark.parametrize("name", [keyfiles.PAGE_TOKENS, keyfiles.METADATA])
def test_nothing_is_decided_beside_a_key_that_others_may_read(
    data: Data, config, name: str
):
    build_app(config)
    path = keyfiles.path_of(config.store.path, name)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match=name):
        build_app(config)
    api = load_worker(config, identity(config.store.path), None).api
    client = Client(function_door(api), data.key)
    for place in (*searching.PATHS, filtering.PATH, "/access/v1/evaluation"):
        reply = client.send(b"{}", path=place)
        assert (reply.status, reply.json["error"]["code"]) == (503, "unavailable")
        assert name not in reply.body.decode()
    assert client.send(b"", method="GET", path=policy_state.PATH).status == 503
    ready = client.send(b"", method="GET", path="/readyz")
    assert ready.status == 503
    assert f"keys/{name}` is open to others" in ready.json["reason"]
    path.chmod(0o600)
    assert build_app(config)


def test_both_keys_are_made_at_the_first_start_and_kept(config):
    build_app(config)
    folder = config.store.path.parent / keyfiles.FOLDER
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(made) == {keyfiles.PAGE_TOKENS, keyfiles.METADATA}
    build_app(config)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made
