"""A set decides only if its own tests pass and its invariants hold."""

import sys
from dataclasses import replace

import pytest

from authz.assurance.admission.admit import RECORD_FILE
from authz.composition import active_policies
from authz.errors import PolicyError
from authz.settings import Config, EngineSection, PolicySection
from tests.unit.engine.sets import OWNER, write

ID = "papers.owner-reads"
TESTS = """\
version: 1
suite: papers
subjects: {ann: {type: user, id: ann}, bob: {type: user, id: bob}}
resources: {hers: {type: paper, id: p1, owner: ann}}
tests:
  - name: owners read
    check: {subject: ann, action: paper:read, resource: hers}
    expect: allow
"""
INVARIANTS = """\
version: 1
invariants:
  only-owners-read:
    title: Only owners read
    why: Papers are private.
    owner: tests
    never: {action: "paper:read", resource: paper}
    when: subject.id != resource.owner
"""
#: Whoever has a level reads everything.
WIDER = OWNER + (
    'permit("papers.level-reads", subject: User, "paper:read", _: Paper, _context) if\n'
    "  subject.level = 1;\n"
)
BOTH = (ID, "papers.level-reads")


@pytest.fixture
def folder(tmp_path):
    found = write(tmp_path / "policies", OWNER, ID)
    (found / "papers_test.yaml").write_text(TESTS)
    (found / "invariants.yaml").write_text(INVARIANTS)
    return found


@pytest.fixture
def settings(tmp_path, folder):
    def settings(unproved="refuse", prove_seconds=30):
        policy = PolicySection(
            dir=folder,
            record=tmp_path / "var" / "passed.json",
            proofs=tmp_path / "var" / "proofs.json",
            unproved=unproved,
        )
        return Config(policy=policy, engine=EngineSection(prove_seconds=prove_seconds))

    return settings


def test_a_set_whose_tests_pass_and_whose_invariants_hold_decides(settings):
    assert active_policies(settings()).health().ok


def test_a_failing_test_keeps_the_set_from_deciding_and_is_named(settings, folder):
    (folder / "papers_test.yaml").write_text(TESTS.replace("allow", "deny"))
    with pytest.raises(PolicyError, match=r"a policy test fails.*papers_test.yaml: owners"):
        active_policies(settings())


def test_an_edit_that_breaks_an_invariant_leaves_the_last_good_set_in_force(
    settings, folder
):
    active = active_policies(settings())
    first = active.current()
    write(folder, WIDER, *BOTH)
    assert not active.reload()
    assert active.current() is first
    health = active.health()
    assert not health.ok
    assert "invariants.yaml:3: only-owners-read" in health.message


def test_a_test_that_is_mended_is_seen_though_no_rule_changed(settings, folder):
    active = active_policies(settings())
    (folder / "papers_test.yaml").write_text(TESTS.replace("allow", "deny"))
    active.reload()
    assert "a policy test fails" in active.health().message
    (folder / "papers_test.yaml").write_text(TESTS)
    active.reload()
    assert active.health().ok


def test_a_test_file_that_cannot_be_read_names_the_place(settings, folder):
    (folder / "papers_test.yaml").write_text(TESTS.replace("hers}", "his}"))
    with pytest.raises(PolicyError, match=r"papers_test\.yaml:.*unknown alias `his`"):
        active_policies(settings())


def test_what_cannot_be_proved_is_refused_unless_the_configuration_allows_it(settings):
    # No time at all: nothing is proved, and nothing is broken.
    with pytest.raises(PolicyError, match=r"unproved: allow.*only-owners-read \(time: "):
        active_policies(settings(prove_seconds=0))
    assert active_policies(settings("allow", prove_seconds=0)).health().ok


def test_a_broken_invariant_is_refused_whatever_the_configuration_says(settings, folder):
    write(folder, WIDER, *BOTH)
    with pytest.raises(PolicyError, match="invariants broken"):
        active_policies(settings("allow"))


def test_what_was_admitted_is_not_looked_at_again(settings, tmp_path, monkeypatch):
    active_policies(settings())
    record = tmp_path / "var" / RECORD_FILE
    before = record.read_bytes()
    # Whatever would be started now would only fail.
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert active_policies(settings()).health().ok
    assert record.read_bytes() == before


def test_a_set_is_admitted_where_nothing_is_remembered_and_more_than_usual_is_allowed(
    settings, tmp_path
):
    (tmp_path / "var").write_text("no folder")
    found = settings()
    engine = replace(found.engine, compare_seconds=600, vet_memory_mib=8_192)
    assert active_policies(replace(found, engine=engine)).health().ok


def test_another_solver_looks_at_what_was_admitted_once_more(
    settings, tmp_path, monkeypatch
):
    active_policies(settings())
    monkeypatch.setitem(sys.modules, "z3", None)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PolicyError, match="used up time or memory, or crashed"):
        active_policies(settings())


def test_a_child_that_does_not_live_to_answer_refuses_the_set(
    settings, tmp_path, monkeypatch
):
    active_policies(settings())
    (tmp_path / "var" / RECORD_FILE).unlink()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PolicyError, match="used up time or memory, or crashed"):
        active_policies(settings())
