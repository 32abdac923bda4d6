"""A broken edit keeps the last good set, and says so."""

import threading

import pytest

from authz.decisions.active import ActivePolicies
from authz.engine.policyset import load
from authz.errors import PolicyError, Unavailable
from tests.unit.engine.sets import OWNER, write

ID = "papers.owner-reads"


@pytest.fixture
def active(tmp_path):
    return ActivePolicies(write(tmp_path, OWNER, ID), load)


def test_a_broken_set_starts_nothing(tmp_path):
    with pytest.raises(PolicyError, match=r"papers\.polar:1"):
        ActivePolicies(write(tmp_path, "permit(;", ID), load)


def test_an_edit_replaces_the_set(active, tmp_path):
    first = active.current()
    write(tmp_path, "\n" + OWNER, ID)
    assert active.reload()
    assert active.current().revision != first.revision
    assert active.current().policies[ID].line == 2
    assert active.health().ok


def test_nothing_happens_when_nothing_changed(active):
    first = active.current()
    assert not active.reload()
    assert active.current() is first


def test_a_broken_edit_keeps_the_last_good_set_and_says_what_is_wrong(active, tmp_path):
    first = active.current()
    write(tmp_path, "\n\npermit(;", ID)
    assert not active.reload()
    assert active.current() is first
    health = active.health()
    assert (health.ok, health.revision) == (False, first.revision)
    assert health.message.startswith("papers.polar:3: ")
    assert not active.reload()
    assert not active.health().ok


def test_a_deleted_directory_keeps_the_last_good_set(active, tmp_path):
    (tmp_path / "papers.polar").unlink()
    assert not active.reload()
    assert "no policy file" in active.health().message
    write(tmp_path, OWNER, ID)
    active.reload()
    assert active.health().ok


def test_going_back_to_the_good_text_is_healthy_again(active, tmp_path):
    first = active.current()
    write(tmp_path, "permit(;", ID)
    active.reload()
    write(tmp_path, OWNER, ID)
    active.reload()
    assert active.health().ok
    assert active.current().revision == first.revision


def test_readers_always_hold_a_whole_set_while_it_is_swapped(active, tmp_path):
    wrong = []
    stop = threading.Event()

    def read():
        while not stop.is_set():
            policies = active.current()
            subject = policies.record("user", {"id": "ann"})
            paper = policies.record("paper", {"id": "p1", "owner": "ann"})
            found = policies.evaluate(subject, "paper:read", paper, policies.context({}))
            if found.permits != {ID}:
                wrong.append(found)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for round in range(5):
        write(tmp_path, OWNER + f"# {round}\n", ID)
        assert active.reload()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_without_a_set_nothing_decides_until_the_files_are_mended(tmp_path):
    directory = write(tmp_path, "permit(;", ID)
    active = ActivePolicies(directory, load, required=False)
    assert (active.health().ok, active.health().revision) == (False, "")
    with pytest.raises(Unavailable, match=r"papers\.polar:1"):
        active.current()
    write(tmp_path, OWNER, ID)
    assert active.reload()
    assert active.current().policies[ID].line == 1
    assert active.health().ok


def test_a_load_that_fails_for_another_reason_is_tried_again(tmp_path):
    fails = [OSError("no memory")]

    def sometimes(source):
        if fails and (directory / "fail").exists():
            raise fails.pop()
        return load(source)

    directory = write(tmp_path, OWNER, ID)
    active = ActivePolicies(directory, sometimes)
    (directory / "fail").touch()
    write(tmp_path, "\n" + OWNER, ID)
    with pytest.raises(OSError, match="no memory"):
        active.reload()
    assert active.reload()
