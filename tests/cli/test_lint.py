import json
import shutil

import pytest

from authz.engine.linting.rules import RULES
from tests.cli.conftest import CONFIG, ROOT

BAD = """\
permit("base.nicknames", subject: User, "document:read", document: Document, _context) if
  document.owner = subject.nickname and
  subject.nicknam = "x";
permit("base.odd", subject: User, "document:read", _document: Document, _context) if
  subject.level == 3;
"""


@pytest.fixture
def policies(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "tests" / "attacks" / "base", folder)
    return folder


@pytest.fixture
def bad(policies):
    (policies / "odd.polar").write_text(BAD, "utf-8")
    return policies


@pytest.fixture
def lint(authz):
    return lambda *arguments: authz("lint", "-c", CONFIG, *arguments)


def test_a_set_in_order_has_no_findings(lint, policies):
    ran = lint(policies)
    assert (ran.code, ran.out, ran.err) == (0, "no findings\n", "")


def test_findings_exit_with_5_and_say_where_why_and_what_instead(lint, bad):
    ran = lint(bad)
    attribute, equality = RULES["unknown-attribute"], RULES["equality-operator"]
    assert ran.code == 5
    assert ran.out == (
        "odd.polar:3: unknown-attribute: unknown attribute `nicknam` of `subject`, did you "
        "mean `nickname`?\n"
        f"  why:     {attribute.why}\n"
        f"  instead: {attribute.instead}\n"
        "odd.polar:5: equality-operator: `==` takes `true` for `1`: write `=`\n"
        f"  why:     {equality.why}\n"
        f"  instead: {equality.instead}\n"
        "2 findings\n"
    )


def test_json_holds_every_finding(lint, bad):
    ran = lint(bad, "--output", "json")
    shown = json.loads(ran.out)
    assert (ran.code, shown["schema"], len(shown["policy_revision"])) == (
        5,
        "authz.lint/1",
        64,
    )
    assert shown["findings"][1] == {
        "rule": "equality-operator",
        "message": "`==` takes `true` for `1`: write `=`",
        "why": RULES["equality-operator"].why,
        "instead": RULES["equality-operator"].instead,
        "file": "odd.polar",
        "line": 5,
        "policy_id": "base.odd",
    }


def test_sarif_names_the_rule_and_the_line(lint, bad):
    ran = lint(bad, "--output", "sarif")
    (run,) = json.loads(ran.out)["runs"]
    first = run["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert (ran.code, first["ruleId"]) == (5, "unknown-attribute")
    assert place["artifactLocation"]["uri"] == "policies/odd.polar"
    assert place["region"] == {"startLine": 3}
    helps = {rule["id"]: rule["help"]["text"] for rule in run["tool"]["driver"]["rules"]}
    why = RULES["unknown-attribute"].why
    assert helps["unknown-attribute"].startswith(why)


def test_the_page_of_a_rule_is_printed(lint):
    ran = lint("--explain", "nil-join")
    assert (ran.code, ran.out) == (0, RULES["nil-join"].page())


def test_a_rule_that_does_not_exist_is_usage(lint):
    ran = lint("--explain", "nil-jion")
    assert (ran.code, ran.err) == (
        2,
        "error: unknown rule `nil-jion`, did you mean `nil-join`?\n",
    )


def test_a_directory_that_cannot_be_read_exits_with_3(lint, tmp_path):
    ran = lint(tmp_path / "nowhere")
    assert ran.code == 3
    assert ran.err.startswith("error: cannot read the policy directory ")


def test_a_set_without_a_schema_exits_with_3(lint, policies):
    (policies / "schema.yaml").unlink()
    ran = lint(policies)
    assert (ran.code, ran.err) == (
        3,
        "error: there is no schema.yaml in the policy directory\n",
    )


def test_bytes_that_are_no_text_exit_with_3_and_name_the_file(lint, policies):
    (policies / "odd.polar").write_bytes(b"\xff")
    ran = lint(policies)
    assert (ran.code, ran.err) == (3, "error: odd.polar:1: not UTF-8 text\n")
