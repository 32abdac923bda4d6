import pytest

from authz import yamlfile
from authz.yamlfile import YamlError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: NO", {"a": "NO"}),
        ("a: 22:30", {"a": "22:30"}),
        ("on: x", {"on": "x"}),
        ("a: yes", {"a": "yes"}),
        ("a: True", {"a": "True"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 012", {"a": "012"}),
        ("a: 1e3", {"a": "1e3"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: 2026-03-01", {"a": "2026-03-01"}),
        ("a: true", {"a": True}),
        ("a: -12", {"a": -12}),
        ("a: 1.5", {"a": 1.5}),
        ("a: null", {"a": None}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ('a: "12"', {"a": "12"}),
        ("[a, 1]", ["a", 1]),
        ("", None),
    ],
)
def test_what_is_written_is_what_is_meant(text, value):
    assert yamlfile.parse(text) == value


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: 1\nb: 2\na: 3", "the key `a` is there twice", 3),
        ("a: {x: 1, x: 2}", "the key `x` is there twice", 1),
        ("a: &one 1\nb: *one", "anchors and aliases are not used here", 1),
        ("a: 1\n<<: *one", "anchors and aliases are not used here", 2),
        ("a: 1\nb: !!python/object:os.system {}", "the tag `tag:yaml.org,2002:python", 2),
        ("a: !mine x", "the tag `!mine` is not allowed", 1),
        ("a: 1\n---\nb: 2", "one document a file", 2),
        ("? [a, b]\n: 1", "a key must be a plain value", 1),
        ("a: [1, 2", "did not find expected ',' or ']'", 1),
        ("a: b: c", "mapping values are not allowed", 1),
        ("a: \x00", "not YAML", 0),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_line(text, message, line):
    with pytest.raises(YamlError) as caught:
        yamlfile.parse(text)
    assert caught.value.message.startswith(message)
    assert caught.value.line == line


def test_a_merge_key_is_a_plain_key():
    assert yamlfile.parse("a: {<<: {b: 1}}") == {"a": {"<<": {"b": 1}}}


@pytest.mark.parametrize("depth", [65, 5_000])
def test_deep_nesting_is_refused_before_anything_is_built(depth):
    with pytest.raises(YamlError, match="nested deeper than 64"):
        yamlfile.parse("[" * depth + "]" * depth)


def test_nesting_up_to_the_limit_is_read():
    assert str(yamlfile.parse("[" * 64 + "]" * 64)).count("[") == 64


def test_a_number_too_long_to_convert_is_an_error_of_ours():
    with pytest.raises(YamlError, match="not YAML"):
        yamlfile.parse("a: " + "1" * 5_000)


def test_lines_of_keys_and_elements_are_known():
    text = "a: 1\nb:\n  c:\n    - x\n    - y: 2\n"
    assert yamlfile.lines(text) == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "c", 0): 4,
        ("b", "c", 1): 5,
        ("b", "c", 1, "y"): 5,
    }


def test_an_empty_document_has_no_lines():
    assert yamlfile.lines("# nothing\n") == {}
