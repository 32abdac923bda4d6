"""Some live decisions are made both ways, and a difference is told and never allows."""

import logging

import pytest

from authz.decisions.sample import SEEN_MAX, Disagreement, Sampled, Sampler
from authz.engine.conditions import Signature
from authz.engine.polar import OUT_OF_TIME
from authz.errors import Unavailable
from authz.model import Decision, EvaluationError, Reason

SAMPLED = Sampled("pwani", Signature("user", "ticket:read", "ticket"), "f" * 64, 7)
ALLOW = Decision(True, Reason.PERMITTED, ("a.one",))
ALLOW_BY_OTHER = Decision(True, Reason.PERMITTED, ("a.two",))
DENY = Decision(False, Reason.NO_PERMIT)
FORBID = Decision(False, Reason.FORBIDDEN, ("a.three",))
ERROR = Decision(False, Reason.ERROR, (), (EvaluationError("a.three", "took too long"),))


@pytest.fixture
def recorded():
    return []


@pytest.fixture
def sampler(recorded):
    return Sampler(1, lambda: 0.5, recorded.append)


@pytest.mark.parametrize(
    ("rate", "drawn", "wanted"),
    [(0, 0.0, False), (0.001, 0.0, True), (0.001, 0.001, False), (1, 0.999, True)],
)
def test_the_rate_is_the_share_that_is_sampled(rate, drawn, wanted):
    assert Sampler(rate, lambda: drawn, lambda found: None).wants() is wanted


@pytest.mark.parametrize("decision", [ALLOW, DENY, FORBID, ERROR])
def test_where_both_agree_nothing_is_told(sampler, recorded, caplog, decision):
    assert sampler.compare(SAMPLED, decision, lambda: decision) == decision
    assert (recorded, caplog.records) == ([], [])


@pytest.mark.parametrize(
    ("compiled", "reference", "served"),
    [
        (ALLOW, DENY, DENY),
        (ALLOW, FORBID, FORBID),
        (ALLOW, ERROR, ERROR),
        (DENY, ALLOW, DENY),
        (FORBID, ALLOW, FORBID),
        (DENY, FORBID, FORBID),
        (ALLOW, ALLOW_BY_OTHER, ALLOW),
    ],
)
def test_where_they_differ_a_deny_is_served_and_the_difference_told(
    sampler, recorded, compiled, reference, served
):
    assert sampler.compare(SAMPLED, compiled, lambda: reference) == served
    assert recorded == [Disagreement(SAMPLED, compiled, reference)]


def test_the_log_says_what_differs(sampler, caplog):
    sampler.compare(SAMPLED, ALLOW, lambda: ERROR)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (
            logging.ERROR,
            "conditions and policies differ about `ticket:read` on a `ticket` by a `user`: "
            "allow (permitted) by `a.one` against deny (error) by `a.three: took too long`",
        )
    ]


def test_the_same_difference_is_recorded_once_and_logged_each_time(
    sampler, recorded, caplog
):
    for _ in range(3):
        sampler.compare(SAMPLED, ALLOW, lambda: DENY)
    sampler.compare(SAMPLED, ALLOW, lambda: FORBID)
    assert len(recorded) == 2
    assert len(caplog.records) == 4


def test_what_is_remembered_of_differences_is_bounded(sampler, recorded):
    for number in range(SEEN_MAX + 1):
        sampled = Sampled(f"t{number}", SAMPLED.signature, "f" * 64, 7)
        sampler.compare(sampled, ALLOW, lambda: DENY)
    sampler.compare(Sampled("t0", SAMPLED.signature, "f" * 64, 7), ALLOW, lambda: DENY)
    assert len(recorded) == SEEN_MAX + 2


def test_a_difference_that_cannot_be_recorded_is_answered_and_tried_again(caplog):
    tried = []

    def record(found):
        tried.append(found)
        raise Unavailable("the disk is full")

    sampler = Sampler(1, lambda: 0.5, record)
    for _ in range(2):
        assert sampler.compare(SAMPLED, ALLOW, lambda: DENY) == DENY
    assert len(tried) == 2
    assert caplog.records[-1].getMessage().endswith("as an event: the disk is full")


LATE = EvaluationError("a.four", f"{OUT_OF_TIME} of 100 ms")
BROKEN = EvaluationError("a.five", "recursion too deep")


@pytest.mark.parametrize(
    "reference",
    [
        Decision(False, Reason.ERROR, (), (LATE,)),
        Decision(False, Reason.NO_PERMIT, (), (LATE,)),
    ],
)
def test_a_reference_without_time_says_nothing(sampler, recorded, reference):
    assert sampler.compare(SAMPLED, ALLOW, lambda: reference) == ALLOW
    assert recorded == []


@pytest.mark.parametrize(
    "reference",
    [
        Decision(False, Reason.FORBIDDEN, ("a.three",), (LATE,)),
        Decision(False, Reason.ERROR, (), (BROKEN, LATE)),
    ],
)
def test_what_it_found_in_its_time_counts(sampler, recorded, reference):
    assert sampler.compare(SAMPLED, ALLOW, lambda: reference) == reference
    assert recorded == [Disagreement(SAMPLED, ALLOW, reference)]


def test_a_forbid_that_it_had_no_time_for_is_no_difference(sampler, recorded):
    compiled = Decision(False, Reason.FORBIDDEN, ("a.four", "a.three"))
    reference = Decision(False, Reason.FORBIDDEN, ("a.three",), (LATE,))
    assert sampler.compare(SAMPLED, compiled, lambda: reference) == compiled
    assert recorded == []
