"""The tests beside the policies pass, and leave no policy and no absence untried."""

import pytest

from authz.assurance.coverage import Coverage, ranges
from authz.assurance.policy_tests import never_determining, read_suites, run
from authz.assurance.suites import Check
from authz.engine import clauses, text
from authz.engine.clauses import Clause, Constant, Path, Variable
from authz.engine.schema import BUILT_IN
from authz.engine.source import read_directory
from authz.model import Effect
from tests.policies.support import POLICIES, shipped


@pytest.fixture(scope="module")
def suites():
    return read_suites(POLICIES, shipped().schema)


@pytest.fixture(scope="module")
def measured():
    """Sees what the rows put to work, once `cases` has been run."""
    return Coverage(shipped(), read_directory(POLICIES))


@pytest.fixture(scope="module")
def cases(suites, measured):
    return run(suites, shipped(), seen=measured.see)


def test_every_row_passes(cases):
    failed = [
        f"{case.file}: {case.name}: {case.message}" for case in cases if not case.passed
    ]
    assert failed == []
    assert len(cases) > 7000


def test_every_policy_decides_in_some_row(cases):
    assert never_determining(cases, shipped()) == ()


def test_every_line_of_the_rules_is_put_to_work_by_some_row(cases, measured):
    report = measured.report()
    missing = {one.file: ranges(one.missing) for one in report.files if one.missing}
    assert (missing, report.idle) == ({}, ())


def forbids() -> list[Clause]:
    found = []
    for path in sorted(POLICIES.glob("*.polar")):
        for statement in text.statements(path.name, path.read_text("utf-8")):
            if statement.name == Effect.FORBID:
                found.append(clauses.read(statement))
    return found


def read_by(forbid: Clause) -> list[tuple[str, str]]:
    """What a forbid reads itself: (subject, resource or context, attribute)."""
    parts = dict(zip(("subject", "resource", "context"), (1, 3, 4), strict=True))
    names = {
        term.name: part
        for part, position in parts.items()
        if isinstance(term := forbid.parameters[position].term, Variable)
    }
    return sorted(
        {
            (names[term.base.name], term.attribute)
            for term in forbid.terms()
            if isinstance(term, Path)
            and isinstance(term.base, Variable)
            and term.base.name in names
            and term.attribute not in BUILT_IN
        }
    )


def cases_of_reads():
    for forbid in forbids():
        term = forbid.parameters[0].term
        assert isinstance(term, Constant)
        for part, attribute in read_by(forbid):
            yield pytest.param(
                forbid, part, attribute, id=f"{term.value}: {part}.{attribute}"
            )


@pytest.mark.parametrize(("forbid", "part", "attribute"), list(cases_of_reads()))
def test_a_forbid_is_tried_with_what_it_reads_absent(suites, forbid, part, attribute):
    rows = [row for suite in suites for row in suite.rows if isinstance(row, Check)]
    tried = [r for r in rows if is_asked(forbid, r) and is_absent(r, part, attribute)]
    assert tried, f"no row asks without `{attribute}`"


def is_asked(forbid: Clause, row: Check) -> bool:
    """Whether head and classes of the forbid fit the question."""
    action, resource = forbid.parameters[2].term, forbid.parameters[3].class_name
    if isinstance(action, Constant) and action.value != row.question.action:
        return False
    classes = shipped().schema.classes()
    return resource is None or row.question.resource.type in classes[resource]


def is_absent(row: Check, part: str, attribute: str) -> bool:
    question = row.question
    if part == "context":
        name = attribute.removeprefix("action_")
        if name != attribute:
            return name not in question.setting.properties
        given = {"channel": question.setting.channel}
        return given.get(name, getattr(question.setting, name, None)) is None
    fixture = question.subject if part == "subject" else question.resource
    return attribute not in fixture.stored
