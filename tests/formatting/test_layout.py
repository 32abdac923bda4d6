"""What the one layout of policy text looks like."""

from contextlib import suppress

import pytest

from authz.assurance.formatting import document
from authz.assurance.formatting.document import LayoutError, formatted
from authz.engine.linting.rules import RULES
from authz.engine.text import NESTING_MAX
from authz.errors import PolicySyntaxError
from tests.shipped import POLICIES, ROOT

SOURCES = [
    *sorted(POLICIES.glob("*.polar")),
    *sorted((ROOT / "tests" / "authzen").rglob("*.polar")),
    *sorted((ROOT / "tests" / "attacks" / "base").glob("*.polar")),
]
CORPUS = sorted((ROOT / "tests" / "attacks" / "corpus").rglob("*.polar"))


def laid_out(text):
    return formatted("x.polar", text.encode())


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_policies_that_we_ship_are_laid_out(file):
    assert formatted(file.name, file.read_bytes()) == file.read_text("utf-8")


def test_the_good_examples_of_the_linter_are_laid_out_again_as_they_were():
    for rule in RULES.values():
        result = laid_out(rule.good)
        assert laid_out(result) == result


def test_policies_with_findings_are_laid_out_too_where_they_parse():
    texts = [rule.bad for rule in RULES.values()]
    texts += [file.read_text("utf-8") for file in CORPUS]
    results = []
    for text in texts:
        with suppress(PolicySyntaxError):
            results.append(laid_out(text))
    assert len(results) > len(texts) / 3
    for result in results:
        assert laid_out(result) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", ""),
        ("\n\n# only this\n\n\n# and this", "# only this\n\n# and this\n"),
        ('p( "a","b" ) ;', 'p("a", "b");\n'),
        ('p("a");p("b");\np("c");', 'p("a"); p("b");\np("c");\n'),
        ('p("a");\n\n\n\np("b");', 'p("a");\n\np("b");\n'),
        ('p("a");\r\np("b");\r\n', 'p("a");\np("b");\n'),
        ('p("a"); # of a', 'p("a"); # of a\n'),
        ('p("a");#of a\n#of b\np("b");', 'p("a"); #of a\n#of b\np("b");\n'),
        ("p(x)if x.a=1and x.b!=-1;", "p(x) if\n  x.a = 1 and\n  x.b != -1;\n"),
        ("p(x) if x.a = 1 or x.b = 2;", "p(x) if\n  x.a = 1 or\n  x.b = 2;\n"),
        ("p(x) if not(x.in=1);", "p(x) if\n  not (x.in = 1);\n"),
        ("p(x : User) if (x . a=1);", "p(x: User) if\n  (x.a = 1);\n"),
        (
            'p("a");\np(x) if\n\n  x.a = 1;\n# of q\nq(x) if x.a = 2;\nq("a");',
            'p("a");\n\np(x) if\n  x.a = 1;\n\n# of q\nq(x) if\n  x.a = 2;\n\nq("a");\n',
        ),
        (
            "p(x) if\n  x.a = 1 # one\n  and # more\n  # two\n  x.b = 2\n  # end\n  ;",
            "p(x) if\n  x.a = 1 and # one\n  # more\n  # two\n  x.b = 2; # end\n",
        ),
        (
            "p(x) if ( # why\n x.a = 1 or (x.b = 2 and # so\n x.c = 3));",
            "p(x) if\n  ( # why\n   x.a = 1 or\n   (x.b = 2 and # so\n    x.c = 3));\n",
        ),
        (
            "p(x) if x.a # what\n = # is\n 1;",
            "p(x) if\n  x.a # what\n      = # is\n      1;\n",
        ),
    ],
    ids=range(16),
)
def test_a_text_has_this_layout(text, result):
    assert laid_out(text) == result
    assert laid_out(result) == result


def test_a_head_that_is_too_long_goes_on_with_the_resource():
    parameters = "subject: User, action, resource: Document, _context) if"
    long = f'permit("docs.{"x" * 50}", {parameters}'
    body = "\n  action in subject.actions and\n  subject.id = resource.owner;\n"
    assert laid_out(long + body) == (long.replace("action, ", "action,\n    ") + body)


