"""Searches over the sample tenants and generated rows: all that is allowed pair by pair is
found, and nothing else.
"""

import itertools
import time
from random import Random

import pytest

from authz import yamlfile
from authz.decisions.search import Searches
from authz.decisions.tree import every
from authz.engine.conditions import Attr, Literal, Op
from authz.model import Action, Caller, Entity
from authz.storage.database import open_database
from authz.storage.facts import StoredFacts
from authz.storage.search import StoredSearch
from tests.api.doors import ROOT
from tests.samples.company import Company, copy_of
from tests.samples.pairs import populate

EXPECTED = yamlfile.parse((ROOT / "tests" / "samples" / "expected.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def crowded(sample, shipped, tmp_path_factory):
    """The sample tenants with generated people and things beside their own."""
    database = copy_of(sample.path, tmp_path_factory.mktemp("crowded") / "facts.db")
    populate(database, Random(7), 30, 40)
    yield database
    database.close()


@pytest.fixture(scope="module")
def company(crowded, shipped):
    made = {}

    def company(tenant, channel="web"):
        key = tenant, channel
        if key not in made:
            made[key] = Company(shipped, crowded, *key)
        return made[key]

    yield company
    for one in made.values():
        one.facts.close()


@pytest.mark.parametrize("tenant", ["pwani", "gasmeter-uz"])
def test_every_allowed_pair_is_found_and_no_other(company, tenant):
    at, random = company(tenant), Random(tenant)
    found = [
        at.agree(random, signature, subjects=1, resources=1)
        for signature in at.policies.signatures()
    ]
    assert sum(map(bool, found)) > 20


def test_the_expected_lists_come_out(sample, shipped):
    database = open_database(sample.path, time.time)
    facts = StoredFacts(database, time.time)
    searches = Searches(lambda: shipped, facts, StoredSearch(database), time.time)
    for wanted in EXPECTED["lists"]:
        page = searches.resources(
            Entity("user", wanted["who"]),
            Action(f"{wanted['type']}:read"),
            wanted["type"],
            Caller(sample.tenant_of(wanted["who"]), "web"),
        )
        assert list(page.ids) == wanted["ids"], wanted["who"]
    facts.close()
    database.close()


def test_each_attribute_is_found_by_the_values_that_it_has(sample, crowded, shipped):
    plain = open_database(sample.path, time.time)
    told = set()
    for database, tenant in itertools.product((crowded, plain), ("pwani", "gasmeter-uz")):
        at = Company(shipped, database, tenant)
        for kind in shipped.schema.types.values():
            things = {id: v for id, v in at.pairs.values[kind.name].items() if v}
            for name, attribute in kind.attributes.items():
                op = Op.HOLDS if attribute.type == "string-set" else Op.ONE_OF
                has = {
                    id: v[name] if op is Op.HOLDS else {v[name]} for id, v in things.items()
                }
                for value in set().union(*has.values()):
                    test = Literal(op, Attr("resource", name), (value,))
                    tree = every([test, *required(kind)])
                    found = StoredSearch(database).matching(
                        tenant, kind, tree, after="", limit=10_000
                    )
                    assert list(found.ids) == [id for id in has if value in has[id]], test
                    told.add((kind.name, name))
        at.facts.close()
    plain.close()
    assert {name for type, name in told if type == "user"} == set(
        shipped.schema.types["user"].attributes
    )


def required(kind):
    return [
        Literal(Op.NONE_OF, Attr("resource", name), (None,))
        for name, attribute in kind.attributes.items()
        if attribute.required
    ]


def test_the_open_actions_are_those_that_are_allowed_one_by_one(company):
    at = company("gasmeter-uz")
    for subject in sorted(at.pairs.values["user"]):
        for type, id in (("metering_unit", "mu-101"), ("user", subject)):
            page = at.searches.actions(Entity("user", subject), Entity(type, id), at.caller)
            assert list(page.ids) == [
                s.action
                for s in at.policies.signatures()
                if s.resource == type and at.pairs.allowed(s, subject, id)
            ]


def test_pages_follow_each_other_without_a_gap(company):
    at = company("pwani")
    owner = Entity("user", "amina.owner@pwani.example")

    def page(after, limit):
        return at.searches.resources(
            owner, Action("customer:read"), "customer", at.caller, after=after, limit=limit
        )

    whole = page("", 1000)
    assert whole.next is None
    assert len(whole.ids) > 30
    found, after = [], ""
    while after is not None:
        part = page(after, 7)
        found += part.ids
        after = part.next
    assert tuple(found) == whole.ids
    nothing = page("", 0)
    assert (nothing.ids, nothing.next) == ((), "")
    assert page(whole.ids[-1], 7).ids == ()


@pytest.mark.parametrize(
    ("subject", "action", "type"),
    [
        ("user:nobody", "customer:read", "customer"),
        ("ghost:amina.owner@pwani.example", "customer:read", "customer"),
        ("customer:cust-1", "customer:read", "customer"),
        ("user:amina.owner@pwani.example", "customer:raed", "customer"),
        ("user:amina.owner@pwani.example", "customer:read", "costumer"),
        ("user:root@gasmeter.example", "metering_unit:read", "metering_unit"),
    ],
)
def test_what_is_not_known_finds_nothing(company, subject, action, type):
    at = company("pwani")
    asker = Entity(*subject.split(":"))
    page = at.searches.resources(asker, Action(action), type, at.caller)
    assert (page.ids, page.next) == ((), None)


@pytest.mark.parametrize(
    ("type", "action", "resource"),
    [
        ("user", "metering_unit:read", "metering_unit:mu-101"),
        ("user", "customer:read", "costumer:cust-1"),
        ("customer", "customer:read", "customer:cust-1"),
        ("user", "cluster:update", "cluster:atlantis"),
        ("ghost", "customer:read", "customer:cust-1"),
    ],
)
def test_nobody_can_do_what_is_not_known(company, type, action, resource):
    at = company("pwani")
    about = Entity(*resource.split(":"))
    page = at.searches.subjects(type, Action(action), about, at.caller)
    assert (page.ids, page.next) == ((), None)


def test_what_a_caller_says_of_a_thing_that_is_not_registered_counts(company):
    at = company("pwani")

    def readers(**properties):
        about = Entity("customer", "new", properties)
        found = at.searches.subjects("user", Action("customer:read"), about, at.caller)
        return set(found.ids)

    assert readers() == set()
    mafia, pemba = readers(cluster="mafia"), readers(cluster="pemba")
    assert mafia - pemba
    assert readers(cluster=5) == set()


def test_a_search_knows_the_revisions_that_it_rests_on(company):
    at = company("pwani")
    about = Entity("customer", "cust-1")
    page = at.searches.subjects("user", Action("customer:read"), about, at.caller)
    assert page.policy_revision == at.policies.revision
    assert page.data_revision == at.facts.revision("pwani")
