"""YAML as policies and configuration need it: what is written is what is meant.

PyYAML's defaults turn `NO` into false, `22:30` into 1350 and `on:` into the key True, and
let the second of two equal keys win. Here a plain scalar is only null, `true`, `false`, a
decimal integer or a decimal float, and everything else is the string that stands there. A
repeated key, an anchor, a tag or a merge is an error with its line.
"""

import re
from typing import Any

import yaml

from authz.errors import AuthzError

NESTING_MAX = 64


class YamlError(AuthzError):
    """Text that is not the YAML we accept."""

    def __init__(self, message: str, *, line: int = 0):
        super().__init__(message)
        self.message = message
        #: Line from 1; 0 when it is not known.
        self.line = line


class _Loader(yaml.CSafeLoader):
    """libyaml's SafeLoader with a short list of plain scalars of its own."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789")
)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str | int | float | bool | None):
            raise YamlError("a key must be a plain value", line=line)
        if key in result:
            raise YamlError(f"the key `{key}` is there twice", line=line)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(text: str) -> Any:
    """The value of a YAML document: dicts, lists, strings, numbers, booleans and None.

    Raises: YamlError with the line, for everything that is not plain data.
    """
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506, TID251 - a SafeLoader, narrowed above
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise YamlError(
            exc.problem or "not YAML",
            # WHY at most: what is missing at the end is missed on a line that is not there.
            line=min(mark.line + 1, len(text.splitlines()) or 1) if mark else 0,
        ) from exc
    except yaml.YAMLError as exc:
        raise YamlError(f"not YAML: {str(exc).splitlines()[0]}") from exc
    except (ValueError, OverflowError) as exc:
        raise YamlError(f"not YAML: {exc}") from exc


def lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Path of keys and list positions -> the line, from 1, where that key or item stands.

    The text is one that `parse` accepts.
    """
    found: dict[tuple[str | int, ...], int] = {}
    waiting: list[tuple[tuple[str | int, ...], yaml.Node | None]] = [
        ((), yaml.compose(text, Loader=_Loader))
    ]
    for path, node in waiting:
        children: list[tuple[str | int, yaml.Node, yaml.Node]] = []
        if isinstance(node, yaml.MappingNode):
            children = [(str(key.value), key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            children = [(index, item, item) for index, item in enumerate(node.value)]
        for name, mark, value in children:
            found[*path, name] = mark.start_mark.line + 1
            waiting.append(((*path, name), value))
    return found


def _check_events(text: str) -> None:
    """Refuse what is not plain data before anything is built, without recursion."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(
                "anchors and aliases are not used here: write the value out", line=line
            )
        if tag := getattr(event, "tag", None):
            raise YamlError(f"the tag `{tag}` is not allowed", line=line)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlError("one document a file", line=line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > NESTING_MAX:
                raise YamlError(f"nested deeper than {NESTING_MAX}", line=line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
