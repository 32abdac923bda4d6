"""Every record is written before `write` returns, or counted as lost; and the log heals."""

import errno
import fcntl
import json
import logging
import os
import resource
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from authz.decision_log import open_log
from authz.decision_log.reading import read
from authz.errors import ConfigError
from authz.settings import DecisionLogSection
from tests.decision_log.records import Clock, lines, opened, record

DAY = 86_400
MIB = 1024 * 1024
ROOT = Path(__file__).parents[2]
UNSHARE = ("unshare", "--map-root-user", "--mount", "sh", "-ec")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "logs" / "decisions"


def ids(folder):
    return [json.loads(line)["request_id"] for line in lines(folder)]


def files(folder):
    return sorted(folder.glob("*.jsonl"))


def test_what_was_written_is_in_the_file_before_write_returns(folder):
    log = opened(folder)
    assert log.write([record(request_id="a"), record(request_id="b")])
    assert ids(folder) == ["a", "b"]
    assert (log.losses, log.trouble) == (0, "")


def test_only_the_owner_can_read_it(folder):
    opened(folder)
    (file,) = files(folder)
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert file.name == f"20270115T080000Z-{os.getpid()}-1.jsonl"


def test_each_process_writes_a_file_of_its_own(folder):
    logs = [opened(folder), opened(folder)]
    for number, log in enumerate(logs):
        assert log.write([record(request_id=str(number))])
    assert len(files(folder)) == 2
    assert sorted(ids(folder)) == ["0", "1"]


def test_threads_share_a_log(folder):
    log = opened(folder)

    def write(name):
        for number in range(200):
            assert log.write([record(request_id=f"{name}-{number}")])

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(folder)) == sorted(f"{n}-{i}" for n in "abcd" for i in range(200))


def test_a_file_without_a_line_is_removed_in_the_end(folder):
    opened(folder).close()
    assert files(folder) == []


def test_a_log_that_was_closed_writes_on(folder):
    log = opened(folder)
    log.write([record(request_id="a")])
    log.close()
    assert log.write([record(request_id="b")])
    assert len(files(folder)) == 2


# Rotation


def test_a_new_file_is_begun_at_the_size(folder):
    log = opened(folder, rotate_mib=1)
    large = record(body={"context": {"x": "y" * 300_000}})
    for _ in range(7):
        assert log.write([large])
    assert [file.stat().st_size < MIB for file in files(folder)] == [True] * 3
    assert len(lines(folder)) == 7


def test_a_write_that_is_larger_than_a_file_has_one_of_its_own(folder):
    log = opened(folder, rotate_mib=1)
    for _ in range(2):
        assert log.write([record(body={"context": {"x": "y" * 2 * MIB}})])
    assert len(files(folder)) == 2


def test_a_new_file_is_begun_at_the_age(folder, clock):
    log = opened(folder, clock, rotate_hours=2)
    log.write([record()])
    clock.now += 7_199
    log.write([record()])
    assert len(files(folder)) == 1
    clock.now += 1
    log.write([record()])
    assert len(files(folder)) == 2


def test_a_clock_that_is_set_back_stops_nothing(folder, clock):
    log = opened(folder, clock)
    log.write([record()])
    clock.now -= 10 * DAY
    assert log.write([record()])


def old(folder, name, size, age, clock):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"20260101T000000Z-{name}-1.jsonl"
    file.write_bytes(b"x" * size)
    os.utime(file, (clock.now - age, clock.now - age))
    return file


def test_old_files_are_deleted_when_one_is_begun(folder, clock):
    stays, goes = (old(folder, n, 9, n * DAY - 5, clock) for n in (3, 4))
    other = folder / "notes.txt"
    other.touch()
    os.utime(other, (0, 0))
    opened(folder, clock, keep_days=3)
    assert (stays.exists(), goes.exists(), other.exists()) == (True, False, True)


def test_a_file_that_a_killed_process_left_without_a_line_is_deleted(folder, clock):
    left = old(folder, 1, 0, 60, clock)
    writing = opened(folder, clock)
    (begun,) = [file for file in files(folder) if file != left]
    opened(folder, clock)
    assert (left.exists(), begun.exists()) == (False, True)
    writing.close()


def test_zero_days_keep_all(folder, clock):
    file = old(folder, 1, 9, 5_000 * DAY, clock)
    opened(folder, clock, keep_days=0, keep_mib=0)
    assert file.exists()


