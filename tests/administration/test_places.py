import pytest

from authz.administration import places, versions
from authz.administration.desk import Refused
from authz.errors import Conflict, InvalidChange, NotFound
from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    ROOT,
    SALUM,
)


def ids(page):
    return sorted(one.thing.id for one in page.listed)


@pytest.mark.parametrize("who", [AMINA, JUMA])
def test_r10_owners_and_admins_add_clusters_mini_grids_and_villages(world, who):
    desk = world.desk(who)
    cluster = places.create(desk, "cluster", name="Zanzibar", manager=JUMA)
    grid = places.create(desk, "minigrid", name="Nungwi", parent=cluster.id)
    village = places.create(desk, "village", name="Kendwa", parent=grid.id)
    assert village.cluster == cluster.id
    renamed = places.rename(
        desk, "village", village.id, "Kendwa Rocks", version=versions.of(village)
    )
    with pytest.raises(Conflict):
        places.rename(desk, "village", village.id, "X", version=versions.of(village))
    assert renamed.name == "Kendwa Rocks"
    with pytest.raises(Conflict):
        places.delete(desk, "cluster", cluster.id)
    for kind, id in (
        ("village", village.id),
        ("minigrid", grid.id),
        ("cluster", cluster.id),
    ):
        places.delete(desk, kind, id)
        with pytest.raises(NotFound):
            places.delete(desk, kind, id)


@pytest.mark.parametrize("who", [GRACE, SALUM, NEWCOMER, ROOT])
@pytest.mark.parametrize(
    ("kind", "parent"), [("cluster", None), ("minigrid", "mafia"), ("village", "mg-mafia")]
)
def test_r10_nobody_else_does(world, who, kind, parent):
    with pytest.raises(Refused):
        places.create(world.desk(who), kind, name="X", parent=parent)
    with pytest.raises(Refused):
        places.rename(world.desk(who), "cluster", "mafia", "X")
    with pytest.raises(Refused):
        places.delete(world.desk(who), "cluster", "mafia")


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("village", {}, "parent"),
        ("village", {"parent": ""}, "parent"),
        ("village", {"parent": "mafia"}, "parent"),
        ("village", {"parent": "mg-z1"}, "parent"),
        ("minigrid", {"parent": "nowhere"}, "parent"),
        ("cluster", {"parent": "mafia"}, "parent"),
        ("cluster", {"manager": "nobody@pwani.example"}, "manager"),
        ("cluster", {"manager": "owner@ziwa.example"}, "manager"),
        ("cluster", {"name": " "}, "name"),
        ("galaxy", {}, "kind"),
    ],
)
def test_r10_what_lies_nowhere_is_refused_at_its_field(world, kind, more, field):
    before = len(world.events("pwani"))
    with pytest.raises(InvalidChange) as refused:
        places.create(world.desk(AMINA), kind, **{"name": "X", **more})
    assert refused.value.field == field
    assert len(world.events("pwani")) == before


def test_r11_no_place_is_added_from_an_app(world):
    for channel in ("android", "api"):
        with pytest.raises(Refused):
            places.create(world.desk(AMINA, channel), "cluster", name="X")


def test_r13_the_field_reads_places_from_the_app(world):
    desk = world.desk(SALUM, "android")
    assert "mafia" in ids(places.page(desk, "cluster"))
    assert len(ids(places.page(desk, "village"))) == 5


def test_r14_places_are_added_once_the_pages_are_unlocked(world):
    with pytest.raises(Refused):
        places.create(world.desk(OTIENO), "cluster", name="X")
    places.create(world.unlocked(OTIENO), "cluster", name="X")


def test_r05_a_place_of_another_tenant_is_not_there(world):
    with pytest.raises((Refused, NotFound)):
        places.rename(world.desk(AMINA), "cluster", "ziwa-east", "X")
    assert "ziwa-east" not in ids(places.page(world.desk(AMINA), "cluster"))
