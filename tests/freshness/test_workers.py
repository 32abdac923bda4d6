"""Two workers on one database file: what one of them commits, the other knows at once."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from tests.freshness.commits import late_answers

#: tests/deep goes on for much longer.
ROUNDS = 250
SWAPS = 100


def test_no_answer_is_older_than_the_last_commit_of_the_other_worker(workers):
    assert late_answers(*workers, range(ROUNDS)) == []


def test_workers_that_take_turns_see_each_other(workers):
    for number in range(50):
        changes, asks = workers if number % 2 else reversed(workers)
        changes.does("revoke")
        assert (changes.does("ask"), asks.does("ask")) == (False, False)
        asks.does("grant")
        assert (changes.does("ask"), asks.does("ask")) == (True, True)


def test_no_answer_mixes_two_revisions(workers):
    """A person and a customer change clusters at once, and are never in the same one."""
    changes, asks = workers
    assert asks.does("ask_far") is False
    with ThreadPoolExecutor(1) as pool:
        swapping = pool.submit(lambda: [changes.does("swap") for _ in range(SWAPS)])
        asked = []
        while not swapping.done():
            asked.append(asks.does("ask_far"))
    assert swapping.result() == [None] * SWAPS
    assert set(asked) == {False}
    assert len(asked) > 20


def test_a_replaced_file_is_not_trusted(workers, path, tmp_path):
    one, other = workers
    assert (one.does("ask"), other.does("ask")) == (True, True)
    shutil.copy(path, tmp_path / "copy.db")
    (tmp_path / "copy.db").replace(path)
    for worker in workers:
        assert worker.does("ask") == "Unavailable"
        assert worker.does("revoke") == "Unavailable"


def test_a_file_that_is_gone_is_not_trusted(workers, path):
    for worker in workers:
        worker.does("ask")
    path.unlink()
    for worker in workers:
        assert worker.does("ask") == "Unavailable"


def test_the_old_file_put_back_is_not_trusted_either(workers, path, tmp_path):
    """Its facts may have been changed meanwhile, by whoever moved it."""
    for worker in workers:
        worker.does("ask")
    path.rename(tmp_path / "away.db")
    assert workers[0].does("ask") == "Unavailable"
    (tmp_path / "away.db").rename(path)
    assert workers[0].does("ask") == "Unavailable"
