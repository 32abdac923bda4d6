"""Garbled policy texts: each is refused or safe, and the process that asks lives on."""

import time
from random import Random

import pytest

from authz.engine.gate.child import Limits
from authz.engine.gate.vet import digest
from authz.engine.policyset import load
from authz.engine.source import PolicySource
from authz.errors import PolicyError
from tests.attacks import world

SLICES = 3
#: What is put into a text, besides pieces of other texts.
CHARACTERS = '()[]{},;.:"\\#\n\0_*-=é\u2028\ufeff$|@'
WORDS = """
and or not if in matches cut new forall nil true subject User type resource actor
?= == != := < >= 1.5 9223372036854775808 .__class__ .upper() debug() print( permit( forbid(
"attack.probe"
"""
SCRAPS = (*CHARACTERS, "\r\n", *(f" {word} " for word in WORDS.split()))

pytestmark = pytest.mark.deep


def _garbled(random: Random, texts: list[str]) -> str:
    """A text of the corpus, or of two of them, with some pieces lost, moved or put in."""
    text = random.choice(texts)
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(text))
        to = min(len(text), at + random.choice((0, 1, 3, 10, 60)))
        piece = random.choice(SCRAPS)
        if random.random() < 0.3:
            other = random.choice(texts)
            start = random.randint(0, len(other))
            piece = other[start : start + random.randint(1, 200)]
        elif random.random() < 0.1:
            piece *= random.choice((2, 70, 3_000))
        text = text[:at] + piece + text[to:]
    return text


def _check(text: str, tmp_path) -> str:
    """Whether it was `refused` or `loaded`; whatever else happens is an error."""
    canary = tmp_path / "canary"
    files = world.base_files() | world.attack_files(text.encode("utf-8"), canary)
    start = time.monotonic()
    outcome, said = "loaded", ""
    try:
        policies = load(PolicySource(files, digest(files)), Limits(cpu_seconds=3))
    except PolicyError as exc:
        outcome, said = "refused", str(exc)
    else:
        for document in ("hers", "his"):
            decision = world.ask(policies, "ann", document)
            assert decision.allowed == bool(decision.determining) or not decision.allowed
        banned = world.ask(policies, "cid", "cids")
        assert not banned.allowed
        assert "base.banned-does-nothing" in banned.determining
    assert "\n" not in said
    assert time.monotonic() - start < 240
    assert not canary.exists()
    assert world.children() == []
    return outcome


@pytest.mark.parametrize("part", range(SLICES))
def test_a_garbled_text_is_refused_or_safe(deep, tmp_path, capfd, part):
    texts = [
        path.read_text().replace("EFFECT", "forbid").replace("# refused: ", "# ")
        for kind in ("refused", "legal", "runtime")
        for path in world.corpus(kind)
    ]
    counts = {"refused": 0, "loaded": 0}
    for number in deep.rounds(0.03 / SLICES):
        text = _garbled(deep.random, texts)
        try:
            counts[_check(text, tmp_path)] += 1
        except Exception as exc:
            raise AssertionError(f"{deep.name}, text {number}: {text!r}") from exc
    assert counts["refused"] > 0
    assert capfd.readouterr().out == ""
