"""The attributes that a registered resource keeps in JSON, as SQL, and whether they are of
the types that the schema declares.
"""

import json
from collections.abc import Mapping
from typing import Any

import peewee as pw

from authz.engine.schema import INTEGER_MAX, Attribute
from authz.storage.columns import JsonArray, JsonRecords
from authz.storage.dialects import bound, joined, listed
from authz.storage.sql import Column
from authz.storage.tables import Resource

#: Type of an attribute -> what SQLite calls it in JSON, where that says all.
_TYPES = {
    "boolean": ("true", "false"),
    "string-set": ("array",),
    "record-set": ("array",),
}


#: The document of a row; of one that holds no JSON, nothing. WHY a case: SQLite ends a
#: query at the first text that is no JSON, and one bad row must not hide the good ones.
DOCUMENT = joined(
    "CASE WHEN typeof(",
    Resource.attributes,
    ") = 'text' AND json_valid(",
    Resource.attributes,
    ") THEN",
    Resource.attributes,
    "ELSE 'null' END",
)


def is_object() -> pw.Node:
    """Whether the document of a row is a JSON object."""
    return joined("json_type(", DOCUMENT, ") = 'object'")


def in_document(attribute: Attribute) -> Column:
    """The column that holds an attribute of a resource."""
    path = bound(f"$.{attribute.name}")
    value = pw.fn.json_extract(DOCUMENT, path)
    if not attribute.type.endswith("-set"):
        return value
    kind = pw.fn.COALESCE(pw.fn.json_type(DOCUMENT, path), "null")
    # WHY a case: what is no array would be read as JSON text, and end the query.
    given = joined("WHEN 'array' THEN", value, parens=False)
    default = joined("WHEN 'null' THEN", _default(attribute), parens=False)
    return _set(attribute, joined("CASE", kind, given, default, "END"))


def absent(attribute: Attribute) -> Column:
    """The column of an attribute that no row has: nil, or the default."""
    if attribute.type.endswith("-set"):
        return _set(attribute, _default(attribute))
    return pw.SQL("NULL")


def _set(attribute: Attribute, array: pw.Node) -> JsonArray | JsonRecords:
    return JsonRecords(array) if attribute.type == "record-set" else JsonArray(array)


def _default(attribute: Attribute) -> pw.Node:
    """The default of a set, as JSON text."""
    default: Any = attribute.default
    if attribute.type == "record-set" and default is not None:
        default = [dict(record) for record in default]
    return bound(None if default is None else json.dumps(default))


def fits(attribute: Attribute) -> pw.Node:
    """Whether the value is absent or of the declared type, as `Attribute.check` says; a
    required set must be there.
    """
    path = bound(f"$.{attribute.name}")
    kind = pw.fn.COALESCE(pw.fn.json_type(DOCUMENT, path), "null")
    value = pw.fn.json_extract(DOCUMENT, path)
    # WHY: SQLite reads a text in JSON up to a zero character only. A backslash that is
    # written out, `\\`, begins no zero.
    written = joined("replace(", DOCUMENT, "->", path, r", '\\', ' ')", parens=False)
    zero = joined("instr(", written, r", '\u0000')", parens=False)
    sound = joined(_is_of(attribute.type, kind, value), "AND COALESCE(", zero, ", 0) = 0")
    column = in_document(attribute)
    if isinstance(column, JsonArray):
        element = _is_text(pw.SQL("element.type"), pw.SQL("element.value"))
        wrong = column.some("element", lambda _: joined("NOT", element))
    elif isinstance(column, JsonRecords):
        wrong = column.some("element", lambda _: _is_wrong(attribute.fields))
    else:
        return sound
    there = joined(kind, "= 'array'") if attribute.required else "TRUE"
    return joined(sound, "AND", there, "AND NOT", wrong)


def _is_of(type: str, kind: pw.Node, value: pw.Node) -> pw.Node:
    """Whether a value that JSON calls `kind` is nil or of the type."""
    if type == "integer":
        whole = joined(
            "typeof(", value, ") = 'integer' AND", value, ">=", bound(-INTEGER_MAX)
        )
        return joined(kind, "= 'null' OR", kind, "= 'integer' AND", whole)
    if type == "string":
        return joined(kind, "= 'null' OR", _is_text(kind, value))
    return joined(kind, "IN", listed(map(bound, (*_TYPES[type], "null"))))


def _is_text(kind: pw.Node, value: pw.Node) -> pw.Node:
    """Whether a value is a text of whole characters.

    WHY so: to SQLite half of a surrogate pair looks like U+FFFD, and has other bytes.
    """
    others = joined("replace(", value, ",", bound("\ufffd"), ", '')", parens=False)
    return joined(kind, "= 'text' AND NOT", joined(others, "GLOB", bound("*\ufffd*")))


def _is_wrong(fields: Mapping[str, str]) -> pw.Node:
    """Whether `element` is no record with these fields."""
    kind, value = pw.SQL("field.type"), pw.SQL("field.value")
    cases: list[pw.Node | str] = []
    for name, type in fields.items():
        cases += ["WHEN", bound(name), "THEN", _is_of(type, kind, value)]
    known = joined("CASE field.key", *cases, "ELSE FALSE END")
    each = joined("SELECT 1 FROM json_each(element.value) AS field WHERE NOT", known)
    return joined("CASE element.type WHEN 'object' THEN EXISTS", each, "ELSE TRUE END")
