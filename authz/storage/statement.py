"""A query of fixed form, whose text is made once.

Making the text of a query costs ten times what SQLite takes to answer it, and a decision
about somebody who is not cached waits for several.
"""

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import peewee as pw

from authz.storage.database import Database


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
        self._text = ""
        self._parameters: Sequence[object] = ()
        self._places: Sequence[_Place] = ()

    def __call__(self, database: Database, *values: object) -> list[tuple[Any, ...]]:
        """The rows."""
        if not self._text:
            self._prepare()
        given = dict(zip(self._places, values, strict=True))
        parameters = [
            given[part] if isinstance(part, _Place) else part for part in self._parameters
        ]
        db: Any = database.db
        rows: list[tuple[Any, ...]] = db.execute_sql(self._text, parameters).fetchall()
        return rows

    def _prepare(self) -> None:
        places = [_Place() for _ in signature(self._make).parameters]
        query = self._make(*(pw.Value(place, converter=False) for place in places))
        text, self._parameters = query.sql()
        self._places = places
        # WHY last: another thread sees a statement whole or not at all.
        self._text = text
