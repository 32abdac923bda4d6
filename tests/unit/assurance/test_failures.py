"""What is said of a listing whose filter gives something else."""

import pytest

from authz.assurance import failures, policy_tests
from authz.assurance.exact_filter import filtered_ids
from tests.unit.engine.sets import INTERPRETED, entry, loaded, write

SUITE = """\
version: 1
suite: papers
context: {channel: web}
properties: {soft: true}
subjects:
  ann: {type: user, id: ann, roles: [reader], badges: [{kind: gold, until: 3}]}
resources:
  hers: {type: paper, id: p1, owner: ann}
  his: {type: paper, id: p2, owner: bob, grade: 3}
  far: {type: paper, id: p3, owner: ann, tenant: elsewhere}
  nobodys: {type: paper, id: p4}
tests:
  - name: ann reads hers
    list: {subject: ann, action: paper:read, type: paper}
    expect: [p1, p2]
    filter_exact: true
"""
#: By owner, and by a record of the subject; only softly, and within the tenant.
RULES = """\
permit("papers.owner", subject: User, "paper:read", paper: Paper, context) if
  paper.owner = subject.id and
  context.action_soft = true and
  paper.tenant = subject.tenant;
permit("papers.badge", subject: User, "paper:read", paper: Paper, _context) if
  badge in subject.badges and
  badge.kind = "gold" and
  paper.grade != nil and
  badge.until = paper.grade;
"""
FORALL = """\
permit("papers.odd", subject: User, "paper:read", paper: Paper, _context) if
  forall(role in subject.roles, role != "guest") and
  paper.grade = 3;
"""


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    return loaded(folder, RULES, "papers.owner", "papers.badge")


def row_of(folder, policies):
    (folder / "papers_test.yaml").write_text(SUITE)
    (suite,) = policy_tests.read_suites(folder, policies.schema)
    return suite, suite.rows[0]


def test_the_filter_is_tried_on_every_fixture_of_the_type(policies, tmp_path):
    suite, row = row_of(tmp_path, policies)
    ask = policy_tests.asker(suite, policies)
    answers = [(question, ask(question)) for question in row.questions]
    assert filtered_ids(answers, policies) == ("p1", "p2")
    (case,) = policy_tests.run([suite], policies)
    assert case.message == ""


def test_a_filter_that_gives_other_ids_fails_the_list(policies, tmp_path):
    suite, row = row_of(tmp_path, policies)
    ask = policy_tests.asker(suite, policies)
    answers = [(question, ask(question)) for question in row.questions]
    assert failures.of_listing(row, answers, ("p1", "p2")) == ""
    assert failures.of_listing(row, answers, ("p1",)) == (
        "expected a filter that gives `p1`, `p2`: it gives `p1`, to "
        "`user:ann paper:read paper:p1 --properties '{\"soft\": true}' --channel web` "
        "and the like"
    )


def test_a_list_without_a_filter_says_why_there_is_none(tmp_path):
    folder = write(tmp_path / "set", FORALL, "papers.odd")
    assert entry("papers.odd") in (folder / "papers.yaml").read_text()
    policies = loaded(folder, FORALL, "papers.odd", limits=INTERPRETED)
    (tmp_path / "papers_test.yaml").write_text(SUITE.replace("[p1, p2]", "[p2]"))
    suites = policy_tests.read_suites(tmp_path / "papers_test.yaml", policies.schema)
    (case,) = policy_tests.run(suites, policies)
    assert not case.passed
    assert case.message.startswith("expected a filter that gives `p2`: `paper:read` of ")
    assert "can only be interpreted" in case.message