def test_a_fact_that_is_too_long_is_filled():
    values = [f'"{"v" * 30}{number}"' for number in range(5)]
    assert laid_out(f"p({','.join(values)});") == (
        f"p({', '.join(values[:3])},\n    {', '.join(values[3:])});\n"
    )


def test_facts_of_one_line_go_on_in_the_next_where_they_do_not_fit():
    facts = [f'fact("{"v" * 30}{number}");' for number in range(5)]
    assert laid_out("".join(facts)) == (
        f"{' '.join(facts[:2])}\n{' '.join(facts[2:4])}\n{facts[4]}\n"
    )


def test_a_long_list_of_values_is_filled_and_a_long_group_has_a_condition_a_line():
    names = [f'"name-{number:02}"' for number in range(20)]
    assert laid_out(f"p(x) if x.a in [{','.join(names)}] and x.b = 1;") == (
        f"p(x) if\n  x.a in [{', '.join(names[:8])},\n"
        f"      {', '.join(names[8:16])},\n      {', '.join(names[16:])}] and\n"
        "  x.b = 1;\n"
    )
    tests = [f"{name} in x.names" for name in names]
    assert laid_out(f"p(x) if not ({' or '.join(tests)});") == (
        f"p(x) if\n  not ({(' or' + chr(10) + ' ' * 7).join(tests)});\n"
    )


@pytest.mark.parametrize("comment", ["", "# deep\n"], ids=["plain", "with a comment"])
def test_the_deepest_nesting_that_a_policy_may_have_is_laid_out(comment):
    depth = NESTING_MAX
    inner = f"{comment}x.a = 1"
    for level in range(depth):
        inner = f"({inner} {'or' if level % 2 else 'and'} x.b = {level})"
    result = laid_out(f"p(x) if {inner};")
    assert laid_out(result) == result
    assert result.splitlines()[-1] == f"   x.b = {depth - 1});"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nfact(1)", "x.polar:2: a rule ends with `;`, this one has none"),
        ("p(x) if\n  x.a = ;", "x.polar:2: did not expect to find the token ';'"),
        ("?= p(1);", "x.polar:1: an inline query runs while the policy loads"),
        ("p(x) if cut and x.a = 1;", "x.polar:1: a policy does not end the search"),
        ("(" * 65 + ")" * 65, "x.polar:1: brackets nest deeper than 64"),
        ('p("\u202e");', "x.polar:1: an invisible character U+202E in the text"),
    ],
    ids=["no end", "no value", "inline query", "cut", "nesting", "invisible"],
)
def test_what_is_no_policy_text_is_refused_with_its_place(text, message):
    with pytest.raises(PolicySyntaxError) as refused:
        laid_out(text)
    assert str(refused.value).startswith(message)


def test_a_rule_whose_lines_would_pass_the_limit_of_a_rule_stays_as_it_is():
    body = "and".join("(x.a=1)" for _ in range(800))
    with pytest.raises(PolicySyntaxError) as refused:
        laid_out(f"p(x)if{body};")
    assert "laid out in lines, it would be refused: a rule of " in str(refused.value)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda text: text.replace('"a"', '"b"'), id="a string"),
        pytest.param(lambda text: text.replace("# why\n", ""), id="a comment"),
        pytest.param(lambda text: text.replace("x = 1", "x=1;p(1)"), id="a rule more"),
        pytest.param(lambda text: text.replace(" or", " and", 1), id="an operator"),
    ],
)
def test_a_layout_that_says_something_else_is_never_taken(monkeypatch, broken):
    text = '# why\np("a");\n\np(x) if\n  x = 1 or x = 2;'
    right = document.laid_out(text)
    monkeypatch.setattr(document, "laid_out", lambda _text: broken(right))
    with pytest.raises(LayoutError, match=r"`x\.polar` would say something else"):
        laid_out(text)
