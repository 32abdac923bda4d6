import pytest

from authz.administration import organizations, versions
from authz.administration.desk import Refused
from authz.errors import Conflict, InvalidChange, NotFound, RequestError
from authz.storage import access
from authz.storage.events import SERVICE
from authz.storage.things import Wanted
from tests.administration.names import (
    AMINA,
    AUDITOR,
    BAKER,
    BRANCH,
    HEAD,
    MAKER,
    OTHER_LEVELS,
    ROOT,
    SALUM,
    TECH,
)

SUPPLY, SERVICING = "supply_company", "service_organization"


def ids(page):
    return sorted(one.thing.id for one in page.listed)


@pytest.mark.parametrize(
    ("who", "kind", "found"),
    [
        (
            ROOT,
            SUPPLY,
            ["hg-navoiy", "hg-poytaxt", "hg-surxon", "hududgaz", "orientgas"],
        ),
        (HEAD, SUPPLY, ["hg-navoiy", "hg-poytaxt", "hg-surxon", "hududgaz"]),
        (BRANCH, SUPPLY, ["hg-poytaxt"]),
        (TECH, SERVICING, ["techservice"]),
        (HEAD, SERVICING, ["gazservis", "techservice"]),
        (MAKER, "manufacturer", ["ekdev"]),
        (BAKER, "consumer", ["c-bakery"]),
        (TECH, "consumer", ["c-bakery", "c-plant"]),
        (HEAD, "consumer", ["c-bakery", "c-home", "c-plant"]),
    ],
)
def test_r76_a_list_holds_what_the_policies_let_its_reader_see(world, who, kind, found):
    desk = world.desk(who)
    page = organizations.page(desk, kind)
    assert ids(page) == found
    for one in page.listed:
        assert organizations.find(desk, kind, one.thing.id) == one.thing


@pytest.mark.parametrize("who", [BAKER, MAKER])
def test_r76_supply_companies_are_not_listed_for_everybody(world, who):
    with pytest.raises(Refused):
        organizations.page(world.desk(who), SUPPLY)


def test_r76_a_competitor_is_as_unknown_as_nobody(world):
    said = set()
    for id in ("orientgas", "nobody"):
        with pytest.raises(Refused) as refused:
            organizations.find(world.desk(HEAD), SUPPLY, id)
        said.add((str(refused.value), refused.value.reason))
    assert len(said) == 1
    with pytest.raises(NotFound):
        organizations.find(world.desk(ROOT), SUPPLY, "nobody")


def test_r76_the_tree_is_what_one_may_see_of_it(world):
    seen = {one.id: one.parent for one in organizations.tree(world.desk(HEAD))}
    assert seen == {
        "hududgaz": None,
        "hg-navoiy": "hududgaz",
        "hg-poytaxt": "hududgaz",
        "hg-surxon": "hududgaz",
    }


def test_pages_lead_through_all_organizations_and_filters_narrow_them(world):
    desk = world.desk(ROOT)
    first = organizations.page(desk, SUPPLY, limit=2)
    second = organizations.page(desk, SUPPLY, after=first.next, limit=2)
    back = organizations.page(desk, SUPPLY, before=second.previous, limit=2)
    assert back.listed == first.listed
    assert set(ids(first)).isdisjoint(ids(second))
    branches = Wanted(values=(("parent", "hududgaz"),))
    assert len(ids(organizations.page(desk, SUPPLY, branches))) == 3
    trade = Wanted(values=(("category", "commercial"),), supplied_by="hududgaz")
    assert ids(organizations.page(desk, "consumer", trade)) == ["c-bakery"]
    assert ids(organizations.page(desk, SUPPLY, Wanted(text="ORIENT"))) == ["orientgas"]
    for unknown in ("tenant", "deleted_at", "imei"):
        with pytest.raises(RequestError):
            organizations.page(desk, SUPPLY, Wanted(values=((unknown, "x"),)))


@pytest.mark.parametrize("kind", organizations.KINDS)
def test_r43_r69_the_platform_administrator_makes_renames_and_deletes_one(world, kind):
    desk = world.desk(ROOT)
    before = len(world.events("gasmeter-uz"))
    made = organizations.create(desk, kind, name="Yangi Tashkilot")
    assert made.id.startswith("yangi-tashkilot-")
    named = organizations.rename(desk, kind, made.id, "Other", version=versions.of(made))
    with pytest.raises(Conflict):
        organizations.rename(desk, kind, made.id, "Third", version=versions.of(made))
    assert named.name == "Other"
    organizations.delete(desk, kind, made.id)
    with pytest.raises(NotFound):
        organizations.delete(desk, kind, made.id)
    actions = [entry.action for entry in world.events("gasmeter-uz")[before:]]
    assert actions[:3] == [f"{kind}.created", f"{kind}.updated", f"{kind}.deleted"]


