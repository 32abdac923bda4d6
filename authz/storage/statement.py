"""A query of fixed form, whose text is made once.

Making the text of a query costs ten times what SQLite takes to answer it, and a decision
about somebody who is not cached waits for several.
"""

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any, TypeVar

import peewee as pw

from authz.storage.database import Database

Model = TypeVar("Model", bound=pw.Model)


def rows_of(model: type[Model], found: Sequence[tuple[Any, ...]]) -> list[Model]:
    """What a statement found that selects whole rows of a table."""
    meta: Any = model._meta
    names = [field.name for field in meta.sorted_fields]
    return [model(**dict(zip(names, values, strict=True))) for values in found]


class _Place:
    """Stands for a value until there is one."""


class Statement:
    """A query with places for values: called with a database and the values, it gives rows.

    Inside `Database.reading` or a transaction only. The values go to the database as they
    are, without the conversions of fields.
    """

    def __init__(self, make: Callable[..., pw.Query]):
        """`make` gets something that stands for each value, and gives the query."""
        self._make = make
        #: Text, parameters with the places among them, and places in order of the values.
        #: WHY in one: another thread sees all of them or none.
        self._made: tuple[str, Sequence[object], Sequence[_Place]] | None = None

    def __call__(self, database: Database, *values: object) -> list[tuple[Any, ...]]:
        """The rows."""
        if self._made is None:
            self._made = self._prepared()
        text, parts, places = self._made
        given = dict(zip(places, values, strict=True))
        parameters = [given[part] if isinstance(part, _Place) else part for part in parts]
        db: Any = database.db
        rows: list[tuple[Any, ...]] = db.execute_sql(text, parameters).fetchall()
        return rows

    def _prepared(self) -> tuple[str, Sequence[object], Sequence[_Place]]:
        places = [_Place() for _ in signature(self._make).parameters]
        query = self._make(*(pw.Value(place, converter=False) for place in places))
        text, parts = query.sql()
        return text, parts, places
