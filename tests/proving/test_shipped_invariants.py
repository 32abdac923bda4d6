"""What the shipped policies promise is proved, and each promise can be broken."""

import pytest

from authz.assurance.policy_tests import read_suites, run
from authz.assurance.proving.invariant import FILE
from authz.assurance.proving.invariant_file import parse_invariants, read_invariants
from authz.assurance.proving.proofs import Proofs, Verdict
from authz.assurance.proving.prove import prove
from authz.engine.policyset import PolicySet
from tests.proving.planted import PLANTED, planted
from tests.shipped import POLICIES, ROOT, changed, shipped

#: What has been proved is remembered, as the command does: only the first run pays.
RECORD = ROOT / "var" / "proofs.json"
PATIENT = 600


@pytest.fixture(scope="module")
def broken() -> tuple[PolicySet, Proofs]:
    """The shipped set with every planted edit, and what is known of it."""
    edits = dict.fromkeys(edit for several in PLANTED.values() for edit in several)
    source = planted(edits)
    policies = changed(source)
    text = (POLICIES / FILE).read_bytes()
    invariants = parse_invariants(text, source, policies.schema)
    return policies, prove(policies, invariants, budget_s=PATIENT)


@pytest.fixture(scope="module")
def suites(broken, tmp_path_factory):
    """The counterexamples, as the command writes them."""
    policies, found = broken
    folder = tmp_path_factory.mktemp("counterexamples")
    for one in found.invariants:
        (folder / f"{one.id}_test.yaml").write_text(one.counterexample.test, "utf-8")
    return read_suites(folder, policies.schema)


def test_every_shipped_invariant_is_proved():
    policies = shipped()
    invariants = read_invariants(POLICIES, policies.schema)
    found = prove(policies, invariants, record=RECORD, budget_s=PATIENT)
    assert found.verdicts(Verdict.PROVED) == found.invariants
    assert (found.idle_reason, found.policy_revision) == ("", policies.revision)
    assert {one.policy_id: one.why for one in found.idle} == {
        "metering.levels-are-fixed": "shadowed",
        "minigrid.page-password-needs-users": "shadowed",
    }


def test_every_shipped_invariant_has_an_edit_that_breaks_it(broken):
    _, found = broken
    assert {one.id for one in found.verdicts(Verdict.VIOLATED)} == set(PLANTED)
    assert len(found.invariants) == len(PLANTED)


def test_each_counterexample_is_a_test_that_fails_on_the_broken_set(broken, suites):
    policies, _ = broken
    assert {case.suite: case.passed for case in run(suites, policies)} == dict.fromkeys(
        PLANTED, False
    )


def test_each_counterexample_is_a_test_that_passes_once_the_set_is_mended(suites):
    assert {case.suite: case.message for case in run(suites, shipped())} == dict.fromkeys(
        PLANTED, ""
    )
