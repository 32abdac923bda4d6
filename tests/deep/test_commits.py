"""Two workers on one database file, again and again; see tests/freshness."""

import pytest

from tests.freshness.commits import late_answers

pytestmark = pytest.mark.deep


def test_no_answer_is_older_than_the_last_commit_of_the_other_worker(deep, workers):
    assert late_answers(*workers, deep.rounds(0.03)) == []
