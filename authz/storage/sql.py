"""A condition tree as SQL: the expression that is true for exactly the rows for which the
tree holds, and false, never NULL, for all others.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

import peewee as pw

from authz.decisions.tree import Element, Every, Not, Rows, Some, Tree
from authz.engine.conditions import OPPOSITE, ORDERED, Attr, Literal, Op, Value
from authz.engine.schema import BUILT_IN, TypeSchema
from authz.errors import RequestError
from authz.storage.dialects import Dialect, Sqlite, joined

#: Operands side by side; SQLite takes expressions of a depth of 1,000.
WIDTH = 50
_OPPOSITES = (Op.NONE_OF, Op.DIFFERS, Op.NOT_IN, Op.LACKS)


class Members(Protocol):
    """A string-set of each row, kept somewhere else than in one column."""

    def some(self, alias: str, test: Callable[[pw.Node], pw.Node]) -> pw.Node:
        """The set of the row has an element for which the test holds.

        alias: a name for the elements that nothing else in the statement has.
        """
        ...


class Records(Protocol):
    """A record-set of each row."""

    def some(
        self, alias: str, test: Callable[[Callable[[str], pw.Node]], pw.Node]
    ) -> pw.Node:
        """The set has a record for which the test holds; it asks for fields by name."""
        ...


Column = pw.Node | Members | Records


def expression(
    tree: Tree,
    kind: TypeSchema,
    columns: Mapping[str, Column],
    dialect: Dialect | None = None,
) -> pw.NodeList:
    """The tree as a peewee expression, for `where`.

    columns: attribute name -> the column of a row that holds it, or where its set is; NULL
    is nil, and the schema's default is taken for it. They compare text byte by byte, as
    both databases do unless they are told otherwise.
    Raises: RequestError when the tree reads an attribute that has no column.

        columns = {"id": Customer.id, "cluster": Customer.site}
        Customer.select().where(expression(found.tree, found.kind, columns))
    """
    return joined(_Renderer(kind, columns, dialect or Sqlite()).render(tree), parens=False)


def text(
    tree: Tree, kind: TypeSchema, columns: Mapping[str, Column], dialect: Dialect
) -> tuple[str, list[Any]]:
    """The tree as the text of a condition, and its parameters in order."""
    rendered = expression(tree, kind, columns, dialect)
    context = dialect.handle.get_sql_context()
    written: Any = context.sql(rendered)  # type: ignore[no-untyped-call]
    sql, parameters = written.query()
    return sql, list(parameters)


class _Renderer:
    """One tree over the columns of one type."""

    def __init__(
        self, kind: TypeSchema, columns: Mapping[str, Column], dialect: Dialect
    ) -> None:
        self._kind = kind
        self._columns = columns
        self._dialect = dialect
        self._numbers = count(1)

    def render(self, tree: Tree) -> pw.Node:
        """The tree, in parentheses where it needs them."""
        match tree:
            case Every(parts):
                return _combined("AND", list(map(self.render, parts)), "TRUE")
            case Some(parts):
                return _combined("OR", list(map(self.render, parts)), "FALSE")
            case Not(part):
                return joined("NOT", self.render(part))
            case Rows(tests, rows):
                return self._rows(tests, rows)
            case Element(records, tests):
                return self._element(records, tests)
        return self._literal(tree, {})

    def _literal(self, literal: Literal, record: Mapping[str, Any]) -> pw.Node:
        op, left, right = literal.op, literal.left, literal.right
        if op is Op.NONE_OF and right == (None,):
            return joined(self._scalar(left, record), "IS NOT NULL")
        if op in _OPPOSITES:
            plain = Literal(OPPOSITE[op], left, right)
            return joined("NOT", self._literal(plain, record))
        if isinstance(right, Attr):
            return self._of_two(op, left, right, record)
        if op in (Op.HOLDS, Op.HOLDS_OTHER):
            return self._of_set(op, left, right)
        node, type = self._scalar(left, record), self._type(left, record)
        if op is Op.ONE_OF:
            return self._one_of(node, type, right, nilable=self._nilable(left))
        return self._ordered(op, node, self._dialect.value(right[0], type), type)

    def _one_of(
        self, node: pw.Node, type: str, values: Sequence[Value], *, nilable: bool
    ) -> pw.Node:
        there = [value for value in values if value is not None]
        found: list[pw.Node] = []
        if there:
            among = self._dialect.among(node, there, type)
            found.append(joined(node, "IS NOT NULL AND", among) if nilable else among)
        if len(there) < len(values):
            found.append(joined(node, "IS NULL"))
        return _combined("OR", found, "FALSE")

    def _ordered(self, op: Op, left: pw.Node, right: pw.Node, type: str) -> pw.Node:
        one, other = (self._dialect.in_order(node, type) for node in (left, right))
        compared = joined(one, op.value, other)
        return joined(left, "IS NOT NULL AND", right, "IS NOT NULL AND", compared)

    def _of_set(self, op: Op, left: Attr, values: Sequence[Value]) -> pw.Node:
        def test(element: pw.Node) -> pw.Node:
            if not values:
                return joined(element, "IS NOT NULL")
            among = self._dialect.among(element, values, "string")
            return among if op is Op.HOLDS else joined("NOT", among)

        return self._some(left, test)

    def _of_two(
        self, op: Op, left: Attr, right: Attr, record: Mapping[str, Any]
    ) -> pw.Node:
        if op is Op.OVERLAPS:
            return self._some(
                left,
                lambda one: self._some(right, lambda other: joined(one, "=", other)),
            )
        node = self._scalar(left, record)
        if op is Op.IN:
            return self._some(right, lambda element: joined(element, "=", node))
        other = self._scalar(right, record)
        if op in ORDERED:
            return self._ordered(op, node, other, self._type(left, record))
        return self._dialect.same(node, other)

    def _rows(
        self, tests: Sequence[tuple[Op, Attr]], rows: Sequence[Sequence[Value]]
    ) -> pw.Node:
        """The scalars and one element of each set, together, are among the rows."""
        types = ["string" if op is Op.HOLDS else self._type(a, {}) for op, a in tests]

        def chosen(number: int, nodes: tuple[pw.Node, ...]) -> pw.Node:
            if number == len(tests):
                return self._dialect.row_among(nodes, rows, types)
            op, attr = tests[number]
            if op is Op.HOLDS:
                return self._some(
                    attr, lambda element: chosen(number + 1, (*nodes, element))
                )
            node = self._scalar(attr, {})
            rest = chosen(number + 1, (*nodes, node))
            return joined(node, "IS NOT NULL AND", rest) if self._nilable(attr) else rest

        return chosen(0, ())

    def _element(self, records: Attr, tests: Sequence[Literal]) -> pw.Node:
        fields = self._kind.attributes[records.name].fields

        def all_hold(field: Callable[[str], pw.Node]) -> pw.Node:
            record = {name: (field(name), type) for name, type in fields.items()}
            found = [self._literal(test, record) for test in tests]
            return _combined("AND", found, "TRUE")

        return self._some(records, all_hold)

    def _some(self, attr: Attr, test: Callable[[Any], pw.Node]) -> pw.Node:
        """The set has an element for which the test holds."""
        members: Members | Records = self._column(attr.name)
        return members.some(f"set_{next(self._numbers)}", test)

    def _scalar(self, attr: Attr, record: Mapping[str, Any]) -> pw.Node:
        if attr.root == "record":
            field: pw.Node = record[attr.name][0]
            return field
        node: pw.Node = self._column(attr.name)
        if attr.name in BUILT_IN or self._kind.attributes[attr.name].default is None:
            return node
        default: Any = self._kind.attributes[attr.name].default
        given = self._dialect.value(default, self._type(attr, record))
        return joined("COALESCE(", node, ",", given, ")", parens=False)

    def _type(self, attr: Attr, record: Mapping[str, Any]) -> str:
        if attr.root == "record":
            return str(record[attr.name][1])
        return "string" if attr.name in BUILT_IN else self._kind.attributes[attr.name].type

    def _nilable(self, attr: Attr) -> bool:
        """Whether the node may be NULL, as far as is known here."""
        if attr.root == "record":
            return True
        return attr.name not in BUILT_IN and (
            self._kind.attributes[attr.name].default is None
        )

    def _column(self, name: str) -> Any:
        try:
            return self._columns[name]
        except KeyError:
            attribute = self._kind.attributes.get(name)
            is_set = attribute is not None and attribute.type == "string-set"
            how = ' as {"table", "owner", "value"}' if is_set else ""
            raise RequestError(
                f"the answer depends on `{name}` of `{self._kind.name}`, for which there is"
                f" no column: name one{how}"
            ) from None


def _combined(word: str, nodes: list[pw.Node], empty: str) -> pw.Node:
    """The operands with that word between them, nested no deeper than need be."""
    if not nodes:
        return pw.SQL(empty)
    while len(nodes) > 1:
        groups = [nodes[at : at + WIDTH] for at in range(0, len(nodes), WIDTH)]
        nodes = [pw.NodeList(group, glue=f" {word} ", parens=True) for group in groups]
    return nodes[0]
