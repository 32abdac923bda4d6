import json
import sys
from xml.etree import ElementTree

import pytest

from tests.proving.sets import RULES, invariants_text, source

EVERY = '{action: "*", resource: "*"}'
ORDERS = '{action: "*", resource: order}'
KEPT = invariants_text(never=EVERY, when="subject.banned = true")
BROKEN = invariants_text(never=ORDERS, when="resource.paid = true")
VACUOUS = invariants_text(
    never=EVERY, when="subject.banned = true and subject.banned = false"
)
IDLE = """
forbid("orders.never-listed", subject: User, "order:list", _shop: Shop, _context) if
  subject.banned = false;
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """What passed once is remembered for all tests."""
    folder = tmp_path_factory.mktemp("remembered")
    file = folder / "config.yaml"
    file.write_text(
        f"policy: {{record: {folder}/passed.json, proofs: {folder}/proofs.json}}\n"
        "engine: {budget_ms: 10000, prove_seconds: 300}\n"
    )
    return file


@pytest.fixture
def policies(tmp_path):
    def policies(invariants, rules=RULES):
        folder = tmp_path / "policies"
        folder.mkdir()
        for name, content in source(rules).files.items():
            (folder / name).write_bytes(content)
        if invariants:
            (folder / "invariants.yaml").write_text(invariants)
        return folder

    return policies


@pytest.fixture
def prove(authz, config):
    return lambda *arguments: authz("prove", "-c", config, *arguments)


def test_a_set_that_keeps_what_it_promises_exits_with_0(prove, policies, authz, config):
    folder = policies(KEPT)
    ran = prove(folder)
    assert ran.code == 0
    assert "have not passed the gate yet" in ran.err
    assert authz("check-all", "-c", config, folder, "--skip", "fmt,test").code == 0
    ran = prove(folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "proved      the-one: What holds (6 kinds of request)\n"
        "1 proved, 0 violated, 0 not proved; 0 of 6 policies can never matter\n"
    )


def test_a_set_that_breaks_a_promise_exits_with_5_and_prints_a_test(prove, policies):
    ran = prove(policies(BROKEN))
    assert ran.code == 5
    assert ran.out.startswith(
        "violated    the-one: What holds\n"
        "            invariants.yaml:3: violated: user `the-subject`, `order:approve` of "
        "order `the-resource`; decided by `orders.boss-approves`\n"
        "            version: 1\n"
        "            suite: the-one\n"
    )
    assert "            expect: deny\n" in ran.out


def test_a_counterexample_that_is_saved_fails_as_a_test_of_that_set(
    prove, authz, config, policies
):
    folder = policies(BROKEN)
    prove(folder, "--save-counterexamples", folder / "found")
    ran = authz("test", "-c", config, folder)
    assert ran.code == 4
    assert "found/the-one_test.yaml: What holds: order:approve" in ran.out


def test_a_counterexample_takes_the_place_of_an_older_one_and_of_no_other_tests(
    prove, policies
):
    folder = policies(BROKEN)
    saved = folder / "the-one_test.yaml"
    assert [prove(folder, "--save-counterexamples", folder).code for _ in range(2)] == [
        5
    ] * 2
    saved.write_text("version: 1\nsuite: mine\n")
    ran = prove(folder, "--save-counterexamples", folder)
    assert (ran.code, saved.read_text()) == (2, "version: 1\nsuite: mine\n")
    assert ran.err.endswith("the-one_test.yaml` holds other tests: name another folder\n")


def test_counterexamples_that_cannot_be_written_exit_with_7(prove, policies):
    folder = policies(BROKEN)
    ran = prove(folder, "--save-counterexamples", folder / "schema.yaml" / "found")
    assert (ran.code, "cannot make" in ran.err) == (7, True)


def test_an_invariant_that_is_not_proved_exits_with_6_and_says_why(prove, policies):
    ran = prove(policies(VACUOUS))
    assert ran.code == 6
    assert ran.out.startswith(
        "not proved  the-one: What holds\n"
        "            invariants.yaml:3: not proved: vacuous: `when`, without `unless`, is "
        "true of no request\n"
    )


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--fail-on", "idle"), 5)])
def test_an_idle_policy_fails_only_where_that_is_asked_for(prove, policies, flags, code):
    ran = prove(policies(KEPT, RULES + IDLE), *flags)
    assert ran.code == code
    assert (
        "orders.polar:19: `orders.never-listed` is shadowed: it never makes a difference\n"
    ) in ran.out


def test_without_the_solver_nothing_is_proved(prove, policies, monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = prove(policies(KEPT))
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith("error: the solver is not installed: `pip install ")


def test_a_file_that_cannot_be_read_exits_with_3(prove, policies):
    ran = prove(policies(invariants_text(nevr=EVERY)))
    assert ran.code == 3
    assert ran.err == (
        "error: invariants.yaml:7: invariants.the-one.nevr: unknown key `nevr`, did you "
        "mean `never`?\n"
    )


def test_a_directory_without_invariants_exits_with_2(prove, policies):
    ran = prove(policies(""))
    assert (ran.code, ran.out) == (2, "")
    assert "there is no `invariants.yaml` in" in ran.err


def test_json_holds_verdicts_counterexamples_and_idle_policies(prove, policies):
    shown = json.loads(prove(policies(BROKEN, RULES + IDLE), "--output", "json").out)
    (one,), (idle,) = shown["invariants"], shown["idle"]
    assert (shown["schema"], len(shown["policy_revision"])) == ("authz.prove/1", 64)
    assert (one["id"], one["kind"], one["verdict"], one["line"], one["file"]) == (
        "the-one",
        "never",
        "violated",
        3,
        "invariants.yaml",
    )
    assert one["counterexample"]["resource"]["paid"] is True
    assert (idle["policy_id"], idle["why"]) == ("orders.never-listed", "shadowed")


def test_junit_fails_the_case_of_what_is_not_proved(prove, policies):
    ran = prove(policies(BROKEN), "--output", "junit")
    (case,) = ElementTree.fromstring(ran.out).iter("testcase")
    assert case.get("name") == "the-one: What holds"
    assert case.find("failure").get("message").startswith("violated: user `the-subject`")
