"""The sample tenants behind all doors, and people at them."""

import pytest

from tests.administration.conftest import Clock, World
from tests.console.conftest import (  # noqa: F401
    app,
    browser,
    console_of,
    front,
    logged_in,
    seeded,
    world,
)
from tests.json_api.conftest import App as ApiApp
from tests.json_api.conftest import api_of, key_of, made  # noqa: F401
from tests.json_api.conftest import front as json_front
from tests.requirements.minigrid import thinner
from webapp.console.app import create_app


@pytest.fixture
def thin(seeded, tmp_path):  # noqa: F811 - the fixture of the other tests
    """The console where a few lines of the rules are gone."""
    path = tmp_path / "thin.db"
    path.write_bytes(seeded.read_bytes())
    path.chmod(0o600)
    other = World(path, Clock(), thinner())
    yield create_app(console_of(other))
    other.close()


@pytest.fixture
def api(world, made):  # noqa: F811
    """The JSON API."""
    return json_front(made, api_of(world))


@pytest.fixture
def api_app(api, world):  # noqa: F811
    """An app of the JSON API in which somebody is logged in, of that channel."""

    keys = {}

    def api_app(email, channel="web"):
        tenant = world.tenant_of(email)
        if (tenant, channel) not in keys:
            keys[tenant, channel] = key_of(world, tenant, channel)
        one = ApiApp(api, keys[tenant, channel])
        assert one.log_in(email).status_code == 200
        return one

    return api_app
