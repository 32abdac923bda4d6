"""Lists of many people: the same statements as for a few, and counts that stop."""

import pytest

from authz.administration import events, matrix, people
from authz.storage import access
from authz.storage.directory import FEW, Wanted
from authz.storage.events import SERVICE
from authz.storage.role_holders import COUNT_MAX
from tests.administration.names import FRESH, ROOT
from tests.bench.list_world import TENANT, add_people

MANY = COUNT_MAX + 200


def statements(world, look):
    """How many statements a look at something takes."""
    found = []
    connection = world.database.db.connection()
    connection.set_trace_callback(found.append)
    look()
    connection.set_trace_callback(None)
    return len(found)


def strip_of_roles(world, count):
    """Takes the roles of so many, as administrators do, all at once."""
    chosen = "SELECT account FROM role_assignment WHERE account LIKE 'p-%' LIMIT ?"
    statement = f"DELETE FROM role_assignment WHERE account IN ({chosen})"
    with world.database.transaction():
        world.database.db.execute_sql(statement, (count,))


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda desk: people.page(desk), id="people"),
        pytest.param(lambda desk: people.page(desk, sort="email"), id="by e-mail"),
        pytest.param(lambda desk: people.page(desk, Wanted(role="consumer")), id="role"),
        pytest.param(lambda desk: people.page(desk, Wanted(text="person")), id="text"),
        pytest.param(lambda desk: matrix.matrix(desk), id="roles"),
        pytest.param(lambda desk: events.page(desk), id="events"),
    ],
)
def test_r45_a_list_of_many_takes_the_statements_of_a_list_of_few(world, look):
    desk = world.desk(ROOT)
    add_people(world.database, 60)
    look(desk)
    few = statements(world, lambda: look(desk))
    with world.database.transaction():
        world.database.db.execute_sql("DELETE FROM binding WHERE account LIKE 'p-%'")
        world.database.db.execute_sql(
            "DELETE FROM role_assignment WHERE account LIKE 'p-%'"
        )
        world.database.db.execute_sql("DELETE FROM account WHERE id LIKE 'p-%'")
    add_people(world.database, MANY)
    assert statements(world, lambda: look(desk)) == few


def test_holders_of_a_role_are_not_counted_on_for_ever(world):
    add_people(world.database, 4 * MANY)
    counts = matrix.matrix(world.desk(ROOT)).people
    assert counts["consumer"] == COUNT_MAX + 1
    assert counts["supply_company_admin"] == 1
    assert counts[""] == 1


@pytest.mark.parametrize("without", [1, FEW - 1, FEW + 50])
def test_r45_r54_those_without_access_are_found_be_they_few_or_many(world, without):
    desk = world.desk(ROOT)
    add_people(world.database, MANY)
    strip_of_roles(world, without)
    seen, after = [], ""
    while True:
        found = people.page(desk, Wanted(without_role=True), after=after, limit=200)
        seen += [one.account.email for one in found.listed]
        if found.next is None:
            break
        after = found.next
    assert len(seen) == len(set(seen)) == without + 1
    assert FRESH in seen
    assert matrix.matrix(desk).people[""] == without + 1


def test_the_count_of_roles_follows_every_change(world):
    def kept():
        rows = world.database.db.execute_sql(
            "SELECT id, role_count, (SELECT count(*) FROM role_assignment WHERE"
            " role_assignment.account = account.id) FROM account"
        ).fetchall()
        assert all(count == true for _, count, true in rows), rows
        return {id: count for id, count, _ in rows}

    grace = world.id("finance@pwani.example")
    assert kept()[grace] == 1
    access.grant_role(world.database, "pwani", grace, "user", actor=SERVICE)
    assert kept()[grace] == 2
    people.delete(world.desk("amina.owner@pwani.example"), grace)
    assert kept()[grace] == 2
    access.set_access(
        world.database,
        TENANT,
        world.id(FRESH),
        actor=SERVICE,
        roles={"platform_reader": None},
        options=(),
        bindings={},
    )
    assert kept()[world.id(FRESH)] == 1
