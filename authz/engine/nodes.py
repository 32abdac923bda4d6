"""Literals as syntax nodes of Python, and the order in which they are tested."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from authz.engine.conditions import ORDERED, Attr, Condition, Literal, Op, Value

#: Root of an attribute -> the name that holds its attributes; `g` is the record.
PARAMETERS = {"subject": "s", "resource": "r", "context": "c", "record": "g"}
#: Up to so many values are looked up one by one, which is faster than a set operation.
FEW_VALUES = 3


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests of one condition; that of its record is one, and stands last."""

    plain: tuple[Literal, ...]
    record: tuple["RecordTest", ...]

    @property
    def all(self) -> tuple["Literal | RecordTest", ...]:
        """Every test."""
        return (*self.plain, *self.record)

    @staticmethod
    def of(condition: Condition) -> "Tests":
        """The tests that a condition consists of."""
        inner = tuple(
            x for x in condition.literals if any(a.root == "record" for a in x.attributes())
        )
        plain = tuple(x for x in condition.literals if x not in inner)
        record = (RecordTest(condition.records, inner),) if condition.records else ()
        return Tests(plain, record)


@dataclass(frozen=True, slots=True)
class RecordTest:
    """Some record of that set passes these literals."""

    records: str
    literals: tuple[Literal, ...]


def cost(literal: Literal) -> int:
    """Roughly, what the test costs."""
    if isinstance(literal.right, tuple):
        return 1 if len(literal.right) <= FEW_VALUES else 2
    return 3 if literal.op is Op.OVERLAPS else 1


def in_order(tests: Sequence[Literal | RecordTest]) -> list[ast.expr]:
    """Cheap ones first, ordered comparisons behind all other literals, records last."""

    def rank(test: Literal | RecordTest) -> tuple[bool, bool, int]:
        if isinstance(test, RecordTest):
            return True, False, 0
        return False, test.op in ORDERED, cost(test)

    return [
        _record(test) if isinstance(test, RecordTest) else test_of(test)
        for test in sorted(tests, key=rank)
    ]


def test_of(literal: Literal) -> ast.expr:
    """The expression that is true when the literal is."""
    left, right = _read(literal.left), literal.right
    if isinstance(right, Attr):
        if literal.op is Op.OVERLAPS:
            return _not(_method(left, "isdisjoint", _read(right)))
        return ast.Compare(left, [_OPERATORS[literal.op]()], [_read(right)])
    if literal.op in ORDERED:
        return ast.Compare(left, [_OPERATORS[literal.op]()], [ast.Constant(right[0])])
    if literal.op in (Op.HOLDS, Op.LACKS):
        return _holds(left, right, holds=literal.op is Op.HOLDS)
    if literal.op is Op.HOLDS_OTHER:
        return _not(_method(left, "issubset", _set(right))) if right else left
    return _one_of(left, right, positive=literal.op is Op.ONE_OF)


def _one_of(left: ast.expr, values: tuple[Value, ...], *, positive: bool) -> ast.expr:
    if len(values) > 1:
        operator: ast.cmpop = ast.In() if positive else ast.NotIn()
        return ast.Compare(left, [operator], [_set(values)])
    value = values[0]
    if value is None or isinstance(value, bool):
        operator = ast.Is() if positive else ast.IsNot()
    else:
        operator = ast.Eq() if positive else ast.NotEq()
    return ast.Compare(left, [operator], [ast.Constant(value)])


def _holds(left: ast.expr, values: tuple[Value, ...], *, holds: bool) -> ast.expr:
    if len(values) > FEW_VALUES:
        disjoint = _method(_set(values), "isdisjoint", left)
        return _not(disjoint) if holds else disjoint
    operator: ast.cmpop = ast.In() if holds else ast.NotIn()
    tests: list[ast.expr] = [
        ast.Compare(ast.Constant(value), [operator], [left]) for value in values
    ]
    return either(tests) if holds else every(tests)


def _record(test: RecordTest) -> ast.expr:
    """Whether some record passes, by a probe on the fields that are joined."""
    key: dict[str, ast.expr] = {}
    others: list[Literal] = []
    for literal in test.literals:
        joined = _joined(literal)
        if joined and joined[0] not in key:
            key[joined[0]] = joined[1]
        else:
            others.append(literal)
    records = _read(Attr("subject", test.records))
    if not key and not others:
        return records
    fields = sorted(key)
    probe = ast.Tuple([key[f] for f in fields], ast.Load())
    names = _constant(tuple(fields))
    if len(others) == 1 and others[0].op is Op.ONE_OF:
        index = _method(records, "values", names, ast.Constant(others[0].left.name))
        found = _method(index, "get", probe, _set(()))
        values = others[0].right
        assert isinstance(values, tuple)
        return _holds(found, values, holds=True)
    index = _method(records, "by", names)
    found = _method(index, "get", probe, _constant(()))
    if not others:
        return found
    each = ast.comprehension(ast.Name("g", ast.Store()), found, [], 0)
    passing = ast.GeneratorExp(every(in_order(others)), [each])
    return ast.Call(ast.Name("any", ast.Load()), [passing], [])


def _joined(literal: Literal) -> tuple[str, ast.expr] | None:
    """The field of the record and what it must be equal to, where that is one value."""
    left, right = literal.left, literal.right
    if literal.op is Op.SAME and isinstance(right, Attr):
        if left.root == "record" and right.root != "record":
            return left.name, _read(right)
        if right.root == "record" and left.root != "record":
            return right.name, _read(left)
    if literal.op is Op.ONE_OF and left.root == "record" and isinstance(right, tuple):
        return (left.name, ast.Constant(right[0])) if len(right) == 1 else None
    return None


_OPERATORS: dict[Op, type[ast.cmpop]] = {
    Op.SAME: ast.Eq,
    Op.DIFFERS: ast.NotEq,
    Op.LESS: ast.Lt,
    Op.AT_MOST: ast.LtE,
    Op.GREATER: ast.Gt,
    Op.AT_LEAST: ast.GtE,
    Op.IN: ast.In,
    Op.NOT_IN: ast.NotIn,
}


def _read(attr: Attr) -> ast.expr:
    root = ast.Name(PARAMETERS[attr.root], ast.Load())
    return ast.Subscript(root, ast.Constant(attr.name), ast.Load())


def _set(values: tuple[Value, ...]) -> ast.expr:
    return _constant(frozenset(values))


def _constant(values: Any) -> ast.expr:
    """A tuple or a frozenset of constants, which the compiler takes for a constant too."""
    return ast.Constant(values)


def attribute_of(of: ast.expr, name: str) -> ast.expr:
    """An attribute of a Python object."""
    return ast.Attribute(of, name, ast.Load())


def _method(of: ast.expr, name: str, *args: ast.expr) -> ast.expr:
    return ast.Call(attribute_of(of, name), list(args), [])


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def every(tests: list[ast.expr]) -> ast.expr:
    """True when all are; true of none."""
    if not tests:
        return ast.Constant(True)
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)


def either(tests: list[ast.expr]) -> ast.expr:
    """True when one of them is; false of none."""
    if not tests:
        return ast.Constant(False)
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
