"""What each role does in a day, and the worked example, at the desk."""

import json

import pytest

from authz.administration import people, rights, settings, units
from authz.administration.access import Access
from authz.storage import sessions
from authz.storage.events import SERVICE
from tests.administration.conftest import CHEAP, PASSWORD
from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    ROOT,
    SALUM,
    WANJIKU,
)
from tests.administration.test_people import hash_of
from tests.administration.test_settings import pages_hash
from tests.shipped import shipped

#: Coarse permission -> an action of the company that needs it, as the documents list them.
AREAS = {
    "users": "user:create",
    "roles": "role:list",
    "settings": "settings:update",
    "settings.api-keys": "api_client:create",
    "plugins": "plugin:enable",
    "horizon": "queue_dashboard:read",
    "customers": "customer:create",
    "assets": "asset:create",
    "tickets": "ticket:create",
    "payments": "payment:create",
    "transactions": "transaction:refund",
    "reports": "report:download",
    "exports": "export:run",
    "events": "event:list",
}
FINANCE = {
    *("customers", "assets", "tickets", "payments"),
    *("transactions", "reports", "exports"),
}
FIELD = {"customers", "assets", "tickets"}
HOLDS = {
    AMINA: set(AREAS),
    JUMA: set(AREAS),
    GRACE: FINANCE,
    "field.roaming@pwani.example": FIELD,
    "both.hats@pwani.example": FINANCE,
    NEWCOMER: set(),
}


@pytest.mark.parametrize("who", HOLDS)
def test_r26_r29_r30_r32_r33_r34_each_role_opens_its_areas_and_no_other(world, who):
    desk = world.desk(who)
    opened = {area for area, action in AREAS.items() if desk.may(action, "tenant", "pwani")}
    assert opened == HOLDS[who]


def test_r29_an_owner_may_do_everything_that_a_company_has(world):
    desk = world.desk(AMINA)
    mine = {action for action in AREAS.values() if desk.may(action, "tenant", "pwani")}
    assert mine == set(AREAS.values())
    everybody = [one.account.id for one in people.page(desk).listed]
    for action in ("user:update", "user:set_password"):
        assert all(desk.may(action, "user", id) for id in everybody)


def test_r08_r12_a_page_and_an_app_are_told_apart_by_the_channel_alone(world):
    for channel, may in (("web", True), ("android", False), ("api", False), ("", False)):
        desk = world.desk(AMINA, channel)
        assert desk.may("settings:update", "tenant", "pwani") is may
        assert desk.may("customer:create", "cluster", "mafia")


def test_r05_no_question_reaches_another_tenant(world):
    for who, other in ((AMINA, "ziwa"), (ROOT, "pwani"), (OTIENO, "gasmeter-uz")):
        desk = world.desk(who)
        for action in shipped().schema.types["tenant"].actions:
            assert not desk.may(action, "tenant", other), (who, action)


def test_r43_r65_the_worked_example_is_three_entries_of_the_log(world):
    desk = world.desk(ROOT)
    before = len(world.events("gasmeter-uz"))
    account = people.add(
        desk,
        email="new_tech@domain.com",
        name="New Tech",
        password="tech2026words",
        timezone="Asia/Tashkent",
        language="uz",
    )
    rights.save(
        desk,
        account.id,
        Access(
            {"service_company_admin": None},
            frozenset({"reporting", "equipment_monitoring"}),
            {
                "supply_company": frozenset({"hududgaz"}),
                "service_organization": frozenset({"techservice"}),
            },
        ),
    )
    sessions.create(world.database, "gasmeter-uz", account.id, actor=SERVICE, channel="web")
    made, given, entered = world.events("gasmeter-uz")[before:]
    assert (made.action, given.action, entered.action) == (
        "user.created",
        "user.access_set",
        "authorization",
    )
    after = json.loads(made.after)
    assert (after["email"], after["timezone"], after["language"], after["password"]) == (
        "new_tech@domain.com",
        "Asia/Tashkent",
        "uz",
        "***",
    )
    assert json.loads(given.before)["roles"] == {}
    page = units.page(world.desk("new_tech@domain.com"))
    assert [one.thing.id for one in page.listed] == ["mu-101", "mu-103", "mu-861"]


def test_r19_login_passwords_and_the_pages_password_leave_each_other_alone(world):
    pages = pages_hash(world, "ziwa")
    people.edit(world.unlocked(OTIENO), WANJIKU, password="meter2026y")
    assert pages_hash(world, "ziwa") == pages
    login = hash_of(world, OTIENO)
    settings.set_pages_password(world.unlocked(OTIENO), "canary-pages-7")
    assert hash_of(world, OTIENO) == login
    assert CHEAP.verify(login, PASSWORD)
    assert not CHEAP.verify(login, "canary-pages-7")


def test_r61_a_change_of_rights_counts_for_the_next_question(world):
    desk, field = world.desk(AMINA), world.desk(SALUM)
    assert not field.may("report:list", "tenant", "pwani")
    rights.save(desk, SALUM, Access({"financial-manager": None}))
    assert field.may("report:list", "tenant", "pwani")
    people.block(desk, SALUM)
    assert not field.may("report:list", "tenant", "pwani")
