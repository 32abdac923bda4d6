"""The sample tenants behind all doors, and people at them."""

import pytest

from tests.administration.conftest import Clock, World
from tests.console.conftest import (  # noqa: F401
    app,
    browser,
    console_of,
    logged_in,
    seeded,
    world,
)
from tests.json_api.conftest import App as ApiApp
from tests.json_api.conftest import api_of, key_of
from tests.requirements.minigrid import thinner
from webapp.console.app import create_app
from webapp.json_api import app as json_api


@pytest.fixture
def thin(seeded, tmp_path):  # noqa: F811 - the fixture of the other tests
    """The console where a few lines of the rules are gone."""
    path = tmp_path / "thin.db"
    path.write_bytes(seeded.read_bytes())
    path.chmod(0o600)
    made = World(path, Clock(), thinner())
    yield create_app(console_of(made))
    made.close()


@pytest.fixture
def api(world):  # noqa: F811
    """The JSON API."""
    return json_api.create_app(api_of(world))


@pytest.fixture
def api_app(api, world):  # noqa: F811
    """An app of the JSON API in which somebody is logged in, of that channel."""

    keys = {}

    def api_app(email, channel="web"):
        tenant = world.tenant_of(email)
        if (tenant, channel) not in keys:
            keys[tenant, channel] = key_of(world, tenant, channel)
        made = ApiApp(api, keys[tenant, channel])
        assert made.log_in(email).status_code == 200
        return made

    return api_app
