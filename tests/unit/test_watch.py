"""No edit of the policy directory goes unseen, and every one is followed by a reload."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from functools import partial

import pytest
import watchfiles

from authz.decisions.active import ActivePolicies
from authz.engine.policyset import load
from tests.unit.engine.sets import OWNER, write
from webapp.decision_api import watch

ID = "papers.owner-reads"
BROKEN = "permit(;"
PATIENCE_SECONDS = 30


def until(holds):
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture
def directory(tmp_path):
    return write(tmp_path / "policies", OWNER, ID)


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    """What has passed, so that the same text need not be examined in every test."""
    return tmp_path_factory.mktemp("record") / "passed.json"


class Watched:
    """Policies that are watched."""

    def __init__(self, directory, record):
        seen = watch.listing(directory)
        self.active = ActivePolicies(directory, partial(load, record=record))
        self.first = self.active.current().revision
        self.watch = watch.start(directory, seen, self.active.reload)

    def is_another(self):
        """Whether other files than the first ones decide."""
        return self.active.health().ok and self.active.current().revision != self.first

    def is_first(self):
        return self.active.health().ok and self.active.current().revision == self.first

    def is_degraded(self):
        """Whether the first files decide beside others that were refused."""
        return not self.active.health().ok and self.active.current().revision == self.first


@pytest.fixture
def watched(directory, record):
    made = Watched(directory, record)
    yield made
    made.watch.close()


@pytest.fixture(params=["told by the system", "compared once a second"])
def either(request, directory, record, monkeypatch):
    """Watched by one means or by the other alone."""
    is_told = threading.Event()

    class Told(watch.Watch):
        def _differs(self):
            return False

        def is_set(self):
            # WHY here: it is asked by what listens to the system, once that listens.
            is_told.set()
            return super().is_set()

    if request.param.startswith("told"):
        monkeypatch.setattr(watch, "Watch", Told)
    else:
        monkeypatch.setattr(watchfiles, "watch", cannot_watch)
        monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.05)
    made = Watched(directory, record)
    if request.param.startswith("told"):
        assert is_told.wait(PATIENCE_SECONDS)
    yield made
    made.watch.close()


def cannot_watch(*_paths, **_how):
    raise OSError("OS file watch limit reached")


def test_a_file_that_is_edited_in_place_is_seen(either, directory):
    with (directory / "papers.polar").open("a") as file:
        file.write("\n")
    until(either.is_another)


def test_a_file_that_is_renamed_over_is_seen(either, directory):
    (directory / ".new").write_text("\n" + OWNER)
    (directory / ".new").replace(directory / "papers.polar")
    until(either.is_another)


def test_a_file_that_is_half_written_keeps_the_last_good_set(either, directory):
    (directory / "papers.polar").write_text(OWNER[:40])
    # WHY not at once: what is looked at first may be the file before any of it is written.
    until(lambda: either.active.health().message.startswith("papers.polar:"))
    (directory / "papers.polar").write_text("\n" + OWNER)
    until(either.is_another)


def test_a_file_that_is_deleted_keeps_the_last_good_set(either, directory):
    (directory / "papers.polar").unlink()
    until(either.is_degraded)
    assert "no policy file" in either.active.health().message
    write(directory, OWNER, ID)
    until(either.is_first)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_cannot_be_read_keeps_the_last_good_set(watched, directory):
    (directory / "papers.polar").chmod(0)
    (directory / "papers.yaml").touch()
    until(watched.is_degraded)
    (directory / "papers.polar").chmod(0o600)
    (directory / "papers.yaml").touch()
    until(watched.is_first)


@pytest.mark.parametrize("kind", ["fifo", "folder", "socket", "dangling link", "loop"])
def test_what_is_no_file_is_refused_and_blocks_nothing(
    watched, directory, kind, monkeypatch
):
    odd = directory / "x.polar"
    monkeypatch.chdir(directory)
    {
        "fifo": lambda: os.mkfifo(odd),
        "folder": odd.mkdir,
        "socket": lambda: bind("x.polar"),
        "dangling link": lambda: odd.symlink_to("nowhere"),
        "loop": lambda: odd.symlink_to(odd),
    }[kind]()
    until(watched.is_degraded)
    assert watched.active.health().message.startswith("x.polar: ")
    odd.rmdir() if kind == "folder" else odd.unlink()
    until(watched.is_first)


def bind(name):
    """Makes a socket; by its name alone, as a socket's path is at most 107 bytes long."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(name)


def test_a_linked_file_that_is_swapped_is_seen(directory, record, tmp_path):
    (directory / "papers.polar").rename(tmp_path / "1.polar")
    (directory / "papers.polar").symlink_to(tmp_path / "1.polar")
    watched = Watched(directory, record)
    (tmp_path / "2.polar").write_text("\n" + OWNER)
    link(directory / "papers.polar", tmp_path / "2.polar")
    until(watched.is_another)
    # What a link leads to is edited, where nothing in the directory itself changes.
    (tmp_path / "2.polar").write_text(OWNER)
    until(watched.is_first)
    watched.watch.close()


