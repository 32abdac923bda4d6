"""The sample tenants are searched over HTTP: by e-mail or id, and within the own tenant."""

import json
import time

import pytest

from authz import yamlfile
from authz.decisions.search import Searches
from authz.storage import clients
from authz.storage.facts import StoredFacts
from authz.storage.search import StoredSearch
from tests.api.doors import ROOT
from webapp.decision_api import filtering, searching
from webapp.decision_api.endpoint import Asked
from webapp.decision_api.page_tokens import PageTokens

EXPECTED = yamlfile.parse((ROOT / "tests" / "samples" / "expected.yaml").read_text("utf-8"))
LISTS = [(row["who"], row["type"], row["ids"]) for row in EXPECTED["lists"]]
RESOURCE, SUBJECT = "/access/v1/search/resource", "/access/v1/search/subject"


def ids(app, path, asked):
    reply = app.send(json.dumps(asked).encode(), path=path)
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json["results"]]


def reading(who, type):
    return {
        "subject": {"type": "user", "id": who},
        "action": {"name": f"{type}:read"},
        "resource": {"type": type},
        "context": {"channel": "web"},
    }


@pytest.mark.parametrize(("who", "type", "listed"), LISTS)
def test_se_2_a_search_reaches_through_bindings_and_roles(apps, sample, who, type, listed):
    tenant = sample.tenant_of(who)
    assert ids(apps[tenant], RESOURCE, reading(who, type)) == listed
    assert ids(apps[tenant], RESOURCE, reading(sample.id_of(who), type)) == listed
    for other in set(apps) - {tenant}:
        assert ids(apps[other], RESOURCE, reading(who, type)) == []


def test_people_are_found_by_their_opaque_ids(apps, sample):
    who, type, listed = LISTS[0]
    asked = reading(who, type) | {
        "subject": {"type": "user"},
        "resource": {"type": type, "id": listed[0]},
    }
    found = ids(apps[sample.tenant_of(who)], SUBJECT, asked)
    assert sample.id_of(who) in found
    assert not [id for id in found if "@" in id]


def test_the_log_is_told_the_opaque_id_of_who_was_named_by_e_mail(
    sample, shipped, database
):
    who, type, listed = LISTS[0]
    (client, *_) = clients.list_clients(database, sample.tenant_of(who))
    facts = StoredFacts(database, time.time)
    searches = Searches(lambda: shipped, facts, StoredSearch(database), time.time)
    served = {
        **searching.endpoints(searches, PageTokens(b"k" * 32)),
        **filtering.endpoints(searches),
    }
    thing = {"resource": {"type": type, "id": listed[0]}}
    for path, more in ((RESOURCE, {}), (searching.ACTION, thing), (filtering.PATH, {})):
        for named in (who, sample.id_of(who)):
            asked = Asked(client, reading(named, type) | more, "r-1")
            expected = {who: sample.id_of(who)} if named == who else {}
            assert served[path].answer(asked).accounts == expected
    facts.close()


def test_a_filter_tests_the_tenant_of_each_row_when_it_has_a_column(apps):
    asked = reading("field.mafia@pwani.example", "customer")
    for columns, tested in (({}, False), ({"tenant": "company"}, True)):
        body = json.dumps(asked | {"columns": columns}).encode()
        reply = apps["pwani"].send(body, path=filtering.PATH)
        assert ('"customer"."company"' in reply.json["sql"]["where"]) is tested
        assert reply.json["sql"]["params"] == ["mafia", *(["pwani"] if tested else [])]
