"""What each step of a review says, of small policy sets."""

from functools import cache

import pytest

from authz import config
from authz.assurance.reviewing.review import STEPS, review
from authz.errors import PolicyError
from tests.reviewing import small


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("var")
    flags = {
        "policy.record": folder / "passed.json",
        "policy.proofs": folder / "proofs.json",
    }
    return config.load(None, environ={}, flags=flags)


@pytest.fixture(scope="module")
def reviewed(settings, tmp_path_factory):
    """A review of the small set with these changes, beside the set as it was."""
    base = small.write(tmp_path_factory.mktemp("base"))

    @cache
    def reviewed(*changed, fail_on=None, skip=()):
        directory = small.write(tmp_path_factory.mktemp("edited"), dict(changed))
        return review(directory, settings=settings, base=base, fail_on=fail_on, skip=skip)

    return reviewed


def outcomes(found):
    return {step.name: str(step.outcome) for step in found.steps}


def steps(**changed):
    return dict.fromkeys(STEPS, "passed") | {"replay": "skipped"} | changed


def step(found, name):
    return next(one for one in found.steps if one.name == name)


def test_a_set_in_order_passes_every_step(reviewed):
    found = reviewed()
    assert outcomes(found) == steps()
    assert [one.summary for one in found.steps] == [
        "3 policies in 1 file",
        "0 findings",
        "1 file laid out",
        "7 rows passed; 100.0 % of the lines were at work",
        "1 of 1 invariant proved",
        "0 policies and 0 facts or helpers changed; kinds of request: all equal; nobody "
        "was counted: there is no database",
        "no decision log was named",
    ]
    assert not any(one.findings for one in found.steps)


def test_a_widened_set_is_told_by_every_step_that_can_see_it(reviewed):
    found = reviewed(("papers.polar", small.WIDENED))
    assert outcomes(found) == steps(fmt="failed", test="failed", prove="failed")
    told = [
        (one.rule, str(one.level), one.file, one.line)
        for each in found.steps
        for one in each.findings
    ]
    assert told == [
        ("layout", "error", "papers.polar", 13),
        ("test-fails", "error", "papers_test.yaml", 0),
        ("test-fails", "error", "papers_test.yaml", 0),
        ("untested-policy", "warning", "papers.polar", 12),
        ("invariant-violated", "error", "invariants.yaml", 3),
        ("more-access", "note", "", 0),
        ("less-access", "note", "", 0),
    ]
    gain, loss = step(found, "diff").findings
    assert gain.message == (
        "user on paper, allowed now in cases that were denied: `paper:edit`, `paper:read`"
    )
    assert "who gains" in step(found, "diff").details.lower()


def test_a_gain_fails_only_where_it_was_asked_for(reviewed):
    more = ("papers.polar", small.MORE)
    assert outcomes(reviewed(more)) == steps()
    for fail_on in ("gain", "any"):
        found = reviewed(more, fail_on=fail_on)
        assert outcomes(found) == steps(diff="failed")
        (one,) = step(found, "diff").findings
        assert (one.rule, one.level) == ("more-access", "error")


def test_a_loss_fails_any_and_not_gain(reviewed):
    less = (
        "papers.polar",
        small.RULES.replace("role in", '"trusted" in subject.roles and role in'),
    )
    assert outcomes(reviewed(less, fail_on="gain"))["diff"] == "passed"
    assert outcomes(reviewed(less, fail_on="any"))["diff"] == "failed"


def test_a_set_that_does_not_load_is_linted_and_nothing_is_claimed_of_it(reviewed):
    found = reviewed(("papers.polar", small.REFUSED))
    assert outcomes(found) == dict.fromkeys(STEPS, "skipped") | {
        "load": "failed",
        "lint": "failed",
    }
    place = [(one.rule, one.file, one.line) for one in step(found, "lint").findings]
    assert place == [("unknown-attribute", "papers.polar", 14)]
    assert step(found, "load").findings == step(found, "lint").findings
    assert step(found, "test").summary == "the policy set does not load"


def test_a_schema_that_cannot_be_read_fails_load_and_lint(reviewed):
    for schema in (None, "version: 2"):
        found = reviewed(("schema.yaml", schema))
        assert outcomes(found)["load"] == outcomes(found)["lint"] == "failed"


@pytest.mark.parametrize(
    ("file", "name"), [("papers_test.yaml", "test"), ("invariants.yaml", "prove")], ids=str
)
def test_what_is_not_there_is_skipped_and_what_cannot_be_read_fails(reviewed, file, name):
    absent = reviewed((file, None))
    assert outcomes(absent) == steps(**{name: "skipped"})
    broken = reviewed((file, "version: 1\nnothing: here\n"))
    assert outcomes(broken) == steps(**{name: "failed"})
    found = step(broken, name)
    assert not found.is_readable
    assert [one.file for one in found.findings] == [file]


def test_an_invariant_that_says_nothing_is_undecided(reviewed):
    text = small.INVARIANTS.replace('"blocked"', '"blocked" and subject.status = "b"')
    found = reviewed(("invariants.yaml", text))
    assert outcomes(found) == steps(prove="undecided")
    reworded, one = step(found, "prove").findings
    assert (reworded.rule, one.rule) == ("promise-dropped", "invariant-not-proved")
    assert "not proved: vacuous" in one.message


def test_steps_are_left_out_where_it_is_asked_for(reviewed):
    skip = ("lint", "fmt", "test", "prove", "diff")
    assert outcomes(reviewed(skip=skip)) == dict.fromkeys(STEPS, "skipped") | {
        "load": "passed"
    }


def test_a_base_that_does_not_load_leaves_the_difference_undecided(settings, tmp_path):
    candidate = small.write(tmp_path / "new")
    base = small.write(tmp_path / "old", {"papers.polar": small.REFUSED})
    found = review(
        candidate, settings=settings, base=("main", base), skip=("lint", "test", "prove")
    )
    assert step(found, "diff").outcome == "undecided"
    assert step(found, "diff").summary.startswith("the base does not load: papers.polar:14")
    assert found.base_revision is None


def test_a_directory_without_policies_is_an_error(settings, tmp_path):
    with pytest.raises(PolicyError, match="no policy file"):
        review(tmp_path, settings=settings)


def test_the_document_holds_the_documents_of_its_steps(reviewed):
    found = reviewed()
    document = found.document()
    assert document["schema"] == "authz.check-all/1"
    assert document["policy_revision"] == document["base_revision"] != ""
    assert [one["step"] for one in document["steps"]] == list(STEPS)
    schemas = {
        one["step"]: (one["document"] or {}).get("schema") for one in document["steps"]
    }
    assert {name: schema for name, schema in schemas.items() if schema} == {
        "test": "authz.test/1",
        "prove": "authz.prove/1",
        "diff": "authz.diff/1",
    }


def test_a_promise_of_the_base_that_is_dropped_or_reworded_is_told(reviewed):
    for text, said in (
        (None, "is no longer made"),
        (small.INVARIANTS.replace('"blocked"', '"banned"'), "says something else now"),
    ):
        found = step(reviewed(("invariants.yaml", text)), "prove").findings
        told = [one.message for one in found if one.rule == "promise-dropped"]
        assert told == [f"the promise `blocked-do-nothing` {said}"]
    title = small.INVARIANTS.replace("Whoever is blocked", "Who is blocked")
    found = step(reviewed(("invariants.yaml", title)), "prove").findings
    assert "promise-dropped" not in {one.rule for one in found}
