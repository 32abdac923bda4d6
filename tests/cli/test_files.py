"""What commands write is a plain file of its owner, and takes no other thing's place."""

import os

import pytest

from tests.administration.names import AMINA


@pytest.mark.parametrize("command", [("export", "users"), ("events", "export")], ids=str)
def test_a_pipe_or_a_link_is_not_replaced_by_a_file(acting, tmp_path, command):
    pipe, link, target = (tmp_path / name for name in ("pipe", "link", "target"))
    os.mkfifo(pipe)
    link.symlink_to(target)
    for place in (pipe, link):
        ran = acting(AMINA, *command, place)
        assert (ran.code, ran.out) == (2, "")
        assert "is no plain file" in ran.err
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert not target.exists()


def test_a_file_that_all_could_read_is_readable_by_its_owner_alone(acting, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("before", "utf-8")
    file.chmod(0o666)
    assert acting(AMINA, "export", "users", file).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert AMINA in file.read_text("utf-8")
