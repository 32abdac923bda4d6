"""The steps that look at facts: who gains, and what was decided before."""

import json
from pathlib import Path

import pytest

from authz.assurance.reviewing.candidate import Candidate
from authz.assurance.reviewing.compared import compared
from authz.assurance.reviewing.replayed import replayed
from authz.engine.gate.vet import digest
from authz.engine.source import PolicySource
from tests.replaying import small
from tests.replaying.recorded import PATHS, recorded

OWNER = "amina.owner@pwani.example"
#: An edit by which some gain and some lose: who opens a page.
ADMINS_OPEN = {
    "anybody_opens": 'subject: User, "page:open", _t: Tenant, _context) if\n'
    '  "admin" in subject.roles'
}
#: What is asked of the log and of the sets.
QUIET = {"progress": lambda stage, done, total: None}


def candidate(**edit):
    files = small.files(**edit)
    source = PolicySource(files, digest(files))
    return Candidate("edited" if edit else "base", Path(), source, small.policies(**edit))


@pytest.fixture(scope="module")
def base():
    return candidate()


@pytest.fixture(scope="module")
def at(tmp_path_factory, base):
    with recorded(tmp_path_factory.mktemp("log"), base.policies, people=0) as found:
        body = {
            "subject": {"type": "user", "id": OWNER},
            "action": {"name": "page:open"},
            "resource": {"type": "tenant", "id": "pwani"},
        }
        reply = found.doors["pwani"][0].send(
            json.dumps(body).encode(), path=PATHS["evaluation"]
        )
        assert reply.status == 200
        yield found


def told(step):
    return [(one.rule, str(one.level), one.message, one.line) for one in step.findings]


def test_who_loses_is_counted_in_the_database(at, base):
    edited = candidate(**ADMINS_OPEN)
    found = compared(edited, base, at.database, None, **QUIET)
    assert found.outcome == "passed"
    assert found.summary.endswith("gains in 0 groups of people, losses in 4")
    (rule, level, message, _), *people = told(found)
    assert (rule, level) == ("less-access", "note")
    assert message == ("user on tenant, denied now in cases that were allowed: `page:open`")
    assert all(one[2].endswith("lose `page:open` on 1 tenant") for one in people)
    back = compared(base, edited, at.database, "gain", **QUIET)
    assert back.outcome == "failed"
    assert {level for _, level, _, _ in told(back)} == {"error"}


def test_what_was_allowed_and_would_be_denied_is_told_and_fails_any(at, base):
    edited = candidate(**ADMINS_OPEN)
    log = at.folder / "decisions"
    outcomes = {
        fail_on: replayed(edited, base, at.database, log, fail_on, **QUIET)
        for fail_on in (None, "gain", "any")
    }
    assert {name: str(one.outcome) for name, one in outcomes.items()} == {
        None: "passed",
        "gain": "passed",
        "any": "failed",
    }
    assert told(outcomes["any"]) == [
        (
            "decision-flips",
            "error",
            "allow to deny: 1 recorded decision about `page:open` by owner",
            0,
        )
    ]
    assert outcomes[None].summary == (
        "1 flip in 1 decision, of which 100.0 % could be replayed"
    )


def test_the_same_policies_flip_nothing(at, base):
    found = replayed(base, base, at.database, at.folder / "decisions", "any", **QUIET)
    assert (found.outcome, told(found)) == ("passed", [])
