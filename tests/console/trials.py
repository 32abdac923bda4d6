"""A person tries every page on things of their own and of others, and what is surprising.

What to expect is in `reach_table`, by hand. Refused is 403 or 404; what is not there and
what is another company's are answered alike.
"""

import re

import pytest

from authz.administration import versions
from authz.errors import NotFound
from authz.storage import access, clients, people, places, resources
from authz.storage.events import SERVICE
from tests.administration.conftest import CHEAP, PASSWORD, Clock, World
from tests.console.conftest import Browser, console_of
from tests.console.reach_table import (
    BEYOND,
    COMPANY,
    FOREIGN,
    PEOPLE,
    PERSONS,
    SAMPLES,
    TARGETS,
    THINGS,
    rows,
)
from tests.console.reviewing import staged
from tests.shipped import shipped
from webapp.console.app import create_app

REFUSED = {403, 404}
DONE = {200, 303, 409, 422}
#: Where somebody is led who must do something else first.
ASIDE = ("/unlock", "/login", "/confirm")
#: Recorded things that the sample does not have.
RECORDED = (
    *("agent", "payment", "transaction", "tariff", "target"),
    *("connection_group", "connection_type", "commission_type"),
)
NOBODY = "u_nobody"
#: Companies that have an app.
APPS = ("pwani", "gasmeter-uz", "ziwa")


@pytest.fixture(scope="module")
def prepared(seeded, tmp_path_factory):
    """A database in which there is one of everything."""
    path = tmp_path_factory.mktemp("reach") / "gatehouse.db"
    path.write_bytes(seeded.read_bytes())
    made = World(path, Clock())
    people.create_account(
        made.database,
        "pwani",
        actor=SERVICE,
        email=PEOPLE["Q"],
        name="Co Owner",
        password_hash=CHEAP.hash(PASSWORD),
    )
    access.grant_role(made.database, "pwani", PEOPLE["Q"], "owner", actor=SERVICE)
    for type in RECORDED:
        for tenant, id in (("pwani", f"{type}-1"), ("ziwa", f"{type}-2")):
            resources.put(
                made.database,
                shipped().schema,
                tenant,
                type,
                id,
                {},
                actor=SERVICE,
                details={"name": type},
            )
    for tenant in APPS:
        scopes = ["decision:check"]
        clients.create(made.database, tenant, "an app", scopes, actor=SERVICE)
    staged(made)
    made.close()
    return path


class Trial:
    """One person in front of the pages, in a world of their own that is made anew after
    each change.
    """

    done = DONE

    def __init__(self, prepared, folder, letter):
        self.letter = letter
        self._prepared = prepared
        self._folder = folder
        self._count = 0
        #: WHY kept: they are the same in each world.
        self._ids = {}
        self.world = None
        self.renew()

    def renew(self):
        if self.world:
            self.world.close()
        self._count += 1
        path = self._folder / f"{self._count}.db"
        path.write_bytes(self._prepared.read_bytes())
        path.chmod(0o600)
        self.world = World(path, Clock())
        self.enter()
        self._first = self._state()

    def enter(self):
        """The person logs in."""
        self.browser = Browser(create_app(console_of(self.world)))
        assert self.browser.log_in(PEOPLE[self.letter]).status_code == 303
        self.token = self.browser.token("/profile")

    def tried(self, method, address, id):
        """The status of the answer; the world is as before."""
        status = self.asked(method, address, id).status_code
        if method != "GET" and self._has_changed():
            self.renew()
        return status

    def asked(self, method, address, id):
        """The answer to a look, or to a form that says yes to whatever is asked."""
        path = address_of(address, id)
        if method == "GET":
            answer = self.browser.get(path)
        else:
            version = self.version(id)
            form = {"csrf_token": self.token, "sure": "yes", "version": version}
            answer = self.browser.send(path, form)
        aside = answer.headers.get("Location", "")
        assert not aside.startswith(ASIDE), (method, path, aside)
        return answer

    def _has_changed(self):
        return self._state() != self._first

    def _state(self):
        """What is different after something was done: events, but for refusals."""
        done = "SELECT count(*) FROM event WHERE result = 'ok'"
        held = "SELECT count(*), group_concat(id) FROM session WHERE revoked_at IS NULL"
        return [self.world.database.db.execute_sql(one).fetchone() for one in (done, held)]

    def version(self, id):
        """That of an account, as its forms carry it."""
        try:
            tenant = self.world.tenant_of(PEOPLE[self.letter])
            return versions.of(people.find_account(self.world.database, tenant, id))
        except NotFound:
            return ""

    def id(self, letter):
        if letter not in self._ids:
            self._ids[letter] = self.world.id(PEOPLE[letter])
        return self._ids[letter]


def address_of(address, id):
    """The address for the thing of that id."""
    return re.sub(r"<\w+>", id, address)


def surprises(trial, method, address, may, tries):
    """What was answered otherwise: tries are names of things, and whether they may be
    reached; the last two are another company's and nobody's.
    """
    found, statuses = [], []
    for name, id, reached in tries:
        status = trial.tried(method, address, id)
        statuses.append(status)
        if status not in (trial.done if may and reached else REFUSED):
            path = address_of(address, id)
            found.append(f"{trial.letter} {method} {path} ({name}): {status}")
    if len(tries) > 1 and statuses[-1] != statuses[-2]:
        found.append(f"{trial.letter} {method} {address}: {statuses[-2:]} tells them apart")
    return found


def things(trial, type):
    """Name, id and whether it is in reach, of the things of a type that are tried."""
    own, foreign = SAMPLES.get(type) or sample(trial.world, type, trial.letter)
    yield "in reach", own, True
    if beyond := BEYOND.get(type, {}).get(trial.letter):
        yield "out of reach", beyond, False
    yield "of another company", foreign, False
    yield "nobody's", "not-there", False


def sample(world, type, letter):
    """A thing of the first company that has such things, and one of another."""
    if type in RECORDED:
        return f"{type}-1", f"{type}-2"
    if type == "village":
        return tuple(
            places.list_places(world.database, tenant, "village")[0].id
            for tenant in ("pwani", "ziwa")
        )
    own = world.tenant_of(PEOPLE[letter])
    return tuple(
        clients.list_clients(world.database, tenant)[0].id
        for tenant in (own if own in APPS else "pwani", "ziwa")
    )


@pytest.fixture
def trial(prepared, tmp_path, letter):
    made = Trial(prepared, tmp_path, letter)
    yield made
    made.world.close()


def pages_and_things(trial):
    """What was answered otherwise than the documents say, of the company and its things."""
    found, letter = [], trial.letter
    for (method, address), (letters, _) in rows(COMPANY).items():
        once = [("", "", True)]
        found += surprises(trial, method, address, letter in letters, once)
    for (method, address), (letters, type) in rows(THINGS, typed=True).items():
        tries = list(things(trial, type))
        found += surprises(trial, method, address, letter in letters, tries)
    return "\n".join(found)


def persons(trial):
    """The same of what is done to other people."""
    found, letter = [], trial.letter
    for (method, address), may in PERSONS.items():
        tries = [
            (target, trial.id(target), target in may.get(letter, ""))
            for target in TARGETS[letter]
        ]
        tries.append(("of another company", trial.id(FOREIGN[letter]), False))
        tries.append(("nobody", NOBODY, False))
        found += surprises(trial, method, address, True, tries)
    return "\n".join(found)
