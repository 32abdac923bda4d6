"""What people note of a thing that is merely recorded: its details, which no rule reads."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from authz.engine.place import near_miss
from authz.errors import InvalidChange
from authz.said import said
from authz.storage import fields
from authz.storage.resources import Resource
from authz.terms import term

#: Type -> what is noted of such a thing; the first is its name.
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "customer": ("name", "phone", "village", "note"),
        "asset": ("name", "serial", "customer", "note"),
        "ticket": ("name", "customer", "note"),
        "payment": ("name", "amount", "currency", "customer", "note"),
        "transaction": ("name", "amount", "currency", "customer", "note"),
        "tariff": ("name", "price", "currency", "note"),
        "target": ("name", "period", "amount", "note"),
        "connection_group": ("name", "note"),
        "connection_type": ("name", "note"),
        "commission_type": ("name", "percent", "note"),
        "agent": ("name", "phone", "email", "note"),
    }
)
NUMBERS = frozenset({"amount", "price", "percent"})
NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
NOTE_MAX = 2000


def noted_of(type: str, details: Mapping[str, str]) -> dict[str, object]:
    """The details as they are kept. Raises: InvalidChange with the field."""
    known = FIELDS[type]
    noted: dict[str, object] = {}
    for field, text in details.items():
        if field not in known:
            hint = near_miss(field, known)
            raise InvalidChange(
                said("unknown field `{field}`{hint}", field=field, hint=hint), field=field
            )
        value = fields.optional_text(text, field, NOTE_MAX if field == "note" else 200)
        if value is None:
            continue
        if field in NUMBERS:
            _check_number(field, value)
        noted[field] = value
    if "name" not in noted:
        raise InvalidChange(said("`{field}` is missing", field=term("name")), field="name")
    return noted


def renoted(before: Resource, details: Mapping[str, str]) -> dict[str, object]:
    """The same of a thing that is there. Raises: InvalidChange with the field."""
    # WHY with the rest: what was done to a thing is no field of a form.
    known = FIELDS[before.type]
    done = {name: said for name, said in before.details.items() if name not in known}
    return done | noted_of(before.type, details)


def _check_number(field: str, value: str) -> None:
    if not NUMBER.fullmatch(value):
        raise InvalidChange(
            said("`{field}` must be a number as `12.50`", field=term(field)), field=field
        )
