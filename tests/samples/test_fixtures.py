"""The people and things of the policy tests are those of the sample tenants.

So a policy test cannot be green on attributes that the store would never give.
"""

import time

import pytest

from authz import yamlfile
from authz.storage.facts import StoredFacts
from tests.api.doors import ROOT

FIXTURES = ROOT / "policies" / "fixtures"


def fixtures(name):
    data = yamlfile.parse((FIXTURES / name).read_text("utf-8"))
    return {**data.get("subjects", {}), **data.get("resources", {})}


PEOPLE, THINGS = fixtures("people.yaml"), fixtures("things.yaml")


@pytest.fixture
def facts(database, shipped):
    facts = StoredFacts(database, time.time)
    yield facts
    facts.close()


@pytest.mark.parametrize("alias", [*PEOPLE, *THINGS])
def test_a_fixture_has_the_attributes_that_the_store_gives(alias, facts, sample, shipped):
    fixture = dict({**PEOPLE, **THINGS}[alias])
    kind, id, tenant = (fixture.pop(key) for key in ("type", "id", "tenant"))
    wanted = id
    if kind == "user":
        wanted = sample.id_of(id)
    found = facts.find(tenant, shipped.schema.types[kind], wanted)
    assert found is not None, (tenant, kind, id)
    assert found.attributes["tenant"] == tenant
    declared = shipped.schema.types[kind].attributes
    for name, attribute in declared.items():
        stored = found.attributes.get(name)
        told = attribute.check(fixture.get(name))
        assert (stored or attribute.default) == (told or attribute.default), name


def test_every_person_of_the_samples_is_a_fixture(sample):
    emails = {e for tenant in sample.demo["tenants"].values() for e in tenant["users"]}
    assert emails == {person["id"] for person in PEOPLE.values()}
