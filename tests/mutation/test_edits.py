"""Faults in unfolding and code generation are caught by comparing with the reference."""

from dataclasses import asdict, replace
from functools import cache
from types import CodeType
from typing import Any

import pytest

from authz.engine.compiled import compile_ways
from authz.engine.conditions import Signature
from authz.engine.gate import compare as gate
from authz.engine.unfold import NO_WAYS
from tests.differential import shipped
from tests.mutation import constructs
from tests.mutation.difference import shown
from tests.mutation.edits import EDITS, Edit
from tests.mutation.twice import Faulty, Sound, every_policy
from tests.mutation.variants import plain, variant

BUDGET_S = 60
CAUGHT, SAME = "caught", "nothing is changed"


@pytest.fixture(scope="module")
def policies() -> Sound:
    sound = Sound(shipped.files())
    return sound.only(every_policy(sound))


@pytest.fixture(scope="module")
def every_construct() -> Sound:
    return Sound(constructs.files())


def _functions(made: Any) -> list[CodeType]:
    return [f.__code__ for f in (made.is_allowed, made._permits, made._forbids)]


def outcome(sound: Sound, edit: Edit) -> str:
    """Whether the fault is caught with that set, or changes nothing in it."""
    faulty = variant(edit)
    try:
        unfolded = faulty.unfold(sound.clauses, sound.schema)
        changed = [
            signature
            for signature in sound.signatures
            if _made(unfolded, signature, faulty.compile_ways)
            != _made_well(sound, signature)
        ]
    except Exception:  # noqa: BLE001  WHY: a set that cannot be unfolded is not accepted
        return CAUGHT
    if not changed:
        return SAME
    candidate = Faulty(
        sound,
        unfolded.ways,
        lambda signature: faulty.compile_ways(unfolded.ways.get(signature, NO_WAYS)),
    )
    if gate.compare(candidate, changed, BUDGET_S).mismatch is not None:
        return CAUGHT
    for signature in changed:
        ways, made = candidate.ways(signature), candidate.compiled(signature)
        if asked := shown(sound, signature, ways, made):
            return f"missed: {asked}"
    return SAME


def _made(unfolded: Any, signature: Signature, compiling: Any) -> object:
    """Conditions and functions of one kind of request."""
    ways = unfolded.ways.get(signature, NO_WAYS)
    conditions = [replace(c, places=()) for c in (*ways.permits, *ways.forbids)]
    made = compiling(ways)
    return conditions, asdict(made.layout), _functions(made)


@cache
def _made_well(sound: Sound, signature: Signature) -> object:
    return _made(sound.unfolded, signature, compile_ways)


def test_there_are_enough_faults_and_each_is_one():
    assert len(EDITS) >= 60
    for edit in EDITS:
        assert plain(edit.module).count(edit.old) == 1, edit.what


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_a_fault_is_caught_with_every_construct_or_with_the_shipped_policies(
    policies, every_construct, edit
):
    first = outcome(every_construct, edit)
    assert first in (CAUGHT, SAME)
    if first == SAME:
        assert outcome(policies, edit) == CAUGHT
