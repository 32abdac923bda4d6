"""Plain data as YAML for people: blocks outside, one line for what is small."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 92
#: Text that needs no quotes.
_PLAIN = re.compile(r"[a-z][a-z0-9_-]*(:[a-z0-9_-]+)*( [a-z0-9_-]+)*")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def laid_out(data: Mapping[str, Any]) -> str:
    """The data as a YAML document."""
    return "\n".join(_mapping(data, 0)) + "\n"


def _mapping(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _member(f"{_scalar(key)}:", value, depth)


def _member(key: str, value: Any, depth: int) -> Iterator[str]:
    lead = "  " * depth
    line = f"{lead}{key} {_flow(value)}"
    inner = isinstance(value, dict | list) and value
    if not inner or (depth and len(line) <= WIDTH):
        yield line
        return
    yield f"{lead}{key}"
    if isinstance(value, dict):
        yield from _mapping(value, depth + 1)
        return
    for item in value:
        if isinstance(item, dict):
            first, *rest = _mapping(item, depth + 2)
            yield f"{lead}  - {first.lstrip()}"
            yield from rest
        else:
            yield f"{lead}  - {_flow(item)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
