"""The step that runs the policy tests."""

from collections.abc import Iterator

from authz.assurance import results
from authz.assurance.coverage import Coverage, Report
from authz.assurance.policy_tests import TestCase, read_suites, run
from authz.assurance.reviewing.candidate import Candidate, Progress
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step, counted, unreadable
from authz.errors import PolicyError


def tested(candidate: Candidate, progress: Progress) -> Step:
    """What came of the rows beside the policies, and which policies none of them shows."""
    directory, policies = candidate.directory, candidate.policies
    if not any(directory.rglob("*_test.yaml")):
        said = "there are no policy tests: no `*_test.yaml` in the policy directory"
        return Step("test", Outcome.SKIPPED, said)
    try:
        suites = read_suites(directory, policies.schema)
    except PolicyError as exc:
        return unreadable("test", exc, "unreadable")
    coverage = Coverage(policies, candidate.source)
    cases = run(
        suites,
        policies,
        lambda done, rows: progress("policy tests", done, rows),
        seen=coverage.see,
    )
    report = coverage.report()
    failed = results.failed(cases)
    return Step(
        "test",
        Outcome.FAILED if failed else Outcome.PASSED,
        _summary(cases, failed, report),
        (*map(_failure, failed), *_idle(report, candidate)),
        results.as_document(cases, policies.revision, covered=report),
    )


def _summary(cases: list[TestCase], failed: list[TestCase], report: Report) -> str:
    rows = counted(len(cases), "row")
    came = f"{len(failed):,} of {rows} failed" if failed else f"{rows} passed"
    todo = len(results.todo(cases))
    left = f", {todo} still to do" if todo else ""
    return f"{came}{left}; {report.percent} % of the lines were at work"


def _failure(case: TestCase) -> Remark:
    said = f"{case.name}: {case.message}"
    return Remark("test-fails", Level.ERROR, said, case.file)


def _idle(report: Report, candidate: Candidate) -> Iterator[Remark]:
    for policy_id in report.idle:
        policy = candidate.policies.policies[policy_id]
        said = f"no row shows the policy `{policy_id}` at work"
        yield Remark(
            "untested-policy", Level.WARNING, said, policy.file, policy.line, policy_id
        )
