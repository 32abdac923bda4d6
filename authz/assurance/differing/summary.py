"""What a reader needs of a difference: the same said of many actions is said once."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from authz.assurance.differing.difference import Difference
from authz.assurance.differing.groups import Group
from authz.assurance.differing.kinds import Kind
from authz.assurance.differing.witnesses import Witness

#: What a string is in a small request that nothing is asked of.
PLAIN = "x"


@dataclass(frozen=True, slots=True)
class Together:
    """Groups of which only the action differs."""

    actions: tuple[str, ...]
    #: One of them.
    group: Group
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Kinds of request of which only the action differs."""

    actions: tuple[str, ...]
    #: One of them.
    kind: Kind


def groups_of(difference: Difference) -> list[Together]:
    """Who gains and who loses. Order: as in the difference."""
    found: dict[object, list[Group]] = {}
    for group in difference.people.groups if difference.people else ():
        signature = group.signature
        key = (
            *(group.change, group.tenant, signature.subject, signature.resource),
            *(group.people, group.people_shown, group.resources, group.resources_shown),
            *(group.pairs, group.when, group.policies),
        )
        found.setdefault(key, []).append(group)
    return [
        Together(
            tuple(one.signature.action for one in groups),
            groups[0],
            tuple(one.id for one in groups),
        )
        for groups in found.values()
    ]


def kinds_of(difference: Difference) -> list[Alike]:
    """What is not equal. Order: looser ones first, undecided ones last."""
    found: dict[object, list[Kind]] = {}
    for kind in difference.verdicts.kinds:
        asked = [one and one.request for one in (kind.gain, kind.loss)]
        said = kind.verdict, kind.reason, kind.signature.subject, kind.signature.resource
        found.setdefault((*said, json.dumps(asked, sort_keys=True)), []).append(kind)
    alike = [
        Alike(tuple(one.signature.action for one in kinds), kinds[0])
        for kinds in found.values()
    ]
    order = ("looser", "both", "stricter", "undecided")
    return sorted(alike, key=lambda one: order.index(one.kind.verdict))


def counted(number: int, what: str) -> str:
    """`1 person`, `3 people`."""
    plural = {"person": "people"}.get(what, f"{what}s")
    return f"{number:,} {what if number == 1 else plural}"


def some_of(shown: Iterable[str], number: int) -> str:
    """The names, and how many there are besides."""
    names = list(shown)
    more = [f"{number - len(names):,} more"] if number > len(names) else []
    return ", ".join([*names, *more])


def reach(group: Group) -> str:
    """Whom and what it is about, in numbers and names."""
    people = some_of((name for _, name in group.people_shown), group.people)
    things = some_of(group.resources_shown, group.resources)
    said = f"{counted(group.people, 'person')} ({people})"
    said += f", {counted(group.resources, 'thing')} ({things})"
    if group.pairs == group.people * group.resources:
        return said
    return f"{said}, {group.pairs:,} times one with another"


def example(witness: Witness) -> str:
    """The request without what goes without saying."""
    parts = []
    for root in ("subject", "resource", "context"):
        said = [f"{name}: {_value(value)}" for name, value in _telling(witness, root)]
        parts += [f"{root} ({'; '.join(said)})"] if said else []
    return ", ".join(parts) or "any request"


def _telling(witness: Witness, root: str) -> Iterator[tuple[str, Any]]:
    """What is there, but for names that were made up."""
    for name, value in witness.request[root].items():
        if name not in ("id", "tenant") and value not in (None, (), "", False, 0, PLAIN):
            yield name, value


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return " ".join(f"{name}={_value(of)}" for name, of in value.items())
    return str(value)


def outcome(difference: Difference) -> str:
    """One sentence: how many kinds of request are what."""
    counts = difference.verdicts.counts
    total = sum(counts.values())
    differ = [f"{counts[one]} {one}" for one in counts if one != "equal" and counts[one]]
    if not differ:
        return f"all {total} kinds of request are answered as before"
    return f"of {total} kinds of request {', '.join(differ)}; the rest is equal"
