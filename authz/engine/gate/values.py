"""Which values of an attribute may matter to a policy?

Those that anything compares it with, those that stand beside them in facts, and those of
the other attributes of a request.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from authz.engine.conditions import Attr, Value
from authz.engine.gate.known import Known, among
from authz.engine.gate.reach import Reach, columns, integers, joined, strings
from authz.engine.gate.requests import Declared, Request, nullable
from authz.engine.gate.solve import SETS, beside
from authz.engine.schema import BUILT_IN

#: Constants that one attribute is tried with, one by one.
ALONE_MAX = 24
#: The same where the conditions compare it with none.
UNKNOWN_MAX = 60


class Values:
    """The values that the attributes which a policy can read are tried with."""

    def __init__(self, policy: str, reach: Reach, attributes: Declared, known: Known):
        self._known = known
        self._attributes = attributes
        texts = reach.texts
        #: Strings in the policy itself.
        self.own = sorted(strings([reach.own]) - {policy})
        self._integers = sorted(integers(texts))
        self._columns = [column for _, column in sorted(columns(texts).items())]
        self._joined = joined(texts)
        self._pool = sorted(strings(texts))
        #: The attributes that the policy can read, as far as its text tells.
        self.read = [attr for attr in sorted(attributes) if attr.name in reach.names]
        self._constants = {attr: self._of(attr) for attr in self.read}

    def constants(self, attr: Attr) -> Sequence[Value]:
        """What an attribute, or an element of it, is compared with, as far as is known."""
        return self._constants.get(attr, [])

    def pool(self, attr: Attr) -> set[str]:
        """The strings of which a set may hold any: where nothing is known of it, all that
        there are.
        """
        if not self._known.of(attr) and attr not in self._known.joined:
            return set(self._pool)
        return {v for v in self.constants(attr) if isinstance(v, str)}

    def _of(self, attr: Attr) -> Sequence[Value]:
        kind = self._attributes[attr].type
        if kind == "integer":
            return self._near(attr, kind)
        if kind not in ("string", "string-set"):
            return []
        mentioned = {v for v in self._known.of(attr) if isinstance(v, str)}
        beside_them = set[str]().union(
            *(column for column in self._columns if column & mentioned)
        )
        own = [*sorted(mentioned), *self.own, *sorted(self._joined.get(attr.name, ()))]
        found = list(dict.fromkeys([*own, *sorted(beside_them)]))
        if not mentioned and kind == "string-set" and attr not in self._known.joined:
            facts = set[str]().union(*self._columns)
            return [*found, *sorted(facts.difference(found))][:UNKNOWN_MAX]
        return found[:ALONE_MAX]

    def _near(self, attr: Attr, kind: str) -> list[Value]:
        """Constants that the attribute of a record, or an integer, is compared with."""
        known = self._known.of(attr)
        more: Sequence[Value] = ()
        if kind == "integer":
            more = self._integers
        elif kind == "string":
            more = self.own
        return [
            *(v for v in known if v is not None),
            *(v for v in more if not among(v, known)),
        ]

    def few(self, attr: Attr, request: Request) -> list[Any]:
        """What to put in the place of its value in a request: what is not a constant."""
        of = self._attributes[attr]
        found: list[Any] = []
        if of.type == "record-set":
            found += [(), *_records(request[attr.root][attr.name])]
        elif of.type == "boolean":
            found += [True, False]
        elif of.type == "integer":
            near = [0, *self._others(attr, request, "integer")]
            found += [v for value in near for v in beside(value)]
        elif of.type == "string":
            found += self._others(attr, request, "string")
            found.append(f"{attr.root}-{attr.name}-else")
            found += [] if attr.name in BUILT_IN else [""]
        else:
            found += [(), tuple(sorted(self._full(attr, request)))]
        if of.default is not None and of.type not in SETS:
            found.append(of.default)
        return [*found, None] if nullable(of) else found

    def each(self, attr: Attr, request: Request) -> list[Any]:
        """The same for constants, one by one, and for what other attributes hold."""
        constants = self.constants(attr)
        if self._attributes[attr].type == "integer":
            return [v for value in constants for v in beside(value)]
        if self._attributes[attr].type == "string":
            sets = self._others(attr, request, "string-set")
            return [*constants, *(held[0] for held in sets if held)]
        if self._attributes[attr].type == "record-set":
            return list(self._with_fields(attr, request))
        if self._attributes[attr].type != "string-set":
            return []
        full = self._full(attr, request)
        others = self._others(attr, request, "string")
        return [
            *((v,) for v in (*constants, *others)),
            *(tuple(sorted(full - {str(v)})) for v in constants),
            *self._others(attr, request, "string-set"),
        ]

    def _with_fields(self, attr: Attr, request: Request) -> Iterator[Any]:
        """The first record with each constant in each of its fields."""
        for record in (request[attr.root][attr.name] or ())[:1]:
            for name, kind in self._attributes[attr].fields.items():
                for near in self._near(Attr("record", name), kind):
                    for value in beside(near) if kind == "integer" else [near]:
                        yield ({**record, name: value},)

    def _full(self, attr: Attr, request: Request) -> set[str]:
        others = self._others(attr, request, "string")
        shared = self._others(attr, request, "string-set")
        return {*self.pool(attr), *others, *(v for held in shared for v in held)}

    def _others(self, attr: Attr, request: Request, kind: str) -> list[Any]:
        """The values of the other attributes of that type."""
        return [
            value
            for other in self.read
            if other != attr and self._attributes[other].type == kind
            if (value := request[other.root][other.name]) is not None
        ]


def _records(records: Sequence[dict[str, Value]] | None) -> Iterable[Any]:
    """The first record with one field absent, or none but that."""
    for record in (records or ())[:1]:
        for name in record:
            yield ({**record, name: None},)
            yield ({**dict.fromkeys(record), name: record[name]},)


def with_value(request: Request, attr: Attr, value: Any) -> Request:
    """The request with another value of one attribute."""
    return {**request, attr.root: {**request[attr.root], attr.name: value}}
