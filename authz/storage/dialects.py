"""What the two databases say differently: lists of values, equality with what is absent,
the order of texts.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import peewee as pw

from authz.engine.conditions import Value
from authz.errors import RequestError

#: Up to so many values are bound one by one; SQLite takes 32,766 parameters in all.
SHORT = 50


class Dialect(Protocol):
    """How one database says it."""

    #: A handle that is never opened: it knows how the text is written.
    handle: pw.Database

    def value(self, value: Value, type: str) -> pw.Node:
        """A value as a parameter. Raises: RequestError when the database has no such."""
        ...

    def same(self, left: pw.Node, right: pw.Node) -> pw.Node:
        """Equal, or both absent."""
        ...

    def among(self, node: pw.Node, values: Sequence[Value], type: str) -> pw.Node:
        """One of the values, none of which is nil; NULL where the node is."""
        ...

    def row_among(
        self,
        nodes: Sequence[pw.Node],
        rows: Sequence[Sequence[Value]],
        types: Sequence[str],
    ) -> pw.Node:
        """The nodes together are one of the rows; NULL or false where one is NULL."""
        ...

    def in_order(self, node: pw.Node, type: str) -> pw.Node:
        """The node as an operand of `<`: text by code points."""
        ...


class Sqlite:
    """SQLite 3.40 or later; long lists travel as one JSON array."""

    handle: pw.Database = pw.SqliteDatabase(None)

    def value(self, value: Value, type: str) -> pw.Node:
        """As `Dialect` says."""
        return bound(value)

    def same(self, left: pw.Node, right: pw.Node) -> pw.Node:
        """As `Dialect` says."""
        return joined(left, "IS", right)

    def among(self, node: pw.Node, values: Sequence[Value], type: str) -> pw.Node:
        """As `Dialect` says."""
        if len(values) == 1:
            return joined(node, "=", bound(values[0]))
        if len(values) <= SHORT:
            return joined(node, "IN", listed(map(bound, values)))
        # WHY apart: in JSON, SQLite ends a text at a zero character.
        plain = [value for value in values if _has_no_zero(value)]
        array = bound(json.dumps(plain))
        found = joined(node, "IN (SELECT value FROM json_each(", array, "))")
        if len(plain) == len(values):
            return found
        odd = [bound(value) for value in values if not _has_no_zero(value)]
        return joined(found, "OR", joined(node, "IN", listed(odd)))

    def row_among(
        self,
        nodes: Sequence[pw.Node],
        rows: Sequence[Sequence[Value]],
        types: Sequence[str],
    ) -> pw.Node:
        """As `Dialect` says."""
        kept = [row for row in rows if all(map(_has_no_zero, row))]
        if len(rows) * len(nodes) <= SHORT or not kept:
            return self._row_among_few(nodes, rows)
        fields = (pw.SQL(f"json_extract(value, '$[{n}]')") for n in range(len(nodes)))
        array = joined("json_each(", bound(json.dumps(kept)), ")", parens=False)
        chosen = joined("SELECT", listed(fields, parens=False), "FROM", array)
        found = joined(listed(nodes), "IN", chosen)
        if len(kept) == len(rows):
            return found
        odd = [row for row in rows if not all(map(_has_no_zero, row))]
        return joined(found, "OR", self._row_among_few(nodes, odd))

    def _row_among_few(
        self, nodes: Sequence[pw.Node], rows: Sequence[Sequence[Value]]
    ) -> pw.Node:
        given = listed([listed(map(bound, row)) for row in rows], parens=False)
        return joined(listed(nodes), "IN (VALUES", given, ")")

    def in_order(self, node: pw.Node, type: str) -> pw.Node:
        """As `Dialect` says; the default collation compares bytes."""
        return node


class Postgres:
    """PostgreSQL 12 or later, in UTF-8; lists travel as arrays."""

    handle: pw.Database = pw.PostgresqlDatabase(None)
    _TYPES = {"string": "text", "integer": "bigint", "boolean": "boolean"}

    def value(self, value: Value, type: str) -> pw.Node:
        """As `Dialect` says."""
        if not _has_no_zero(value):
            raise RequestError("PostgreSQL has no text with a zero character")
        return pw.NodeList((bound(value), pw.SQL(f"::{self._TYPES[type]}")), glue="")

    def same(self, left: pw.Node, right: pw.Node) -> pw.Node:
        """As `Dialect` says."""
        return joined(left, "IS NOT DISTINCT FROM", right)

    def among(self, node: pw.Node, values: Sequence[Value], type: str) -> pw.Node:
        """As `Dialect` says."""
        kept = [value for value in values if _has_no_zero(value)]
        if len(kept) == 1:
            return joined(node, "=", self.value(kept[0], type))
        return joined(node, "= ANY(", self._array(kept, type), ")")

    def row_among(
        self,
        nodes: Sequence[pw.Node],
        rows: Sequence[Sequence[Value]],
        types: Sequence[str],
    ) -> pw.Node:
        """As `Dialect` says."""
        kept = [row for row in rows if all(map(_has_no_zero, row))]
        columns = [[row[number] for row in kept] for number in range(len(nodes))]
        arrays = listed(map(self._array, columns, types), parens=False)
        return joined(listed(nodes), "IN (SELECT * FROM unnest(", arrays, "))")

    def in_order(self, node: pw.Node, type: str) -> pw.Node:
        """As `Dialect` says."""
        return joined(node, 'COLLATE "C"') if type == "string" else node

    def _array(self, values: list[Value], type: str) -> pw.Node:
        return pw.NodeList((bound(values), pw.SQL(f"::{self._TYPES[type]}[]")), glue="")


def _has_no_zero(value: Value) -> bool:
    """PostgreSQL keeps no text with a zero character, and SQLite's JSON ends there."""
    return not isinstance(value, str) or "\0" not in value


def bound(value: Any) -> pw.Node:
    """A parameter, as it is: no column's type converts it."""
    return pw.Value(value, converter=False, unpack=False)


def joined(*parts: pw.Node | str, parens: bool = True) -> pw.NodeList:
    """Nodes and SQL text, side by side."""
    nodes = [pw.SQL(part) if isinstance(part, str) else part for part in parts]
    return pw.NodeList(nodes, glue=" ", parens=parens)


def listed(nodes: Any, *, parens: bool = True) -> pw.NodeList:
    """Nodes with commas between them."""
    return pw.NodeList(list(nodes), glue=", ", parens=parens)


#: Name -> dialect, as callers choose.
DIALECTS: Mapping[str, Dialect] = {"sqlite": Sqlite(), "postgres": Postgres()}
