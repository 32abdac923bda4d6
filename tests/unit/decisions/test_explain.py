"""Reasons: sentences for the person, the whole truth for an administrator only."""

import pytest

from authz.decisions.explain import SENTENCES, reasons
from authz.decisions.pdp import Answer
from authz.model import Decision, EvaluationError, Reason
from tests.unit.engine.sets import OWNER, loaded

ID = "papers.owner-reads"
FORBID = (
    'forbid("papers.never-at-night", _s: User, _a, _p: Paper, context: Context) if\n'
    '  context.channel = "night";\n'
)


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    return loaded(
        tmp_path_factory.mktemp("set"), OWNER + FORBID, ID, "papers.never-at-night"
    )


def explain(policies, decision, **given):
    return reasons(Answer(decision, policies, 1), **({"for_admin": False} | given))


def test_a_permit_speaks_the_sentence_of_its_policy(policies):
    found = explain(policies, Decision(True, Reason.PERMITTED, (ID,)))
    assert found == {
        "reason": "permitted",
        "reason_user": "Because.",
        "determining_policies": [ID],
    }


def test_an_administrator_is_told_where_the_policy_stands(policies):
    found = explain(policies, Decision(False, Reason.FORBIDDEN, (ID,)), for_admin=True)
    assert found["reason_admin"] == f"denied, forbidden; `{ID}` at papers.polar:1"


@pytest.mark.parametrize("reason", [Reason.UNKNOWN, Reason.MISSING_ATTRIBUTE])
def test_an_outsider_cannot_tell_what_is_unknown_from_what_is_not_permitted(
    policies, reason
):
    plain = explain(policies, Decision(False, Reason.NO_PERMIT))
    assert explain(policies, Decision(False, reason, detail="`user:zoe`")) == plain
    told = explain(policies, Decision(False, reason, detail="`user:zoe`"), for_admin=True)
    assert told["reason"] == reason.value
    assert "`user:zoe`" in told["reason_admin"]


def test_a_forbid_is_told_only_to_whom_something_permits_the_same(policies):
    forbidden = (False, Reason.FORBIDDEN, ("papers.never-at-night",), ())
    outsider = explain(policies, Decision(*forbidden))
    assert outsider == explain(policies, Decision(False, Reason.NO_PERMIT))
    insider = explain(policies, Decision(*forbidden, overruled=(ID,)))
    assert insider["determining_policies"] == ["papers.never-at-night"]
    told = explain(policies, Decision(*forbidden), for_admin=True)
    assert (told["reason"], told["reason_user"]) == ("forbidden", outsider["reason_user"])


def test_errors_are_for_administrators(policies):
    errors = (EvaluationError(ID, "an ordered comparison with nil"),)
    decision = Decision(False, Reason.ERROR, (), errors)
    assert "ordered" not in str(explain(policies, decision))
    assert "an ordered comparison" in str(explain(policies, decision, for_admin=True))


@pytest.mark.parametrize(
    ("language", "start"),
    [("en", "You do not"), ("fr", "Vous n’avez"), ("fr-CA", "Vous"), ("xx", "You do not")],
)
def test_a_person_is_spoken_to_in_their_language(policies, language, start):
    found = explain(policies, Decision(False, Reason.NO_PERMIT), language=language)
    assert found["reason_user"].startswith(start)


def test_every_reason_without_a_policy_has_a_sentence():
    assert set(SENTENCES) == {
        Reason.NO_PERMIT,
        Reason.ATTRIBUTE_TYPE,
        Reason.ERROR,
    }


def test_an_administrator_is_spoken_to_in_a_language_of_their_own(policies):
    errors = (EvaluationError(ID, "too deep"),)
    decision = Decision(False, Reason.NO_PERMIT, (), errors)
    found = explain(
        policies, decision, language="uz", for_admin=True, admin_language="ru-RU"
    )
    assert found["reason_user"] == "Sizda bu amal uchun ruxsat yoʻq."
    assert found["reason_admin"] == (
        "отказано, no_permit; ни одна политика этого не разрешает;"
        f" не удалось вычислить `{ID}`: too deep"
    )


def test_only_what_is_for_administrators_is_in_their_language(policies):
    found = explain(policies, Decision(True, Reason.PERMITTED, (ID,)), admin_language="fr")
    assert found == explain(policies, Decision(True, Reason.PERMITTED, (ID,)))
