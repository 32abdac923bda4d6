"""A second, plain reading of the text of a policy: only what its own body compares.

It follows no call, and takes the tests of one alternative as if all had to hold. So it
says nothing about a policy; but the request that it leads to is near to one in which the
policy holds, whatever became of its conditions.
"""

import json
import re
from collections.abc import Iterator

from authz.engine.conditions import OPPOSITE, Attr, Literal, Op, Signature, Value
from authz.engine.gate.reach import HEAD
from authz.engine.gate.requests import Declared, Request, Style, declared
from authz.engine.gate.solve import solve
from authz.engine.schema import Schema

_STRING = r'"(?:[^"\\]|\\.)*"'
_PATH = r"[a-z_]\w*\.\w+"
_TEST = re.compile(
    rf"(\bnot\s+)?({_STRING}|{_PATH})\s*(!=|<=|>=|=|<|>|\bin\b)\s*"
    rf"({_STRING}|-?\d+|\btrue\b|\bfalse\b|\bnil\b|\[[^\]]*\]|{_PATH})"
)
_RECORD = re.compile(r"\b([a-z_]\w*)\s+in\s+([a-z_]\w*)\.(\w+)")
_CONSTANT = re.compile(rf"{_STRING}|-?\d+|true|false|nil")
_OPS = {
    "=": (Op.ONE_OF, Op.SAME),
    "!=": (Op.NONE_OF, Op.DIFFERS),
    "in": (Op.ONE_OF, Op.IN),
    **{op.value: (op, op) for op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST)},
}
_ROOTS = ("subject", "", "resource", "context")


def read(text: str, signature: Signature, schema: Schema) -> Iterator[Request]:
    """Requests that pass the tests in the body of a policy, one for each alternative."""
    head = HEAD.match(text)
    if head is None:
        return
    parameters = [part.split(":")[0].strip() for part in head[2].split(",")[1:]]
    roots = dict(zip(parameters, _ROOTS, strict=False))
    records = ""
    held = schema.types[signature.subject].attributes
    for found in _RECORD.finditer(text):
        if found[3] in held and held[found[3]].type == "record-set":
            roots[found[1]], records = "record", found[3]
    attributes = declared(schema, signature, records)
    for alternative in re.split(r"\bor\b", text[head.end() :]):
        literals = [
            literal
            for test in _TEST.finditer(alternative)
            if (literal := _literal(test, roots, attributes)) is not None
        ]
        request = solve(literals, attributes, records, Style())
        if request is not None:
            yield request


def _literal(
    test: re.Match[str], roots: dict[str, str], attributes: Declared
) -> Literal | None:
    negated, left, sign, right = test.groups()
    constants, paths = _OPS[sign]
    here, there = _attr(left, roots), _attr(right, roots)
    if here is None:
        if there is None or sign != "in" or not left.startswith('"'):
            return None
        found = Literal(Op.HOLDS, there, _values(left))
    elif there is None:
        found = Literal(constants, here, _values(right))
    else:
        found = Literal(paths, here, there)
    if not _fits(found, attributes):
        return None
    if negated:
        found = Literal(OPPOSITE[found.op], found.left, found.right)
    return found


def _fits(literal: Literal, attributes: Declared) -> bool:
    """Whether it compares what can be compared: the text may be a comment."""
    if not all(attr in attributes for attr in literal.attributes()):
        return False
    left = attributes[literal.left].type
    if isinstance(literal.right, Attr):
        right = attributes[literal.right].type
        return right == "string-set" if literal.op is Op.IN else left == right
    kind = "string" if literal.op is Op.HOLDS and left == "string-set" else left
    types = {"string": str, "integer": int, "boolean": bool}
    nil = literal.op in (Op.ONE_OF, Op.NONE_OF)
    return bool(literal.right) and all(
        type(v) is types.get(kind) or (v is None and nil) for v in literal.right
    )


def _attr(term: str, roots: dict[str, str]) -> Attr | None:
    name, _, attribute = term.partition(".")
    return Attr(roots[name], attribute) if roots.get(name) and attribute else None


def _values(text: str) -> tuple[Value, ...]:
    """The constants in a term."""
    found = ("null" if one == "nil" else one for one in _CONSTANT.findall(text))
    try:
        return tuple(json.loads(one, strict=False) for one in found)
    except ValueError:
        return ()
