"""The linter in a process of its own: what it finds, and what is said when it dies."""

from authz.engine.lint import lint
from authz.engine.linting.process import findings_of
from authz.engine.linting.rules.rule import EXAMPLE_SCHEMA, READ
from authz.engine.schema_file import parse_schema

OWN = READ + "  document.owner = subject.id;\n"


def found(text, cpu_seconds=10):
    rules = {"a.polar": OWN, "b.polar": text}
    return findings_of(rules, EXAMPLE_SCHEMA, cpu_seconds=cpu_seconds, memory_mib=512)


def test_a_child_finds_what_is_found_here():
    text = READ.replace("who", "friends") + "  document.team = subject.team;\n"
    here = lint({"a.polar": OWN, "b.polar": text}, parse_schema(EXAMPLE_SCHEMA))
    assert found(text) == here
    assert [(f.rule, f.file, f.line) for f in here] == [("nil-join", "b.polar", 1)]


def test_a_set_that_takes_too_long_is_a_finding():
    sets = " and\n  ".join(
        "(" + " or ".join(f'"{word}{n}" in subject.roles' for n in range(25)) + ")"
        for word in "abc"
    )
    text = "".join(
        READ.replace("who", f"who-{number}")
        + f"  document.owner = subject.id and {sets};\n"
        for number in range(20)
    )
    (finding,) = found(text, cpu_seconds=1)
    assert (finding.rule, finding.file, finding.line) == ("too-large", "", 0)
    assert finding.message.startswith("unfolding these policies used up the time")
