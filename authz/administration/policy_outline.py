"""What stands in a file of policies, and what one policy takes part in, for who reads them.

Read from the set that is in force and from the text of its files; nothing is decided here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from authz.engine.catalogue import parse_catalogue
from authz.engine.clauses import ENTRY_POINTS
from authz.engine.conditions import Signature
from authz.engine.policyset import Policy, PolicySet
from authz.engine.text import parts
from authz.errors import InterpretedOnly, PolicyError

_NAME = re.compile(r"([a-z_][A-Za-z0-9_]*)\s*\(")
_HAS_BODY = re.compile(r"\bif\b")
#: A name of YAML that opens a section: at the edge, or one step in.
_SECTION = re.compile(r"( *)(?:- )?([\w.*:@/-]+):(?:\s|$)")
STEP = 2
TESTS = "_test.yaml"


@dataclass(frozen=True, slots=True)
class Named:
    """Something in a file that has a name."""

    name: str
    #: Line of the first of them, from 1.
    line: int
    #: How many of the same name there are.
    count: int = 1


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a file of YAML, with the names of what it holds."""

    name: str
    line: int
    inner: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """What stands in a file. Order: as in the file."""

    policies: tuple[Policy, ...] = ()
    facts: tuple[Named, ...] = ()
    #: Predicates that policies call and that have rules of their own.
    helpers: tuple[Named, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request that a policy takes part in."""

    signature: Signature
    #: How many ways there are in which it can hold for such requests.
    ways: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one policy takes part in."""

    kinds: tuple[Kind, ...]
    #: Where the facts and helpers stand that it rests on, as `file:line`, each once.
    places: tuple[str, ...]
    #: Whether some kinds of request can only be interpreted, so that they are not among
    #: these.
    is_incomplete: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A line of a file that names something."""

    file: str
    line: int
    #: What the line stands in: a test, where it has a name.
    title: str


def outline(policies: PolicySet, file: str, text: str) -> Outline:
    """That of one file, as far as it can be read.

    policies: the set that the file is of.
    """
    if not file.endswith(".polar"):
        return Outline(sections=tuple(_sections(text)))
    mine = [one for one in policies.policies.values() if one.file == file]
    facts: list[Named] = []
    helpers: list[Named] = []
    for part in parts(file, text):
        name = _NAME.match(part.bare)
        if name and name[1] not in ENTRY_POINTS:
            to = helpers if _HAS_BODY.search(part.bare) else facts
            to.append(Named(name[1], part.line))
    return Outline(
        tuple(sorted(mine, key=lambda one: one.line)), _counted(facts), _counted(helpers)
    )


def part_of(policies: PolicySet, policy: str) -> Part:
    """What a policy takes part in. Order: that of the kinds of request."""
    kinds, places, is_incomplete = [], dict[str, None](), False
    for signature in policies.signatures():
        try:
            ways = policies.ways(signature)
        except InterpretedOnly:
            is_incomplete = True
            continue
        mine = [c for c in (*ways.permits, *ways.forbids) if policy in c.policies]
        if mine:
            kinds.append(Kind(signature, len(mine)))
        places.update(dict.fromkeys(place for c in mine for place in c.places))
    here = policies.policies[policy]
    places.pop(f"{here.file}:{here.line}", None)
    return Part(tuple(kinds), tuple(sorted(places, key=_order)), is_incomplete)


def tests_of(files: Mapping[str, str], policy: str) -> tuple[Mention, ...]:
    """The lines of policy tests that name a policy. files: name -> text, of a whole set."""
    named = re.compile(rf"(?<![\w.-]){re.escape(policy)}(?![\w.-])")
    return tuple(
        Mention(file, number, title)
        for file, text in sorted(files.items())
        if file.endswith(TESTS)
        for number, line, title in _titled(text)
        if named.search(line)
    )


def catalogue_line(text: str, policy: str) -> int:
    """The line of a catalogue in which a policy has its entry; 0 where it has none."""
    try:
        entries = parse_catalogue("catalogue", text)
    except PolicyError:
        return 0
    return entries[policy][1].line if policy in entries else 0


def _titled(text: str) -> Iterator[tuple[int, str, str]]:
    """Number and text of each line, and the name of the test that it stands in."""
    title = ""
    for number, line in enumerate(text.splitlines(), 1):
        begun = re.match(r"\s*- name: *(.+)", line)
        title = begun[1].strip("\"' ") if begun else title
        yield number, line, title


def _counted(listed: Iterable[Named]) -> tuple[Named, ...]:
    """Those of one name together, where the first of them stands."""
    found: dict[str, Named] = {}
    for one in listed:
        first = found.get(one.name, Named(one.name, one.line, 0))
        found[one.name] = Named(first.name, first.line, first.count + 1)
    return tuple(found.values())


def _sections(text: str) -> Iterator[Section]:
    """The names at the edge of a file of YAML, and those one step in."""
    name, line, inner = "", 0, list[Named]()
    for number, row in enumerate(text.splitlines(), 1):
        found = _SECTION.match(row)
        if found and not found[1] and not row.startswith("- "):
            if name:
                yield Section(name, line, tuple(inner))
            name, line, inner = found[2], number, []
        elif found and len(found[1]) == STEP:
            inner.append(Named(_label(row, found[2]), number))
    if name:
        yield Section(name, line, tuple(inner))


def _label(row: str, key: str) -> str:
    """What a step is called: its key, or what the key `name` of a list says."""
    if row.lstrip().startswith("- ") and key in ("name", "id"):
        return row.partition(":")[2].strip(" \"'")
    return key


def _order(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line)