def test_the_oldest_files_are_deleted_above_the_size(folder, clock):
    made = [old(folder, n, MIB // 2, n * 60, clock) for n in (1, 2, 3, 4)]
    opened(folder, clock, keep_mib=1)
    assert [file.exists() for file in made] == [True, True, False, False]


def test_a_file_that_is_still_written_is_not_deleted(folder, clock):
    busy = opened(folder, clock)
    busy.write([record(request_id="busy")])
    (file,) = files(folder)
    os.utime(file, (0, 0))
    other = opened(folder, clock, keep_days=1)
    assert file.exists()
    busy.close()
    other.close()
    opened(folder, clock, keep_days=1)
    assert not file.exists()


def test_a_file_that_cannot_be_deleted_does_not_keep_the_others(
    folder, clock, caplog, monkeypatch
):
    folder.mkdir(parents=True)
    names = [f"2020010{day}T000000Z-1-1.jsonl" for day in (1, 2, 3)]
    for name in names:
        (folder / name).write_text("{}\n")
        os.utime(folder / name, (0, 0))
    unlink = Path.unlink

    def refused(path, *arguments, **named):
        if path.name == names[0]:
            raise PermissionError(1, "Operation not permitted")
        unlink(path, *arguments, **named)

    monkeypatch.setattr(Path, "unlink", refused)
    opened(folder, clock, keep_days=1)
    assert [path.name for path in files(folder)[:-1]] == names[:1]
    assert f"{names[0]}` cannot be deleted" in caplog.text


def test_without_locks_old_files_are_deleted_all_the_same(folder, clock, monkeypatch):
    def refused(_handle, _operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refused)
    folder.mkdir(parents=True)
    old = folder / "20200101T000000Z-1-1.jsonl"
    old.write_text("{}\n")
    os.utime(old, (0, 0))
    log = opened(folder, clock, keep_days=1)
    assert log.write([record(request_id="a")])
    assert (old.exists(), ids(folder)) == (False, ["a"])


def test_a_file_that_another_worker_is_deleting_is_not_written_to(
    folder, clock, monkeypatch
):
    """It looks left over between the moment it is made and the one it is locked."""
    flock, held = fcntl.flock, []

    def late(handle, operation):
        if not held:
            (found,) = files(folder)
            held.extend([found, os.open(found, os.O_RDONLY)])
            flock(held[1], operation)
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    log = opened(folder, clock)
    held[0].unlink()
    os.close(held[1])
    assert log.write([record(request_id="a")])
    assert ids(folder) == ["a"]


# What goes wrong


def test_a_file_that_is_gone_is_replaced_within_a_second(folder, clock, caplog):
    log = opened(folder, clock)
    log.write([record(request_id="a")])
    files(folder)[0].unlink()
    clock.now += 1
    assert log.write([record(request_id="b")])
    assert ids(folder) == ["b"]
    assert "is gone: a new file is begun" in caplog.text


@pytest.mark.parametrize("kind", ["fifo", "symlink", "folder"])
def test_what_takes_the_place_of_the_file_is_not_written_to(folder, clock, kind):
    log = opened(folder, clock)
    (file,) = files(folder)
    file.unlink()
    target = folder / "target"
    target.touch()
    {
        "fifo": lambda: os.mkfifo(file),
        "symlink": lambda: file.symlink_to(target),
        "folder": file.mkdir,
    }[kind]()
    clock.now += 1
    assert log.write([record(request_id="b")])
    assert target.read_bytes() == b""
    found = [each for each in files(folder) if each.is_file() and not each.is_symlink()]
    assert [json.loads(each.read_bytes())["request_id"] for each in found] == ["b"]


@pytest.mark.parametrize("kind", ["fifo", "symlink", "file"])
def test_what_stands_there_before_is_neither_opened_nor_deleted(folder, clock, kind):
    folder.mkdir(parents=True)
    target = folder / "target"
    target.write_bytes(b"mine")
    taken = folder / f"20270115T080000Z-{os.getpid()}-1.jsonl"
    {
        "fifo": lambda: os.mkfifo(taken),
        "symlink": lambda: taken.symlink_to(target),
        "file": taken.touch,
    }[kind]()
    log = opened(folder, clock, keep_days=0)
    assert log.write([record()])
    assert target.read_bytes() == b"mine"
    assert (folder / f"20270115T080000Z-{os.getpid()}-2.jsonl").stat().st_size > 0


def test_a_folder_that_is_gone_is_made_again(folder, clock):
    log = opened(folder, clock)
    log.write([record(request_id="a")])
    files(folder)[0].unlink()
    folder.rmdir()
    folder.parent.rmdir()
    clock.now += 1
    assert log.write([record(request_id="b")])
    assert ids(folder) == ["b"]


def test_without_a_folder_records_are_lost_and_counted_until_there_is_one(
    tmp_path, clock, caplog
):
    folder = tmp_path / "taken"
    folder.touch()
    log = opened(folder, clock, required=True)
    assert log.required
    assert not log.write([record(), record()])
    assert log.losses == 2
    assert log.trouble == f"the decision log in `{folder}` cannot be written: file exists"
    folder.unlink()
    clock.now += 1
    assert log.write([record(request_id="b")])
    assert (log.losses, log.trouble) == (2, "")
    assert ids(folder) == ["b"]
    assert "the decision log is written again; 2 records are lost" in caplog.text


def test_a_loss_that_goes_on_keeps_nothing_in_memory(tmp_path, clock):
    """A trace that grew with each write would keep every record that was lost."""
    (tmp_path / "taken").touch()
    log = opened(tmp_path / "taken", clock)
    lost = record()
    before = sys.getrefcount(lost)
    for _ in range(10):
        assert not log.write([lost])
    assert sys.getrefcount(lost) <= before + 1


def test_a_record_that_is_no_json_is_lost_and_named_to_nobody(folder, caplog):
    log = opened(folder)
    assert not log.write([record(body={"context": {"secret": "hunter2 \ud800"}})])
    assert log.losses == 1
    assert log.trouble.endswith("cannot be written: a record is not json")
    assert "hunter2" not in caplog.text
    assert log.write([record(request_id="b")])
    assert ids(folder) == ["b"]


def test_a_loss_that_goes_on_is_told_once_a_minute(tmp_path, clock, caplog):
    folder = tmp_path / "taken"
    folder.touch()
    log = opened(folder, clock)
    caplog.clear()
    for _ in range(130):
        clock.now += 1
        log.write([record()])
    told = [
        entry.getMessage() for entry in caplog.records if entry.levelno == logging.ERROR
    ]
    assert [text.rpartition("; ")[2] for text in told] == [
        "1 records are lost so far",
        "61 records are lost so far",
        "121 records are lost so far",
    ]


def test_a_file_that_is_due_is_written_on_where_no_other_can_be_begun(folder, clock):
    log = opened(folder, clock, rotate_hours=1)
    log.write([record(request_id="a")])
    clock.now += 3_600
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    # WHY not 0: so few that no other can be opened, and that threads may wait for theirs.
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, before[1]))
    try:
        written = log.write([record(request_id="b")])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (written, len(files(folder))) == (True, 1)
    clock.now += 1
    assert log.write([record(request_id="c")])
    assert (len(files(folder)), ids(folder)) == (2, ["a", "b", "c"])


