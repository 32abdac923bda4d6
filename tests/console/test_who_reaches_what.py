"""People try every page on things of their own and of others: no surprise.

Here one of each system, with a scope that is narrow; all others among the deep tests.
"""

import pytest

from tests.console.conftest import console_of
from tests.console.reach_table import (
    COMPANY,
    ELSEWHERE,
    NARROW,
    PERSONS,
    THINGS,
    rows,
)
from tests.console.test_route_table import PERSONAL, PUBLIC, parts
from tests.console.trials import pages_and_things, persons, prepared, trial  # noqa: F401
from webapp.console.app import create_app


def test_the_tables_have_every_page(world):
    app = create_app(console_of(world))
    tried = {*rows(COMPANY), *rows(THINGS, typed=True), *PERSONS}
    there = {
        (method, spelled(rule, values))
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC | PERSONAL
        for method in rule.methods - {"HEAD"}
        for values in parts(rule)
    }
    assert {row for row in there if row[1] not in ELSEWHERE} == tried


def spelled(rule, values):
    """The address with one of a few words in its place, and other parts as `<id>`."""
    return "".join(
        values.get(text, f"<{text}>") if is_part else text for is_part, text in rule._trace
    ).removeprefix("|")


@pytest.mark.parametrize("letter", NARROW)
def test_r26_r27_nobody_reaches_more_or_less_than_the_documents_say(trial):  # noqa: F811
    assert pages_and_things(trial) == ""


@pytest.mark.parametrize("letter", NARROW)
def test_r31_r40_nobody_does_to_others_what_the_documents_forbid(trial):  # noqa: F811
    assert persons(trial) == ""
