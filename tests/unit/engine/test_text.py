"""Limits and statements, before any parser sees the text."""

import pytest

from authz.engine import text
from authz.errors import PolicyError, PolicySyntaxError


def statements(content):
    return [(s.line, s.name) for s in text.statements("x.polar", content)]


def test_statements_end_at_their_semicolon_and_know_their_line():
    content = '# a; comment\np("a;b"); q(1);\n\nr(x) if\n  # inside;\n  x = "\\";";\n'
    assert statements(content) == [(2, "p"), (2, "q"), (4, "r")]


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ("p(1);\n?= p(1);", "inline query", 2),
        ("\nactor User {}", "resource blocks", 2),
        ("type p(x: String);", "rule types", 1),
        ("p(1);\n\nq(2)", "ends with `;`", 3),
        ("allow(_, _, _);", "oso's own", 1),
        ("Permit(1);", "not a rule", 1),
        ("p;", "not a rule", 1),
    ],
)
def test_what_is_not_a_rule_is_refused_with_its_line(content, message, line):
    with pytest.raises(PolicySyntaxError, match=message) as caught:
        statements(content)
    assert (caught.value.file, caught.value.line) == ("x.polar", line)


def test_nesting_is_refused_before_the_parser():
    text.check_nesting("x.polar", "p(" + "[" * 63 + "]" * 63 + ");")
    with pytest.raises(PolicySyntaxError, match="deeper than 64") as caught:
        text.check_nesting("x.polar", "\np(" + "[" * 64 + "]" * 64 + ");")
    assert caught.value.line == 2


def test_brackets_in_strings_and_comments_do_not_nest():
    text.check_nesting("x.polar", 'p("' + "[" * 999 + '"); # ' + "(" * 999)


def test_a_chain_of_not_is_nesting():
    with pytest.raises(PolicySyntaxError, match="`not` nests"):
        text.check_nesting("x.polar", "p(x) if " + "not " * 65 + "x = 1;")


def test_a_very_long_rule_is_refused():
    with pytest.raises(PolicySyntaxError, match="a rule of"):
        statements("p(x) if x = 1" + " and x = 1" * 1000 + ";")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"p(1);\n\xff", "not UTF-8"),
        (b'p("a\x00");', r"U\+0000"),
        (b"p(1);\rq(1);", r"U\+000D"),
        ("p(1);\u2028".encode(), r"U\+2028"),
        ('p("a\u202e");'.encode(), r"U\+202E"),
        ('p("ad\u200bmin");'.encode(), r"U\+200B"),
        ('p("ad\u00admin");'.encode(), r"U\+00AD"),
        ('p("\U000e0061");'.encode(), r"U\+E0061"),
        ("p(\u00a01);".encode(), r"U\+00A0"),
        (b"#" * (text.FILE_LIMIT_BYTES + 1), "larger than the 65536 bytes"),
    ],
)
def test_bytes_that_are_no_policy_text_are_refused(content, message):
    with pytest.raises(PolicyError, match=message) as caught:
        text.check_files({"x.polar": content})
    assert caught.value.file == "x.polar"


def test_a_set_that_is_too_large_names_the_file_that_made_it_so():
    files = {f"{i:02}.polar": b"#" * text.FILE_LIMIT_BYTES for i in range(17)}
    with pytest.raises(PolicyError, match="1048576 bytes") as caught:
        text.check_files(files)
    assert caught.value.file == "16.polar"


def test_letters_of_any_language_are_text():
    text.check_files({"x.polar": 'p("Oʻzbekiston, Ёлка, été, 電気");'.encode()})


def test_a_message_is_one_line():
    with pytest.raises(PolicySyntaxError) as caught:
        statements("Owners may read\nwhat is theirs.\n\np(1);")
    assert "\n" not in str(caught.value)


def test_windows_line_ends_are_line_ends():
    assert text.check_files({"x.polar": b"p(1);\r\nq(2);\r\n"}) == {
        "x.polar": "p(1);\nq(2);\n"
    }
