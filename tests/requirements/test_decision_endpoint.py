"""Apps ask one decision endpoint (R70)."""

import json

import pytest

from authz.storage import clients
from authz.storage.events import SERVICE
from tests.administration.names import AMINA, OTHER_LEVELS, ROOT, TECH
from tests.api.doors import Client, question
from tests.requirements.metering import PLATFORM, UNITS, App
from tests.shipped import shipped

READ = "metering_unit:read"
ASKED = question(f"user:{TECH}", READ, "metering_unit:mu-101", channel="web")
BODY = json.dumps(ASKED).encode()
REASONS = {"options": {"explain": "reasons"}}
EVALUATIONS = "/access/v1/evaluations"


@pytest.fixture
def app(world):
    return App(world)


def about(**parts):
    """The question with other parts."""
    return ASKED | parts


def client_of(world, app, tenant, scopes=("decision:check",), **more):
    """An app of a company with a key of its own."""
    name = f"app of {tenant} {len(clients.list_clients(world.database, tenant))}"
    row, key = clients.create(
        world.database, tenant, name, set(scopes), actor=SERVICE, **more
    )
    return Client(app.client.door, key.text), row


# R70: question and answer.


def test_r70_the_answer_is_a_decision_with_its_reason_and_the_policy_version(app):
    for unit, allowed, reason in (
        ("mu-101", True, "permitted"),
        ("mu-102", False, "no_permit"),
    ):
        asked = question(f"user:{TECH}", READ, f"metering_unit:{unit}", channel="web")
        reply = app.client.ask(asked | REASONS)
        told = reply.json["context"]
        assert (reply.status, reply.json["decision"]) == (200, allowed)
        assert told["reason"] == reason
        assert told["reason_user"]
        assert reply.headers["x-policy-revision"] == shipped().revision
        assert bool(told["determining_policies"]) is allowed


def test_r70_the_channel_of_the_app_counts(app):
    asked = (ROOT, "user:list", f"tenant:{PLATFORM}")
    assert app.decides(*asked)
    for channel in ("android", "api", "WEB", ""):
        assert not app.decides(*asked, channel), channel


STRANGE = {
    "an unknown person": about(subject={"type": "user", "id": "nobody@domain.com"}),
    "a person without a name": about(subject={"type": "user", "id": ""}),
    "an unknown type of subject": about(subject={"type": "robot", "id": TECH}),
    "an unknown action": about(action={"name": "metering_unit:explode"}),
    "an action of something else": about(action={"name": "customer:read"}),
    "an action without a name": about(action={"name": ""}),
    "an unknown type of resource": about(resource={"type": "spaceship", "id": "mu-101"}),
    "an unknown resource": about(resource={"type": "metering_unit", "id": "mu-999"}),
    "a resource of another company": about(resource={"type": "customer", "id": "cust-1"}),
}


@pytest.mark.parametrize("asked", STRANGE.values(), ids=STRANGE.keys())
def test_r70_what_nobody_knows_is_never_allowed(app, asked):
    reply = app.client.ask(asked)
    assert reply.status in (200, 400)
    if reply.status == 200:
        assert reply.json["decision"] is False
    else:
        assert set(reply.json) == {"error"}


