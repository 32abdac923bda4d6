"""Where in a YAML file something stands, and what may stand there.

Readers of schemas, catalogues and test files ask a `Place` for a mapping, a list or a text;
what is not so raises an error with the file, the line and the path of the member, as
`tests[3].check.subject`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeVar

from authz import yamlfile
from authz.errors import (
    PolicyCheckError,
    PolicyError,
    PolicyReferenceError,
    PolicySyntaxError,
)
from authz.said import said

Path = tuple[str | int, ...]
Kind = TypeVar("Kind", bound=PolicyError)


def near_miss(name: str, known: Iterable[str]) -> str:
    """`, did you mean ...?`, or nothing when no known name is close."""
    close = get_close_matches(name, list(known), n=1)
    return said(", did you mean `{name}`?", name=close[0]) if close else ""


@dataclass(frozen=True, slots=True)
class Place:
    """One spot in a file."""

    file: str
    path: Path = ()
    lines: Mapping[Path, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def line(self) -> int:
        """The line of this spot, or of the nearest one around it; 0 for the whole file."""
        for length in range(len(self.path), 0, -1):
            if found := self.lines.get(self.path[:length]):
                return found
        return 0

    def at(self, key: str) -> "Place":
        """The member `key` of the mapping here."""
        return Place(self.file, (*self.path, key), self.lines)

    def item(self, index: int) -> "Place":
        """The element of the list here, counted from 0."""
        return Place(self.file, (*self.path, index), self.lines)

    def wrong(self, message: str) -> PolicySyntaxError:
        """The error to raise for what stands here."""
        return self._error(PolicySyntaxError, message)

    def breaks(self, message: str, policy_id: str = "") -> PolicyCheckError:
        """The error to raise for what is well written, and cannot be so all the same."""
        return self._error(PolicyCheckError, message, policy_id)

    def unknown(
        self, kind: str, name: object, known: Iterable[str]
    ) -> PolicyReferenceError:
        """The error to raise for a name that nothing declares, with a near miss."""
        near = near_miss(str(name), known)
        return self._error(PolicyReferenceError, f"unknown {kind} `{name}`{near}")

    def mapping(self, value: object, *, keys: Collection[str] = ()) -> dict[str, object]:
        """The value as a mapping with text keys; with `keys` nothing else may be in it."""
        if not isinstance(value, dict):
            raise self.wrong("must be a mapping")
        for key in value:
            if not isinstance(key, str):
                raise self.at(str(key)).wrong("must be text: quote it")
            if keys and key not in keys:
                raise self.at(key).unknown("key", key, keys)
        return value

    def items(self, value: object) -> list[tuple["Place", object]]:
        """The elements of a list, each with its place."""
        if not isinstance(value, list):
            raise self.wrong("must be a list")
        return [(self.item(index), element) for index, element in enumerate(value)]

    def text(self, value: object) -> str:
        """The value as a text that is not empty."""
        if not isinstance(value, str) or not value:
            raise self.wrong("must be text")
        return value

    def texts(self, value: object) -> tuple[str, ...]:
        """The value as a list of texts, none of them twice."""
        texts = tuple(place.text(element) for place, element in self.items(value))
        seen: set[str] = set()
        for text in texts:
            if text in seen:
                raise self.wrong(f"`{text}` is there twice")
            seen.add(text)
        return texts

    def flag(self, value: object) -> bool:
        """The value as true or false."""
        if not isinstance(value, bool):
            raise self.wrong("must be true or false")
        return value

    def choice(self, kind: str, value: object, known: Collection[str]) -> str:
        """The value as one of the known names."""
        if not isinstance(value, str) or value not in known:
            raise self.unknown(kind, value, known)
        return value

    def of(self, mapping: Mapping[str, object], key: str) -> object:
        """A member that must be there."""
        if key not in mapping:
            raise self.wrong(f"`{key}` is missing")
        return mapping[key]

    def _error(self, kind: type[Kind], message: str, policy_id: str = "") -> Kind:
        return kind(
            self._said(message), file=self.file, line=self.line, policy_id=policy_id
        )

    def _said(self, message: str) -> str:
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        path = "".join(steps).removeprefix(".")
        return f"{path}: {message}" if path else message


def read_text(file: str, text: str) -> tuple[Place, object]:
    """The place of the root of a YAML text, and its value.

    Raises: PolicySyntaxError with file and line when it is not strict YAML.
    """
    try:
        value = yamlfile.parse(text)
        return Place(file, (), yamlfile.lines(text)), value
    except yamlfile.YamlError as exc:
        raise PolicySyntaxError(exc.message, file=file, line=exc.line) from exc
