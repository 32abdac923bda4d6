"""Every shipped rule is held by a test, a promise or a finding: edits, tried one by one.

`python -m tests.deep.mutants --all --report FILE` tries all of them.
"""

from dataclasses import replace

import pytest

from authz.engine import clauses
from authz.engine.clauses import ENTRY_POINTS
from authz.engine.text import statements
from authz.engine.unfold import unfold
from authz.engine.unfolding.terms import OutsideFragment
from authz.errors import PolicyError
from tests.deep.mutants.facts import COLUMNS
from tests.deep.mutants.judge import OPEN, Bench, Verdict, report
from tests.deep.mutants.parts import Parts, meaning
from tests.deep.mutants.text import of_clause, put
from tests.shipped import ROOT

REPORT = ROOT / "var" / "mutants.txt"
SHARE, WHOLE_SHARE = 0.08, 0.02
#: An edit -> who notices it first.
NOTICED = {
    'without role_permission("financial-manager", "payments")': "test",
    'also role_permission("user", "reports")': "test",
    'without role_requires_binding("branch", "supply_company")': "test",
    'without web_only("customer:delete")': "test",
    "without common.last-owner-stays": "test",
    "common.other-tenant: spares `profile:update`": "invariant",
    'also needs_permission("access_level:create", "events")': ("same decisions"),
    'also may_manage("reviewer", "admin")': "same conditions",
    "without has": "finding",
}


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def read(bench: Bench, file: str, text: str) -> list[clauses.Clause]:
    return [clauses.read(statement) for statement in statements(file, text)]


def test_every_predicate_says_what_stands_in_its_places(bench):
    assert {clause.name for clause in bench.clauses} - {*ENTRY_POINTS} == COLUMNS.keys()


def test_a_rule_that_is_written_anew_says_what_it_said(bench):
    for clause in bench.clauses:
        (again,) = read(bench, clause.file, of_clause(clause))
        assert replace(again, line=clause.line, text=clause.text) == clause


def test_an_edit_changes_one_rule_and_moves_none(bench):
    (old,) = [c for c in bench.clauses if c.policy_id == "metering.levels-are-fixed"]
    text = put(bench.texts[old.file], old, "reads(action) if reads(action);")
    after = read(bench, old.file, text)
    before = [clause for clause in bench.clauses if clause.file == old.file]
    other = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert [(a.line, b.line) for a, b in other] == [(old.line, old.line)]


def test_who_notices_an_edit(bench):
    named = {mutant.what: mutant for mutant in bench.mutants()}
    assert {what: bench.judged(named[what]).how for what in NOTICED} == NOTICED


@pytest.mark.deep
def test_an_edit_of_any_rule_is_noticed_or_changes_nothing(deep, bench):
    mutants = bench.mutants()
    deep.random.shuffle(mutants)
    slice_of = zip(deep.rounds(SHARE), mutants, strict=False)
    verdicts: list[Verdict] = [bench.judged(mutant) for _, mutant in slice_of]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(f"{deep.name}: {report(verdicts)}", "utf-8")
    unnoticed = [f"{v.mutant.name}: {v.by}" for v in verdicts if v.how == OPEN]
    assert unnoticed == [], deep.name


@pytest.mark.deep
def test_a_part_unfolded_anew_is_what_the_whole_gives(deep, bench):
    mutants = bench.mutants()
    for _ in deep.rounds(WHOLE_SHARE):
        mutant = deep.random.choice(mutants)
        try:
            new = bench.read(mutant)
            bench.check(mutant, new)
        except PolicyError:
            continue
        at = bench.clauses.index(mutant.old)
        whole = [*bench.clauses[:at], *new, *bench.clauses[at + 1 :]]
        where = f"{deep.name}: {mutant.name}"
        try:
            expected = unfold(whole, bench.schema).ways
        except OutsideFragment:
            with pytest.raises(OutsideFragment):
                dict(bench.parts.changes(mutant.old, new))
            continue
        found = merged(bench.parts, dict(bench.parts.changes(mutant.old, new)))
        assert found == by_policy(expected), where


def merged(parts: Parts, changed) -> dict:
    """What the parts say after the change, where they say anything."""
    return {
        (signature, policy_id): meaning(conditions)
        for signature in parts.ways().keys() | changed.keys()
        for policy_id, conditions in {
            **parts.ways().get(signature, {}),
            **changed.get(signature, {}),
        }.items()
        if conditions
    }


def by_policy(ways) -> dict:
    """The same of all ways together."""
    found: dict = {}
    for signature, both in ways.items():
        for condition in (*both.permits, *both.forbids):
            found.setdefault((signature, condition.policies[0]), []).append(condition)
    return {key: meaning(conditions) for key, conditions in found.items()}
