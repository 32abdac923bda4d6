import re

import pytest

from authz.engine.combine import Evaluation, combine
from authz.model import EvaluationError
from tests.docs.pages import PAGES, ROOT

DECISIONS = (ROOT / "docs" / "how-decisions-are-made.md").read_text("utf-8")
ROWS = [
    [re.findall(r"`([^`]+)`", cell) or cell.strip() for cell in line.split("|")[1:-1]]
    for line in DECISIONS.splitlines()
    if re.match(r"\|.*\| (allow|deny) \|", line)
]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_its_source_says(name):
    written = (ROOT / "docs" / name).read_text("utf-8")
    assert written == PAGES[name](), "run `python -m tests.docs.pages`"


def test_no_page_is_left_of_a_rule_that_is_gone():
    pages = {f"lint/{page.name}" for page in (ROOT / "docs" / "lint").iterdir()}
    assert pages == {name for name in PAGES if name.startswith("lint/")}


def named(ids, effect):
    return frozenset(policy_id for policy_id in ids or () if policy_id.startswith(effect))


def errors(ids, effect):
    return tuple(EvaluationError(policy_id, "broken") for policy_id in named(ids, effect))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_of_the_table_of_combinations_is_true(row):
    holds, broken, answer, (reason,), determining = row
    decision = combine(
        Evaluation(
            permits=named(holds, "permit"),
            forbids=named(holds, "forbid"),
            permit_errors=errors(broken, "permit"),
            forbid_errors=errors(broken, "forbid"),
        )
    )
    assert decision.allowed is (answer == "allow")
    assert decision.reason == reason
    assert list(decision.determining) == list(determining or ())


def test_the_table_of_combinations_was_read():
    assert len(ROWS) == 16


def test_every_link_between_pages_leads_somewhere():
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_names_every_page():
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()
