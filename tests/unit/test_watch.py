"""No edit of the policy directory goes unseen."""

import threading

import pytest

from webapp.decision_api import watch


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "a.polar").write_text("a")
    return tmp_path


def test_a_dangling_link_does_not_hide_edits(directory):
    (directory / ".#a.polar").symlink_to("nowhere")
    before = watch.listing(directory)
    assert len(before) == 2
    (directory / "a.polar").write_text("ab")
    assert watch.listing(directory) != before


def test_an_edit_between_the_first_listing_and_the_start_is_seen(directory, monkeypatch):
    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.01)
    seen = watch.listing(directory)
    (directory / "a.polar").write_text("ab")
    reloaded = threading.Event()
    watch.start(directory, seen, reloaded.set)
    assert reloaded.wait(20)


def test_a_reload_that_fails_is_tried_again(directory, monkeypatch):
    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.01)
    tries, done = [], threading.Event()

    def reload():
        tries.append(1)
        if len(tries) < 3:
            raise OSError("no memory")
        done.set()

    watch.start(directory, (), reload)
    assert done.wait(20)
