"""The sample tenants in a real database, and people at their desks."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from authz.accounts.passwords import Hasher
from authz.administration.desk import Desk
from authz.administration.person import Person
from authz.administration.policy_site import Site
from authz.composition import Parts
from authz.decisions.active import Health
from authz.decisions.pdp import PDP
from authz.decisions.sample import Sampler
from authz.decisions.search import Searches
from authz.engine.policyset import PolicySet
from authz.engine.source import source_of
from authz.storage import events, people, provenance, sessions
from authz.storage.database import Database, open_database
from authz.storage.events import SERVICE
from authz.storage.facts import StoredFacts
from authz.storage.search import StoredSearch
from authz.storage.seed import seed
from tests.shipped import POLICIES, changed, shipped

ROOT = Path(__file__).parents[2]
CHEAP = Hasher(rounds=1, memory_kib=64, lanes=1)
PASSWORD = "meter2025x"


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def parts_of(database: Database, clock: Clock, policies: PolicySet) -> Parts:
    facts = StoredFacts(database, clock)
    return Parts(
        pdp=PDP(lambda: policies, facts, clock),
        searches=Searches(lambda: policies, facts, StoredSearch(database), clock),
        facts=facts,
        provenance=partial(provenance.given, database),
        sampler=Sampler(0, lambda: 1.0, lambda incident: None),
    )


def site_of(policies: PolicySet) -> Site:
    """The shipped directory, where no check is ever begun."""
    return Site(
        directory=POLICIES,
        gate=lambda files: changed(source_of(files)),
        current=lambda: policies,
        health=lambda: Health(True, "", policies.revision),
        reload=lambda: False,
        start=lambda number: None,
    )


class World:
    """One database with the sample tenants, as one process has it."""

    def __init__(self, path: Path, clock: Clock, policies: PolicySet | None = None):
        self.path = path
        self.clock = clock
        self.database = open_database(path, clock)
        self.parts = parts_of(self.database, clock, policies or shipped())
        self.site = site_of(policies or shipped())

    def desk(self, email: str, channel: str = "web", session: str | None = None) -> Desk:
        """The desk of a person of a sample tenant."""
        return self.desk_of(self.tenant_of(email), email, channel, session)

    def desk_of(
        self,
        tenant: str,
        email: str,
        channel: str = "web",
        session: str | None = None,
    ) -> Desk:
        account = people.find_account(self.database, tenant, email)
        person = Person(
            tenant, account.id, account.email, channel, session, "192.0.2.7", "req-1"
        )
        return Desk(self.database, self.parts, self.clock, CHEAP, person)

    def unlocked(self, email: str) -> Desk:
        """The same, with the protected pages unlocked."""
        desk = self.desk(email)
        session = sessions.create(
            self.database,
            desk.tenant,
            desk.person.account,
            actor=SERVICE,
            channel="web",
            expires_at=self.clock.now + 3600,
        )
        sessions.unlock_pages(
            self.database,
            desk.tenant,
            session.id,
            until=self.clock.now + 600,
            actor=SERVICE,
        )
        return self.desk(email, session=session.id)

    def tenant_of(self, email: str) -> str:
        query = "SELECT tenant FROM account WHERE email = ?"
        for (tenant,) in self.database.db.execute_sql(query, [email]):
            return tenant
        raise LookupError(email)

    def id(self, email: str) -> str:
        return people.find_account(self.database, self.tenant_of(email), email).id

    def events(self, tenant: str) -> list[events.Entry]:
        return events.entries(self.database, tenant, limit=10_000)

    def close(self) -> None:
        self.parts.facts.close()
        self.database.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("administration") / "gatehouse.db"
    facts = ROOT / "authz" / "samples" / "tenants.yaml"
    seed(path, shipped().schema, facts, clock=Clock(), hasher=CHEAP)
    return path


@pytest.fixture
def world(seeded, tmp_path):
    path = tmp_path / "gatehouse.db"
    path.write_bytes(seeded.read_bytes())
    path.chmod(0o600)
    made = World(path, Clock())
    yield made
    made.close()


@pytest.fixture
def desks(seeded, tmp_path):
    """People who change a policy directory of a few lines."""
    # WHY here: it is made of what stands above.
    from tests.administration.policy_desks import Desks, write

    path = tmp_path / "gatehouse.db"
    path.write_bytes(seeded.read_bytes())
    path.chmod(0o600)
    made = Desks(path, Clock(), write(tmp_path / "policies"))
    yield made
    made.close()
