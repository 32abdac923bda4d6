"""Bytes to a JSON object, or a refusal that says what is wrong and where.

I-JSON (RFC 7493), which AuthZEN 1.0 section 11.5 asks for: UTF-8, member names unique after
unescaping, no half surrogate pairs, numbers that an IEEE 754 double can hold.  Python's
parser accepts duplicates, NaN and half pairs, and recurses; so nesting is counted first,
and the rest is asked of the parser's hooks.

That takes long. A body without escapes, as nearly all are, is read by msgspec, which
refuses the same but for duplicates: those show where the body has more colons than the
result has members.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

import msgspec

from authz.errors import RequestError

NESTING_MAX = 16
NAME_SHOWN_CHARS = 60
#: No integer below 1e308 has more digits.
INTEGER_DIGITS_MAX = 309

#: A whole string, closed or not, so that brackets inside strings are passed over; or one
#: bracket. WHY possessive: an unclosed string must not be tried again from each of its
#: quotes.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)

_INTEGER_MAX = 2**63
_DECODE = msgspec.json.Decoder().decode


def parse(body: bytes, *, nesting_max: int = NESTING_MAX) -> dict[str, object]:
    """The object that the body holds. Raises: RequestError."""
    found = _plain_object(body, nesting_max)
    return _object(body, nesting_max) if found is None else found


def has_plain_members(body: bytes) -> bool:
    """Whether nothing is escaped, and each colon of a member follows its quote at once.

    Then a body has no more members than it has quotes with a colon behind them.
    """
    return not (
        b"\\" in body or b" :" in body or b"\t:" in body or b"\n:" in body or b"\r:" in body
    )


def _plain_object(body: bytes, nesting_max: int) -> dict[str, object] | None:
    """The same for a body that is easily seen to be sound; None for all others."""
    if not has_plain_members(body):
        return None
    try:
        found = _DECODE(body)
        members = _members(found, nesting_max)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        return None
    # WHY that is enough: each member has its colon right behind a quote. A text that begins
    # with a colon makes the count larger, and so can hide no duplicate.
    if isinstance(found, dict) and members == body.count(b'":'):
        return found
    return None


def _members(value: object, deeper: int) -> int:
    """How many members the objects in a value have altogether.

    Raises: OverflowError for what is nested deeper than that, or for an integer that takes
    more than 64 bits.
    """
    count = 0
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        count, parts = len(value), value.values()
    elif isinstance(value, list):
        parts = value
    if not deeper:
        raise OverflowError
    for part in parts:
        kind = type(part)
        if kind is str:
            continue
        if kind is dict or kind is list:
            count += _members(part, deeper - 1)
        elif isinstance(part, int) and not -_INTEGER_MAX < part < _INTEGER_MAX:
            raise OverflowError
    return count


def _object(body: bytes, nesting_max: int) -> dict[str, object]:
    """What `parse` gives, for any body."""
    text = _decoded(body)
    _check_nesting(text, nesting_max)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as exc:
        raise RequestError(
            f"the body is not JSON: {_lowered(exc.msg)}, "
            f"line {exc.lineno} column {exc.colno}"
        ) from exc
    if "\\u" in text:
        _check_surrogates(value)
    if not isinstance(value, dict):
        raise RequestError("the body must be a JSON object")
    return value


def shown(name: str) -> str:
    """What a caller typed, in backticks, safe in a log and short."""
    printable = "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" for c in name[:NAME_SHOWN_CHARS]
    )
    return f"`{printable}`" if len(name) <= NAME_SHOWN_CHARS else f"`{printable}...`"


def _decoded(body: bytes) -> str:
    if not body:
        raise RequestError("the body is empty: send a JSON object")
    if body.startswith(b"\xef\xbb\xbf"):
        raise RequestError("the body begins with a byte order mark: send UTF-8 without it")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise RequestError(f"the body is not UTF-8 at byte {exc.start}") from exc


def _check_nesting(text: str, nesting_max: int) -> None:
    if text.count("[") + text.count("{") <= nesting_max:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "[" | "{":
                depth += 1
                if depth > nesting_max:
                    raise RequestError(f"the body is nested deeper than {nesting_max}")
            case "]" | "}":
                depth -= 1


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = counts.most_common(1)[0][0]
        raise RequestError(f"the member {shown(twice)} is there twice: send it once")
    return members


def _constant(name: str) -> NoReturn:
    raise RequestError(f"`{name}` is not a JSON value: send a number or null")


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _too_large(digits)
    return value


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS_MAX:
        raise _too_large(digits)
    value = int(digits)
    try:
        float(value)
    except OverflowError as exc:
        raise _too_large(digits) from exc
    return value


def _too_large(digits: str) -> RequestError:
    return RequestError(f"the number {shown(digits)} does not fit an IEEE 754 double")


def _check_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise RequestError(
            "the body holds half of a surrogate pair: send whole characters"
        ) from exc


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_constant,
    parse_float=_float,
    parse_int=_integer,
)
