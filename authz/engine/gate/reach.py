"""Which clauses can a policy come to, and what do they name?

Told from the text alone, and never too little: what a fault takes from the conditions still
stands here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from authz.model import Effect

_CALLED = re.compile(r"\b([a-z_]\w*)\s*\(")
_READ = re.compile(r"\.\s*([A-Za-z_]\w*)")
_STRING = re.compile(r'"((?:\\.|[^"\\])*)"')
_INTEGER = re.compile(r"-?\b\d+\b")
_POLICY = re.compile(r'\s*(permit|forbid)\s*\(\s*"([^"]*)"')
_EQUAL = re.compile(r"\.\s*(\w+)\s*!?=\s*([a-z_]\w*)\b(?!\s*[.(])")
_IN = re.compile(r"\b([a-z_]\w*)\s+in\s+\w+\s*\.\s*(\w+)")
#: What stands before the body of a clause, or a call: its name, and its arguments.
HEAD = re.compile(r"\s*([a-z_]\w*)\s*\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a policy can come to."""

    effect: Effect
    #: The policy itself.
    own: str
    #: All clauses, itself among them.
    texts: tuple[str, ...]
    #: Attributes that the texts name, and perhaps more.
    names: frozenset[str]


def reaches(visited: Iterable[str]) -> dict[str, Reach]:
    """Policy -> what it can come to; for every policy whose head is among the clauses."""
    texts = [(text, *_named(text)) for text in visited]
    found = {}
    for text, *_ in texts:
        if head := _POLICY.match(text):
            reached, names = _reached(head[2], texts)
            found[head[2]] = Reach(Effect(head[1]), text, tuple(reached), frozenset(names))
    return found


def strings(texts: Iterable[str]) -> set[str]:
    """The strings that stand in clauses."""
    return {string for text in texts for string in _STRING.findall(text)}


def integers(texts: Iterable[str]) -> set[int]:
    """The integers that stand in clauses outside of strings."""
    return {
        int(found) for text in texts for found in _INTEGER.findall(_STRING.sub('""', text))
    }


def columns(texts: Sequence[str]) -> dict[tuple[str, int], set[str]]:
    """(predicate, place) -> the strings that its clauses have there in their heads."""
    found: dict[tuple[str, int], set[str]] = {}
    for text in texts:
        head = HEAD.match(text)
        if head is None or head[1] in set(Effect):
            continue
        for place, argument in enumerate(head[2].split(",")):
            found.setdefault((head[1], place), set()).update(_STRING.findall(argument))
    return found


def joined(texts: Sequence[str]) -> dict[str, set[str]]:
    """Attribute -> the strings of the facts that a clause joins it with, directly or by a
    variable.
    """
    heads = columns(texts)
    found: dict[str, set[str]] = {}
    for text in texts:
        names: dict[str, str] = {}
        for equal in _EQUAL.finditer(text):
            names[equal[2]] = equal[1]
        for held in _IN.finditer(text):
            names[held[1]] = held[2]
        for call in HEAD.finditer(text):
            for place, argument in enumerate(call[2].split(",")):
                term = argument.strip()
                attribute = names.get(term, term.partition(".")[2])
                if attribute and (call[1], place) in heads:
                    found.setdefault(attribute, set()).update(heads[call[1], place])
    return found


@lru_cache(maxsize=10_000)
def _named(text: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """What a clause defines, calls and reads, and perhaps more."""
    called = _CALLED.findall(text)
    head, *others = called or [""]
    return head, frozenset(others), frozenset(_READ.findall(text))


def _reached(
    policy: str,
    texts: Sequence[tuple[str, str, frozenset[str], frozenset[str]]],
) -> tuple[list[str], set[str]]:
    """The clauses that a policy can come to, and the attributes that they name."""
    own = f'"{policy}"'
    waiting = [one for one in texts if own in one[0]]
    left = [one for one in texts if own not in one[0]]
    reached: list[str] = []
    names: set[str] = set()
    while waiting:
        text, _, called, read = waiting.pop()
        reached.append(text)
        names |= read
        waiting += [one for one in left if one[1] in called]
        left = [one for one in left if one[1] not in called]
    return reached, names
