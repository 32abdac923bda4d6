"""What stands in a file of policies, and what one policy takes part in."""

from authz.administration import policy_outline
from authz.administration.policy_outline import Mention, Named
from tests.shipped import POLICIES, shipped

OWN = "metering.supply-company-reaches-its-units"


def text(name):
    return (POLICIES / name).read_text("utf-8")


def outline(name):
    return policy_outline.outline(shipped(), name, text(name))


def test_the_outline_of_rules_has_policies_facts_and_helpers_with_their_lines():
    found = outline("protected_pages.polar")
    assert [one.id for one in found.policies] == ["protected_pages.page-is-locked"]
    lines = text("protected_pages.polar").splitlines()
    assert found.facts == (
        Named("protected", 6, text("protected_pages.polar").count('protected("')),
    )
    assert lines[found.policies[0].line - 1].startswith("forbid(")
    helpers = {one.name: one.line for one in outline("metering.polar").helpers}
    rows = text("metering.polar").splitlines()
    assert rows[helpers["supplied_by_own"] - 1].startswith("supplied_by_own(")


def test_the_outline_of_yaml_has_its_sections():
    sections = {one.name: one for one in outline("schema.yaml").sections}
    lines = text("schema.yaml").splitlines()
    assert {"version", "context", "types"} <= set(sections)
    user = next(one for one in sections["types"].inner if one.name == "user")
    assert lines[user.line - 1] == "  user:"
    tests = {one.name: one for one in outline("system_test.yaml").sections}["tests"]
    assert all(one.name in text("system_test.yaml") for one in tests.inner)


def test_what_cannot_be_read_has_no_outline_and_is_no_error():
    broken = policy_outline.outline(shipped(), "other.polar", 'permit("x", (((')
    assert broken == policy_outline.Outline()
    assert policy_outline.catalogue_line("- [", OWN) == 0
    assert policy_outline.catalogue_line(text("metering.yaml"), "metering.none") == 0


def test_a_policy_takes_part_in_the_requests_that_its_conditions_are_of():
    found = policy_outline.part_of(shipped(), OWN)
    asked = {(one.signature.action, one.signature.resource) for one in found.kinds}
    assert ("metering_unit:read", "metering_unit") in asked
    assert all(resource == "metering_unit" for _, resource in asked)
    assert not found.is_incomplete
    here = shipped().policies[OWN]
    assert f"{here.file}:{here.line}" not in found.places
    named = [place.partition(":")[0] for place in found.places]
    assert named == sorted(named)


def test_every_shipped_policy_has_a_line_in_its_catalogue_and_a_test():
    files = {path.name: path.read_text("utf-8") for path in POLICIES.glob("*_test.yaml")}
    for id, policy in shipped().policies.items():
        catalogue = text(policy.file.replace(".polar", ".yaml"))
        line = policy_outline.catalogue_line(catalogue, id)
        assert catalogue.splitlines()[line - 1].strip() == f"{id}:"
        assert policy_outline.tests_of(files, id), id


def test_a_mention_is_of_that_policy_and_no_longer_name():
    files = {
        "a_test.yaml": "tests:\n  - name: one\n    because: [a.b]\n"
        "  - name: two\n    because: [a.b-c, x.a.b]\n",
        "a.yaml": "a.b: {}\n",
    }
    assert policy_outline.tests_of(files, "a.b") == (Mention("a_test.yaml", 3, "one"),)
