"""What a line holds, what it rules out, and who would have read the rest."""

from datetime import UTC, datetime

import pytest

from authz.assurance.bench_load import uncompared
from authz.assurance.replaying.hidden import Readers
from authz.assurance.replaying.judging import Replayed
from authz.assurance.replaying.questions import EVERY_CHANNEL, Unreadable, questions_of
from authz.assurance.replaying.report import Replay
from authz.decision_log.line import Line, Verdict
from authz.engine.conditions import Attr
from authz.model import Action, Decision, Entity, EvaluationError, Reason, Request
from tests.unit.engine.sets import SCHEMA, entry

QUESTION = {
    "subject": {"type": "user", "id": "u_1"},
    "action": {"name": "page:open"},
    "resource": {"type": "tenant", "id": "t"},
}


def line(item, channel=None, masked=(), context=None):
    request = QUESTION | {"evaluations": [item]}
    if context is not None:
        request["context"] = context
    return Line(
        v=1,
        time=datetime(2026, 11, 22, tzinfo=UTC),
        request_id="r",
        tenant="t",
        client="c",
        kind="evaluations",
        request=request,
        policy_revision="a",
        data_revision=1,
        micros=1,
        channel=channel,
        masked=masked,
        decisions=(Verdict(True, "permitted", ("t.one",)),),
    )


API = {"context": {"channel": "api"}}


@pytest.mark.parametrize(
    ("made", "channels"),
    [
        (line({}, "web"), {"web"}),
        (line(API, "web"), {"web"}),
        (line(API, "web", context={"channel": "web"}), {"web", "api"}),
        (line(API, "android", context={"channel": "web"}), {"android"}),
        (line(API), {None, "api"}),
        (line(API, "web", ("context.channel",)), {"web", "api"}),
        (
            line({"context": {}}, None, ("evaluations[0].context.channel",)),
            {*EVERY_CHANNEL},
        ),
        (line({}, None, ("evaluations[0].context",)), {*EVERY_CHANNEL}),
    ],
    ids=[
        *("no-own-context", "of-the-key", "of-key-or-said", "only-of-the-key"),
        *("nobody-or-said", "default-masked", "own-masked", "own-context-masked"),
    ],
)
def test_the_channels_of_an_item_are_those_that_the_line_allows(made, channels):
    (asked,) = questions_of(made)
    assert set(asked.channels) == channels


@pytest.mark.parametrize("name", ["subject", "action", "resource"])
def test_a_default_never_takes_the_place_of_what_was_masked(name):
    made = line({}, masked=(f"evaluations[0].{name}",))
    assert list(questions_of(made)) == [Unreadable(name)]


def test_what_is_masked_of_a_default_counts_where_the_item_has_none_of_its_own():
    masks = ("subject.properties.email", "context.session", "evaluations[1].context.ip")
    (asked,) = questions_of(line({}, masked=masks))
    assert asked.hidden == masks[:2]
    (own,) = questions_of(line({"subject": {"type": "user", "id": "u_2"}}, masked=masks))
    assert own.hidden == ("context.session",)


def test_who_reads_an_element_reads_the_whole_set():
    rules = (
        'permit("t.one", subject: User, "paper:read", _paper: Paper, _context) if\n'
        '  badge in subject.badges and badge.kind = "gold";\n'
    )
    files = {"schema.yaml": SCHEMA, "t.polar": rules, "t.yaml": entry("t.one")}
    readers = Readers(uncompared({name: text.encode() for name, text in files.items()}))
    who, what = Entity("user", "u"), Entity("paper", "p")
    request = Request(who, Action("paper:read"), what)
    assert readers.of(request, Attr("subject", "badges")) == {"t.one"}
    assert readers.of(request, Attr("subject", "roles")) == frozenset()


def test_a_policy_that_could_not_be_evaluated_is_what_a_flip_is_grouped_by():
    (asked,) = questions_of(line({}))
    errors = (EvaluationError("t.broken", "odd"),)
    found = Replay("new", "old")
    found.add(asked.line, asked, Replayed(Decision(False, Reason.ERROR, errors=errors)))
    ((group, _),) = found.flips
    assert (group.reason, group.policies) == ("error", ("t.broken",))
