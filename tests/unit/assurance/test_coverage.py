"""What rows put to work, line by line, and how it is told."""

import pytest

from authz.assurance.bench_load import uncompared
from authz.assurance.coverage import Coverage, as_data, as_lcov, ranges
from authz.assurance.policy_tests import read_suites, run
from authz.engine.policyset import load
from authz.engine.source import read_directory
from tests.unit.engine.sets import INTERPRETED, write

RULES = """\
carries("reader", "paper:read");
carries("writer", "paper:read");
carries("writer", "paper:edit");

permit("papers.role", subject: User, action, _paper: Paper, _context) if
  role in subject.roles and
  carries(role, action);

permit("papers.owner", subject: User, "paper:read", paper: Paper, _context) if
  owns(subject, paper);

forbid("papers.graded", _subject: User, "paper:edit", paper: Paper, _context) if
  paper.owner = "cid";

owns(subject, paper) if
  paper.owner = subject.id;
"""
IDS = ("papers.role", "papers.owner", "papers.graded")
SUITE = """\
version: 1
suite: papers
subjects:
  ann: {type: user, id: ann, roles: [reader]}
  bob: {type: user, id: bob, roles: [writer]}
resources:
  hers: {type: paper, id: p1, owner: ann}
  graded: {type: paper, id: p2, owner: cid, grade: 1}
  nobodys: {type: paper, id: p3}
tests:
"""


def check(subject, action, resource):
    asked = f"{{subject: {subject}, action: paper:{action}, resource: {resource}}}"
    return f"  - {{name: n, check: {asked}, expect: deny}}\n"


@pytest.fixture
def report(tmp_path):
    """What the rows of these tests put to work."""

    def report(*tests, rules=RULES):
        folder = write(tmp_path / "set", rules, *IDS)
        source = read_directory(folder)
        policies = uncompared(source.files)
        (folder / "papers_test.yaml").write_text(SUITE + "".join(tests))
        coverage = Coverage(policies, source)
        run(read_suites(folder, policies.schema), policies, seen=coverage.see)
        return coverage.report()

    return report


def test_the_clauses_that_a_satisfied_condition_was_found_by_are_covered(report):
    found = report(check("ann", "read", "graded"))
    (file,) = found.files
    assert (file.file, file.lines) == ("papers.polar", (1, 2, 3, 5, 9, 12, 15))
    assert file.missing == (2, 3, 9, 12, 15)
    assert found.idle == ("papers.graded", "papers.owner")
    assert (found.percent, found.policies, found.conditions) == (28.5, 3, 5)


def test_a_fact_about_one_role_is_not_covered_by_another_role(report):
    # Both roles read: one condition holds for either, and two facts stand behind it.
    assert report(check("bob", "read", "graded")).files[0].missing == (1, 3, 9, 12, 15)
    both = report(check("bob", "read", "graded"), check("ann", "read", "graded"))
    assert both.files[0].missing == (3, 9, 12, 15)


def test_a_condition_counts_whatever_the_decision_is(report):
    found = report(check("bob", "edit", "graded"))
    assert found.files[0].missing == (1, 2, 9, 15)
    assert found.idle == ("papers.owner",)


def test_a_question_that_is_denied_before_the_policies_covers_nothing(report):
    found = report(check("ann", "read", "nobodys"))
    assert (found.percent, found.idle) == (0.0, tuple(sorted(IDS)))
    assert len(found.unsatisfied) == found.conditions


def test_all_of_it_covered_is_a_hundred_percent(report):
    found = report(
        check("ann", "read", "hers"),
        check("bob", "read", "hers"),
        check("bob", "edit", "graded"),
    )
    assert (found.percent, found.idle, found.unsatisfied) == (100.0, (), ())


def test_of_a_policy_that_is_interpreted_its_own_line_counts(tmp_path):
    rules = """\
permit("papers.odd", subject: User, "paper:read", paper: Paper, _context) if
  forall(role in subject.roles, role != "guest") and
  paper.owner = "cid";
"""
    folder = write(tmp_path / "set", rules, "papers.odd")
    source = read_directory(folder)
    policies = load(source, INTERPRETED)
    for resource, missing in (("hers", (1,)), ("graded", ())):
        (folder / "papers_test.yaml").write_text(SUITE + check("ann", "read", resource))
        coverage = Coverage(policies, source)
        run(read_suites(folder, policies.schema), policies, seen=coverage.see)
        (file,) = coverage.report().files
        assert (file.lines, file.missing) == ((1,), missing)


def test_the_data_says_what_is_missing_and_where(report):
    data = as_data(report(check("bob", "edit", "graded")))
    assert data["policies"] == {"covered": 2, "total": 3, "missing": ["papers.owner"]}
    assert data["files"] == [
        {
            "file": "papers.polar",
            "lines_covered": 3,
            "lines_total": 7,
            "missing_lines": [1, 2, 9, 15],
        }
    ]
    assert data["percent"] == 42.8
    assert (data["conditions"]["covered"], data["conditions"]["total"]) == (2, 5)
    assert data["conditions"]["missing"][0] == {
        "policy": "papers.owner",
        "condition": "resource.owner = subject.id",
        "places": ["papers.polar:9", "papers.polar:15"],
    }


def test_other_tools_read_it_as_lcov(report):
    lines = as_lcov(report(check("bob", "edit", "graded")), "policies").splitlines()
    assert lines[:2] == ["TN:", "SF:policies/papers.polar"]
    assert lines[2:9] == [
        "DA:1,0",
        "DA:2,0",
        "DA:3,1",
        "DA:5,1",
        "DA:9,0",
        "DA:12,1",
        "DA:15,0",
    ]
    assert lines[9:] == ["LF:7", "LH:3", "end_of_record"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [((), ""), ((3,), "3"), ((3, 5, 6, 7), "3, 5-7"), ((1, 2, 9), "1-2, 9")],
)
def test_lines_are_told_as_ranges(lines, said):
    assert ranges(lines) == said
