"""Attributes as compiled conditions read them: sets to look up in, records by hash."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from authz.engine.conditions import Value
from authz.engine.schema import Attribute

#: Attribute -> value: scalars as they are, sets as frozensets, record-sets as `Records`.
Prepared = Mapping[str, Any]


class Records:
    """The records of one set, indexed by whichever fields are asked for."""

    __slots__ = ("_indexes", "_records")

    def __init__(self, records: Sequence[Mapping[str, Value]]):
        self._records = records
        self._indexes: dict[tuple[tuple[str, ...], str], dict[Any, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._records)

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def by(self, fields: tuple[str, ...]) -> dict[Any, list[Mapping[str, Value]]]:
        """Values of the fields -> the records that have them."""
        return self._index(fields, "")

    def values(self, fields: tuple[str, ...], of: str) -> dict[Any, set[Value]]:
        """Values of the fields -> the values of another field in such records."""
        return self._index(fields, of)

    def _index(self, fields: tuple[str, ...], of: str) -> dict[Any, Any]:
        index = self._indexes.get((fields, of))
        if index is None:
            index = {}
            for record in self._records:
                key = tuple(record[field] for field in fields)
                if of:
                    index.setdefault(key, set()).add(record[of])
                else:
                    index.setdefault(key, []).append(record)
            # WHY last: another thread sees an index whole or not at all.
            self._indexes[fields, of] = index
        return index


def prepared(
    attributes: Mapping[str, Attribute], values: Mapping[str, object]
) -> dict[str, Any]:
    """Checked attribute values as the functions take them."""
    return {
        name: _records(value)
        if name in attributes and attributes[name].type == "record-set"
        else (frozenset(value) if isinstance(value, tuple) else value)
        for name, value in values.items()
    }


def _records(value: Any) -> Records:
    return Records(value or ())


def plain(values: Prepared) -> dict[str, object]:
    """Prepared values as they were checked: sets sorted, records in their order."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    return tuple(value) if isinstance(value, Records) else value
