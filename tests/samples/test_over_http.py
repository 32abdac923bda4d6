"""The sample tenants answer over HTTP as the access model says, and by the facts of now."""

import time

import pytest

from authz import yamlfile
from authz.storage import resources, sessions, units
from authz.storage.events import SERVICE
from tests.api.doors import ROOT, question

EXPECTED = yamlfile.parse((ROOT / "tests" / "samples" / "expected.yaml").read_text("utf-8"))
DECISIONS = [tuple(row) for row in EXPECTED["decisions"]]
LISTS = [(row["who"], row["type"], row["ids"]) for row in EXPECTED["lists"]]


def test_no_expected_row_was_lost():
    assert (len(DECISIONS), len(LISTS)) == (45, 5)


@pytest.mark.parametrize(("who", "channel", "action", "resource", "allowed"), DECISIONS)
def test_an_expected_decision_holds(apps, sample, who, channel, action, resource, allowed):
    app = apps[sample.tenant_of(who)]
    assert (
        app.decides(question(f"user:{who}", action, resource, channel=channel)) is allowed
    )
    by_id = question(f"user:{sample.id_of(who)}", action, resource, channel=channel)
    assert app.decides(by_id) is allowed


@pytest.mark.parametrize(("who", "type", "ids"), LISTS)
def test_a_list_is_what_single_checks_allow(apps, sample, database, who, type, ids):
    tenant = sample.tenant_of(who)
    if type == "metering_unit":
        names = [unit.id for unit in units.list_units(database, tenant)]
    else:
        names = [one.id for one in resources.list_resources(database, tenant, type)]
    assert set(ids) < set(names)
    allowed = [
        name
        for name in names
        if apps[tenant].decides(
            question(f"user:{who}", f"{type}:read", f"{type}:{name}", channel="web")
        )
    ]
    assert sorted(allowed) == sorted(ids)


def test_a_customer_who_moves_is_seen_from_the_new_cluster_at_once(apps, database, shipped):
    ask = question(
        "user:field.mafia@pwani.example",
        "customer:read",
        "customer:cust-3",
        channel="android",
    )
    moved = ("pwani", "customer", "cust-3")
    assert apps["pwani"].decides(ask) is False
    for cluster, allowed in (("mafia", True), ("pemba", False)):
        where = {"cluster": cluster}
        resources.put(database, shipped.schema, *moved, where, actor=SERVICE)
        assert apps["pwani"].decides(ask) is allowed


def test_a_unit_that_is_serviced_by_others_is_out_of_reach_at_once(apps, database):
    ask = question(
        "user:service_tech@domain.com",
        "metering_unit:read",
        "metering_unit:mu-101",
        channel="web",
    )
    assert apps["gasmeter-uz"].decides(ask) is True
    for organization, allowed in (
        ("gazservis", False),
        (None, False),
        ("techservice", True),
    ):
        units.assign_service(database, "gasmeter-uz", "mu-101", organization, actor=SERVICE)
        assert apps["gasmeter-uz"].decides(ask) is allowed


def test_unlocked_pages_open_what_the_role_has_and_nothing_else(apps, sample, database):
    owner, clerk = sample.id_of("owner@ziwa.example"), sample.id_of("clerk@ziwa.example")
    field = sample.id_of("field@ziwa.example")

    def asked(who, action, resource, session):
        context = {"channel": "web", "session": session}
        return apps["ziwa"].decides(question(f"user:{who}", action, resource, **context))

    unlocked = {}
    for who in (owner, clerk, field):
        unlocked[who] = sessions.create(
            database,
            "ziwa",
            who,
            actor=SERVICE,
            channel="web",
            expires_at=time.time() + 900,
        )
        assert not asked(who, "settings:read", "tenant:ziwa", unlocked[who].id)
        until = time.time() + 600
        sessions.unlock_pages(
            database, "ziwa", unlocked[who].id, until=until, actor=SERVICE
        )
    coowner = f"user:{sample.id_of('coowner@ziwa.example')}"
    assert asked(clerk, "settings:read", "tenant:ziwa", unlocked[clerk].id)
    assert asked(owner, "user:delete", coowner, unlocked[owner].id)
    assert not asked(clerk, "user:delete", coowner, unlocked[clerk].id)
    assert not asked(field, "settings:read", "tenant:ziwa", unlocked[field].id)
    assert not asked(clerk, "settings:read", "tenant:ziwa", unlocked[owner].id)
    assert not asked(clerk, "settings:read", "tenant:ziwa", "no-such-session")
    sessions.revoke(database, "ziwa", unlocked[clerk].id, actor=SERVICE)
    assert not asked(clerk, "settings:read", "tenant:ziwa", unlocked[clerk].id)


@pytest.mark.parametrize(
    ("foreign", "missing"),
    [
        ("customer:zcust-1", "customer:zcust-999"),
        ("tenant:ziwa", "tenant:nowhere"),
        ("cluster:ziwa-east", "cluster:nowhere"),
        ("user:owner@ziwa.example", "user:nobody@ziwa.example"),
        ("metering_unit:mu-101", "metering_unit:mu-999"),
    ],
)
def test_what_another_tenant_has_is_answered_like_what_nobody_has(apps, foreign, missing):
    action = {"tenant": "settings:read", "cluster": "location:read"}.get(
        foreign.split(":")[0], f"{foreign.split(':')[0]}:read"
    )
    told = []
    for resource in (foreign, missing):
        asked = question("user:amina.owner@pwani.example", action, resource, channel="web")
        reply = apps["pwani"].ask(asked | {"options": {"explain": "reasons"}})
        body = reply.json
        assert body["decision"] is False
        told.append((reply.status, str(body).replace(resource, "it")))
    assert told[0] == told[1]