def test_a_linked_directory_that_is_swapped_is_seen(directory, record, tmp_path):
    other = write(tmp_path / "other", "\n" + OWNER, ID)
    linked = tmp_path / "linked"
    linked.symlink_to(directory)
    watched = Watched(linked, record)
    link(linked, other)
    until(watched.is_another)
    link(linked, tmp_path / "nowhere")
    until(lambda: not watched.active.health().ok)
    link(linked, directory)
    until(watched.is_first)
    watched.watch.close()


def link(path, target):
    """As `ln -sfn` does, in one step."""
    path.with_name(".link").symlink_to(target)
    path.with_name(".link").replace(path)


def test_the_directory_itself_may_be_replaced(watched, directory, tmp_path):
    other = write(tmp_path / "other", "\n" + OWNER, ID)
    directory.rename(tmp_path / "away")
    other.rename(directory)
    until(watched.is_another)
    write(directory, OWNER, ID)
    until(watched.is_first)


def test_the_directory_itself_may_be_gone_for_a_while(watched, directory, tmp_path):
    shutil.rmtree(directory)
    until(watched.is_degraded)
    assert "cannot read the policy directory" in watched.active.health().message
    write(directory, "\n" + OWNER, ID)
    until(watched.is_another)
    write(directory, OWNER, ID)
    until(watched.is_first)


def test_a_dangling_link_does_not_hide_edits(directory):
    (directory / ".#a.polar").symlink_to("nowhere")
    before = watch.listing(directory)
    (directory / "papers.polar").write_text("ab")
    assert watch.listing(directory) != before


def test_an_edit_between_the_first_listing_and_the_start_is_seen(directory):
    seen = watch.listing(directory)
    (directory / "papers.polar").write_text("ab")
    reloaded = threading.Event()
    watching = watch.start(directory, seen, lambda _again: reloaded.set())
    assert reloaded.wait(PATIENCE_SECONDS)
    watching.close()


# Reloads that are asked for


class Reloads:
    """Reloads that take as long as a test wants."""

    def __init__(self):
        self.begun = []
        self.may_end = threading.Event()
        self.at_once = 0
        self.most_at_once = 0

    def __call__(self, again):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.append(again)
        assert self.may_end.wait(PATIENCE_SECONDS)
        self.at_once -= 1


def test_requests_during_a_reload_lead_to_one_more(directory):
    reloads = Reloads()
    watching = watch.start(directory, (), reloads, sees_edits=False)
    watching.request()
    until(lambda: len(reloads.begun) == 1)
    for _ in range(50):
        watching.request()
    reloads.may_end.set()
    until(lambda: len(reloads.begun) == 2)
    watching.close()
    assert (len(reloads.begun), reloads.most_at_once) == (2, 1)


def test_a_request_that_comes_while_one_is_taken_is_not_forgotten(directory):
    """It comes right after the watch has seen that nobody asked."""
    told = []

    class Late(watch.Watch):
        _is_asked = False
        is_late = False

        @property
        def _asked(self):
            before = self._is_asked
            if self.is_late:
                self.is_late = False
                self.request()
            return before

        @_asked.setter
        def _asked(self, value):
            self._is_asked = value

    watching = Late(directory, (), told.append, sees_edits=False)
    watching.is_late = True
    watching._wanted.set()
    watching.start()
    until(lambda: True in told)
    watching.close()


def test_a_request_does_not_wait_for_the_reload(directory):
    reloads = Reloads()
    watching = watch.start(directory, (), reloads, sees_edits=False)
    for _ in range(3):
        watching.request()
    until(lambda: reloads.begun)
    reloads.may_end.set()
    watching.close()


def test_without_watching_an_edit_waits_for_a_request(directory, monkeypatch):
    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.01)
    seen = watch.listing(directory)
    active = ActivePolicies(directory, load)
    watching = watch.start(directory, seen, active.reload, sees_edits=False)
    (directory / "papers.polar").write_text(BROKEN)
    time.sleep(0.2)
    assert active.health().ok
    watching.request()
    until(lambda: not active.health().ok)
    watching.close()


def test_a_request_tries_refused_files_again_and_an_edit_beside_them_does_not(directory):
    tries = []

    def counted(source):
        tries.append(source.revision)
        return load(source)

    active = ActivePolicies(directory, counted)
    (directory / "papers.polar").write_text(BROKEN)
    for again in (False, False, True, True):
        active.reload(again)
    assert len(tries) == 1 + 3


def test_a_reload_that_fails_is_tried_again(directory, monkeypatch):
    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.01)
    tries, done = [], threading.Event()

    def reload(again):
        tries.append(again)
        if len(tries) < 3:
            raise OSError("no memory")
        done.set()

    watching = watch.start(directory, watch.listing(directory), reload)
    watching.request()
    assert done.wait(PATIENCE_SECONDS)
    watching.close()
    assert tries == [True, True, True]


def test_a_process_that_ends_without_closing_it_ends_well(directory):
    script = (
        "from webapp.decision_api import watch; from pathlib import Path; import time;"
        f"d = Path({str(directory)!r});"
        "watch.start(d, watch.listing(d), print); time.sleep(0.3)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=PATIENCE_SECONDS
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, b"", b"")
