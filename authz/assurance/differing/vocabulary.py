"""What changed in `schema.yaml`, one sentence for each change."""

from collections.abc import Iterable, Iterator, Mapping

from authz.engine.schema import Attribute, Schema, TypeSchema

_OF_TYPES = ("group", "facts", "subject", "unregistered", "registrable")
_OF_ATTRIBUTES = ("type", "source", "required", "default", "fields", "sole_holder_of")


def schema_changes(old: Schema, new: Schema) -> list[str]:
    """Everything that a rule or a caller could notice."""
    found = [
        *_attributes("the context", old.context, new.context),
        *_attributes("actions", old.action_properties, new.action_properties),
        *_came_and_went("the group", old.groups, new.groups),
        *_came_and_went("the type", old.types, new.types),
    ]
    for name in sorted(old.types.keys() & new.types.keys()):
        found += _type(old.types[name], new.types[name])
    return found


def _type(old: TypeSchema, new: TypeSchema) -> Iterator[str]:
    for name in _OF_TYPES:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield f"`{new.name}`: {name} was {_said(was)}, is {_said(now)}"
    came_and_went = _came_and_went("the action", old.actions, new.actions)
    yield from (f"`{new.name}`: {said}" for said in came_and_went)
    yield from _attributes(f"`{new.name}`", old.attributes, new.attributes)


def _attributes(
    of: str, old: Mapping[str, Attribute], new: Mapping[str, Attribute]
) -> Iterator[str]:
    for said in _came_and_went("the attribute", old, new):
        yield f"{of}: {said}"
    for name in sorted(old.keys() & new.keys()):
        for part in _OF_ATTRIBUTES:
            was, now = getattr(old[name], part), getattr(new[name], part)
            if was != now:
                yield f"{of}: `{part}` of `{name}` was {_said(was)}, is {_said(now)}"


def _came_and_went(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    for name in sorted(set(old) - set(new)):
        yield f"{what} `{name}` is gone"
    for name in sorted(set(new) - set(old)):
        yield f"{what} `{name}` is new"


def _said(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(map(_said, value))}]"
        case Mapping():
            return "{" + ", ".join(f"{name}: {kind}" for name, kind in value.items()) + "}"
    return f"`{value}`"
