"""The facts that a policy test decides with: those its file writes down, and nothing else.

A fixture is one subject or resource with its attributes written flat beside `type` and
`id`. It may lack any attribute, so that a test can show what happens without it; an
attribute that the schema does not declare is an error. `FixtureFacts` offers fixtures to
the PDP as if they were stored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authz.decisions.ports import Stored
from authz.engine.place import Place
from authz.engine.schema import AttributeProblem, Schema, TypeSchema

#: The tenant of a fixture that names none.
DEFAULT_TENANT = "test"
_NAMES = ("type", "id", "tenant")


@dataclass(frozen=True, slots=True)
class Fixture:
    """One subject or resource of a test file."""

    alias: str
    tenant: str
    type: str
    id: str
    #: What the database would say of it.
    stored: Mapping[str, object]
    #: What only a caller can say of it: attributes whose source is `request`.
    properties: Mapping[str, object]


class FixtureFacts:
    """The `Facts` of a test: every fixture is stored, and nothing changes.

    A thing of another tenant is found too, with its tenant: a store would never find it,
    and a test shows what the policies make of it all the same.
    """

    def __init__(self, fixtures: Iterable[Fixture], *, pages_unlocked: bool):
        self._stored = {
            (one.type, one.id): Stored(one.id, {**one.stored, "tenant": one.tenant})
            for one in fixtures
        }
        self._pages_unlocked = pages_unlocked

    def revision(self, tenant: str) -> int:
        """Always 1, for whatever tenant."""
        return 1

    def held_revision(self, tenant: str) -> int:
        """Always 1, as `revision`."""
        return 1

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        """The fixture of that type and id, if there is one."""
        return self._stored.get((kind.name, id))

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        """What the test's context says, for whatever session."""
        return self._pages_unlocked


def read_fixtures(place: Place, value: object, schema: Schema) -> list[Fixture]:
    """The fixtures of one `subjects` or `resources` member.

    Raises: PolicySyntaxError, PolicyReferenceError for an unknown type or attribute.
    """
    return [
        _fixture(place.at(alias), alias, fields, schema)
        for alias, fields in place.mapping(value).items()
    ]


def _fixture(place: Place, alias: str, value: object, schema: Schema) -> Fixture:
    fields = place.mapping(value)
    type_name = place.at("type").text(place.of(fields, "type"))
    if type_name not in schema.types:
        raise place.unknown("type", type_name, schema.types.keys())
    declared = schema.types[type_name].attributes
    stored: dict[str, object] = {}
    properties: dict[str, object] = {}
    for name, raw in fields.items():
        if name in _NAMES:
            continue
        if name not in declared:
            raise place.unknown("attribute", name, [*declared, *_NAMES])
        if raw is None:
            continue
        try:
            checked = declared[name].check(raw)
        except AttributeProblem as exc:
            raise place.at(name).wrong(str(exc)) from exc
        (properties if declared[name].source == "request" else stored)[name] = checked
    return Fixture(
        alias=alias,
        tenant=place.at("tenant").text(fields.get("tenant", DEFAULT_TENANT)),
        type=type_name,
        id=place.at("id").text(place.of(fields, "id")),
        stored=stored,
        properties=properties,
    )
