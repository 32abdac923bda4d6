"""Where the attributes of a row are: in columns that a caller names, in a table beside it,
in a JSON document.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.engine.schema import BUILT_IN, Attribute, TypeSchema
from authz.errors import RequestError
from authz.storage.dialects import joined
from authz.storage.sql import Column

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
#: What the condition calls the rows of a set; WHY kept free: inside the set, the name would
#: no longer mean the caller's table.
_OWN_ALIAS = re.compile(r"set_[0-9]+", re.IGNORECASE)
_TABLE_MEMBERS = ("table", "owner", "value", "key")


@dataclass(frozen=True, slots=True)
class Beside:
    """A string-set kept in another table: a row for each element."""

    table: str
    #: The column that says whose element it is.
    owner: str
    #: The column that holds the element.
    value: str
    #: What `owner` refers to.
    key: pw.Node

    def some(self, alias: str, test: Callable[[pw.Node], pw.Node]) -> pw.Node:
        """As `Members` says."""
        owner, value = _quoted(alias, self.owner), _quoted(alias, self.value)
        of_row = joined(owner, "=", self.key)
        table = joined(
            "SELECT 1 FROM", _quoted(self.table), "AS", _quoted(alias), parens=False
        )
        return joined("EXISTS (", table, "WHERE", of_row, "AND", test(value), ")")


@dataclass(frozen=True, slots=True)
class Related:
    """A string-set kept in another of our tables."""

    #: From a fresh alias: its rows for this one, and the column of the element.
    rows: Callable[[], tuple[pw.ModelSelect, pw.Node]]

    def some(self, alias: str, test: Callable[[pw.Node], pw.Node]) -> pw.Node:
        """As `Members` says."""
        chosen, element = self.rows()
        found: pw.Node = pw.fn.EXISTS(chosen.where(test(element)))
        return found


@dataclass(frozen=True, slots=True)
class JsonArray:
    """A string-set in a JSON document of the row; SQLite only."""

    #: The array as JSON text, NULL where there is none.
    array: pw.Node

    def some(self, alias: str, test: Callable[[pw.Node], pw.Node]) -> pw.Node:
        """As `Members` says."""
        each = joined("json_each(", self.array, ")", "AS", _quoted(alias), parens=False)
        element = test(_quoted(alias, "value"))
        return joined("EXISTS ( SELECT 1 FROM", each, "WHERE", element, ")")


@dataclass(frozen=True, slots=True)
class JsonRecords:
    """A record-set in a JSON document of the row; SQLite only."""

    #: The array of objects as JSON text, NULL where there is none.
    array: pw.Node

    def some(
        self, alias: str, test: Callable[[Callable[[str], pw.Node]], pw.Node]
    ) -> pw.Node:
        """As `Records` says."""

        def field(name: str) -> pw.Node:
            return pw.fn.json_extract(_quoted(alias, "value"), f"$.{name}")

        each = joined("json_each(", self.array, ")", "AS", _quoted(alias), parens=False)
        return joined("EXISTS ( SELECT 1 FROM", each, "WHERE", test(field), ")")


def named(kind: TypeSchema, table: str, given: Mapping[str, object]) -> dict[str, Column]:
    """The columns of a caller's table: each attribute in the column of its name, unless
    `given` says otherwise.

    given: attribute -> `column`, `table.column`, or for a set
    `{"table", "owner", "value", "key"?}`; `key` is the column that `owner` refers to, the
    one of `id` unless it is named. A string-set has no column unless it is given one.
    Raises: RequestError for what is no attribute, or no name.
    """
    for name in given:
        if name not in kind.attributes and name not in BUILT_IN:
            raise RequestError(f"`{kind.name}` has no attribute `{name}`")
    columns: dict[str, Column] = {
        name: _column(table, given.get(name, name), name)
        for name in (*BUILT_IN, *kind.attributes)
        if not _is_set(kind.attributes.get(name))
    }
    for name, attribute in kind.attributes.items():
        if _is_set(attribute) and name in given:
            columns[name] = _beside(table, given[name], columns["id"], attribute)
    return columns


def _is_set(attribute: Attribute | None) -> bool:
    return attribute is not None and attribute.type.endswith("-set")


def _column(table: str, given: object, name: str) -> pw.Node:
    parts = given.split(".") if isinstance(given, str) else []
    if not 1 <= len(parts) <= 2 or not all(map(_NAME.fullmatch, (table, *parts))):
        raise RequestError(
            f"the column of `{name}` is written `column` or `table.column`, in letters,"
            " digits and `_`"
        )
    *of, column = parts
    (owner,) = of or [table]
    if _OWN_ALIAS.fullmatch(owner):
        raise RequestError(
            f"the condition calls its sets `set_1`, `set_2`, ...: give `{owner}` another"
            " alias"
        )
    return _quoted(owner, column)


def _beside(table: str, given: object, id: Any, attribute: Attribute) -> Beside:
    members = given if isinstance(given, Mapping) else {}
    other, owner, value = (members.get(member) for member in _TABLE_MEMBERS[:3])
    named = all(isinstance(m, str) and _NAME.fullmatch(m) for m in (other, owner, value))
    if (
        attribute.type != "string-set"
        or not named
        or not set(members) <= set(_TABLE_MEMBERS)
    ):
        raise RequestError(
            f"`{attribute.name}` is a {attribute.type}: a string-set is given as"
            ' {"table", "owner", "value"}, a record-set cannot be'
        )
    key = _column(table, members["key"], attribute.name) if "key" in members else id
    return Beside(str(other), str(owner), str(value), key)


def _quoted(*names: str) -> pw.SQL:
    return pw.SQL(".".join(f'"{name}"' for name in names))
