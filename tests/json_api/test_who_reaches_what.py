"""People ask every route about things of their own and of others: no surprise.

Here one of each system, with a scope that is narrow, and an owner with a phone; all others
among the deep tests.
"""

import pytest

from tests.console.reach_table import NARROW, rows
from tests.console.test_route_table import parts
from tests.console.test_who_reaches_what import spelled
from tests.console.trials import prepared  # noqa: F401
from tests.json_api.bodies_to_try import BODIES
from tests.json_api.reach_table import (
    ELSEWHERE,
    EVERYWHERE,
    ON_THE_WEB,
    PERSONS,
    THINGS_EVERYWHERE,
    THINGS_ON_THE_WEB,
)
from tests.json_api.test_routes import PERSONAL, PUBLIC
from tests.json_api.trials import PHONE, WEB, persons, routes_and_things, trial  # noqa: F401
from webapp.console.needs import needs
from webapp.json_api.app import routed
from webapp.json_api.declared import PREFIX, operations

WHO = [*((letter, WEB) for letter in NARROW), ("O", PHONE)]


def rows_of(app):
    """Method and address of every route for people, and whether it takes a body."""
    for rule in app.url_map.iter_rules():
        need = needs(app)[rule.endpoint]
        if rule.endpoint not in PUBLIC | PERSONAL and not need.scope:
            [method] = rule.methods - {"HEAD", "OPTIONS"}
            takes = operations(app)[rule.endpoint].body is not None
            for values in parts(rule):
                yield (method, spelled(rule, values).removeprefix(PREFIX)), takes


def test_the_tables_have_every_route_and_what_to_send_to_it():
    tables = [rows(ON_THE_WEB), rows(EVERYWHERE), PERSONS]
    tables += [rows(table, typed=True) for table in (THINGS_ON_THE_WEB, THINGS_EVERYWHERE)]
    tried = [row for table in tables for row in table]
    there = {row: takes for row, takes in rows_of(routed()) if row not in ELSEWHERE}
    assert sorted(tried) == sorted(there)
    assert set(BODIES) == {row for row, takes in there.items() if takes}


@pytest.mark.parametrize(("letter", "channel"), WHO)
def test_r11_r26_nobody_reaches_more_or_less_than_the_documents_say(trial):  # noqa: F811
    assert routes_and_things(trial) == ""


@pytest.mark.parametrize(("letter", "channel"), WHO)
def test_r31_r40_nobody_does_to_others_what_the_documents_forbid(trial):  # noqa: F811
    assert persons(trial) == ""