MALFORMED = {
    "nothing": b"",
    "no JSON": b"may ann read this?",
    "cut off": BODY[:-1],
    "two bodies": BODY + BODY,
    "a list": b"[" + BODY + b"]",
    "a member twice": BODY.replace(b'"type": "user"', b'"type": "user", "type": "user"'),
    "no number": BODY[:-1] + b', "context": {"a": NaN}}',
    "half of a pair": BODY.replace(b"mu-101", b"\\ud800"),
    "no UTF-8": BODY.replace(b"mu-101", b"mu-\xff"),
    "nested too deep": BODY[:-1] + b', "context": ' + b'{"a":' * 40 + b"1" + b"}" * 41,
    "no subject": json.dumps({"action": ASKED["action"]}).encode(),
    "an id that is a number": BODY.replace(b'"mu-101"', b"101"),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_r70_a_malformed_question_is_refused_in_one_shape(app, body):
    reply = app.client.send(body)
    assert reply.status == 400
    error = reply.json["error"]
    assert set(error) == {"code", "message", "where", "request_id"}
    assert app.client.decides(ASKED), "the next question is answered"


def test_r70_a_huge_body_another_type_and_another_method_are_refused(app):
    huge = BODY[:-1] + b" " * 300_000 + b"}"
    assert app.client.send(huge).status == 413
    assert app.client.send(BODY, content_type="text/plain").status == 400
    assert app.client.send(b"", method="GET").status == 405
    assert app.client.send(BODY, path="/access/v1/evaluatio").status == 404


def test_r70_without_a_good_key_nothing_is_decided(world, app):
    stranger, row = client_of(world, app, PLATFORM)
    assert stranger.decides(ASKED | {"context": {}}) is not None
    clients.revoke(world.database, PLATFORM, row.id, actor=SERVICE)
    ended, _ = client_of(world, app, PLATFORM, expires_at=1.0)
    wrong = stranger.key[:-1] + ("0" if stranger.key[-1] != "0" else "1")
    for key in (stranger.key, ended.key, wrong, "", "gh_", "demo", TECH):
        reply = Client(app.client.door, key).ask(ASKED)
        assert reply.status == 401, key
        assert "www-authenticate" in reply.headers
    assert app.client.ask(ASKED, authorization=None).status == 401
    assert app.client.ask(ASKED, authorization="Basic eDp5").status == 401


def test_r70_a_key_does_what_its_scopes_say_and_no_more(world, app):
    checks, _ = client_of(world, app, PLATFORM)
    batch = json.dumps({"evaluations": [ASKED]}).encode()
    assert checks.ask(ASKED | {"context": {}}).status == 200
    assert checks.send(batch, path=EVALUATIONS).status == 403
    assert checks.send(BODY, path="/v1/filter").status == 403
    searches, _ = client_of(world, app, PLATFORM, ["decision:search"])
    assert searches.ask(ASKED).status == 403


def test_r70_a_key_reaches_its_own_company_only(world, app):
    theirs, _ = client_of(world, app, "pwani", channel="web")
    assert theirs.decides(question(f"user:{AMINA}", "user:list", "tenant:pwani"))
    for who, action, resource in (
        (TECH, READ, "metering_unit:mu-101"),
        (AMINA, READ, "metering_unit:mu-101"),
        (ROOT, "user:list", f"tenant:{PLATFORM}"),
        (AMINA, "user:list", f"tenant:{PLATFORM}"),
        (world.id(ROOT), "user:list", "tenant:pwani"),
    ):
        assert not theirs.decides(question(f"user:{who}", action, resource)), who


@pytest.mark.parametrize("who", [ROOT, *OTHER_LEVELS])
def test_r70_batch_search_and_filter_agree_with_single_questions(app, who):
    single = [unit for unit in UNITS if app.decides(who, READ, f"metering_unit:{unit}")]
    told = app.decides_all([(who, READ, f"metering_unit:{unit}") for unit in UNITS])
    assert [unit for unit, yes in zip(UNITS, told, strict=True) if yes] == single
    subject = {"type": "user", "id": who}
    asked = {
        "subject": subject,
        "action": {"name": READ},
        "resource": {"type": "metering_unit"},
        "context": {"channel": "web"},
    }
    found = app.send("/access/v1/search/resource", asked).json["results"]
    assert sorted(one["id"] for one in found) == single
    condition = app.send("/v1/filter", asked).json["condition"]
    assert (condition is False) == (single == [])
    assert (condition is True) <= (single == list(UNITS))
    for unit in ("mu-101", "mu-202"):
        whom = asked | {
            "subject": {"type": "user"},
            "resource": {"type": "metering_unit", "id": unit},
        }
        people = app.send("/access/v1/search/subject", whom).json["results"]
        known = {one["id"] for one in people}
        assert (app.id_of(who) in known) == (unit in single)
