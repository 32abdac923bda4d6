"""The example of docs/explanations.md is what the shipped policies answer."""

import json
import re

from authz.decisions import change, full
from tests.docs.pages import ROOT
from tests.policies.support import person
from tests.unit.decisions.test_full import ask, nothing_given

PAGE = (ROOT / "docs" / "explanations.md").read_text("utf-8")
#: A line of a policy file moves with every edit above it.
LINE = re.compile(r"(\.polar):\d+")


def test_the_example_is_what_is_answered():
    (written,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    who = person("minigrid", "user", clusters=("mafia",), binding_kinds=("cluster",))
    answer = ask(who, "customer:update", "customer", {"cluster": "pemba"})
    said = full.full(answer, nothing_given, for_admin=True)
    assert len(said["ways"]) == 3
    found = json.dumps(said | {"ways": said["ways"][:1]})
    assert json.loads(LINE.sub(r"\1", found)) == json.loads(LINE.sub(r"\1", written))


def test_the_table_of_costs_is_that_of_the_code():
    costs = [int(cost) for cost in re.findall(r"^\|[^|]+\| (\d+) \|", PAGE, re.M)]
    assert costs == [
        change.BINDING_COST,
        change.SUBJECT_COST,
        change.RESOURCE_COST,
        change.ROLE_COST,
        change.CONTEXT_COST,
        change.TENANT_COST,
    ]
    for name in change.FIXED | change.TENANT_WIDE:
        assert f"`{name}`" in PAGE


def test_the_limit_of_a_set_is_that_of_the_code():
    assert f"at most {full.SHOWN_MAX}\n  elements" in PAGE
