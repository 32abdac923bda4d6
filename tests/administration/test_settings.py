import sqlite3

import pytest

from authz.administration import settings, versions
from authz.administration.desk import Refused
from authz.administration.settings import Company
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import sessions
from tests.administration.conftest import CHEAP, PASSWORD
from tests.administration.names import (
    AMINA,
    CLERK,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    ROOT,
    SALUM,
    WANJIKU,
)


def pages_hash(world, tenant):
    with sqlite3.connect(world.path) as connection:
        query = "SELECT ppp_hash FROM tenant WHERE slug = ?"
        (found,) = connection.execute(query, [tenant]).fetchone()
    connection.close()
    return found


@pytest.mark.parametrize("who", [AMINA, JUMA])
def test_r08_r30_owners_and_admins_change_the_company(world, who):
    desk = world.desk(who)
    before = settings.company(desk)
    after = settings.update_company(
        desk,
        Company(name="Pwani Energy", phone="+255 1", address="Kilindoni", country="KE"),
        version=versions.of(settings.shown(before)),
    )
    assert (after.name, after.phone, after.address, after.country) == (
        "Pwani Energy",
        "+255 1",
        "Kilindoni",
        "KE",
    )
    with pytest.raises(Conflict):
        settings.update_company(
            desk, Company(name="X"), version=versions.of(settings.shown(before))
        )
    assert world.events("pwani")[-1].action == "tenant.updated"


@pytest.mark.parametrize("who", [GRACE, SALUM, NEWCOMER, ROOT])
def test_r08_r33_nobody_else_reads_or_changes_settings(world, who):
    desk = world.desk(who)
    for attempt in (
        lambda: settings.company(desk),
        lambda: settings.update_company(desk, Company(name="X")),
        lambda: settings.area(desk, "sms_gateway"),
        lambda: settings.update_area(desk, "mail", {"sender": "x"}),
        lambda: settings.set_pages_password(desk, "canary-pages-7"),
        lambda: settings.plugins(desk),
        lambda: settings.switch_plugin(desk, "prospect", on=False),
    ):
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Company(name=" "), "name"),
        (Company(email="nobody"), "email"),
        (Company(country="KEN"), "country"),
        (Company(phone="1" * 41), "phone"),
        (Company(address="a\u202eb"), "address"),
    ],
)
def test_what_means_nothing_is_refused_at_its_field(world, wanted, field):
    with pytest.raises(InvalidChange) as refused:
        settings.update_company(world.desk(AMINA), wanted)
    assert refused.value.field == field


def test_a_company_cannot_take_the_name_of_another(world):
    with pytest.raises(Conflict) as refused:
        settings.update_company(world.desk(AMINA), Company(name="Ziwa Energy Cooperative"))
    assert refused.value.field == "name"


def test_saving_what_is_there_leaves_no_event(world):
    desk = world.desk(AMINA)
    before = len(world.events("pwani"))
    settings.update_company(desk, settings.shown(settings.company(desk)))
    settings.update_area(desk, "map", settings.area(desk, "map"))
    assert len(world.events("pwani")) == before


@pytest.mark.parametrize(
    ("area", "values"),
    [
        ("sms_gateway", {"provider": "Africa's Talking", "url": "https://sms.example"}),
        ("map", {"latitude": "-7.9", "longitude": "39.7", "zoom": "9"}),
        ("mail", {"sender_name": "Pwani", "reply_to": "office@pwani.example"}),
    ],
)
def test_r36_each_area_is_kept_and_read_again(world, area, values):
    desk = world.desk(AMINA)
    settings.update_area(desk, area, values)
    found = settings.area(desk, area)
    assert {name: found[name] for name in values} == values
    entry = world.events("pwani")[-1]
    assert (entry.action, entry.object_type) == (f"{area}.updated", area)


@pytest.mark.parametrize(
    ("area", "values", "field"),
    [
        ("sms_gateway", {"url": "javascript:alert(1)"}, "url"),
        ("sms_gateway", {"url": "http://plain.example"}, "url"),
        ("sms_gateway", {"url": "https://["}, "url"),
        ("sms_gateway", {"ppp_hash": "x"}, "ppp_hash"),
        ("map", {"latitude": "91"}, "latitude"),
        ("map", {"zoom": "nan"}, "zoom"),
        ("mail", {"reply_to": "nobody"}, "email"),
        ("everything", {}, "area"),
    ],
)
def test_r36_what_an_area_cannot_hold_is_refused(world, area, values, field):
    with pytest.raises(InvalidChange) as refused:
        settings.update_area(world.desk(AMINA), area, values)
    assert refused.value.field == field


# The password of the protected pages.


def test_r20_r22_a_new_password_ends_all_unlocks_and_is_kept_as_a_hash(world):
    desk, other = world.unlocked(OTIENO), world.unlocked(WANJIKU)
    settings.set_pages_password(desk, "canary-pages-7")
    for one in (desk, other):
        found = sessions.find(world.database, "ziwa", one.person.session)
        assert not found.has_pages_unlocked(world.clock.now)
        with pytest.raises(Refused):
            settings.company(one)
    hashed = pages_hash(world, "ziwa")
    assert hashed.startswith("$argon2id$")
    assert CHEAP.verify(hashed, "canary-pages-7")
    assert "canary" not in repr(world.events("ziwa"))
    assert world.events("ziwa")[-1].action != "tenant.pages_password_set"
    assert "tenant.pages_password_set" in [e.action for e in world.events("ziwa")]


@pytest.mark.parametrize("password", [PASSWORD, "short1", "onlyletters", ""])
def test_r19_r20_a_password_that_is_ones_own_or_too_weak_is_refused(world, password):
    before = pages_hash(world, "ziwa")
    with pytest.raises(InvalidChange) as refused:
        settings.set_pages_password(world.unlocked(OTIENO), password)
    assert refused.value.field == "password"
    assert pages_hash(world, "ziwa") == before


def test_r20_the_password_is_out_of_reach_while_the_pages_are_locked(world):
    for who in (OTIENO, CLERK):
        with pytest.raises(Refused):
            settings.set_pages_password(world.desk(who), "canary-pages-7")


def test_r38_a_company_can_do_without_and_begin_again(world):
    settings.set_pages_password(world.unlocked(OTIENO), None)
    assert settings.company(world.desk(OTIENO)).ppp_enabled is False
    settings.set_pages_password(world.desk(OTIENO), "canary-pages-7")
    with pytest.raises(Refused):
        settings.company(world.desk(OTIENO))


def test_r11_no_setting_is_changed_from_an_app(world):
    for attempt in (
        lambda desk: settings.update_company(desk, Company(name="X")),
        lambda desk: settings.set_pages_password(desk, "canary-pages-7"),
        lambda desk: settings.switch_plugin(desk, "prospect", on=False),
    ):
        with pytest.raises(Refused):
            attempt(world.desk(AMINA, "android"))


# Plugins.


def test_r37_owners_and_admins_switch_plugins(world):
    for who in (AMINA, JUMA):
        desk = world.desk(who)
        for on in (False, True):
            settings.switch_plugin(desk, "prospect", on=on)
            listed = {one.id: one.is_enabled for one in settings.plugins(desk)}
            assert listed == {"calin-meter": True, "prospect": on, "sun-king-shs": False}
    with pytest.raises(NotFound):
        settings.switch_plugin(world.desk(AMINA), "nothing", on=True)
