"""A review as SARIF, JUnit XML and Markdown."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from authz.assurance.reviewing.markdown import LENGTH_MAX, markdown
from authz.assurance.reviewing.review import Review
from authz.assurance.reviewing.rules import RULES
from authz.assurance.reviewing.sarif import FINGERPRINT, sarif
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step
from authz.assurance.reviewing.xml import junit

CASES = [
    {
        "file": "a_test.yaml",
        "suite": suite,
        "name": name,
        "passed": not message,
        "message": message,
        "todo": "",
    }
    for suite, name, message in (
        ("one", "reads", ""),
        ("one", "edits", "expected deny: allow"),
        ("two", "opens", ""),
    )
]
INVARIANT = {
    "id": "none-shall-pass",
    "title": "None <b>shall</b> pass",
    "verdict": "violated",
    "reason": "",
    "counterexample": {"determining": ["a.b"], "test": "version: 1\n# ``` inside\n"},
}
FINDINGS = (
    Remark("less-access", Level.NOTE, "some lose [it](x)"),
    Remark("more-access", Level.ERROR, "some gain", "a.polar", 7, "a.b"),
)
STEPS = (
    Step("load", Outcome.PASSED, "1 policy in 1 file"),
    Step(
        "lint",
        Outcome.FAILED,
        "1 finding",
        (Remark("cut", Level.ERROR, "a policy does not end the search", "a.polar", 3),),
    ),
    Step("test", Outcome.FAILED, "1 of 3 rows failed", (), {"cases": CASES}),
    Step("prove", Outcome.FAILED, "1 broken", (), {"invariants": [INVARIANT]}),
    Step("diff", Outcome.UNDECIDED, "a | b", FINDINGS, {}, "## The *whole* difference\n"),
    Step("replay", Outcome.SKIPPED, "no decision log was named"),
)


def review(*steps):
    return Review(Path("policies"), "a" * 64, "b" * 64, steps)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "some rules" / "policies"
    folder.mkdir(parents=True)
    return folder


def findings():
    return [one for step in STEPS for one in step.findings]


#: Object of the SARIF schema -> members that it requires, and those that we may write.
SARIF_MEMBERS = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"results", "columnKind", "originalUriBaseIds"}),
    "driver": ({"name"}, {"version", "rules"}),
    "rule": ({"id"}, {"shortDescription", "help"}),
    "result": (
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints"},
    ),
}


def holds(kind, value):
    required, allowed = SARIF_MEMBERS[kind]
    assert required <= value.keys() <= required | allowed
    return value


def test_sarif_has_the_members_that_its_schema_requires(repository):
    log = holds("log", sarif(findings(), repository, "1.0"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert holds("run", run)["tool"].keys() == {"driver"}
    rules = holds("driver", run["tool"]["driver"])["rules"]
    assert [holds("rule", rule)["id"] for rule in rules] == [
        "cut",
        "less-access",
        "more-access",
    ]
    for result in run["results"]:
        holds("result", result)
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"].keys() == {"text"}
        assert result["level"] in ("error", "warning", "note", "none")
        (location,) = result["locations"]
        assert location.keys() == {"physicalLocation"}
        assert location["physicalLocation"].keys() <= {"artifactLocation", "region"}
        base = location["physicalLocation"]["artifactLocation"]["uriBaseId"]
        assert base in run["originalUriBaseIds"]


def test_sarif_names_files_from_the_root_of_the_repository(repository):
    results = sarif(findings(), repository, "1.0")["runs"][0]["results"]
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert places[0] == {
        "artifactLocation": {
            "uri": "some%20rules/policies/a.polar",
            "uriBaseId": "SRCROOT",
        },
        "region": {"startLine": 3},
    }
    assert places[1]["artifactLocation"]["uri"] == "some%20rules/policies/"
    assert "region" not in places[1]


def test_sarif_of_no_findings_is_a_whole_run(repository):
    (run,) = sarif([], repository, "1.0")["runs"]
    assert run["results"] == run["tool"]["driver"]["rules"] == []


def prints(repository, *remarks):
    results = sarif(remarks, repository, "1.0")["runs"][0]["results"]
    return [one["partialFingerprints"][FINGERPRINT] for one in results]


def test_a_finding_keeps_its_fingerprint_when_it_moves(repository):
    at_3 = Remark("cut", Level.ERROR, "see line 2", "a.polar", 3, "a.b")
    at_9 = Remark("cut", Level.ERROR, "see line 8", "a.polar", 9, "a.b")
    other = Remark("cut", Level.ERROR, "see line 2", "b.polar", 3, "a.b")
    assert prints(repository, at_3) == prints(repository, at_9)
    assert len({*prints(repository, at_3, at_9, other)}) == 3


def test_every_rule_has_a_title_and_says_what_to_do():
    for rule in RULES.values():
        assert rule.title
        assert len(rule.help) > 20
    assert {one.rule for one in findings()} <= RULES.keys()


def test_junit_has_a_suite_for_each_step():
    root = ElementTree.fromstring(junit(review(*STEPS)))
    told = {
        suite.get("name"): tuple(
            suite.get(name) for name in ("tests", "failures", "errors", "skipped")
        )
        for suite in root
    }
    assert told == {
        "authz load": ("1", "0", "0", "0"),
        "authz lint": ("1", "1", "0", "0"),
        "authz test": ("2", "1", "0", "0"),
        "authz prove": ("1", "1", "0", "0"),
        "authz diff": ("1", "1", "0", "0"),
        "authz replay": ("1", "0", "0", "1"),
    }
    said = [
        (one.get("name"), one[0].tag, one[0].text)
        for one in root.iter("testcase")
        if len(one)
    ]
    assert said[0] == (
        "lint",
        "failure",
        "1 finding\na.polar:3: cut: a policy does not end the search",
    )
    assert said[1] == (
        "a_test.yaml: one",
        "failure",
        "1 failed\nedits: expected deny: allow",
    )
    assert said[2][0] == "none-shall-pass"
    assert "version: 1" in said[2][2]


def test_junit_holds_no_character_that_xml_has_not():
    step = Step("lint", Outcome.FAILED, "odd \x00", (Remark("cut", Level.ERROR, "\x1b"),))
    assert "odd \ufffd" in junit(review(step))
    ElementTree.fromstring(junit(review(step)))


def test_a_comment_begins_with_the_verdicts_and_shows_the_broken_invariant():
    text = markdown(review(*STEPS))
    assert text.startswith(
        "## Policy review: `lint`, `test`, `prove` failed\n\n| step | | |\n|---|---|---|\n"
        "| load | ✅ passed | 1 policy in 1 file |\n"
        "| lint | ❌ failed | 1 finding |\n"
    )
    assert "| diff | ❔ undecided | a \\| b |\n" in text
    assert f"Revision `{'a' * 12}`, compared with `{'b' * 12}`." in text
    assert (
        "### Who gains and who loses\n\n"
        "- **error** some gain (more-access) at `a.polar:7`\n"
        "- **note** some lose \\[it](x) (less-access)\n"
    ) in text
    assert "### Broken: None &lt;b>shall&lt;/b> pass\n" in text
    assert "`````yaml\nversion: 1\n# ``` inside\n`````\n" in text
    assert text.endswith(
        "<details>\n<summary>diff in full</summary>\n\n## The *whole* difference\n\n"
        "</details>\n"
    )


@pytest.mark.parametrize(
    ("steps", "title"),
    [(STEPS[:1], "passed"), (STEPS[4:], "`diff` undecided")],
    ids=["passed", "undecided"],
)
def test_the_title_of_a_comment_says_how_it_came_out(steps, title):
    assert markdown(review(*steps)).startswith(f"## Policy review: {title}\n")


def test_a_comment_is_never_longer_than_what_is_accepted():
    long = Step("diff", Outcome.PASSED, "much", (), {}, "x" * (LENGTH_MAX + 1))
    text = markdown(review(STEPS[0], long))
    assert len(text) < LENGTH_MAX
    assert text.endswith("There is more: `authz check-all` shows all of it.\n")


def test_a_long_list_of_findings_is_cut_and_counted():
    many = [Remark("cut", Level.WARNING, f"{n} {'word ' * 99}") for n in range(25)]
    text = markdown(review(Step("lint", Outcome.FAILED, "many", tuple(many))))
    assert "<summary>lint: 25 findings</summary>" in text
    assert "- and 5 more\n" in text
    assert max(map(len, text.splitlines())) < 400
