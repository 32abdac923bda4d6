"""Reads `schema.yaml`: strict, closed, and with the line of whatever is wrong."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from authz.engine.place import Place, read_text
from authz.engine.schema import BUILT_IN, Attribute, AttributeProblem, Schema, TypeSchema

TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*")
ATTRIBUTE_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
CLASS_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
SCALAR_TYPES = ("string", "integer", "boolean")
VALUE_TYPES = (*SCALAR_TYPES, "string-set", "record-set")
ENTITY_SOURCES = ("stored", "vouched", "any", "request")
CONTEXT_SOURCES = ("request", "caller", "session", "clock")
TOP_KEYS = ("version", "types", "context", "action_properties", "groups")
TYPE_FLAGS = ("unregistered", "registrable", "subject")
TYPE_KEYS = ("attributes", "actions", "group", "facts", *TYPE_FLAGS)
ATTRIBUTE_KEYS = ("type", "source", "required", "default", "fields", "sole_holder_of")
FACTS = (
    "resources",
    "accounts",
    "tenants",
    "organizations",
    "places",
    "metering_units",
    "api_clients",
)
#: Names of classes that Polar or the engine already gives a meaning.
RESERVED_CLASSES = frozenset(
    ("Actor", "Resource", "Context", "Boolean", "Integer", "Float", "Number")
    + ("String", "List", "Dictionary", "Datetime", "Timedelta")
)


def parse_schema(text: str, file: str = "schema.yaml") -> Schema:
    """The schema that the text declares.

    Raises: PolicyError with file and line.
    """
    place, value = read_text(file, text)
    top = place.mapping(value, keys=TOP_KEYS)
    if top.get("version") != 1:
        raise place.at("version").breaks("must be 1")
    groups = place.at("groups").texts(top.get("groups", []))
    types = _types(place.at("types"), top.get("types"), groups)
    return Schema(
        types=types,
        context=_attributes(place.at("context"), top.get("context"), CONTEXT_SOURCES),
        action_properties=_attributes(
            place.at("action_properties"), top.get("action_properties"), ("request",)
        ),
        groups=groups,
    )


def _types(
    place: Place, value: object, groups: tuple[str, ...]
) -> Mapping[str, TypeSchema]:
    taken: dict[str, str] = {}
    for group in groups:
        _take_class(place, group, taken)
    types = {}
    for name, data in place.mapping(value).items():
        types[name] = _type(place.at(name), name, data, groups)
        _take_class(place.at(name), types[name].class_name, taken)
    if not types:
        raise place.breaks("declares no type")
    return MappingProxyType(types)


def _take_class(place: Place, name: str, taken: dict[str, str]) -> None:
    if not CLASS_NAME.fullmatch(name):
        raise place.breaks(f"`{name}` is not a class name: a capital, letters and digits")
    if name in RESERVED_CLASSES:
        raise place.breaks(f"the class name `{name}` has a meaning of its own in Polar")
    if name in taken:
        raise place.breaks(f"two types or groups share the class `{name}`")
    taken[name] = name


def _type(place: Place, name: str, value: object, groups: tuple[str, ...]) -> TypeSchema:
    if not TYPE_NAME.fullmatch(name):
        raise place.breaks(f"`{name}` is not a type name: small letters, digits and `_`")
    data = place.mapping(value, keys=TYPE_KEYS)
    facts = place.at("facts").choice("facts", data.get("facts", "resources"), FACTS)
    flags = {flag: place.at(flag).flag(data.get(flag, False)) for flag in TYPE_FLAGS}
    if flags["registrable"] and facts != "resources":
        raise place.breaks(f"is kept in `{facts}`, which apps may not write")
    return TypeSchema(
        name=name,
        class_name="".join(part.capitalize() for part in name.split("_")),
        group=place.at("group").choice("group", data["group"], groups)
        if "group" in data
        else None,
        attributes=_attributes(
            place.at("attributes"), data.get("attributes"), ENTITY_SOURCES
        ),
        actions=_actions(place.at("actions"), data.get("actions", [])),
        facts=facts,
        **flags,
    )


def _actions(place: Place, value: object) -> frozenset[str]:
    """Written `noun: [verbs]` and asked as `noun:verb`, or a plain list of names."""
    if isinstance(value, list):
        return frozenset(place.texts(value))
    return frozenset(
        f"{noun}:{verb}"
        for noun, verbs in place.mapping(value).items()
        for verb in place.at(noun).texts(verbs)
    )


def _attributes(
    place: Place, value: object, sources: tuple[str, ...]
) -> Mapping[str, Attribute]:
    """The first of the sources is the default one."""
    found = {}
    for name, data in place.mapping({} if value is None else value).items():
        at = place.at(name)
        if not ATTRIBUTE_NAME.fullmatch(name):
            raise at.breaks("is not a name: a small letter, then letters, digits and `_`")
        if name in BUILT_IN or (sources is CONTEXT_SOURCES and name.startswith("action_")):
            raise at.breaks("is built in and not declared")
        found[name] = _attribute(at, name, at.mapping(data, keys=ATTRIBUTE_KEYS), sources)
    return MappingProxyType(found)


def _attribute(
    place: Place, name: str, data: Mapping[str, object], sources: tuple[str, ...]
) -> Attribute:
    attribute = Attribute(
        name=name,
        type=place.at("type").choice("type", place.of(data, "type"), VALUE_TYPES),
        source=place.at("source").choice("source", data.get("source", sources[0]), sources),
        required=place.at("required").flag(data.get("required", False)),
        fields=_fields(place.at("fields"), data),
        sole_holder_of=place.at("sole_holder_of").texts(data.get("sole_holder_of", [])),
    )
    if attribute.required and "default" in data:
        raise place.breaks("is required, so its default would never be taken")
    if (
        attribute.type.endswith("-set")
        and not attribute.required
        and data.get("default") is None
    ):
        # WHY: rules look things up in a set, and nothing can be looked up in nil.
        raise place.breaks("is a set, which is never absent: give it `default: []`")
    if attribute.sole_holder_of and (attribute.type, attribute.source) != (
        "boolean",
        "stored",
    ):
        raise place.breaks("is computed, so it is a stored boolean")
    try:
        return replace(attribute, default=attribute.check(data.get("default")))
    except AttributeProblem as exc:
        raise place.breaks(f"the default does not fit: {exc}") from exc


def _fields(place: Place, data: Mapping[str, object]) -> Mapping[str, str]:
    if data.get("type") != "record-set":
        if "fields" in data:
            raise place.breaks("only a record-set has fields")
        return MappingProxyType({})
    fields = place.mapping(data.get("fields"))
    if not fields:
        raise place.breaks("a record-set has fields")
    return MappingProxyType(
        {name: place.at(name).choice("type", t, SCALAR_TYPES) for name, t in fields.items()}
    )
