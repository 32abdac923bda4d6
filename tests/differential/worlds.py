"""Values for requests: any that the schema allows, by chance or pushed toward a policy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from authz.engine.conditions import Signature
from authz.engine.records import fill_defaults
from authz.engine.schema import Attribute, Schema

#: Root (`subject`, `resource`, `context`, `record`) -> attribute -> value.
World = dict[str, dict[str, Any]]
INTEGERS = (-1, 0, 1, 2, 3)


@dataclass(frozen=True)
class Asked:
    """One question, with all that is known about it."""

    signature: Signature
    subject: Mapping[str, Any]
    resource: Mapping[str, Any]
    context: Mapping[str, Any]


class Pools:
    """Which values attributes get, by their names."""

    def __init__(self, strings: Mapping[str, Sequence[str]]):
        """Without an entry of its own an attribute takes from that of the empty name."""
        self._strings = strings

    def question(
        self,
        random: Random,
        schema: Schema,
        signature: Signature,
        push: Callable[[World], None] | None = None,
        records: str = "",
    ) -> Asked:
        """Some question of that kind; pushed, half of the times with one value changed.

        `record` is of the record-set of that name; with none named, of any.
        """
        types = schema.types
        tables = {
            "subject": types[signature.subject].attributes,
            "resource": types[signature.resource].attributes,
            "context": schema.context_attributes(),
        }
        world = {root: self._values(random, table) for root, table in tables.items()}
        for root in ("subject", "resource"):
            for name in ("id", "tenant"):
                world[root][name] = random.choice(self._of(name))
        world["record"] = self._any_record(random, tables["subject"], records)
        if push is not None:
            push(world)
            if random.random() < 0.5:
                root = random.choice([root for root in tables if tables[root]])
                name, attribute = random.choice(list(tables[root].items()))
                world[root][name] = self._value(random, attribute)
        settled = {root: _settled(table, world[root]) for root, table in tables.items()}
        return Asked(signature, **settled)

    def _values(
        self, random: Random, attributes: Mapping[str, Attribute]
    ) -> dict[str, object]:
        return {name: self._value(random, one) for name, one in attributes.items()}

    def _value(self, random: Random, attribute: Attribute) -> object:
        """Any value of the declared type, nil among them."""
        if not attribute.required and random.random() < 0.2:
            return None
        if attribute.type == "record-set":
            count = random.choice((0, 1, 1, 2, 3))
            return attribute.check([self._record(random, attribute) for _ in range(count)])
        if attribute.type == "string-set":
            pool = self._of(attribute.name)
            return attribute.check(
                random.sample(pool, random.randint(0, min(3, len(pool))))
            )
        return self._scalar(random, attribute.type, attribute.name)

    def strings(self, name: str) -> tuple[str, ...]:
        """Every string that a set of that name may hold."""
        return tuple(sorted(set(self._of(name))))

    def _of(self, name: str) -> Sequence[str]:
        return self._strings.get(name) or self._strings[""]

    def _any_record(
        self, random: Random, attributes: Mapping[str, Attribute], name: str
    ) -> dict[str, object]:
        sets = [
            one
            for one in attributes.values()
            if one.type == "record-set" and name in ("", one.name)
        ]
        return self._record(random, random.choice(sets)) if sets else {}

    def _record(self, random: Random, attribute: Attribute) -> dict[str, object]:
        return {
            name: None if random.random() < 0.2 else self._scalar(random, kind, name)
            for name, kind in attribute.fields.items()
        }

    def _scalar(self, random: Random, kind: str, name: str) -> object:
        if kind == "boolean":
            return random.random() < 0.5
        return random.choice(INTEGERS if kind == "integer" else self._of(name))


#: Type -> what its values are in Python, and one of them.
_PLAIN: Mapping[str, tuple[type, Any]] = {
    "string": (str, "a"),
    "integer": (int, 1),
    "boolean": (bool, True),
    "string-set": (tuple, ()),
    "record-set": (tuple, ()),
}


def _settled(
    attributes: Mapping[str, Attribute], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The values as they pass the door: of their types, defaults taken, none missing."""
    filled, missing = fill_defaults(attributes, given)
    for name, attribute in attributes.items():
        of, usual = _PLAIN[attribute.type]
        if name in missing or (filled[name] is not None and type(filled[name]) is not of):
            filled[name] = usual
        if attribute.type == "record-set":
            filled[name] = tuple(_settled_record(attribute, r) for r in filled[name])
    return filled | {n: given[n] or "a" for n in ("id", "tenant") if n in given}


def _settled_record(attribute: Attribute, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: record[name] if type(record[name]) is _PLAIN[kind][0] else None
        for name, kind in attribute.fields.items()
    }
