"""Attributes as compiled conditions read them: sets to look up in, records by hash."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from authz.engine.conditions import Value
from authz.engine.schema import Attribute

#: Attribute -> value: scalars as they are, sets as frozensets, record-sets as `Records`.
Prepared = Mapping[str, Any]

#: Different values that are looked out for; what comes later stays as it is.
POOL_MAX = 20_000


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


class Pool:
    """Equal strings and sets of strings become one object.

    WHY: thousands of subjects hold the same few roles, kinds and states. Once each, they
    take little memory, and stay in the processor's cache.
    """

    def __init__(self) -> None:
        self._held: dict[Any, Any] = {}

    def shared(self, values: Prepared) -> Prepared:
        """The same values."""
        return {name: self._shared(value) for name, value in values.items()}

    def _shared(self, value: Any) -> Any:
        if isinstance(value, Records):
            return Records(tuple(self.shared(record) for record in value))
        # WHY no other values: 1, 1.0 and True would become one.
        if isinstance(value, str):
            return self._held_for(value)
        if isinstance(value, frozenset) and all(isinstance(x, str) for x in value):
            return self._held.get(value) or self._held_for(
                frozenset(map(self._held_for, value))
            )
        return value

    def _held_for(self, value: Any) -> Any:
        if len(self._held) < POOL_MAX:
            return self._held.setdefault(value, value)
        return self._held.get(value, value)


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
