"""What the decision API takes for JSON, and what it refuses."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import RequestError
from webapp.decision_api import strictjson

#: Of processor time: far more than any may take on a slow machine, and far less than what
#: grows with the square of the length.
LONG_S = 10


def refusal(body: bytes) -> str:
    with pytest.raises(RequestError) as caught:
        strictjson.parse(body)
    return str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b' {"a": [1, -2.5e3, true, null, "\xc3\xa9"]}\n',
        b'{"a": "\\ud83d\\ude00", "b": "[[[[[[[[[[[[[[[[[[[[[["}',
        b'{"a": "quote \\" bracket [", "A": 1, "a ": 2}',
        b'{"big": 1.7976931348623157e308, "small": 5e-324, "n": 18446744073709551616}',
    ],
)
def test_json_is_read_as_python_reads_it(body: bytes):
    assert strictjson.parse(body) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the body is empty: send a JSON object"),
        (b"  ", "the body is not JSON: expecting value, line 1 column 3"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8 at byte 7"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"[]", "the body must be a JSON object"),
        (b"1", "the body must be a JSON object"),
        (b'"{}"', "the body must be a JSON object"),
        (b"null", "the body must be a JSON object"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": 1} x', "not JSON: extra data, line 1 column 10"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b'{"a": "\n"}', "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b'{"a": 1}\x00', "not JSON"),
        (b'{"a": NaN}', "`NaN` is not a JSON value: send a number or null"),
        (b'{"a": [Infinity]}', "`Infinity` is not a JSON value: send a number or null"),
        (b'{"a": -Infinity}', "`-Infinity` is not a JSON value: send a number or null"),
        (b'{"a": 1e999}', "the number `1e999` does not fit an IEEE 754 double"),
        (b'{"a": -1e999}', "the number `-1e999` does not fit an IEEE 754 double"),
        (b'{"a": ' + b"9" * 309 + b"}", "does not fit an IEEE 754 double"),
        (b'{"a": ' + b"1" * 5000 + b"}", "does not fit an IEEE 754 double"),
        (b'{"a": 1, "a": 1}', "the member `a` is there twice: send it once"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "the member `a` is there twice: send it once"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "the member `\\ud800` is there twice"),
        (b'{"a": "\\ud800"}', "half of a surrogate pair"),
        (b'{"a": {"\\udfff": 1}}', "half of a surrogate pair"),
        (b'{"a": ["\\ude00\\ud83d"]}', "half of a surrogate pair"),
    ],
)
def test_what_is_not_plain_json_is_refused_with_its_reason(body: bytes, said: str):
    assert said in refusal(body)


def test_sixteen_levels_are_read_and_seventeen_refused():
    assert strictjson.parse(b'{"a":' + b"[" * 15 + b"]" * 15 + b"}")
    deeper = b'{"a":' + b"[" * 16 + b"]" * 16 + b"}"
    assert refusal(deeper) == "the body is nested deeper than 16"


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_a_hundred_thousand_levels_cost_nothing(opening: bytes):
    started = time.process_time()
    assert refusal(opening * 100_000) == "the body is nested deeper than 16"
    assert time.process_time() - started < LONG_S


@pytest.mark.parametrize(
    "body",
    [
        b'"\\' * 131_072,
        b'{"a":"' + b'\\"' * 131_072,
        b'"' * 262_144 + b"[" * 20,
        b"{" + b",".join(b'"%d":1' % n for n in range(30_000)) + b',"29999":1}',
    ],
)
def test_no_body_within_the_limit_takes_long_to_refuse(body: bytes):
    started = time.process_time()
    refusal(body)
    assert time.process_time() - started < LONG_S


def test_a_name_is_shown_short_and_without_control_characters():
    assert strictjson.shown("a\r\n\x1b[31m" + "x" * 99) == (
        "`a\\u000d\\u000a\\u001b[31m" + "x" * 52 + "...`"
    )


NAMES = st.sampled_from(["a", "b", "a ", ":", "é", "x:y", ""])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.sampled_from('a:"\\{[é \n'), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def either(parse, *arguments):
    try:
        return parse(*arguments)
    except RequestError as exc:
        return str(exc)


SEPARATORS = st.sampled_from([(",", ":"), (" , ", " : "), (",\n", ":\t")])
PIECES = (b'"a":1,', b'"a" :1,', b":", b"[", b"}", b"\xff", b"NaN", b"0", b"")


@given(VALUES, st.integers(1, 5), SEPARATORS)
def test_the_quick_way_reads_what_the_long_one_reads(value, nesting, separators):
    for ascii in (True, False):
        body = json.dumps(value, separators=separators, ensure_ascii=ascii).encode()
        quick = strictjson._plain_object(body, nesting)
        long = either(strictjson._object, body, nesting)
        assert quick is None or repr(quick) == repr(long)


@given(st.data())
def test_the_quick_way_never_takes_what_the_long_one_refuses(data):
    body = bytearray(json.dumps(data.draw(VALUES), ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body)))
        piece = data.draw(st.sampled_from(PIECES))
        body[at : at + data.draw(st.integers(0, 2))] = piece
    quick = strictjson._plain_object(bytes(body), 4)
    long = either(strictjson._object, bytes(body), 4)
    assert quick is None or repr(quick) == repr(long)


def test_ordinary_bodies_go_the_quick_way():
    body = b'{"subject": {"type": "user", "id": "a@b"}, "n": [1, 2.5, {"x": null}]}'
    assert strictjson._plain_object(body, 16) == json.loads(body)
    for twice in (b'{"a":1,"a":2}', b'{"a":":","a":2}', b'{"x":{"b":1,"b":1}}'):
        assert strictjson._plain_object(twice, 16) is None
