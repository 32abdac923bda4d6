"""A policy directory is replaced whole, and no reader takes a mixture."""

import fcntl
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from authz.administration import policy_writing
from authz.administration.policy_files import read_whole
from authz.engine import source
from authz.engine.source import MARKER, read_directory
from authz.errors import Conflict, PolicyError, Unavailable
from tests.administration.policy_desks import FILES, WIDER, read, write

ROOT = Path(__file__).parents[2]
#: Files that are added, changed, removed and left.
NEW = {
    **{name: FILES[name] for name in ("schema.yaml", "desk.yaml")},
    "desk.polar": WIDER.encode(),
    "desk_test.yaml": b"version: 1\nsuite: other\ntests: []\n",
    "deep/er/things.yaml": b"resources: {}\n",
    "invariants.yaml": b"version: 1\ninvariants: []\n",
}
#: What is no part of the set.
BESIDE = {
    "README.md": b"read me\n",
    ".gitignore": b"*.tmp\n",
    ".git/config": b"[core]\n",
    ".hidden.polar": b"no rule\n",
    "fixtures/notes.txt": b"notes\n",
}


@pytest.fixture
def directory(tmp_path):
    return write(tmp_path / "policies", {**FILES, **BESIDE})


def test_exactly_the_new_files_are_there_and_what_is_none_stays(directory):
    policy_writing.write(directory, NEW)
    assert read(directory) == {**NEW, **BESIDE}


def test_a_folder_that_is_empty_then_is_gone(directory):
    (directory / "fixtures/notes.txt").unlink()
    policy_writing.write(directory, NEW)
    assert sorted(path.name for path in directory.iterdir() if path.is_dir()) == [
        ".git",
        "deep",
    ]


def test_a_file_keeps_its_mode_and_what_is_the_same_its_inode(directory):
    (directory / "desk.polar").chmod(0o640)
    same = (directory / "schema.yaml").stat()
    policy_writing.write(directory, NEW)
    modes = {
        name: stat.S_IMODE((directory / name).stat().st_mode)
        for name in ("desk.polar", "invariants.yaml")
    }
    assert modes == {"desk.polar": 0o640, "invariants.yaml": 0o644}
    assert (directory / "schema.yaml").stat() == same


def test_what_would_spoil_the_set_is_taken_out_first(directory):
    before = read(write(directory, {"old/rules.polar": b"x"}))
    with pytest.raises(Conflict, match=r"take `old/rules.polar` out"):
        policy_writing.write(directory, NEW)
    assert read(directory) == before


def test_one_process_writes_at_a_time(directory):
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with (
            pytest.raises(policy_writing.Busy, match="another process"),
            policy_writing.alone(directory),
        ):
            pytest.fail("two at a time")
    finally:
        os.close(handle)


def test_a_directory_that_is_not_there_is_named(tmp_path):
    with (
        pytest.raises(Conflict, match="there is no policy directory"),
        policy_writing.alone(tmp_path / "gone"),
    ):
        pytest.fail("nobody writes there")
    assert not policy_writing.is_writable(tmp_path / "gone")


def test_where_nothing_can_be_written_nothing_is_begun(directory):
    before = read(directory)
    # WHY a file: root may write everywhere, and cannot make a folder where a file is.
    (directory / policy_writing.WAITING).write_text("in the way", encoding="utf-8")
    with pytest.raises(Conflict, match="nothing was changed"):
        policy_writing.write(directory, NEW)
    (directory / policy_writing.WAITING).unlink()
    assert read(directory) == before


@pytest.fixture
def full(directory):
    """A disk that takes some bytes of a file, and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 20])
def test_where_the_disk_is_full_nothing_is_begun(directory, full, room):
    # WHY one file less: only the marker has to be written.
    less = {path: data for path, data in FILES.items() if path != "desk_test.yaml"}
    before = read(directory)
    full(room)
    with pytest.raises(Conflict, match="nothing was changed"):
        policy_writing.write(directory, less)
    assert read(directory) == before


def test_who_edits_by_hand_at_the_same_time_is_noticed(directory):
    # WHY: it is written and never read, as what somebody else has replaced is not.
    files = {**NEW, "notes.txt": b"no policies"}
    with pytest.raises(Unavailable, match="somebody else changes the files"):
        policy_writing.write(directory, files)
    assert (directory / MARKER).exists()


@pytest.mark.parametrize("reader", [read_directory, read_whole])
def test_a_reader_waits_until_the_marker_is_gone(directory, reader):
    (directory / MARKER).write_bytes(b"{}")
    threading.Timer(0.15, (directory / MARKER).unlink).start()
    assert reader(directory)
    assert not (directory / MARKER).exists()


@pytest.mark.parametrize("reader", [read_directory, read_whole])
def test_a_marker_that_stays_says_what_to_do(directory, reader, monkeypatch):
    monkeypatch.setattr(source, "LOOKS", 2)
    (directory / MARKER).write_bytes(b"{}")
    with pytest.raises(PolicyError, match=r"authz policy activate --resume"):
        reader(directory)


def test_a_reader_among_writers_sees_one_set_or_the_other(directory):
    ends = threading.Event()

    def write_on():
        while not ends.is_set():
            policy_writing.write(directory, NEW)
            policy_writing.write(directory, FILES)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        seen = []
        for _ in range(60):
            try:
                seen.append(read_directory(directory).files["desk.polar"])
                whole = read_whole(directory)
                assert whole in (NEW, FILES)
            except PolicyError as exc:
                assert "being replaced" in str(exc) or "all the time" in str(exc)  # noqa: PT017
    finally:
        ends.set()
        writer.join()
    assert seen


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder for each step of `write` at which its process was killed."""
    folder = tmp_path_factory.mktemp("killed")
    write(folder / "start" / "policies", {**FILES, **BESIDE})
    write(folder / "start" / "wanted", NEW)
    command = [sys.executable, "-m", "tests.administration.policy_killed", "write", folder]
    subprocess.run(command, cwd=ROOT, check=True)
    shutil.rmtree(folder / "start")
    return sorted(folder.iterdir(), key=lambda one: int(one.name))


def test_wherever_it_was_killed_nobody_reads_a_mixture(killed, monkeypatch):
    monkeypatch.setattr(source, "LOOKS", 1)
    told = []
    for folder in killed:
        try:
            whole = read_whole(folder / "policies")
            told.append({len(FILES): "old", len(NEW): "new"}[len(whole)])
            assert whole in (FILES, NEW)
        except PolicyError as exc:
            assert "was cut off" in str(exc)  # noqa: PT017
            told.append("neither")
    assert sorted(set(told), key=told.index) == ["old", "neither", "new"]
    assert told == sorted(told, key=["old", "neither", "new"].index)
    assert told.count("neither") > len(NEW)


def test_wherever_it_was_killed_it_can_be_done_again_or_undone(killed):
    for folder in killed:
        copy = shutil.copytree(folder / "policies", folder / "copy")
        policy_writing.write(folder / "policies", NEW)
        assert read(folder / "policies") == {**NEW, **BESIDE}
        policy_writing.write(copy, FILES)
        assert read(copy) == {**FILES, **BESIDE}
