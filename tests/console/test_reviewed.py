"""The document of a review, as pages take it apart."""

import pytest

from tests.console.reviewing import CASE, GAIN, LOSS, failed, passed
from webapp.console import reviewed
from webapp.console.reviewed import Covered, Review, ranges


@pytest.mark.parametrize(
    ("numbers", "said"),
    [([], ""), ([4], "4"), ([8, 3, 5, 4, 4], "3-5, 8"), ([1, 3], "1, 3"), ([1, 2], "1-2")],
)
def test_lines_that_follow_each_other_are_said_together(numbers, said):
    assert ranges(numbers) == said


def test_everything_of_a_review_is_found():
    found = Review(failed())
    assert found
    assert [step["step"] for step in found.stopped] == ["test", "prove"]
    assert found.tests == reviewed.Tests(7011, 1, (CASE,))
    missing = frozenset({6, 7, 12})
    assert found.covered == [Covered("protected_pages.polar", 47, 49, "6-7, 12", missing)]
    assert found.groups("gain") == [GAIN]
    assert found.groups("loss") == [LOSS]
    assert Review(passed()).stopped == []


def test_where_nobody_has_looked_there_is_nothing():
    for document in (None, {}, {"steps": []}):
        found = Review(document)
        assert not found
        assert found.tests is None
        assert found.covered == found.groups("gain") == found.undecided_people == []
        assert found.step("test") is found.document("diff") is None


def test_a_step_that_did_not_run_is_left_out():
    step = {"step": "diff", "outcome": "skipped", "summary": "", "findings": []}
    found = Review({"steps": [step | {"document": None}]})
    assert found.stopped == found.findings("diff") == found.groups("gain") == []
