"""Decisions about the sample tenants in a real database, beside the engine's own."""

import time
from collections.abc import Iterator
from random import Random

import pytest

from authz import yamlfile
from authz.decisions.attributes import of_context, of_entity
from authz.decisions.pdp import PDP
from authz.engine.combine import combine
from authz.engine.policyset import PolicySet
from authz.model import Action, Caller, Decision, Entity, Reason, Request
from authz.storage.database import open_database
from authz.storage.facts import StoredFacts
from tests.api.doors import ROOT
from tests.differential.comparison import other
from tests.samples.conftest import Sample, sample, shipped  # noqa: F401

SAMPLES = yamlfile.parse((ROOT / "authz" / "samples" / "tenants.yaml").read_text("utf-8"))
QUESTIONS = 400
#: Member of a sample tenant -> the type of what it lists.
LISTED = {
    "clusters": "cluster",
    "customers": "customer",
    "supply_companies": "supply_company",
    "service_organizations": "service_organization",
    "manufacturers": "manufacturer",
    "consumers": "consumer",
    "metering_units": "metering_unit",
}
ROLES = ("owner", "platform_admin", "service_company_admin", "user", "galactic_admin", "")


@pytest.fixture
def facts(sample: Sample, shipped: PolicySet) -> Iterator[StoredFacts]:  # noqa: F811
    database = open_database(sample.path, time.time)
    stored = StoredFacts(database, time.time)
    yield stored
    stored.close()
    database.close()


def _questions(random: Random, schema) -> Iterator[tuple[Request, Caller]]:
    """Everybody asks about things of the own tenant, and now and then of another one."""
    things = {
        tenant["slug"]: [("tenant", tenant["slug"])]
        + [("user", user["email"]) for user in tenant["users"]]
        + [
            (kind, one["id"])
            for member, kind in LISTED.items()
            for one in tenant.get(member, ())
        ]
        for tenant in SAMPLES["tenants"]
    }
    for _ in range(QUESTIONS):
        tenant = random.choice(SAMPLES["tenants"])
        slug = tenant["slug"] if random.random() < 0.95 else random.choice(sorted(things))
        kind, id = random.choice(things[slug])
        properties = {"role": random.choice(ROLES)} if random.random() < 0.5 else {}
        action = random.choice(sorted(schema.types[kind].actions))
        channel = random.choice(("web", "web", "web", "android", "api", None))
        yield (
            Request(
                Entity("user", random.choice(tenant["users"])["email"]),
                Action(action, properties),
                Entity(kind, id),
            ),
            Caller(tenant["slug"], channel),
        )


def _by_the_engine(
    policies: PolicySet, facts: StoredFacts, now: float, request: Request, caller: Caller
) -> Decision | None:
    """What the engine says; None about what is not there."""
    gathered = []
    for entity in (request.subject, request.resource):
        kind = policies.schema.types[entity.type]
        stored = facts.find(caller.tenant, kind, entity.id)
        if stored is None and not kind.unregistered:
            return None
        gathered.append(of_entity(kind, entity, stored, caller.tenant))
    subject, resource = gathered
    context = of_context(
        policies.schema, request, caller, str(subject.values["id"]), facts, lambda: now
    )
    if any(part.fault("") for part in (subject, resource, context)):
        return None
    return combine(
        policies.evaluate(
            policies.record(request.subject.type, subject.values),
            request.action.name,
            policies.record(request.resource.type, resource.values),
            policies.context(context.values),
        )
    )


def test_decisions_about_the_sample_tenants_are_those_of_the_engine(shipped, facts):  # noqa: F811
    now = time.time()
    pdp = PDP(lambda: shipped, facts, lambda: now)
    reasons = dict.fromkeys(Reason, 0)
    for request, caller in _questions(Random("sample tenants"), shipped.schema):
        decision = pdp.evaluate(request, caller).decision
        expected = _by_the_engine(shipped, facts, now, request, caller)
        reasons[decision.reason] += 1
        if expected is None:
            assert not decision.allowed
        else:
            assert other(expected, decision) == [], (request, caller)
    assert min(reasons[Reason.PERMITTED], reasons[Reason.FORBIDDEN]) > QUESTIONS / 20
