"""The linter: every rule by the examples of its page, and all findings of a set at once."""

import re
from pathlib import Path

import pytest

from authz.engine.lint import Finding, lint
from authz.engine.linting import rules as lint_rules
from authz.engine.linting.rules import RULES
from authz.engine.linting.rules.rule import EXAMPLE_SCHEMA, READ
from authz.engine.schema_file import parse_schema
from authz.engine.text import check_files
from authz.errors import PolicyError
from tests.attacks import world
from tests.attacks.generated import attacks

ROOT = Path(__file__).parents[3]
SCHEMA = parse_schema(EXAMPLE_SCHEMA)
ENGINE = Path(lint_rules.__file__).parents[2]


def found(text, schema=SCHEMA):
    return [(f.rule, f.line) for f in lint({"x.polar": text}, schema)]


def lint_directory(path):
    schema = parse_schema((path / "schema.yaml").read_text("utf-8"))
    texts = {file.name: file.read_text("utf-8") for file in sorted(path.glob("*.polar"))}
    return lint(texts, schema)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_bad_example_has_its_finding_and_no_other(rule):
    assert found(rule.bad) == [(rule.id, rule.line)]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_good_example_has_no_finding(rule):
    assert found(rule.good) == []


def test_every_rule_that_the_engine_names_has_a_page():
    named = set()
    for path in ENGINE.rglob("*.py"):
        text = path.read_text("utf-8")
        named.update(re.findall(r'rule="([a-z-]+)"', text))
        calls = r'(?:clause\.breaks|clause\.unknown|\.refused|refuse)\(\s*"([a-z-]+)"'
        named.update(re.findall(calls, text))
        named.update(re.findall(r'OutsideFragment\(\s*"([a-z-]+)"', text))
    assert len(named) > 40
    assert named - set(RULES) == set()


@pytest.mark.parametrize("folder", ["policies", "tests/authzen/policies"])
def test_policies_that_are_in_use_have_no_finding(folder):
    assert lint_directory(ROOT / folder) == []


def test_a_finding_says_why_and_what_to_write_instead():
    text = READ + "  document.team = subject.team;\n"
    assert lint({"x.polar": text}, SCHEMA) == [
        Finding(
            rule="nil-join",
            message="`resource.team` and `subject.team` may both be absent, and are then "
            "equal: say `!= nil` as well",
            why=RULES["nil-join"].why,
            instead=RULES["nil-join"].instead,
            file="x.polar",
            line=1,
            policy_id="docs.who-reads",
        )
    ]


def test_all_findings_of_a_set_come_at_once_sorted_by_file_and_line():
    files = {
        "b.polar": 'role("a", "b")\n',
        "a.polar": READ
        + "  document.ower = subject.id and cut;\n"
        + READ.replace("who", "anybody")
        + "  document.ower = subject.id and print(subject.level + 1);\n"
        + "?= 1 = 1;\n"
        + 'fobid("docs.x", _s, _a, _r, _c);\n',
    }
    assert [(f.file, f.line, f.rule) for f in lint(files, SCHEMA)] == [
        ("a.polar", 1, "cut"),
        ("a.polar", 4, "arithmetic"),
        ("a.polar", 4, "print"),
        ("a.polar", 4, "unknown-attribute"),
        ("a.polar", 5, "inline-query"),
        ("a.polar", 6, "unasked-predicate"),
        ("b.polar", 1, "syntax"),
    ]


def test_every_policy_that_cannot_be_unfolded_is_named():
    text = "".join(
        READ.replace("who", f"who-{number}") + f"  document.{left} = subject.team;\n"
        for number, left in enumerate(["team", "grade"])
    )
    assert found(text) == [("nil-join", 1), ("type-mismatch", 3)]


def test_a_statement_that_cannot_be_read_may_define_and_call_anything():
    text = READ + "  document.owner = subject.id and\n  helps(subject);\n"
    text += "helps(subject) if other(subject) and cut;\nother(_subject);\n"
    assert found(text) == [("cut", 4)]


def test_what_stands_in_a_resource_block_is_no_statement():
    text = 'resource Document {\n  roles = ["a"];\n  "a" if "b";\n}\n'
    text += 'role("a", "b");\n?= 1 = 1;\n'
    assert found(text) == [("resource-block", 1), ("inline-query", 6)]


def test_a_word_in_a_string_or_a_comment_is_no_finding():
    text = READ + "  # cut print == := _a1 + Role\n  document.owner = subject.id and\n"
    assert found(text + '  subject.name = "a == _b1 + Role";\n') == []


def test_the_line_is_the_one_of_the_code_and_not_of_a_comment_before_it():
    text = READ + "  # print\n  document.owner = subject.id and\n  print(subject.id);\n"
    assert found(text) == [("print", 4)]


def test_a_permit_that_unfolding_shows_to_hold_always_is_open():
    text = 'permit("docs.all", subject, _action, _resource, _context) if\n'
    assert found(text + "  subject.id = subject.id;\n") == [("unconstrained-permit", 1)]


def test_a_permit_of_one_action_for_everybody_is_not_open():
    text = 'permit("docs.all", _s: User, "document:read", _r: Document, _c);\n'
    assert found(text) == []


def test_an_unknown_role_of_the_schema_stands_in_the_schema():
    schema = parse_schema(
        EXAMPLE_SCHEMA.replace(
            "suspended: {type: boolean, default: false}",
            "suspended: {type: boolean, default: false, sole_holder_of: [boss]}",
        )
    )
    text = READ + '  document.owner = subject.id;\nrole("a", "owner");\n'
    (finding,) = lint({"x.polar": text}, schema)
    assert (finding.rule, finding.file, finding.line) == ("unknown-role", "schema.yaml", 0)


@pytest.mark.parametrize("path", world.corpus("refused"), ids=lambda path: path.stem)
def test_an_attack_that_is_refused_has_a_finding_there(path):
    schema = parse_schema((world.BASE / "schema.yaml").read_text("utf-8"))
    text = path.read_text("utf-8")
    (marked,) = (
        number for number, line in enumerate(text.splitlines(), 1) if "# refused: " in line
    )
    assert marked in [line for _, line in found(text, schema)]


@pytest.mark.parametrize("attack", list(attacks()), ids=lambda attack: attack[0])
def test_text_that_is_too_deep_or_too_long_is_a_finding(attack):
    schema = parse_schema((world.BASE / "schema.yaml").read_text("utf-8"))
    try:
        (text,) = check_files({"x.polar": attack[1]}).values()
    except PolicyError:
        return  # refused as a file
    assert found(text, schema)
