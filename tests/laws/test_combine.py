"""Cedar's theorems, over every list of six abstract policies up to length 4.

Source: cedar-spec, cedar-lean/Cedar/Thm/Authorization.lean. One law differs on purpose: a
forbid that cannot be evaluated denies.
"""

from dataclasses import replace
from itertools import permutations

from authz.engine.combine import Evaluation, combine
from authz.model import Decision, EvaluationError
from tests.laws.reference import SIX, Policies, decide, lists, with_outcome

LONGEST = 4


def _errors(policies: Policies, effect: str) -> tuple[EvaluationError, ...]:
    ids = with_outcome(policies, effect, "error")
    return tuple(EvaluationError(policy_id, "cannot be evaluated") for policy_id in ids)


def _decide(policies: Policies) -> Decision:
    return combine(
        Evaluation(
            permits=frozenset(with_outcome(policies, "permit", "true")),
            forbids=frozenset(with_outcome(policies, "forbid", "true")),
            permit_errors=_errors(policies, "permit"),
            forbid_errors=_errors(policies, "forbid"),
        )
    )


def _outcome(decision: Decision) -> tuple[bool, str]:
    return decision.allowed, decision.reason.value


def test_combine_agrees_with_the_naive_reference_on_every_list():
    for policies in lists(LONGEST):
        decision = _decide(policies)
        expected, erring = decide(policies)
        assert replace(decision, errors=()) == expected, policies
        assert tuple(error.policy_id for error in decision.errors) == erring, policies


def test_forbid_trumps_permit():
    for policies in lists(LONGEST):
        if with_outcome(policies, "forbid", "true"):
            assert not _decide(policies).allowed, policies


def test_nothing_is_allowed_without_a_satisfied_permit():
    for policies in lists(LONGEST):
        if not with_outcome(policies, "permit", "true"):
            assert not _decide(policies).allowed, policies


def test_allowed_exactly_if_a_permit_holds_and_no_forbid_holds_or_errs():
    for policies in lists(LONGEST):
        permitted = bool(with_outcome(policies, "permit", "true"))
        safe = {p.outcome for p in policies if p.effect == "forbid"} <= {"false"}
        assert _decide(policies).allowed == (permitted and safe), policies


def test_order_does_not_matter():
    for policies in lists(3):
        answers = {_outcome(_decide(reordered)) for reordered in permutations(policies)}
        assert len(answers) == 1, policies


def test_duplicates_do_not_matter():
    for policies in lists(LONGEST - 1):
        for policy in policies:
            repeated = (*policies, policy)
            assert _outcome(_decide(repeated)) == _outcome(_decide(policies)), repeated


def test_the_same_error_twice_is_reported_once():
    error = EvaluationError("law.p0", "cannot be evaluated")
    once = combine(Evaluation(permit_errors=(error,)))
    assert combine(Evaluation(permit_errors=(error, error))) == once


def test_adding_a_permit_never_turns_allow_into_deny():
    for policies in lists(LONGEST - 1):
        if _decide(policies).allowed:
            for permit in (p for p in SIX if p.effect == "permit"):
                assert _decide((*policies, permit)).allowed, (policies, permit)


def test_adding_a_forbid_never_turns_deny_into_allow():
    for policies in lists(LONGEST - 1):
        if not _decide(policies).allowed:
            for forbid in (p for p in SIX if p.effect == "forbid"):
                assert not _decide((*policies, forbid)).allowed, (policies, forbid)


def test_determining_policies_are_exactly_the_satisfied_ones_of_the_winning_effect():
    for policies in lists(LONGEST):
        decision = _decide(policies)
        if decision.allowed:
            expected = with_outcome(policies, "permit", "true")
        else:
            expected = with_outcome(policies, "forbid", "true")
        assert decision.determining == expected, policies


def test_a_forbid_that_errs_denies_and_a_permit_that_errs_gives_nothing():
    forbid_errs, permit_errs = SIX[5], SIX[2]
    for policies in lists(LONGEST - 1):
        assert not _decide((*policies, forbid_errs)).allowed, policies
        assert _decide((*policies, permit_errs)).allowed == _decide(policies).allowed, (
            policies
        )


def test_every_error_is_reported_and_determines_nothing():
    for policies in lists(LONGEST):
        decision = _decide(policies)
        erring = {error.policy_id for error in decision.errors}
        assert len(erring) == sum(p.outcome == "error" for p in policies), policies
        assert erring.isdisjoint(decision.determining), policies


def test_an_allow_always_names_a_policy():
    for policies in lists(LONGEST):
        decision = _decide(policies)
        assert bool(decision.determining) or not decision.allowed, policies
