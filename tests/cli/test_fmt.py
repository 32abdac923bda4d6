import io
import os
import sys

import pytest

from authz.assurance.formatting import document
from tests.cli.conftest import CONFIG

ODD = 'p( "a" ) ;\np(x)if x = 1;'
EVEN = 'p("a");\n\np(x) if\n  x = 1;\n'


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "odd.polar"
    path.write_text(ODD, "utf-8")
    return path


@pytest.fixture
def fmt(authz):
    return lambda *arguments: authz("fmt", "-c", CONFIG, *arguments)


def test_a_file_is_laid_out_in_place_with_the_mode_it_had(fmt, file):
    file.chmod(0o640)
    ran = fmt(file)
    assert (ran.code, ran.out) == (0, f"{file}: laid out\n")
    assert ran.err == "1 of 1 file changed\n"
    assert file.read_text("utf-8") == EVEN
    assert file.stat().st_mode & 0o777 == 0o640
    assert [*file.parent.iterdir()] == [file]


def test_a_file_that_is_laid_out_is_not_written(fmt, file):
    file.write_text(EVEN, "utf-8")
    before = file.stat()
    ran = fmt(file)
    assert (ran.code, ran.out, ran.err) == (0, "", "0 of 1 file changed\n")
    assert file.stat().st_ino == before.st_ino


def test_line_ends_of_windows_become_plain_ones(fmt, file):
    file.write_bytes(EVEN.replace("\n", "\r\n").encode())
    assert fmt("--check", file).code == 5
    assert fmt(file).code == 0
    assert file.read_bytes() == EVEN.encode()


def test_a_file_that_cannot_be_written_stays_as_it_was(fmt, file):
    # There is no room in a directory for a longer name, as that of the new text beside it.
    long = file.rename(file.with_name("x" * 245 + ".polar"))
    ran = fmt(long)
    assert (ran.code, ran.out) == (7, "")
    assert "cannot write" in ran.err
    assert long.read_text("utf-8") == ODD
    assert [*long.parent.iterdir()] == [long]


def test_what_a_link_leads_to_is_laid_out_and_the_link_stays(fmt, file, tmp_path):
    link = tmp_path / "link.polar"
    link.symlink_to(file)
    assert fmt(link).code == 0
    assert link.is_symlink()
    assert file.read_text("utf-8") == EVEN


def test_every_rule_file_of_a_directory_is_meant(fmt, file):
    (file.parent / "even.polar").write_text(EVEN, "utf-8")
    (file.parent / "notes.txt").write_text(ODD, "utf-8")
    ran = fmt(file.parent)
    assert (ran.out, ran.err) == (f"{file}: laid out\n", "1 of 2 files changed\n")


def test_check_names_the_files_writes_none_and_exits_with_5(fmt, file):
    ran = fmt("--check", file)
    assert (ran.code, ran.out) == (5, f"{file}: would be laid out otherwise\n")
    assert ran.err == "1 of 1 file would change\n"
    assert file.read_text("utf-8") == ODD


def test_the_configured_policies_are_laid_out(fmt):
    ran = fmt("--check")
    assert (ran.code, ran.out, ran.err) == (0, "", "0 of 5 files would change\n")


@pytest.mark.parametrize(("more", "code"), [((), 0), (("--check",), 5)], ids=str)
def test_diff_shows_what_would_change_and_writes_nothing(fmt, file, more, code):
    ran = fmt("--diff", *more, file)
    assert ran.code == code
    assert ran.out.splitlines()[:2] == [f"--- {file}", f"+++ {file} (laid out)"]
    assert ran.out.splitlines()[3:] == [
        '-p( "a" ) ;',
        "-p(x)if x = 1;",
        *(f"+{line}" for line in EVEN.splitlines()),
    ]
    assert file.read_text("utf-8") == ODD


@pytest.fixture
def piped(monkeypatch):
    def piped(text):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

    return piped


def test_an_editor_pipes_text_through(fmt, piped):
    piped(ODD.encode())
    ran = fmt("-")
    assert (ran.code, ran.out, ran.err) == (0, EVEN, "")


def test_text_that_is_piped_is_checked_too(fmt, piped):
    piped(ODD.encode())
    ran = fmt("--check", "-")
    assert (ran.code, ran.out) == (5, "-: would be laid out otherwise\n")


def test_what_does_not_parse_exits_with_3_and_no_file_is_written(fmt, file, tmp_path):
    bad = tmp_path / "worse.polar"
    bad.write_text('p("a");\np(x) if x = ;', "utf-8")
    ran = fmt(file, bad)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {bad}:2: did not expect to find the token")
    assert file.read_text("utf-8") == ODD


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff", ":1: not UTF-8 text"), (b"#" * 65537, ": larger than the 65536 bytes")],
    ids=["no text", "too large"],
)
def test_what_is_no_text_of_a_policy_exits_with_3(fmt, file, content, message):
    file.write_bytes(content)
    ran = fmt(file)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {file}{message}")


def test_a_pipe_on_disk_never_blocks_and_exits_with_3(fmt, tmp_path):
    os.mkfifo(tmp_path / "pipe.polar")
    ran = fmt(tmp_path / "pipe.polar")
    assert (ran.code, ran.err) == (3, "error: pipe.polar: is no regular file\n")


def test_a_path_that_is_not_there_or_stands_beside_standard_input_is_usage(fmt, file):
    assert fmt(file.parent / "nowhere").code == 2
    ran = fmt("-", file)
    assert (ran.code, ran.err) == (
        2,
        "error: `-` stands alone: no other path goes with it\n",
    )


def test_a_layout_that_says_something_else_is_an_internal_error(fmt, file, monkeypatch):
    monkeypatch.setattr(document, "laid_out", lambda _text: 'p("b");\n')
    ran = fmt(file)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: internal error: LayoutError: ")
    assert file.read_text("utf-8") == ODD
