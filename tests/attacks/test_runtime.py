"""Policy text that loads and misbehaves when asked: it fails closed, under its own name."""

import time

import pytest

from authz.engine.gate.child import Limits
from authz.engine.gate.vet import digest
from authz.engine.polar import OUT_OF_TIME
from authz.engine.policyset import load
from authz.engine.source import PolicySource
from authz.model import Decision, Reason
from tests.attacks import world

#: Far more than any of them may take on a busy machine, and far less than for ever.
LIMIT_S = 60
OTHER = b"""
forbid("attack.other", _subject: User, _action, document: Document, _context) if
  document.owner = "ann";
"""


def _ask(path, effect: str, document: str, tmp_path) -> tuple[Decision, list[str]]:
    """The decision without its errors, and the ids of the policies that erred."""
    text = path.read_bytes().replace(b"EFFECT", effect.encode())
    files = world.base_files() | world.attack_files(text, tmp_path / "canary")
    policies = load(PolicySource(files, digest(files)), Limits(interpreted=True))
    start = time.monotonic()
    decision = world.ask(policies, "ann", document)
    assert time.monotonic() - start < LIMIT_S
    bare = Decision(decision.allowed, decision.reason, decision.determining)
    # WHY not those behind the probe: on a busy machine it can use up the time of all.
    failed = {
        error.policy_id
        for error in decision.errors
        if error.policy_id == "attack.probe" or not error.message.startswith(OUT_OF_TIME)
    }
    return bare, sorted(failed)


@pytest.mark.parametrize("path", world.corpus("runtime"), ids=lambda path: path.stem)
def test_a_permit_that_errs_gives_nothing_and_takes_nothing(tmp_path, path):
    allowed = Decision(True, Reason.PERMITTED, ("base.owner-reads",))
    assert _ask(path, "permit", "hers", tmp_path) == (allowed, ["attack.probe"])
    denied = Decision(False, Reason.NO_PERMIT)
    assert _ask(path, "permit", "his", tmp_path) == (denied, ["attack.probe"])


@pytest.mark.parametrize("path", world.corpus("runtime"), ids=lambda path: path.stem)
def test_a_forbid_that_errs_denies(tmp_path, path):
    denied = Decision(False, Reason.ERROR)
    assert _ask(path, "forbid", "hers", tmp_path) == (denied, ["attack.probe"])
    assert _ask(path, "forbid", "his", tmp_path) == (denied, ["attack.probe"])


@pytest.mark.parametrize("path", world.corpus("runtime"), ids=lambda path: path.stem)
def test_a_forbid_that_holds_is_found_beside_one_that_errs(tmp_path, path):
    text = path.read_bytes().replace(b"EFFECT", b"forbid")
    files = world.base_files() | world.attack_files(text + OTHER, tmp_path / "canary")
    policies = load(PolicySource(files, digest(files)), Limits(interpreted=True))
    decision = world.ask(policies, "ann", "hers")
    assert (decision.reason, decision.determining) == (Reason.FORBIDDEN, ("attack.other",))
    assert [error.policy_id for error in decision.errors] == ["attack.probe"]


def test_errors_show_no_attribute_of_anybody(tmp_path):
    path = world.CORPUS / "runtime" / "compares-a-number-with-a-word.polar"
    text = path.read_bytes().replace(b"EFFECT", b"forbid").replace(b"level", b"name")
    text = text.replace(b'subject.name < "x"', b"subject.name < 4711")
    files = world.base_files() | world.attack_files(text, tmp_path / "canary")
    decision = world.ask(
        load(PolicySource(files, digest(files)), Limits(interpreted=True)), "ann", "hers"
    )
    (error,) = decision.errors
    assert "ann" not in error.message
