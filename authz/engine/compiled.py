"""Conditions as Python functions, built from syntax nodes and never from text.

A function takes the attributes of subject, resource and context as tuples. They have the
types of the schema, so Python's `==` and `in` agree with the `=` and `in` of rules: only
`1 == True` would not, and an attribute of booleans never holds an integer. A record of the
subject is found by hashing the fields that the condition joins, so it costs the same
whether there is one record or ten thousand.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from authz.engine.combine import Evaluation, combine
from authz.engine.conditions import ORDERED, Condition, Literal, Ways
from authz.engine.nodes import Tests, attribute_of, cost, either, every, in_order, test_of
from authz.engine.packed import Layout, Packed, least_layout
from authz.engine.prepared import Prepared
from authz.engine.unfolding.simplify import simplify
from authz.model import Decision

#: Attributes of subject, resource and context -> whether the answer is allow.
IsAllowed = Callable[[Packed, Packed, Packed], bool]
_Ids = Callable[[Packed, Packed, Packed], list[str]]
#: Decisions that are kept of one signature, to be given out again.
DECISIONS_MAX = 1_000
#: An attribute that a function reads so often is read once, at its beginning.
OFTEN = 3


@dataclass(frozen=True, slots=True)
class Compiled:
    """The functions of one signature."""

    #: What they are given.
    layout: Layout
    #: Whether the answer is allow.
    is_allowed: IsAllowed
    _permits: _Ids
    _forbids: _Ids
    #: Permits and forbids that held -> the decision that follows.
    _decisions: dict[tuple[tuple[str, ...], tuple[str, ...]], Decision] = field(
        default_factory=dict, compare=False, repr=False
    )

    def decide(self, s: Packed, r: Packed, c: Packed) -> Decision:
        """The decision; nothing that is interpreted can err here."""
        held = (tuple(self._permits(s, r, c)), tuple(self._forbids(s, r, c)))
        found = self._decisions.get(held)
        if found is None:
            if len(self._decisions) >= DECISIONS_MAX:
                self._decisions.clear()
            found = combine(Evaluation(frozenset(held[0]), frozenset(held[1])))
            self._decisions[held] = found
        return found

    def allowed(self, s: Prepared, r: Prepared, c: Prepared) -> bool:
        """Whether the answer is allow."""
        return self.is_allowed(*self.layout.packed(s, r, c))

    def satisfied(self, s: Prepared, r: Prepared, c: Prepared) -> Evaluation:
        """Which policies hold."""
        packed = self.layout.packed(s, r, c)
        return Evaluation(
            frozenset(self._permits(*packed)), frozenset(self._forbids(*packed))
        )


def compile_ways(ways: Ways, layout: Layout | None = None) -> Compiled:
    """The functions for the ways of one signature.

    layout: what they are to be given; without it, what they read.
    """
    layout = layout or least_layout(ways)
    body: list[ast.stmt] = []
    for answer, conditions in ((False, ways.forbids), (True, ways.permits)):
        tests = [Tests.of(condition) for condition in simplify(conditions)]
        body += _nested(tests, [ast.Return(ast.Constant(answer))])
    body.append(ast.Return(ast.Constant(False)))
    return Compiled(
        layout,
        _function(body, layout),
        _collector(ways.permits, layout),
        _collector(ways.forbids, layout),
    )


def _collector(conditions: Sequence[Condition], layout: Layout) -> Any:
    """A function that lists the ids of the policies that hold, some more than once."""
    found = ast.Name("found", ast.Load())
    body: list[ast.stmt] = [
        ast.Assign([ast.Name("found", ast.Store())], ast.List([], ast.Load()))
    ]
    by_id: dict[str, list[Tests]] = {}
    for condition in conditions:
        by_id.setdefault(condition.policies[0], []).append(Tests.of(condition))
    for policy_id, tests in by_id.items():
        ways = either([every(in_order(t.all)) for t in tests])
        append = ast.Call(attribute_of(found, "append"), [ast.Constant(policy_id)], [])
        body.append(ast.If(ways, [ast.Expr(append)], []))
    return _function([*body, ast.Return(found)], layout)


def _nested(tests: list[Tests], then: list[ast.stmt]) -> list[ast.stmt]:
    """`if` statements that reach `then` when all tests of one of them pass.

    A literal that several share is tested once.
    """
    body: list[ast.stmt] = []
    while tests:
        shared = _shared(tests)
        if shared is None:
            return body + [ast.If(every(in_order(t.all)), then, []) for t in tests]
        having = [
            Tests(tuple(x for x in t.plain if x != shared), t.record)
            for t in tests
            if shared in t.plain
        ]
        body.append(ast.If(test_of(shared), _nested(having, then), []))
        tests = [t for t in tests if shared not in t.plain]
    return body


def _shared(tests: list[Tests]) -> Literal | None:
    """The literal that most of them have, if more than one does.

    WHY no ordered comparison: it must stay behind the test that its operand is not nil.
    """
    often = Counter(x for t in tests for x in t.plain if x.op not in ORDERED)
    best = max(often, key=lambda x: (often[x], -cost(x), str(x)), default=None)
    return best if best is not None and often[best] > 1 else None


def _function(body: list[ast.stmt], layout: Layout) -> Any:
    """The function with that body, its often-read attributes in local variables."""
    places = _Places(layout)
    body = [places.visit(statement) for statement in _with_locals(body)]
    arguments = ast.arguments([], [ast.arg(name) for name in "src"], None, [], [], None, [])
    definition = ast.FunctionDef("decide", arguments, body, [])
    module = ast.fix_missing_locations(ast.Module([definition], []))
    names: dict[str, Any] = {"__builtins__": {"any": any}}
    exec(compile(module, "<conditions>", "exec"), names)  # noqa: S102  WHY: built from nodes
    return names["decide"]


class _Locals(ast.NodeTransformer):
    """Reads an attribute that the function reads often from a local variable."""

    def __init__(self, often: Iterable[tuple[str, str]]):
        self.names = {read: f"{read[0]}_{i}" for i, read in enumerate(often)}

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """An attribute, or what stands for it."""
        name = self.names.get(_of_read(node))
        return node if name is None else ast.Name(name, ast.Load())


class _Places(ast.NodeTransformer):
    """Reads attributes by their place in the layout, and no longer by name."""

    def __init__(self, layout: Layout):
        roots = zip("src", (layout.subject, layout.resource, layout.context), strict=True)
        self.names = {(root, n): i for root, names in roots for i, n in enumerate(names)}

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """The attribute at its place; a field of a record stays as it is."""
        read = _of_read(node)
        # WHY integers: a node that stands in several tests comes here again.
        if read[0] == "g" or isinstance(read[1], int):
            return node
        return ast.Subscript(node.value, ast.Constant(self.names[read]), ast.Load())


def _of_read(node: ast.Subscript) -> tuple[str, Any]:
    assert isinstance(node.value, ast.Name)
    assert isinstance(node.slice, ast.Constant)
    return node.value.id, node.slice.value


def _with_locals(body: list[ast.stmt]) -> list[ast.stmt]:
    reads = Counter(
        _of_read(node)
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Subscript)
    )
    often = sorted(read for read, n in reads.items() if n >= OFTEN and read[0] != "g")
    local = _Locals(often)
    first: list[ast.stmt] = [
        ast.Assign(
            [ast.Name(name, ast.Store())],
            ast.Subscript(ast.Name(root, ast.Load()), ast.Constant(attribute), ast.Load()),
        )
        for (root, attribute), name in local.names.items()
    ]
    return first + [local.visit(statement) for statement in body]
