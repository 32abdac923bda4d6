"""The JSON API over the sample tenants, and apps in front of it."""

import pytest

from authz.accounts.tokenkeys import TokenKeys
from authz.accounts.tokens import Tokens
from authz.storage import clients
from authz.storage.events import SERVICE
from tests.administration.conftest import PASSWORD, World, seeded, world  # noqa: F401
from tests.console.conftest import HOST, console_of
from tests.json_api.document import check
from webapp.json_api.app import create_app
from webapp.json_api.parts import KEPT, Api

PREFIX = "/api/v1"
ISSUER = "http://127.0.0.1:8081"
#: Errors of addresses that the document need not name.
UNROUTED = ("method_not_allowed", "not_found")


class App:
    """An app in front of the API; with a token once somebody has logged in."""

    def __init__(self, flask, key=None):
        self.flask = flask
        self.client = flask.test_client()
        self.key = key
        self.token = None
        self.refresh_token = None

    def send(self, method, path, body=None, *, bearer=None, headers=None, **more):
        """A request with the token, or with another bearer."""
        said = dict(headers or {})
        bearer = self.token if bearer is None else bearer
        if bearer:
            said["Authorization"] = f"Bearer {bearer}"
        if body is not None:
            more["json"] = body
        path = path if path.startswith("/.") else PREFIX + path
        answer = self.client.open(
            path, method=method, headers=said, base_url=f"http://{HOST}", **more
        )
        if error_code(answer) not in UNROUTED:
            check(self.flask, method, path, answer)
        return answer

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.send("POST", path, {} if body is None else body, **more)

    def patch(self, path, body, **more):
        return self.send("PATCH", path, body, **more)

    def put(self, path, body, **more):
        return self.send("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.send("DELETE", path, **more)

    def log_in(self, email, password=PASSWORD, **more):
        form = {"email": email, "password": password, **more}
        answer = self.post("/token", form, bearer=self.key or "")
        if answer.status_code == 200:
            self.token = answer.json["access_token"]
            self.refresh_token = answer.json["refresh_token"]
        return answer


def api_of(world: World, **door) -> Api:  # noqa: F811
    tokens = Tokens(
        world.database, TokenKeys(world.path), world.clock, ISSUER, f"{ISSUER}{PREFIX}"
    )
    return Api(console_of(world, **door), tokens)


def key_of(world, tenant, channel, *scopes):  # noqa: F811
    """The key of a new app of a company."""
    _, key = clients.create(
        world.database,
        tenant,
        f"{channel} app",
        scopes or ["decision:check"],
        actor=SERVICE,
        channel=channel,
    )
    return key.text


def front(made, api: Api):
    """The one application, in front of these parts."""
    # WHY the same for all: to make the routes takes longer than most tests.
    if not made:
        made.append(create_app(api))
    made[0].extensions[KEPT] = api
    return made[0]


def error_code(answer):
    """The code of an answer that is an error, else None."""
    return answer.json["error"]["code"] if answer.status_code >= 400 else None


def error(answer):
    """Status and code of an answer that is an error of the one shape."""
    assert set(answer.json) == {"error"}
    told = answer.json["error"]
    assert set(told) == {"code", "message", "where", "request_id"}
    assert told["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, told["code"]


@pytest.fixture(scope="session")
def made():
    """The one application, once there is one."""
    return []


@pytest.fixture
def flask(world, made):  # noqa: F811 - the fixture of the other tests
    return front(made, api_of(world))


@pytest.fixture
def anybody(flask):
    return App(flask)


@pytest.fixture
def logged_in(flask, world):  # noqa: F811
    """An app in which somebody is logged in, of that channel."""
    keys = {}

    def logged_in(email: str, channel: str = "web") -> App:
        tenant = world.tenant_of(email)
        if (tenant, channel) not in keys:
            keys[tenant, channel] = key_of(world, tenant, channel)
        app = App(flask, keys[tenant, channel])
        assert app.log_in(email).status_code == 200
        return app

    return logged_in