def test_a_record_that_cannot_be_written_whole_leaves_no_torn_line(folder):
    """By RLIMIT_FSIZE: the system cuts the write at the limit, and refuses the next."""
    with writing(folder) as does:
        assert does("write") == [0, ""]
        (file,) = files(folder)
        size = file.stat().st_size
        assert does(f"limit {size + 10}") == [0, ""]
        losses, trouble = does("write")
        assert (losses, file.stat().st_size) == (1, size)
        assert (
            trouble == f"the decision log in `{folder}` cannot be written: file too large"
        )
        # The next file has room for one record only.
        assert does("write") == [1, ""]
        assert does("write")[0] == 2
        assert does("write") == [2, ""]
    assert len(lines(folder)) == 3
    assert all(line.endswith(b"}\n") for line in lines(folder))


def test_a_full_disk_loses_records_and_one_with_room_again_heals(tmp_path):
    """On a file system of 64 KiB in memory, where the machine lets us mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size=64k none '{folder}'"
    if subprocess.run([*UNSHARE, mount], check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    with writing(folder, *UNSHARE, f'{mount}; exec "$@"', "sh") as does:
        assert does("write") == [0, ""]
        does("fill")
        # The page that the file began with has room for some.
        written = 0
        while does("write") == [0, ""]:
            written += 1
        assert written < 20
        losses, trouble = does("write")
        assert losses == 2
        assert trouble.endswith("cannot be written: no space left on device")
        does("free")
        assert does("write") == [2, ""]
        assert does("lines") == [written + 2, written + 2]


# What is killed


def test_every_record_that_a_killed_process_had_written_is_there(folder):
    acknowledged = []
    for round in range(3):
        process = subprocess.Popen(
            [*command(folder), str(round)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().strip() for _ in range(500)]
        process.kill()
        # The last word may be cut off by the kill.
        acknowledged += process.stdout.read().splitlines(keepends=True)[:-1]
        process.communicate()
    damages = []
    written = {line.request_id for line in read(folder, damages.append)}
    assert {name.strip() for name in acknowledged} <= written
    assert all(damage.is_torn for damage in damages)
    assert len(files(folder)) == 3


# How it is opened


def test_there_is_no_log_without_a_folder():
    assert open_log(DecisionLogSection(dir=None), Clock()) is None


def test_a_required_log_without_a_folder_is_an_error():
    with pytest.raises(ConfigError, match=r"`decisions\.log\.required` needs a folder"):
        open_log(DecisionLogSection(dir=None, required=True), Clock())


def test_a_malformed_mask_is_an_error_at_the_start(folder):
    with pytest.raises(ConfigError, match="is no path"):
        open_log(DecisionLogSection(folder, mask=("subject..id",)), Clock())
    assert not folder.exists()


def command(folder):
    return [sys.executable, "-m", "tests.decision_log.worker", str(folder)]


@contextmanager
def writing(folder, *before):
    """What a process that writes a log says to an order."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([*before, *command(folder)], text=True, cwd=ROOT, **pipes) as run:

        def does(order):
            run.stdin.write(order + "\n")
            run.stdin.flush()
            return json.loads(run.stdout.readline())

        yield does
        run.communicate(timeout=60)
    assert run.returncode == 0
