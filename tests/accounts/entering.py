"""People who have passwords, and their logins."""

from authz.accounts import login
from authz.accounts.passwords import Hasher
from authz.storage import events, people
from authz.storage.people import Account
from tests.storage.conftest import BY, World

#: Cheap, so that tests are quick.
HASHER = Hasher(rounds=1, memory_kib=64, lanes=1)
PASSWORD = "correct horse 4"
EMAIL = "ann@example.org"
HERE = "192.0.2.7"


def enrolled(world: World, email: str = EMAIL, tenant: str = "grid") -> Account:
    """A new person with PASSWORD."""
    return people.create_account(
        world.database,
        tenant,
        actor=BY,
        email=email,
        name="Some One",
        password_hash=HASHER.hash(PASSWORD),
    )


def enter(world: World, **changed) -> login.LoggedIn:
    """A login, with what is given in place of the right thing."""
    given = {
        "email": EMAIL,
        "password": PASSWORD,
        "channel": "web",
        "address": HERE,
        "clock": world.clock,
    }
    given |= changed
    return login.log_in(world.database, given.pop("hasher", HASHER), **given)


def person(world: World, **changed):
    """Who is logged in by a new login."""
    entered = enter(world, **changed)
    return login.person_of(
        world.database, entered.session.id, now=world.clock.now, address=HERE
    )


def logged(world: World, tenant: str = "grid") -> list[tuple[str, str, str | None]]:
    """Action, result and reason of what the log says."""
    found = events.entries(world.database, tenant)
    return [(entry.action, entry.result, entry.reason) for entry in found]


class CountingHasher(Hasher):
    """Notes what it is asked to verify."""

    def __init__(self):
        super().__init__(rounds=1, memory_kib=64, lanes=1)
        self.asked: list[str | None] = []

    def verify(self, stored: str | None, password: str) -> bool:
        self.asked.append(stored)
        return super().verify(stored, password)


class SlowHasher(Hasher):
    """Something happens while it looks at a password."""

    def __init__(self, meanwhile):
        super().__init__(rounds=1, memory_kib=64, lanes=1)
        self._meanwhile = meanwhile

    def verify(self, stored: str | None, password: str) -> bool:
        found = super().verify(stored, password)
        self._meanwhile()
        return found
