"""What people with rights could learn or leave half done: organizations, units, tables."""

import pytest

from authz.administration import organizations, units
from authz.administration.desk import Refused
from authz.administration.tables import plain, safe
from authz.errors import Conflict, InvalidChange
from tests.administration.names import HEAD, ROOT

SUPPLY = "supply_company"


def changes(world):
    return [one.action for one in world.events("gasmeter-uz") if one.result == "ok"]


def test_an_organization_is_moved_and_renamed_or_neither(world):
    desk, before = world.desk(ROOT), changes(world)
    with pytest.raises(InvalidChange):
        organizations.edit(desk, SUPPLY, "orientgas", name=" ", above="hududgaz")
    assert organizations.find(desk, SUPPLY, "orientgas").parent is None
    assert changes(world) == before
    saved = organizations.edit(desk, SUPPLY, "orientgas", name="East", above="hududgaz")
    assert (saved.name, saved.parent) == ("East", "hududgaz")
    assert changes(world) == [*before, "supply_company.updated", "supply_company.updated"]


def test_an_organization_that_belongs_nowhere_is_renamed(world):
    desk = world.desk(ROOT)
    saved = organizations.edit(desk, "manufacturer", "ekdev", name="EK", above=None)
    assert saved.name == "EK"
    with pytest.raises(InvalidChange, match="belongs nowhere"):
        organizations.move(desk, "manufacturer", "ekdev", "hududgaz")


def test_a_unit_gets_its_name_and_its_status_or_neither(world):
    desk, before = world.desk(ROOT), units.find(world.desk(ROOT), "mu-101")
    with pytest.raises(InvalidChange):
        units.update(desk, "mu-101", name="Renamed", status="flying")
    assert units.find(desk, "mu-101") == before
    saved = units.update(desk, "mu-101", name="Renamed", status="sealed")
    assert (saved.name, saved.status) == ("Renamed", "sealed")


@pytest.mark.parametrize("above", ["orientgas", "nosuch"])
def test_r76_who_moves_a_consumer_learns_of_no_other_supplier(world, above):
    with pytest.raises(Refused, match="You do not have access to do this"):
        organizations.move(world.desk(HEAD), "consumer", "c-plant", above)


def test_who_sees_all_is_told_that_a_supplier_is_not_there(world):
    with pytest.raises(InvalidChange) as refused:
        organizations.move(world.desk(ROOT), "consumer", "c-plant", "nosuch")
    assert refused.value.field == SUPPLY


@pytest.mark.parametrize(
    "text",
    [
        "x;=1+1",
        "x; =1+1",
        "a;b;@SUM(A1)",
        ";-1",
        "x;'=1",
        "x;'",
        "=1;=2",
        "plain; text",
    ],
)
def test_no_part_of_a_cell_is_a_formula_where_a_semicolon_ends_it(text):
    parts = [part.lstrip() for part in safe(text).split(";")]
    assert not any(part.startswith(("=", "+", "-", "@")) for part in parts)
    assert plain(safe(text)) == text


def test_r42_who_may_see_no_people_is_told_no_names(world):
    with pytest.raises(Conflict) as refused:
        organizations.delete(world.desk(HEAD), "consumer", "c-bakery")
    assert str(refused.value).endswith("1 person needs it, and would lose all access.")
    with pytest.raises(Conflict, match="Baker would lose all access"):
        organizations.delete(world.desk(ROOT), "consumer", "c-bakery")
