"""Policy text that loads and misbehaves when asked: it fails closed, under its own name."""

import time
from functools import cache
from pathlib import Path

import pytest

from authz.engine.gate.child import Limits
from authz.engine.gate.vet import digest
from authz.engine.polar import OUT_OF_TIME
from authz.engine.policyset import PolicySet, load
from authz.engine.source import PolicySource
from authz.model import Decision, Reason
from tests.attacks import world

#: Far more than any of them may take on a busy machine, and far less than for ever.
LIMIT_S = 60
#: On a busy machine any policy may be late, once.
TRIES = 5
OTHER = b"""
forbid("attack.other", _subject: User, _action, document: Document, _context) if
  document.owner = "ann";
"""


@cache
def _loaded(text: bytes) -> PolicySet:
    """The set with that text in it."""
    assert world.CANARY.encode() not in text
    files = world.base_files() | world.attack_files(text, Path("none"))
    return load(PolicySource(files, digest(files)), Limits(interpreted=True))


def _ask(path, effect: str, document: str) -> tuple[Decision, list[str]]:
    """The decision without its errors, and the ids of the policies that erred."""
    policies = _loaded(path.read_bytes().replace(b"EFFECT", effect.encode()))
    start = time.monotonic()
    decision = _answer(policies, document)
    assert time.monotonic() - start < LIMIT_S
    bare = Decision(decision.allowed, decision.reason, decision.determining)
    return bare, [error.policy_id for error in decision.errors]


def _answer(policies: PolicySet, document: str) -> Decision:
    """What is said to Ann; only the probe runs out of time in it."""
    for _ in range(TRIES):
        decision = world.ask(policies, "ann", document)
        late = {e.policy_id for e in decision.errors if e.message.startswith(OUT_OF_TIME)}
        if late <= {"attack.probe"}:
            return decision
    raise AssertionError(decision)


@pytest.mark.parametrize("path", world.corpus("runtime"), ids=lambda path: path.stem)
def test_a_permit_that_errs_gives_nothing_and_takes_nothing(path):
    allowed = Decision(True, Reason.PERMITTED, ("base.owner-reads",))
    assert _ask(path, "permit", "hers") == (allowed, ["attack.probe"])
    denied = Decision(False, Reason.NO_PERMIT)
    assert _ask(path, "permit", "his") == (denied, ["attack.probe"])


@pytest.mark.parametrize("path", world.corpus("runtime"), ids=lambda path: path.stem)
def test_a_forbid_that_errs_denies(path):
    denied = Decision(False, Reason.ERROR)
    assert _ask(path, "forbid", "hers") == (denied, ["attack.probe"])
    assert _ask(path, "forbid", "his") == (denied, ["attack.probe"])


@pytest.mark.parametrize("path", world.corpus("runtime"), ids=lambda path: path.stem)
def test_a_forbid_that_holds_is_found_beside_one_that_errs(path):
    policies = _loaded(path.read_bytes().replace(b"EFFECT", b"forbid") + OTHER)
    decision = _answer(policies, "hers")
    assert (decision.reason, decision.determining) == (Reason.FORBIDDEN, ("attack.other",))
    assert [error.policy_id for error in decision.errors] == ["attack.probe"]


def test_errors_show_no_attribute_of_anybody():
    path = world.CORPUS / "runtime" / "compares-a-number-with-a-word.polar"
    text = path.read_bytes().replace(b"EFFECT", b"forbid").replace(b"level", b"name")
    text = text.replace(b'subject.name < "x"', b"subject.name < 4711")
    decision = world.ask(_loaded(text), "ann", "hers")
    (error,) = decision.errors
    assert "ann" not in error.message
