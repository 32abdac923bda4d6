"""`authz test` with what it can do besides: filters, coverage, changes, watching."""

import json
import os
import shutil
import signal
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import CONFIG, ROOT
from tests.cli.test_policy_test import SUITE

TODO = """\
  - name: others write
    todo: when sharing is there
    check: {subject: bob, action: document:write, resource: hers}
    expect: allow
"""
#: The command in a process of its own, which ctrl-c reaches even where a shell in the
#: background has it ignored.
RUN = """\
import signal
from authz.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.fixture
def policies(tmp_path):
    """A policy set of two policies, with a suite of two rows."""
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "tests" / "attacks" / "base", folder)
    (folder / "papers_test.yaml").write_text(SUITE, "utf-8")
    return folder


@pytest.fixture
def test(authz):
    return lambda *arguments: authz("test", "-c", CONFIG, *arguments)


@pytest.fixture
def committed(policies):
    """The same, in a git repository."""
    person = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    for arguments in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*person, "commit", "--quiet", "--message", "one"),
    ):
        subprocess.run(["git", "-C", policies, *arguments], check=True)
    return policies


def test_a_filter_names_subject_and_action(test, policies):
    ran = test(policies, "--filter", "subject=b*;action=*:read")
    assert (ran.code, ran.out) == (0, "1 passed, 0 failed\n")


def test_a_filter_with_an_unknown_key_exits_with_2(test, policies):
    ran = test(policies, "--filter", "subjct=ann")
    assert ran.code == 2
    assert "did you mean `subject`?" in ran.err


def test_what_is_to_do_is_counted_and_fails_nothing(test, policies):
    (policies / "papers_test.yaml").write_text(SUITE + TODO, "utf-8")
    ran = test(policies)
    assert ran.code == 0
    assert ran.out == (
        "papers_test.yaml: others write: to do: when sharing is there\n"
        "2 passed, 0 failed, 1 to do\n"
    )
    shown = json.loads(test(policies, "--output", "json").out)
    assert [shown[key] for key in ("passed", "failed", "todo", "coverage")] == [
        2,
        0,
        1,
        None,
    ]


def test_fail_fast_ends_with_the_first_row_that_fails(test, policies):
    (policies / "papers_test.yaml").write_text(SUITE.replace("allow", "deny"), "utf-8")
    ran = test(policies, "--fail-fast")
    assert (ran.code, ran.out.splitlines()[-1]) == (4, "0 passed, 1 failed")


def test_junit_may_go_to_stdout(test, policies):
    ran = test(policies, "--output", "junit")
    (suite,) = ElementTree.fromstring(ran.out.encode())
    assert (ran.code, suite.get("tests")) == (0, "2")


def test_coverage_is_a_table_with_the_lines_that_are_missing(test, policies):
    ran = test(policies, "--coverage")
    assert ran.code == 0
    assert ran.out == (
        "FILE        LINES   MISSING\n"
        "base.polar  1 of 2  6\n"
        "never at work: base.banned-does-nothing\n"
        "50.0 % of the lines, 1 of 2 policies, 1 of 2 conditions\n"
        "\n"
        "2 passed, 0 failed\n"
    )


def test_coverage_in_json_names_files_lines_and_policies(test, policies):
    shown = json.loads(test(policies, "--coverage", "--output", "json").out)["coverage"]
    assert shown["percent"] == 50.0
    assert shown["policies"]["missing"] == ["base.banned-does-nothing"]
    assert shown["files"] == [
        {"file": "base.polar", "lines_covered": 1, "lines_total": 2, "missing_lines": [6]}
    ]


@pytest.mark.parametrize(("threshold", "code"), [("50", 0), ("50.1", 4), ("100", 4)])
def test_coverage_below_the_threshold_exits_with_4(test, policies, threshold, code):
    ran = test(policies, "--threshold", threshold)
    assert ran.code == code
    below = f"less than the threshold of {threshold} %"
    assert (below in ran.err) is (code == 4)


def test_a_threshold_above_a_hundred_is_a_usage_error(test, policies):
    assert test(policies, "--threshold", "101").code == 2


def test_coverage_is_written_for_other_tools(test, policies, tmp_path):
    trace = tmp_path / "trace.info"
    assert test(policies, "--coverage-lcov", trace).code == 0
    assert f"SF:{policies.as_posix()}/base.polar\nDA:3,1\nDA:6,0\n" in trace.read_text()


def test_a_report_that_cannot_be_written_is_said_and_exits_with_7(test, policies, tmp_path):
    ran = test(policies, "--coverage-lcov", tmp_path / "none" / "trace.info")
    assert ran.code == 7
    assert "trace.info`: No such file or directory" in ran.err


def test_without_a_change_every_row_is_left_out(test, committed):
    ran = test(committed, "--changed-since", "HEAD")
    assert (ran.code, ran.out) == (0, "0 passed, 0 failed\n")
    assert ran.err == (
        "2 rows left out: their test files and the conditions of what they ask are as in "
        "`HEAD`\n"
    )


def test_a_changed_policy_runs_the_rows_that_it_can_touch(test, committed):
    rules = committed / "base.polar"
    rules.write_text(rules.read_text().replace("= subject.name", "= subject.nickname"))
    ran = test(committed, "--changed-since", "HEAD", "--output", "json")
    assert ran.code == 4
    shown = json.loads(ran.out)
    assert (shown["failed"], shown["passed"], shown["left_out"]) == (1, 1, 0)


def test_a_revision_that_does_not_load_leaves_nothing_out(test, committed, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    (old / "a.polar").write_text("permit(\n")
    ran = test(committed, "--changed-since", old)
    assert (ran.code, ran.out) == (0, "2 passed, 0 failed\n")
    assert "every row is run, as " in ran.err


def test_tests_away_from_the_policies_are_compared_where_they_are(
    test, committed, monkeypatch
):
    monkeypatch.setenv("AUTHZ_POLICY__DIR", str(committed))
    (committed / "more").mkdir()
    (committed / "more" / "more_test.yaml").write_text(SUITE, "utf-8")
    ran = test(committed / "more", "--changed-since", "HEAD")
    assert (ran.code, ran.out) == (0, "2 passed, 0 failed\n")


def test_an_unknown_revision_exits_with_2(test, committed):
    ran = test(committed, "--changed-since", "nope")
    assert ran.code == 2
    assert ran.err == "error: there is no directory and no git revision `nope`\n"


def test_watching_goes_on_after_a_broken_edit_and_ends_with_ctrl_c(policies):
    watching = subprocess.Popen(
        [sys.executable, "-c", RUN, "test", "-c", CONFIG, policies, "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        rules = policies / "base.polar"
        good = rules.read_text()
        said_until(watching, "2 passed, 0 failed")
        rules.write_text(good + "permit(\n")
        assert said_until(watching, "error: ").startswith("error: base.polar:8: ")
        rules.write_text(good.replace("= subject.name", "= subject.nickname"))
        said_until(watching, "1 passed, 1 failed")
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=30) == 0
    finally:
        watching.kill()
        watching.wait()
        assert watching.stdout is not None
        watching.stdout.close()


def said_until(process, words):
    """The first line with these words."""
    assert process.stdout is not None
    return next(line for line in process.stdout if words in line)


def test_a_folder_that_is_not_there_is_not_watched(test, policies, monkeypatch):
    monkeypatch.setenv("AUTHZ_POLICY__DIR", os.devnull)
    (policies / "base.polar").unlink()
    ran = test(policies, "--watch")
    assert (ran.code, ran.err) == (
        2,
        f"error: there is no directory `{os.devnull}` to watch\n",
    )
