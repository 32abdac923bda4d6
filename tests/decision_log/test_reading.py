"""The log is read back in the order of time, whatever became of its files."""

import os

import pytest

from authz.decision_log.line import encoded
from authz.decision_log.masks import Masks
from authz.decision_log.reading import read
from authz.errors import Unavailable
from tests.decision_log.records import ALLOWED, NOW, opened, record


def text(name, time, **changes):
    return encoded([record(request_id=name, time=time, **changes)], Masks(()))


def write(folder, begun, pid, *names):
    """A file with a line for each `(name, time)`."""
    path = folder / f"{begun}-{pid}-1.jsonl"
    path.write_bytes(b"".join(text(name, time) for name, time in names))
    return path


def names(source, **how):
    damages = []
    return [line.request_id for line in read(source, damages.append, **how)], damages


def test_what_was_written_is_read(tmp_path):
    log = opened(tmp_path)
    log.write([record(), record(found=("u_1",), decisions=())])
    damages = []
    first, second = read(tmp_path, damages.append)
    assert damages == []
    assert first.time.timestamp() == NOW
    assert (first.request["resource"]["id"], first.channel) == ("p1", "web")
    assert [(v.decision, v.policies) for v in first.decisions] == [
        (True, ALLOWED.determining)
    ]
    assert second.found == ("u_1",)


def test_lines_of_all_files_come_in_the_order_of_time(tmp_path):
    write(tmp_path, "20270115T080000Z", 1, ("a", NOW), ("d", NOW + 500), ("f", NOW + 900))
    write(tmp_path, "20270115T080001Z", 2, ("b", NOW + 0.5), ("c", NOW + 3))
    write(tmp_path, "20270115T080820Z", 3, ("e", NOW + 501), ("g", NOW + 999))
    assert names(tmp_path) == (list("abcdefg"), [])


def test_a_first_answer_that_is_older_than_its_file_comes_in_its_place(tmp_path):
    write(tmp_path, "20270115T080000Z", 1, ("a", NOW), ("c", NOW + 30))
    write(tmp_path, "20270115T080025Z", 2, ("b", NOW + 20))
    assert names(tmp_path) == (list("abc"), [])


def test_one_tenant_sees_its_own_lines(tmp_path):
    log = opened(tmp_path)
    log.write([record(request_id=name, tenant=name) for name in ("x", "y", "x")])
    assert names(tmp_path, tenant="x") == (["x", "x"], [])


def test_a_torn_last_line_is_reported_and_the_rest_is_read(tmp_path):
    path = write(tmp_path, "20270115T080000Z", 1, ("a", NOW), ("b", NOW + 1))
    path.write_bytes(path.read_bytes() + text("c", NOW + 2)[:-30])
    found, (damage,) = names(tmp_path)
    assert found == ["a", "b"]
    assert (damage.file, damage.line, damage.is_torn) == (path, 3, True)
    assert str(damage) == f"{path}:3: it is torn"


def test_a_last_line_that_lacks_only_its_end_is_read(tmp_path):
    path = write(tmp_path, "20270115T080000Z", 1, ("a", NOW))
    path.write_bytes(path.read_bytes()[:-1])
    assert names(tmp_path) == (["a"], [])


@pytest.mark.parametrize(
    "odd",
    [
        b"\n",
        b"{}\n",
        b"[]\n",
        b"\x00\xff\n",
        b'{"v":1}\n',
        text("x", NOW).replace(b":1,", b":2,", 1),
    ],
)
def test_a_garbled_line_is_reported_and_the_rest_is_read(tmp_path, odd):
    path = write(tmp_path, "20270115T080000Z", 1, ("a", NOW))
    path.write_bytes(odd + path.read_bytes())
    found, (damage,) = names(tmp_path)
    assert found == ["a"]
    assert (damage.line, damage.is_torn) == (1, False)
    assert damage.reason.startswith("it is no line of the log: ")


def test_files_can_be_named_one_by_one(tmp_path):
    path = write(tmp_path, "20270115T080000Z", 1, ("a", NOW))
    other = path.rename(tmp_path / "elsewhere")
    assert names(other) == (["a"], [])
    assert names([other, write(tmp_path, "20270115T080000Z", 2, ("b", NOW + 1))])[0] == [
        "a",
        "b",
    ]


def test_what_is_no_file_of_the_log_is_passed_over(tmp_path):
    (tmp_path / "notes.txt").write_text("odd")
    os.mkfifo(tmp_path / "20270115T080000Z-1-1.jsonl")
    write(tmp_path, "99999999T999999Z", 1, ("a", NOW))
    assert names(tmp_path) == (["a"], [])


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(Unavailable, match="cannot read `.*none`: No such file"):
        names(tmp_path / "none")