@pytest.mark.parametrize("who", OTHER_LEVELS)
def test_r75_r76_nobody_else_makes_a_supply_company(world, who):
    with pytest.raises(Refused):
        organizations.create(world.desk(who), SUPPLY, name="Mine")
    with pytest.raises(Refused):
        organizations.rename(world.desk(who), SUPPLY, "hududgaz", "Mine")
    with pytest.raises(Refused):
        organizations.delete(world.desk(who), SUPPLY, "hg-surxon")


def test_a_supplier_makes_consumers_of_its_own_and_of_nobody_else(world):
    desk = world.desk(HEAD)
    made = organizations.create(
        desk,
        "consumer",
        name="New Bakery",
        supply_company="hg-navoiy",
        category="commercial",
    )
    assert made.supply_company == "hg-navoiy"
    organizations.move(desk, "consumer", made.id, "hg-poytaxt")
    with pytest.raises(Refused):
        organizations.create(desk, "consumer", name="X", supply_company="orientgas")
    with pytest.raises(InvalidChange) as caught:
        organizations.create(desk, "consumer", name="X")
    assert caught.value.field == SUPPLY
    with pytest.raises(Refused):
        organizations.move(desk, "consumer", made.id, "orientgas")
    with pytest.raises(Refused):
        organizations.rename(desk, "consumer", "c-orient", "X")


def test_r76_a_tree_never_becomes_a_circle_and_may_be_ten_deep(world):
    desk = world.desk(ROOT)
    for above in ("hududgaz", "hg-poytaxt"):
        with pytest.raises(InvalidChange) as refused:
            organizations.move(desk, SUPPLY, "hududgaz", above)
        assert refused.value.field == "parent"
    above = "orientgas"
    for number in range(10):
        above = organizations.create(desk, SUPPLY, name=f"Deep {number}", parent=above).id
    with pytest.raises(InvalidChange):
        organizations.move(desk, SUPPLY, "orientgas", above)
    access.bind(world.database, "gasmeter-uz", HEAD, SUPPLY, "orientgas", actor=SERVICE)
    assert world.desk(HEAD).may("supply_company:read", SUPPLY, above)


def test_r58_an_organization_that_somebody_needs_is_not_deleted(world):
    desk = world.desk(ROOT)
    organizations.create(desk, SERVICING, id="free", name="Free Hands")
    access.set_access(
        world.database,
        "gasmeter-uz",
        TECH,
        actor=SERVICE,
        bindings={SUPPLY: ["hududgaz"], SERVICING: ["free"]},
    )
    with pytest.raises(Conflict) as refused:
        organizations.delete(desk, SERVICING, "free")
    assert str(refused.value) == (
        "Free Hands cannot be deleted now. 1 person needs it: "
        "Service Tech would lose all access."
    )
    access.bind(world.database, "gasmeter-uz", TECH, SERVICING, "gazservis", actor=SERVICE)
    organizations.delete(desk, SERVICING, "free")
    assert world.desk(TECH).may("metering_unit:read", "metering_unit", "mu-102")


def test_an_organization_with_units_is_not_deleted(world):
    with pytest.raises(Conflict):
        organizations.delete(world.desk(ROOT), "manufacturer", "metrix")


@pytest.mark.parametrize("who", [AMINA, SALUM])
def test_r05_a_mini_grid_company_has_no_organizations(world, who):
    with pytest.raises(Refused):
        organizations.page(world.desk(who), SUPPLY)
    with pytest.raises(Refused):
        organizations.create(world.desk(who), SUPPLY, name="X")


def test_r75_the_auditor_reads_all_and_may_change_none(world):
    page = organizations.page(world.desk(AUDITOR), SUPPLY)
    assert len(page.listed) == 5
    assert all(one.marks == frozenset() for one in page.listed)


@pytest.mark.parametrize("kind", ["", "tenant", "user", "cluster"])
def test_a_kind_that_there_is_not_is_refused(world, kind):
    with pytest.raises(InvalidChange):
        organizations.page(world.desk(ROOT), kind)
