"""What came of policy tests as one document for programs, `authz.test/1`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from authz.assurance import coverage
from authz.assurance.policy_tests import TestCase

SCHEMA = "authz.test/1"


def failed(cases: Sequence[TestCase]) -> list[TestCase]:
    """The rows that came out otherwise than they expect."""
    return [case for case in cases if not case.passed]


def todo(cases: Sequence[TestCase]) -> list[TestCase]:
    """The tests that are still to do."""
    return [case for case in cases if case.todo]


def as_document(
    cases: Sequence[TestCase],
    policy_revision: str,
    *,
    covered: coverage.Report | None = None,
    left_out: int = 0,
) -> dict[str, Any]:
    """The document.

    left_out: how many rows were not run, because the change cannot touch them.
    """
    counts = [len(found) for found in (cases, failed(cases), todo(cases))]
    return {
        "schema": SCHEMA,
        "policy_revision": policy_revision,
        "passed": counts[0] - counts[1] - counts[2],
        "failed": counts[1],
        "todo": counts[2],
        "left_out": left_out,
        "coverage": None if covered is None else coverage.as_data(covered),
        "cases": [asdict(case) for case in cases],
    }
