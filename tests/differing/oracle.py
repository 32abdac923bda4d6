"""One random edit: the symbolic verdict, who is found to gain or lose, and asking everybody
in every context one by one must agree.
"""

from collections import Counter
from pathlib import Path
from random import Random

from authz.assurance.bench_load import uncompared
from authz.assurance.differing.asking import asked_of_oso
from authz.assurance.differing.difference import Difference, compare_sets
from authz.assurance.differing.kinds import Kind
from authz.assurance.differing.sides import Side
from authz.engine.source import PolicySource
from authz.errors import PolicyError
from tests.differential.generated import Generated
from tests.differing.edits import edited
from tests.differing.world import brute_force, stored

TRIES = 60
#: Kinds of request that are asked about one by one, of each edit.
KINDS = 6


def side(name: str, files: dict[str, bytes]) -> Side:
    """A set of these files."""
    policies = uncompared(files)
    return Side(name, PolicySource(files, policies.revision), policies)


def pair(random: Random) -> tuple[Side, Side]:
    """A generated set, and the same with a random edit that loads."""
    for _ in range(TRIES):
        files = Generated(random).files()
        try:
            old, new = side("old", files), side("new", edited(random, files))
        except PolicyError:
            continue
        if old.policies.revision != new.policies.revision:
            return old, new
    raise AssertionError(f"no edit of {TRIES} loads")


def disagreements(random: Random, path: Path, counts: Counter[str]) -> list[str]:
    """What is wrong with the difference of one edit. `counts` says what was seen."""
    old, new = pair(random)
    database = stored(path, random)
    try:
        difference = compare_sets(old, new, database=database, show=1_000)
        assert difference.people is not None
        found = [
            one for kind in difference.verdicts.kinds for one in _witnesses(kind, old, new)
        ]
        found += list(difference.people.undecided)
        counts.update({"edits": 1, **difference.verdicts.counts})
        verdicts = {kind.signature: kind for kind in difference.verdicts.kinds}
        signatures = sorted(old.policies.signatures())
        changed = [one for one in signatures if one in verdicts]
        asked = random.sample(changed, min(KINDS, len(changed)))
        for signature in [*asked, random.choice(signatures)]:
            seen = brute_force(database, old, new, signature, random)
            kind = verdicts.get(signature, Kind(signature, "equal"))
            if kind.verdict != "undecided":
                found += _impossible(kind, bool(seen.gains), bool(seen.losses))
            for change, pairs in (("gain", seen.gains), ("loss", seen.losses)):
                counts[f"{change} of people"] += len(pairs)
                found += _people(difference, kind, change, pairs, whole=seen.is_whole)
    finally:
        database.close()
    return found


def _witnesses(kind: Kind, old: Side, new: Side) -> list[str]:
    """Every witness is asked of oso once more."""
    wrong = []
    for witness, expected in ((kind.gain, (False, True)), (kind.loss, (True, False))):
        if witness is not None:
            answers = tuple(
                asked_of_oso(one.policies, kind.signature, witness.request).allowed
                for one in (old, new)
            )
            if answers != expected:
                wrong.append(f"{kind.signature}: oso says {answers} of {witness.request}")
    return wrong


def _impossible(kind: Kind, gains: bool, losses: bool) -> list[str]:
    wrong = []
    if gains and not kind.gain:
        wrong.append(f"{kind.signature} is {kind.verdict}, and somebody gains")
    if losses and not kind.loss:
        wrong.append(f"{kind.signature} is {kind.verdict}, and somebody loses")
    return wrong


def _people(
    difference: Difference,
    kind: Kind,
    change: str,
    pairs: frozenset[tuple[str, str, str]],
    *,
    whole: bool,
) -> list[str]:
    """Who was found, against who there is; where not every context was asked about, more
    may have been found.
    """
    assert difference.people is not None
    groups = [
        group
        for group in difference.people.groups
        if (group.signature, group.change) == (kind.signature, change)
    ]
    subjects = {(g.tenant, id) for g in groups for id, _ in g.people_shown}
    resources = {(g.tenant, id) for g in groups for id in g.resources_shown}
    real = {(t, s) for t, s, _ in pairs}, {(t, r) for t, _, r in pairs}
    if whole and sum(group.pairs for group in groups) < len(pairs):
        return [f"{kind.signature}: fewer pairs than the {len(pairs)} with a {change}"]
    for found, there in zip((subjects, resources), real, strict=True):
        if not there <= found or (whole and found != there):
            return [f"{kind.signature}: {change} of {sorted(found)}, not {sorted(there)}"]
    return []
