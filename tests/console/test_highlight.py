"""Policy text in colours, and two texts beside each other."""

import pytest

from tests.shipped import POLICIES
from webapp.console import highlight, textdiff
from webapp.console.highlight import COMMENT, STRING, TYPE, WORD

SHIPPED = sorted(path.name for path in POLICIES.iterdir() if path.suffix)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_pieces_of_a_file_are_its_text(name):
    text = (POLICIES / name).read_text("utf-8")
    found = highlight.lines(name, text)
    assert ["".join(text for _, text in line) for line in found] == text.splitlines()


def test_rules_are_told_apart_from_strings_and_comments():
    text = '# permit if\npermit("a # b", u: User) if\n  not u.iffy;\n'
    assert highlight.lines("a.polar", text) == [
        [(COMMENT, "# permit if")],
        [(WORD, "permit"), ("", "("), (STRING, '"a # b"'), ("", ", u: "), (TYPE, "User"),
         ("", ") "), (WORD, "if")],
        [("", "  "), (WORD, "not"), ("", " u.iffy;")],
    ]  # fmt: skip


def test_a_string_that_goes_on_in_the_next_line_stays_one():
    found = highlight.lines("a.polar", 'p("one\n# two");')
    assert found == [[("", "p("), (STRING, '"one')], [(STRING, '# two"'), ("", ");")]]


def test_a_sign_in_a_text_block_of_yaml_is_no_comment():
    text = "why: >-\n  it is # not\n  over: yet\nowner: me  # a comment\n"
    assert highlight.lines("a.yaml", text) == [
        [(WORD, "why"), ("", ": >-")],
        [("", "  it is # not")],
        [("", "  over: yet")],
        [(WORD, "owner"), ("", ": me  "), (COMMENT, "# a comment")],
    ]


def texts(half):
    return half and "".join(
        f"[{text}]" if differs else text for differs, text in half.pieces
    )


def test_words_that_differ_are_marked_on_both_sides():
    found = textdiff.compare("a\nx in old.set and\nb\n", "a\nx in new.set and\nb\nc\n")
    assert (found.added, found.removed) == (2, 1)
    (hunk,) = found.hunks
    assert [(texts(row.old), texts(row.new)) for row in hunk] == [
        ("a", "a"),
        ("x in [old].set and", "x in [new].set and"),
        ("b", "b"),
        (None, "c"),
    ]
    assert [row.is_same for row in hunk] == [True, False, True, False]
    assert [row.new.number for row in hunk] == [1, 2, 3, 4]


def test_what_is_far_from_a_difference_is_left_out():
    old = "\n".join(str(n) for n in range(100))
    found = textdiff.compare(old, old.replace("\n10\n", "\nten\n").replace("\n90\n", "\n"))
    assert [len(hunk) for hunk in found.hunks] == [7, 7]
    assert (found.added, found.removed) == (1, 2)
    assert textdiff.compare(old, old).hunks == ()


def test_lines_with_nothing_in_common_are_not_compared_word_by_word():
    (hunk,) = textdiff.compare("permit(x);", "# another thing").hunks
    assert [(texts(row.old), texts(row.new)) for row in hunk] == [
        ("permit(x);", "# another thing")
    ]


def test_a_text_that_is_made_to_take_long_is_told_apart_by_its_ends():
    lines = [str(n % 100) for n in range(32_000)]
    edited = [*lines[:20_000], "more", *lines[20_000:]]
    (hunk,) = textdiff.compare("\n".join(lines), "\n".join(edited)).hunks
    assert [row.new.number for row in hunk] == [*range(19_998, 20_005)]
    assert [row.is_same for row in hunk] == [True, True, True, False, True, True, True]
    assert textdiff.compare("\n".join(lines), "\n".join(lines)).hunks == ()


def test_of_two_texts_without_end_it_is_said_how_much_is_left_out():
    old = "\n".join(str(n % 100) for n in range(32_000))
    new = "\n".join(str(n * 37 % 100) for n in range(32_000))
    found = textdiff.compare(old, new)
    assert sum(map(len, found.hunks)) == textdiff.ROWS_MAX
    assert found.left_out == 32_000 - textdiff.ROWS_MAX
    assert found.added == found.removed == 31_999
