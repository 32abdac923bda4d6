"""Which requests show whether one condition of a policy is right?

A model that satisfies it with all values different, one for each value of its lists, each
literal turned into its opposite, everything equal that may be equal, nil where nil may be,
and both sides of every bound.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from authz.engine.conditions import OPPOSITE, ORDERED, Attr, Condition, Literal, Op, Value
from authz.engine.gate.known import Known, among
from authz.engine.gate.requests import Declared, Request, Style, nullable
from authz.engine.gate.solve import beside, solve
from authz.engine.gate.values import with_value

#: Other values of one attribute that a literal is tried with.
OTHERS_MAX = 12
_LISTS = (Op.ONE_OF, Op.NONE_OF, Op.HOLDS, Op.LACKS)


class Models:
    """The requests about one condition."""

    def __init__(
        self, condition: Condition, attributes: Declared, known: Known, own: Sequence[str]
    ):
        """`attributes` are those of its record too; `own` the strings in its policy."""
        self._condition = condition
        self._literals = condition.literals
        self._attributes = attributes
        self._known = known
        self._own = own

    def all(self) -> Iterator[Request | None]:
        """Every request, the satisfying one first; None where none was found."""
        first = self._solve(self._literals, Style())
        return chain([first], self._others(first) if first else ())

    def of_values(self) -> Iterator[Request]:
        """The satisfying requests, one for each value that an attribute may have."""
        for literal in self._literals:
            if literal.op is Op.ONE_OF and isinstance(literal.right, tuple):
                for value in literal.right[1:]:
                    found = self._solve(self._literals, Style(chosen={literal: value}))
                    if found is not None:
                        yield found

    def of_rest(self) -> Iterator[Request]:
        """Requests that satisfy all literals but one, of a condition that nothing does."""
        for literal in self._literals:
            rest = [other for other in self._literals if other != literal]
            found = self._solve(rest, Style())
            if found is not None:
                yield found

    def _others(self, first: Request) -> Iterator[Request | None]:
        for literal in self._literals:
            if literal.op in _LISTS and isinstance(literal.right, tuple):
                for value in literal.right[1:]:
                    yield self._solve(self._literals, Style(chosen={literal: value}))
            yield from self._turned(literal)
            yield from self._beside(literal, first)
        yield self._solve(self._literals, Style(collapsed=True))
        yield self._solve(self._literals, Style(full=True))
        yield from self._absent()
        yield from self._scattered(first)

    def _solve(
        self,
        literals: Sequence[Literal],
        style: Style,
        never: Sequence[Literal] = (),
        everything: Sequence[Attr] = (),
    ) -> Request | None:
        """`everything` are the sets that hold every string of the policy set, when full."""
        pool = {**self._known.strings, **dict.fromkeys(everything, self._known.constants)}
        records = self._condition.records
        return solve(literals, self._attributes, records, style, pool, never)

    def _turned(self, literal: Literal) -> Iterator[Request | None]:
        """Models in which just this literal does not hold."""
        rest = [other for other in self._literals if other != literal]
        if literal.op not in OPPOSITE:
            yield self._solve(rest, Style(), [literal])
            return
        opposite = Literal(OPPOSITE[literal.op], literal.left, literal.right)
        turned = [*rest, opposite]
        yield self._solve(turned, Style())
        yield self._solve(turned, Style(full=True), (), [literal.left])
        for value in self._instead(literal, opposite):
            yield self._solve(turned, Style(chosen={opposite: value}))
        if literal.op is Op.ONE_OF:
            for value in self._other_values(literal):
                exactly = Literal(Op.ONE_OF, literal.left, (value,))
                yield self._solve([*rest, exactly], Style())

    def _instead(self, literal: Literal, opposite: Literal) -> Sequence[Value]:
        if opposite.op in (Op.ONE_OF, Op.HOLDS) and isinstance(literal.right, tuple):
            return literal.right[1:]
        return ()

    def _other_values(self, literal: Literal) -> list[Value]:
        assert isinstance(literal.right, tuple)
        known = self._known.of(literal.left)
        if self._attributes[literal.left].type == "string":
            known = list(dict.fromkeys([*known, *self._own]))
        others = [value for value in known if not among(value, literal.right)]
        return others[:OTHERS_MAX]

    def _beside(self, literal: Literal, first: Request) -> Iterator[Request | None]:
        """The first model at the bound of an ordered comparison, and on both sides."""
        if literal.op not in ORDERED or literal.left.root == "record":
            return
        if isinstance(literal.right, tuple):
            bound: Value = literal.right[0]
        elif literal.right.root == "record":
            return
        else:
            bound = first[literal.right.root][literal.right.name]
        for value in beside(bound):
            yield with_value(first, literal.left, value)

    def _absent(self) -> Iterator[Request | None]:
        """Nil where it may be: what the condition mentions one by one, the rest at once."""
        free = {attr for attr, of in self._attributes.items() if nullable(of)}
        mentioned = {attr for x in self._literals for attr in x.attributes()}
        for attr in sorted(free & mentioned):
            style = Style(absent=frozenset([attr]))
            found = self._solve(self._literals, style)
            if found is None:
                rest = [x for x in self._literals if attr not in x.attributes()]
                found = self._solve(rest, style)
            yield found
        yield self._solve(self._literals, Style(absent=frozenset(free - mentioned)))

    def _scattered(self, first: Request) -> Iterator[Request]:
        """What one record must have, spread over two of them."""
        name = self._condition.records
        if not name:
            return
        (record,) = first["subject"][name]
        for literal in self._literals:
            for attr in literal.attributes():
                if attr.root == "record":
                    without = {**record, attr.name: None}
                    only = {**dict.fromkeys(record), attr.name: record[attr.name]}
                    for other in (without, only):
                        for both in ((record, other), (other, record)):
                            yield with_value(first, Attr("subject", name), both)
                    for both in ((without, only), (only, without)):
                        yield with_value(first, Attr("subject", name), both)
        yield with_value(first, Attr("subject", name), (dict.fromkeys(record), record))
