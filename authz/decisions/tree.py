"""What a thing must be for a decision to come out as allow, as a tree of tests.

A tree speaks of one side only, the one that is searched for: all that is known has been
taken in. It has two values, never a third: a comparison with what is absent is false, and
its opposite true. It is neutral: a store renders it, JSON carries it, `holds` says what it
means.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from authz.engine.conditions import Attr, Literal, Op, Value, is_true, same


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; with none of them it always holds."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; with none of them it never holds."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Tree"


@dataclass(frozen=True, slots=True)
class Rows:
    """There is a row each of whose values is that of its attribute (`Op.ONE_OF`) or an
    element of it (`Op.HOLDS`).
    """

    tests: tuple[tuple[Op, Attr], ...]
    #: Sorted, without nil.
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Element:
    """A record-set has an element, the `record`, for which all tests hold."""

    records: Attr
    tests: tuple[Literal, ...]


Tree = Every | Some | Not | Rows | Element | Literal
ALWAYS = Every(())
NEVER = Some(())


def every(parts: Iterable[Tree]) -> Tree:
    """All of them hold, in the shortest form."""
    flat: dict[Tree, None] = {}
    for part in parts:
        if part == NEVER:
            return NEVER
        flat |= dict.fromkeys(part.parts if isinstance(part, Every) else (part,))
    for part in [part for part in flat if isinstance(part, Literal)]:
        if (
            part.op is Op.ONE_OF
            and isinstance(part.right, tuple)
            and None not in part.right
        ):
            flat.pop(Literal(Op.NONE_OF, part.left, (None,)), None)
    return next(iter(flat)) if len(flat) == 1 else Every(tuple(flat))


def some(parts: Iterable[Tree]) -> Tree:
    """At least one of them holds, in the shortest form."""
    flat: dict[Tree, None] = {}
    for part in parts:
        if part == ALWAYS:
            return ALWAYS
        flat |= dict.fromkeys(part.parts if isinstance(part, Some) else (part,))
    return next(iter(flat)) if len(flat) == 1 else Some(tuple(flat))


def negated(tree: Tree) -> Tree:
    """It does not hold, in the shortest form."""
    match tree:
        case Every(()):
            return NEVER
        case Some(()):
            return ALWAYS
        case Not(part):
            return part
    return Not(tree)


def holds(tree: Tree, values: Mapping[str, Any], root: str = "resource") -> bool:
    """Whether the tree holds for a thing with these values: sets as any collection.

    It is what every rendering of a tree must agree with.
    """
    match tree:
        case Every(parts):
            return all(holds(part, values, root) for part in parts)
        case Some(parts):
            return any(holds(part, values, root) for part in parts)
        case Not(part):
            return not holds(part, values, root)
        case Rows(tests, rows):
            return any(_fits(tests, row, values) for row in rows)
        case Element(records, tests):
            return any(
                all(is_true(test, {root: values, "record": record}) for test in tests)
                for record in values[records.name]
            )
    return is_true(tree, {root: values})


def _fits(
    tests: tuple[tuple[Op, Attr], ...], row: tuple[Value, ...], values: Mapping[str, Any]
) -> bool:
    return all(
        value in values[attr.name] if op is Op.HOLDS else same(value, values[attr.name])
        for (op, attr), value in zip(tests, row, strict=True)
    )


def attributes(tree: Tree) -> frozenset[str]:
    """The attributes that it reads of the thing itself."""
    match tree:
        case Every(parts) | Some(parts):
            return frozenset().union(*map(attributes, parts))
        case Not(part):
            return attributes(part)
        case Rows(tests):
            return frozenset(attr.name for _, attr in tests)
        case Element(records, tests):
            inner = (attr for test in tests for attr in test.attributes())
            return frozenset(a.name for a in inner if a.root != "record") | {records.name}
    return frozenset(attr.name for attr in tree.attributes())


def as_json(tree: Tree) -> Any:
    """The tree as JSON.

    Shape: `true`, `false`, `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`,
    `{"attribute", "op", "values" | "other"}`, `{"attributes", "ops", "rows"}`,
    `{"element_of", "all"}`; `op` is the text of an `Op`, and a field of an element is
    written `record.name`.
    """
    match tree:
        case Every(()):
            return True
        case Some(()):
            return False
        case Every(parts):
            return {"all": [as_json(part) for part in parts]}
        case Some(parts):
            return {"any": [as_json(part) for part in parts]}
        case Not(part):
            return {"not": as_json(part)}
        case Rows(tests, rows):
            return {
                "attributes": [_name(attr) for _, attr in tests],
                "ops": [op.value for op, _ in tests],
                "rows": [list(row) for row in rows],
            }
        case Element(records, tests):
            return {
                "element_of": _name(records),
                "all": [as_json(test) for test in tests],
            }
    shown: dict[str, Any] = {"attribute": _name(tree.left), "op": tree.op.value}
    if isinstance(tree.right, Attr):
        return {**shown, "other": _name(tree.right)}
    return {**shown, "values": list(tree.right)}


def _name(attr: Attr) -> str:
    return str(attr) if attr.root == "record" else attr.name
