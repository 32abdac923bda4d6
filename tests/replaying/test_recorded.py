"""What the decision API has recorded is asked again as it was, and flips are exact."""

from collections import Counter
from random import Random

import pytest

from authz.assurance.replaying import replay
from authz.assurance.replaying.questions import Unreadable, questions_of
from authz.model import Reason
from tests.replaying.edits import replaced
from tests.replaying.recorded import Oracle, recorded
from tests.replaying.truths import flipped, outcomes
from tests.shipped import POLICIES, changed

REQUESTS = 250
#: Wider: service companies, and clients that are not the web. Narrower: owners.
EDITS = {
    "  supplied_by_own(subject, unit) and\n  serviced_by_own(subject, unit);\n\n"
    'permit("metering.manufacturer-reaches-its-units"': "  supplied_by_own(subject, unit);"
    '\n\npermit("metering.manufacturer-reaches-its-units"',
    'web_only(action) and\n  context.channel != "web"': "web_only(action) and\n"
    '  context.channel = "android"',
    'role_permission("owner", "settings");\n': "",
    'role_permission("owner", "customers");\n': "",
}
SESSION = "the session is not recorded"


@pytest.fixture(scope="module")
def policies():
    return changed(POLICIES)


@pytest.fixture(scope="module")
def at(tmp_path_factory, policies):
    with recorded(tmp_path_factory.mktemp("recorded"), policies) as at:
        at.ask(Random("test_recorded"), REQUESTS, policies)
        yield at


def test_every_recorded_question_is_the_one_that_was_asked(at):
    kinds = Counter()
    for line in at.lines():
        for asked in questions_of(line):
            assert not isinstance(asked, Unreadable), line
            truth = at.truths.get((line.request_id, asked.item))
            kinds[line.kind, truth is None] += 1
            if truth is None:
                assert asked.request is None, line
                assert asked.verdict.reason == Reason.ERROR
                continue
            said, hidden = asked.request, set(asked.hidden)
            assert said.action == truth.request.action
            for name in ("subject", "resource"):
                mine, theirs = getattr(said, name), getattr(truth.request, name)
                assert (mine.type, mine.properties) == (theirs.type, theirs.properties)
                named = mine.id == theirs.id or f"{name}.id" in hidden
                assert named or "@" in theirs.id
            assert truth.channel in asked.channels
            assert not truth.unlocked or "context.session" in hidden
    assert min(kinds.values()) > 10, kinds
    assert len(kinds) == 3


def test_the_same_policies_flip_nothing_and_all_but_searches_is_replayed(at, policies):
    found = replay(at.lines(), policies, policies, at.database).document()
    assert found["flips"] == []
    assert {one["why"] for one in found["not_replayed"]} == {"it is a search"}
    assert found["decisions"] > 1.5 * REQUESTS


def test_an_edit_flips_exactly_what_the_engine_decides_otherwise(at, policies):
    edited = replaced(EDITS)
    oracle = Oracle(at, edited)
    wanted, got, left = flipped(at, oracle), *outcomes(at, edited, policies)
    oracle.close()
    assert {why for why, _ in left.values()} <= {SESSION, "it is a search"}
    assert got == {one for one in wanted if one[:2] not in left}
    assert {change for *_, change in got} == {True, False}
    document = replay(at.lines(), edited, policies, at.database).document()
    assert sum(one["count"] for one in document["flips"]) == len(got)
    assert document["decisions"] - document["replayed"] == len(left)
