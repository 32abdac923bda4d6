"""Random questions, put to the real decision API, which records its answers.

What was truly asked is remembered beside the log: in whose name, through what, and whether
with the protected pages unlocked.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from authz import config
from authz.accounts.keys import CHANNELS, SCOPES
from authz.accounts.passwords import Hasher
from authz.decision_log.line import Line
from authz.decision_log.reading import read
from authz.decisions.active import ActivePolicies
from authz.decisions.pdp import PDP
from authz.engine.combine import combine
from authz.engine.policyset import PolicySet
from authz.engine.schema_file import parse_schema
from authz.model import Action, Caller, Entity, Reason, Request
from authz.storage import clients, sessions
from authz.storage.database import Database, open_database
from authz.storage.events import SERVICE
from authz.storage.facts import StoredFacts
from authz.storage.seed import seed
from authz.storage.tables import Account
from tests.api.doors import Client, function_door
from tests.samples.pairs import populate
from tests.shipped import POLICIES, ROOT
from webapp.serve import build_app

TENANTS = ("pwani", "ziwa", "gasmeter-uz", "system")
PATHS = {
    "evaluation": "/access/v1/evaluation",
    "evaluations": "/access/v1/evaluations",
    "search_resource": "/access/v1/search/resource",
}
#: Scopes of a key that asserts nothing.
PLAIN_SCOPES = [scope for scope in SCOPES if not scope.endswith(":assert")]
SEMANTICS = (None, "execute_all", "deny_on_first_deny", "permit_on_first_permit")
PLACES: dict[str, tuple[str, ...]] = {
    "cluster": ("mafia", "pemba", "ziwa-east"),
    "customer": ("cust-1", "cust-3", "zcust-1", "customer-0", "new"),
    "asset": ("meter-100", "asset-0"),
    "metering_unit": ("mu-101", "mu-103", "unit-0", "unit-1", "none"),
    "supply_company": ("x-1", "X-1", "gone"),
    "tariff": ("tariff-0", "new"),
}
MALFORMED: tuple[Any, ...] = (
    3,
    [],
    {"subject": 1},
    {"action": {}},
    {"subject": {"type": "user"}},
)


@dataclass(frozen=True)
class Truth:
    """What was truly asked; the session is told by what it is worth."""

    request: Request
    channel: str | None
    unlocked: bool


@dataclass
class Recorded:
    """A database, the API over it, and all that was asked of it."""

    folder: Path
    database: Database
    #: Tenant -> callers: with every scope; with the channel `android`.
    doors: dict[str, Sequence[Client]]
    #: Tenant -> ids and e-mails of its people.
    people: dict[str, list[str]]
    #: Tenant -> account with an unlocked session -> that session.
    sessions: dict[str, dict[str, str]]
    #: Request id and item -> what was asked, where it was something sound.
    truths: dict[tuple[str, int | None], Truth] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "decisions"

    def lines(self) -> list[Line]:
        return list(read(self.log, _none))

    def ask(self, random: Random, count: int, policies: PolicySet) -> None:
        """So many requests of every kind."""
        for _ in range(count):
            asking = Asking(self, random, policies)
            asking.send(f"r-{len(self.truths)}-{random.random()}")

    def ask_plainly(self, random: Random, count: int, policies: PolicySet) -> None:
        """Batches of so many questions without properties."""
        asking = Asking(self, random, policies)
        asking.send_plain(f"p-{len(self.truths)}-{random.random()}", count)


def _none(damage: object) -> None:
    raise AssertionError(damage)


class Asking:
    """One request as a caller makes it."""

    def __init__(self, at: Recorded, random: Random, policies: PolicySet):
        self._at = at
        self._random = random
        self._types = policies.schema.types
        self._tenant = random.choice(TENANTS)
        everything, android = at.doors[self._tenant]
        self._fixed = random.random() < 0.2
        self._door = android if self._fixed else everything

    def send(self, request_id: str) -> None:
        kind = self._random.choice(("evaluation", "evaluations", "evaluations"))
        kind = "search_resource" if self._random.random() < 0.03 else kind
        body, asked = self._batch() if kind == "evaluations" else (self._question(), None)
        if kind == "search_resource":
            body["resource"].pop("id")
        text = json.dumps(body).encode()
        reply = self._door.send(text, path=PATHS[kind], x_request_id=request_id)
        assert reply.status == 200, (body, reply.body)
        if kind == "evaluation" or (asked is not None and not asked):
            self._at.truths[request_id, None] = self._truth(body, {})
        for number, item in enumerate(asked or ()):
            if isinstance(item, dict) and "odd" not in item:
                self._at.truths[request_id, number] = self._truth(item, body)

    def send_plain(self, request_id: str, count: int) -> None:
        """One batch of so many plain questions."""
        items = [self._plain() for _ in range(count)]
        text = json.dumps({"evaluations": items}).encode()
        reply = self._door.send(text, path=PATHS["evaluations"], x_request_id=request_id)
        assert reply.status == 200, reply.body
        for number, item in enumerate(items):
            self._at.truths[request_id, number] = self._truth(item, {})

    def _plain(self) -> dict[str, Any]:
        item = self._named()
        if self._random.random() < 0.75:
            item["context"] = {"channel": self._random.choice(CHANNELS)}
        return item

    def _batch(self) -> tuple[dict[str, Any], list[Any]]:
        random = self._random
        body = self._question() if random.random() < 0.7 else {}
        items: list[Any] = [self._item(body) for _ in range(random.choice((0, 2, 5)))]
        if not items and not body:
            body = self._question()
        semantic = random.choice(SEMANTICS)
        if semantic:
            body["options"] = {"evaluations_semantic": semantic}
        return body | {"evaluations": items}, items

    def _item(self, defaults: dict[str, Any]) -> Any:
        random = self._random
        if random.random() < 0.06:
            odd = random.choice(MALFORMED)
            return odd | {"odd": 1} if isinstance(odd, dict) else odd
        item = self._question()
        for name in list(item):
            if name in defaults and random.random() < 0.4:
                item[name] = None
                if random.random() < 0.5:
                    del item[name]
        return item

    def _named(self) -> dict[str, Any]:
        """Somebody, an action and a thing."""
        random = self._random
        who = random.choice(self._at.people[self._tenant])
        type = random.choice(("tenant", "tenant", "user", "user", *PLACES))
        if type == "tenant":
            id = random.choice((self._tenant,) * 4 + TENANTS)
        elif type == "user":
            id = random.choice([who, *self._at.people[self._tenant]])
        else:
            id = random.choice(PLACES[type])
        return {
            "subject": {"type": "user", "id": who},
            "action": {"name": random.choice(sorted(self._types[type].actions))},
            "resource": {"type": type, "id": id},
        }

    def _question(self) -> dict[str, Any]:
        random, body = self._random, self._named()
        who = body["subject"]["id"]
        self._oddly(body)
        if random.random() < 0.75:
            body["context"] = {"channel": random.choice(("web", "web", *CHANNELS))}
        if random.random() < 0.2:
            session = self._at.sessions[self._tenant].get(who, "nobody's")
            body.setdefault("context", {})["session"] = session
        return body

    def _oddly(self, body: dict[str, Any]) -> None:
        """Properties, and names of nothing."""
        random = self._random
        if random.random() < 0.3:
            cluster = random.choice(("mafia", "pemba", 5))
            body["resource"]["properties"] = {"cluster": cluster, "amount": 7}
        if random.random() < 0.3:
            role = random.choice(("user", "owner", "consumer", "galactic", ["odd"]))
            body["action"]["properties"] = {"role": role, "options": ["reporting"]}
        if random.random() < 0.1:
            body["subject"]["properties"] = {"roles": ["owner"], "email": "a@b.org"}
        chance = random.random()
        if chance < 0.02:
            body["subject"]["id"] = "nobody@nowhere.example"
        elif chance < 0.04:
            body["action"]["name"] = "odd:odd"
        elif chance < 0.06:
            body["resource"]["type"] = "odd"

    def _truth(self, item: dict[str, Any], body: dict[str, Any]) -> Truth:
        def member(name: str) -> dict[str, Any]:
            own = item.get(name)
            return (body.get(name) or {}) if own is None else own

        def entity(name: str) -> Entity:
            sent = member(name)
            return Entity(sent["type"], sent["id"], sent.get("properties") or {})

        context, action = member("context"), member("action")
        named = Action(action["name"], action.get("properties") or {})
        request = Request(entity("subject"), named, entity("resource"), context)
        session = None if self._fixed else context.get("session")
        mine = self._at.sessions[self._tenant].get(request.subject.id)
        channel = "android" if self._fixed else context.get("channel")
        return Truth(request, channel, session is not None and session == mine)


@contextmanager
def recorded(
    folder: Path, policies: PolicySet, *masks: str, people: int = 12
) -> Iterator[Recorded]:
    """A new database with the sample tenants and more people, and an API that logs."""
    path, random = folder / "gatehouse.db", Random("recorded")
    facts = ROOT / "authz" / "samples" / "tenants.yaml"
    schema = parse_schema((POLICIES / "schema.yaml").read_text("utf-8"))
    cheap = Hasher(rounds=1, memory_kib=64, lanes=1)
    made = seed(path, schema, facts, clock=time.time, hasher=cheap)
    database = open_database(path, time.time)
    if people:
        populate(database, random, people, 8)
    settings = config.load(
        ROOT / "config.yaml",
        {"AUTHZ_DECISIONS__LOG__MASK": ",".join(masks)} if masks else {},
        {
            "store.path": path,
            "decisions.log.dir": folder / "decisions",
            "policy.last_good": folder / "last-good",
        },
    )
    door = function_door(
        build_app(settings, ActivePolicies(POLICIES, lambda _source: policies))
    )
    doors: dict[str, Sequence[Client]] = {}
    for one in made.tenants:
        how = {"actor": SERVICE, "channel": "android"}
        _, key = clients.create(database, one.slug, "app", PLAIN_SCOPES, **how)
        doors[one.slug] = Client(door, one.api_key), Client(door, key.text)
    found = {tenant: _people(database, tenant) for tenant in TENANTS}
    unlocked = {tenant: _unlocked(database, tenant, found[tenant]) for tenant in TENANTS}
    yield Recorded(folder, database, doors, found, unlocked)
    database.close()


def _people(database: Database, tenant: str) -> list[str]:
    chosen = Account.select(Account.id, Account.email, Account.status).where(
        Account.tenant == tenant
    )
    rows = list(chosen.order_by(Account.email).tuples().execute(database.db))
    return [id for id, _, _ in rows] + [e for _, e, status in rows if status != "deleted"]


def _unlocked(database: Database, tenant: str, people: list[str]) -> dict[str, str]:
    """Sessions with the protected pages unlocked, by what their people are called."""
    found = {}
    rows = Account.select(Account.id, Account.email).where(
        (Account.tenant == tenant) & (Account.status == "active")
    )
    for id, email in rows.tuples().execute(database.db):
        if email in people:
            session = sessions.create(database, tenant, id, actor=SERVICE, channel="web")
            until = time.time() + 3_600
            sessions.unlock_pages(database, tenant, session.id, until=until, actor=SERVICE)
            found[id] = found[email] = session.id
    return found


class Oracle:
    """What a policy set answers to what was truly asked, by the engine itself."""

    def __init__(self, at: Recorded, policies: PolicySet):
        self._at = at
        self._policies = policies
        self._facts = StoredFacts(at.database, time.time)
        self._pdp = PDP(lambda: policies, self._facts, time.time)

    def allows(self, line: Line, truth: Truth, *, by_oso: bool) -> bool:
        who = truth.request.subject.id
        session = self._at.sessions[line.tenant][who] if truth.unlocked else None
        caller = Caller(line.tenant, truth.channel, session)
        answer = self._pdp.evaluate(truth.request, caller)
        if answer.inputs is None or not by_oso:
            return answer.decision.allowed
        made = self._policies.reference(answer.inputs.signature, *answer.inputs.packed)
        assert combine(made).reason is not Reason.ERROR
        return combine(made).allowed

    def close(self) -> None:
        self._facts.close()
