"""The console over the sample tenants, and browsers in front of it."""

import re
from html import unescape
from itertools import count

import pytest
from jinja2 import BytecodeCache

from authz.accounts.mail import Outbox
from tests.administration.conftest import CHEAP, PASSWORD, World, seeded, world  # noqa: F401
from tests.shipped import shipped
from webapp.console.app import create_app
from webapp.console.parts import Console, Door

OWNER, ADMIN, FINANCE, FIELD = (
    "amina.owner@pwani.example",
    "ops.admin@pwani.example",
    "finance@pwani.example",
    "field.mafia@pwani.example",
)
ROOT_ADMIN, AUDITOR, TECH = (
    "root@gasmeter.example",
    "auditor@gasmeter.example",
    "service_tech@domain.com",
)
HOST = "127.0.0.1:8081"


class KeptTemplates(BytecodeCache):
    """Templates as they were compiled: each application would do it again, for long."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = KeptTemplates()
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def console_of(world: World, **door) -> Console:  # noqa: F811
    numbers = count(1)
    return Console(
        database=world.database,
        made=world.parts,
        policies=shipped,
        site=world.site,
        hasher=CHEAP,
        mailer=Outbox(world.path.parent / "outbox", "gatehouse@example.org", world.clock),
        registration=True,
        clock=world.clock,
        secret=b"s" * 32,
        door=Door(frozenset({"127.0.0.1", "localhost"}), **door),
        new_request_id=lambda: f"request-{next(numbers)}",
    )


class Browser:
    """A browser in front of an application: it keeps cookies and fills in forms."""

    def __init__(self, app):
        self.client = app.test_client()
        #: Visit -> the token of its forms, the same on every page of it.
        self._tokens = {}

    def get(self, path, **more):
        return self.client.get(path, base_url=f"http://{HOST}", **more)

    def send(self, path, form=None, **more):
        """A form as it is, without the token of a page."""
        return self.client.post(path, base_url=f"http://{HOST}", data=form or {}, **more)

    def token(self, page="/login"):
        """The token that the forms of a page carry."""
        found = TOKEN.search(self.get(page).text)
        return unescape(found[1]) if found else ""

    def post(self, path, form=None, *, page=None, **more):
        """A form as a person sends it from the page that shows it."""
        visit = self.client.get_cookie("gatehouse-visit", domain="127.0.0.1")
        key = visit.value if visit and not page else None
        token = self._tokens.get(key) or self.token(page or "/profile")
        if key:
            self._tokens[key] = token
        return self.send(path, {"csrf_token": token} | (form or {}), **more)

    def session(self):
        """The id of the session, as the cookie has it."""
        return self.client.get_cookie("gatehouse", domain="127.0.0.1").value

    def take_session(self, id):
        """Has the browser send another id."""
        self.client.set_cookie("gatehouse", id, domain="127.0.0.1")

    def log_in(self, email, password=PASSWORD, **more):
        form = {"email": email, "password": password, **more}
        return self.post("/login", form, page="/login")


class Present:
    """The parts of whichever console the test at hand has: one application serves all."""

    def __init__(self):
        self.console = None

    def __getattr__(self, name):
        return getattr(self.console, name)

    def clock(self):
        return self.console.clock()


@pytest.fixture(scope="session")
def front():
    """The one application, and what says whose parts it shows.

    WHY the same for all: to make it takes longer than most tests.
    """
    return Present(), []


@pytest.fixture
def app(world, front):  # noqa: F811 - the fixture of the other tests
    present, made = front
    present.console = console_of(world)
    if not made:
        made.append(create_app(present))
        made[0].jinja_env.bytecode_cache = TEMPLATES
    return made[0]


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def logged_in(app):
    """A browser in which somebody is logged in."""

    def logged_in(email: str) -> Browser:
        made = Browser(app)
        assert made.log_in(email).status_code == 303
        return made

    return logged_in
