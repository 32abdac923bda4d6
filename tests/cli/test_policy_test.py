import json
import shutil
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import CONFIG, ROOT

SUITE = """\
version: 1
suite: papers
subjects:
  ann: {type: user, id: ann, name: ann, level: 3}
  bob: {type: user, id: bob, name: bob, level: 1}
resources:
  hers: {type: document, id: d1, owner: ann}
tests:
  - name: owners read
    check: {subject: ann, action: document:read, resource: hers}
    expect: allow
  - name: others do not
    check: {subject: bob, action: document:read, resource: hers}
    expect: deny
"""


@pytest.fixture
def policies(tmp_path):
    """A policy set of two policies, with a suite of two rows."""
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "tests" / "attacks" / "base", folder)
    (folder / "papers_test.yaml").write_text(SUITE, "utf-8")
    return folder


@pytest.fixture
def broken(policies):
    """The same, with the suite expecting what is not so."""
    (policies / "papers_test.yaml").write_text(SUITE.replace("deny", "allow"), "utf-8")
    return policies


@pytest.fixture
def test(authz):
    return lambda *arguments: authz("test", "-c", CONFIG, *arguments)


def test_a_directory_is_run_against_the_policies_in_it(test, policies):
    ran = test(policies)
    assert (ran.code, ran.out) == (0, "2 passed, 0 failed\n")


def test_a_policy_that_no_row_shows_is_named_on_stderr(test, policies):
    assert test(policies).err == (
        "no row shows the policy `base.banned-does-nothing` at work\n"
    )
    assert test(policies / "papers_test.yaml").err == ""


def test_a_file_away_from_policies_is_run_against_the_configured_set(test, tmp_path):
    path = tmp_path / "elsewhere_test.yaml"
    path.write_text(SUITE, "utf-8")
    ran = test(path)
    assert ran.code == 3
    assert "elsewhere_test.yaml" in ran.err


def test_a_row_that_fails_exits_with_4_and_says_what_came(test, broken):
    ran = test(broken)
    assert ran.code == 4
    first, last = ran.out.splitlines()
    assert first.startswith("papers_test.yaml: others do not: expected allow: ")
    assert last == "1 passed, 1 failed"


def test_junit_holds_the_failures(test, broken, tmp_path):
    report = tmp_path / "report.xml"
    assert test(broken, "--junit", report).code == 4
    (suite,) = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_json_holds_every_case(test, policies):
    shown = json.loads(test(policies, "--output", "json").out)
    assert (shown["schema"], shown["passed"], shown["failed"]) == ("authz.test/1", 2, 0)
    assert [case["determining"] for case in shown["cases"]] == [["base.owner-reads"], []]


@pytest.mark.parametrize(("pattern", "rows"), [("owners*", 1), ("papers", 2), ("*o*", 2)])
def test_a_filter_keeps_the_rows_whose_suite_or_name_fits(test, policies, pattern, rows):
    assert test(policies, "--filter", pattern).out == f"{rows} passed, 0 failed\n"


def test_a_filter_that_fits_nothing_is_an_error(test, policies):
    ran = test(policies, "--filter", "nothing")
    assert (ran.code, ran.err) == (2, "error: no row fits the filter `nothing`\n")


def test_a_policy_set_that_does_not_load_exits_with_3_and_names_the_line(test, policies):
    (policies / "base.polar").write_text("permit(\n", "utf-8")
    ran = test(policies)
    assert ran.code == 3
    assert ran.err.startswith("error: base.polar:")
    assert ran.err.count("\n") == 1
