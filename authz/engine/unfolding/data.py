"""Conditions as JSON and back, for the process that unfolds and for the record of a passed
check.

Literals and conditions are listed once each and then named by their number, because most
signatures share most of theirs. What comes back is believed only as far as the schema bears
it out: known signatures, declared attributes, values of their type.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from authz.engine.conditions import (
    ORDERED,
    Attr,
    Condition,
    Literal,
    Op,
    Signature,
    Ways,
)
from authz.engine.schema import Schema
from authz.engine.unfold import Unfolded, signatures
from authz.engine.unfolding.attributes import Attributes, type_of_value
from authz.errors import PolicyCheckError

_Said = TypeVar("_Said")
_OF_SETS = (Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER, Op.OVERLAPS)


def to_data(unfolded: Unfolded) -> dict[str, Any]:
    """Shape: `{"literals": [[op, root, name, right]], "conditions": [[literal numbers,
    policy ids, places, record-set]], "ways": [[subject, action, resource, permits,
    forbids]], "texts": [...], "visited": [[subject, action, resource, text numbers]],
    "interpreted": [[subject, action, resource]]}`; numbers count from 0.
    """
    literals: dict[object, tuple[int, Literal]] = {}
    conditions: dict[object, tuple[int, Condition]] = {}
    ways = []
    for signature, found in unfolded.ways.items():
        numbers = [
            [_numbered(conditions, c, c.literals) for c in of]
            for of in (found.permits, found.forbids)
        ]
        ways.append([signature.subject, signature.action, signature.resource, *numbers])
    rows = [
        [
            [_numbered(literals, x, [x]) for x in condition.literals],
            list(condition.policies),
            list(condition.places),
            condition.records,
        ]
        for _, condition in conditions.values()
    ]
    texts: dict[str, int] = {}
    visited = [
        [s.subject, s.action, s.resource, [texts.setdefault(t, len(texts)) for t in seen]]
        for s, seen in unfolded.visited.items()
    ]
    return {
        "literals": [_row(literal) for _, literal in literals.values()],
        "conditions": rows,
        "ways": ways,
        "texts": list(texts),
        "visited": visited,
        "interpreted": [
            [s.subject, s.action, s.resource] for s in sorted(unfolded.interpreted)
        ],
    }


def from_data(data: Any, schema: Schema) -> Unfolded:
    """The conditions of such data. Raises: PolicyCheckError when they cannot be of that
    schema.
    """
    try:
        return _Reader(schema).unfolded(data)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as exc:
        raise PolicyCheckError(
            f"the conditions that came back are not of this schema: {exc}"
        ) from exc


def _numbered(
    known: dict[object, tuple[int, _Said]], said: _Said, literals: Iterable[Literal]
) -> int:
    """The number of a literal or condition, a new one where it is not known yet.

    WHY the types: `true` equals `1` in Python, and both can be values of attributes of one
    name.
    """
    rights = [x.right for x in literals if isinstance(x.right, tuple)]
    key = (said, *(type(value) for right in rights for value in right))
    return known.setdefault(key, (len(known), said))[0]


def _row(literal: Literal) -> list[Any]:
    right = literal.right
    other = [right.root, right.name] if isinstance(right, Attr) else {"values": list(right)}
    return [literal.op.name, literal.left.root, literal.left.name, other]


class _Reader:
    """Reads the data of one schema."""

    def __init__(self, schema: Schema):
        self._attributes = {s: Attributes(schema, s) for s in signatures(schema)}

    def unfolded(self, data: Any) -> Unfolded:
        literals = [_literal(row) for row in _list(data["literals"])]
        conditions = [_condition(row, literals) for row in _list(data["conditions"])]
        ways: dict[Signature, Ways] = {}
        for subject, action, resource, permits, forbids in _list(data["ways"]):
            signature = Signature(subject, action, resource)
            attributes = self._attributes[signature]
            found = [tuple(conditions[_number(i)] for i in of) for of in (permits, forbids)]
            checked: set[tuple[Literal, str]] = set()
            for condition in (*found[0], *found[1]):
                self._check(condition, attributes, checked)
            ways[signature] = Ways(*found)
        texts = [_text(t) for t in _list(data["texts"])]
        visited = {
            Signature(s, a, r): tuple(texts[_number(i)] for i in seen)
            for s, a, r, seen in _list(data["visited"])
        }
        outside = frozenset(Signature(s, a, r) for s, a, r in _list(data["interpreted"]))
        if visited.keys() | outside != self._attributes.keys() or outside & visited.keys():
            raise ValueError("not every signature was unfolded once")
        return Unfolded(ways, visited, outside)

    def _check(
        self,
        condition: Condition,
        attributes: Attributes,
        checked: set[tuple[Literal, str]],
    ) -> None:
        if condition.records:
            kind = attributes.type_of(Attr("subject", condition.records))
            if kind != "record-set":
                raise ValueError(f"`{condition.records}` holds no records")
        for literal in condition.literals:
            key = (literal, condition.records)
            if key not in checked:
                _check_types(literal, attributes, condition.records)
                checked.add(key)


def _check_types(literal: Literal, attributes: Attributes, records: str) -> None:
    op, right = literal.op, literal.right
    left = attributes.type_of(literal.left, records)
    if left.endswith("-set") is not (op in _OF_SETS) or left == "record-set":
        raise ValueError(f"`{literal}` is no test of a {left}")
    if isinstance(right, Attr):
        if op not in ORDERED and op in (Op.ONE_OF, Op.NONE_OF, Op.HOLDS, Op.LACKS):
            raise ValueError(f"`{literal}` names no values")
        wanted = "string-set" if op in (Op.IN, Op.NOT_IN, Op.OVERLAPS) else left
        if attributes.type_of(right, records) != wanted:
            raise ValueError(f"`{literal}` joins two types")
        return
    if op in (Op.SAME, Op.DIFFERS, Op.IN, Op.NOT_IN, Op.OVERLAPS):
        raise ValueError(f"`{literal}` names no attribute")
    if op in ORDERED and len(right) != 1:
        raise ValueError(f"`{literal}` compares with {len(right)} values")
    if not right and op is not Op.HOLDS_OTHER:
        raise ValueError(f"`{literal}` names no values")
    of = left.removesuffix("-set")
    for value in right:
        nil = value is None and op in (Op.ONE_OF, Op.NONE_OF)
        if type_of_value(value) != of and not nil:
            raise ValueError(f"`{literal}` compares two types")


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("what should be a number is none")
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError("what should be a list is none")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("what should be a text is none")
    return value


def _literal(row: Any) -> Literal:
    name, root, attribute, other = row
    left = Attr(_text(root), _text(attribute))
    if isinstance(other, dict):
        return Literal(Op[name], left, tuple(other["values"]))
    of, right = other
    return Literal(Op[name], left, Attr(_text(of), _text(right)))


def _condition(row: Any, literals: list[Literal]) -> Condition:
    numbers, policies, places, records = row
    if not policies:
        raise ValueError("a condition of no policy")
    return Condition(
        tuple(literals[_number(i)] for i in numbers),
        tuple(_text(p) for p in policies),
        tuple(_text(p) for p in places),
        _text(records),
    )
