import csv
import io

import pytest

from authz.administration import units, versions
from authz.administration.desk import Refused
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import device_passwords
from authz.storage.things import Wanted
from authz.storage.units import MeteringUnit
from tests.administration.names import (
    AUDITOR,
    BAKER,
    BRANCH,
    FRESH,
    HEAD,
    MAKER,
    ROOT,
    TECH,
)

NO_OPTIONS = "tech2@techservice.example"
LEAD = "lead@gazservis.example"
SCOPES = {
    TECH: ["mu-101", "mu-103", "mu-861"],
    LEAD: ["mu-102"],
    HEAD: ["mu-101", "mu-102", "mu-103", "mu-104", "mu-861"],
    BRANCH: ["mu-101", "mu-102", "mu-104"],
    BAKER: ["mu-101", "mu-102"],
    MAKER: ["mu-101", "mu-102", "mu-201"],
    AUDITOR: ["mu-101", "mu-102", "mu-103", "mu-104", "mu-201", "mu-202", "mu-861"],
}


def ids(page):
    return sorted(one.thing.id for one in page.listed)


@pytest.mark.parametrize("who", SCOPES)
def test_r66_the_list_is_what_single_reads_allow(world, who):
    desk = world.desk(who)
    assert ids(units.page(desk)) == SCOPES[who]
    for id in SCOPES[AUDITOR]:
        if id in SCOPES[who]:
            assert units.find(desk, id).id == id
        else:
            with pytest.raises(Refused):
                units.find(desk, id)


def test_r66_a_unit_that_is_given_to_another_service_is_gone_at_once(world):
    units.assign_service(world.desk(ROOT), "mu-101", "gazservis")
    assert ids(units.page(world.desk(TECH))) == ["mu-103", "mu-861"]
    assert ids(units.page(world.desk(LEAD))) == ["mu-101", "mu-102"]
    with pytest.raises(Refused):
        units.find(world.desk(TECH), "mu-101")


def test_who_has_no_access_sees_no_unit(world):
    with pytest.raises(Refused):
        units.page(world.desk(FRESH))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(supplied_by="hududgaz"), SCOPES[HEAD]),
        (Wanted(values=(("supply_company", "hududgaz"),)), ["mu-861"]),
        (Wanted(values=(("consumer", "c-bakery"),)), ["mu-101", "mu-102"]),
        (Wanted(category="industrial"), ["mu-103", "mu-861"]),
        (Wanted(values=(("status", "repair"),)), ["mu-202"]),
        (Wanted(values=(("model", "EK-270"),)), ["mu-101", "mu-102", "mu-201"]),
        (
            Wanted(values=(("status", "working"), ("service_organization", "techservice"))),
            ["mu-101", "mu-201", "mu-861"],
        ),
        (Wanted(text="bakery 2"), ["mu-102"]),
        (Wanted(text="mu-10"), ["mu-101", "mu-102", "mu-103", "mu-104"]),
        (Wanted(values=(("status", "x' OR 1=1 --"),)), []),
    ],
)
def test_the_filters_narrow_the_list(world, wanted, found):
    assert ids(units.page(world.desk(AUDITOR), wanted)) == found


def test_no_filter_shows_more_than_the_scope(world):
    wanted = Wanted(supplied_by="orientgas")
    assert ids(units.page(world.desk(TECH), wanted)) == []


def test_the_platform_administrator_makes_moves_and_deletes_a_unit(world):
    desk = world.desk(ROOT)
    made = units.create(
        desk,
        MeteringUnit("pwani", "mu-900", "New", "hg-navoiy", service_organization=None),
    )
    assert made.tenant == "gasmeter-uz"
    with pytest.raises(Conflict):
        units.create(desk, made)
    units.transfer(desk, "mu-900", supply_company="hududgaz", consumer="c-plant")
    units.update(desk, "mu-900", status="sealed")
    assert units.find(desk, "mu-900").consumer == "c-plant"
    units.delete(desk, "mu-900")
    with pytest.raises(NotFound):
        units.delete(desk, "mu-900")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda desk: units.update(desk, "mu-101", status="flying"), "status"),
        (lambda desk: units.assign_service(desk, "mu-101", "hududgaz"), None),
        (
            lambda desk: units.transfer(desk, "mu-101", supply_company="", consumer=None),
            None,
        ),
        (lambda desk: units.update(desk, "mu-101", name="  "), "name"),
    ],
)
def test_what_means_nothing_is_refused(world, change, field):
    with pytest.raises(InvalidChange) as refused:
        change(world.desk(ROOT))
    assert field in (None, refused.value.field)


def test_a_service_company_edits_service_fields_of_its_own_units_only(world):
    desk = world.desk(TECH)
    assert units.update(desk, "mu-101", serial="S-1").serial == "S-1"
    with pytest.raises(Refused):
        units.update(desk, "mu-102", serial="S-1")
    for change in (
        lambda: units.assign_service(desk, "mu-101", None),
        lambda: units.transfer(desk, "mu-101", supply_company="hududgaz", consumer=None),
        lambda: units.delete(desk, "mu-101"),
        lambda: units.create(desk, MeteringUnit("gasmeter-uz", "x", "X", "hududgaz")),
    ):
        with pytest.raises(Refused):
            change()


def test_r61_reports_and_monitoring_open_by_option_within_the_scope(world):
    found = units.report(world.desk(TECH))
    assert [row.id for row in found.rows] == ["mu-101", "mu-103", "mu-861"]
    assert found.by_status == {"sealed": 1, "working": 2}
    assert found.by_service == {"TechService": 3}
    assert found.by_category == {"commercial": 1, "industrial": 2}
    assert units.monitoring(world.desk(TECH)) == {
        "working": 2,
        "sealed": 1,
        "repair": 0,
    }
    for open_page in (units.report, units.report_csv, units.monitoring):
        with pytest.raises(Refused):
            open_page(world.desk(NO_OPTIONS))
    with pytest.raises(Refused):
        units.monitoring(world.desk(LEAD))


def test_a_report_is_a_table_without_formulas(world):
    units.update(world.desk(ROOT), "mu-101", name='=HYPERLINK("http://x","y")')
    rows = list(csv.reader(io.StringIO(units.report_csv(world.desk(TECH)))))
    assert rows[0][:2] == ["id", "name"]
    by_id = {row[0]: row for row in rows[1:]}
    assert by_id["mu-101"][1] == '\'=HYPERLINK("http://x","y")'


def test_a_page_of_units_takes_the_same_number_of_queries_for_any_number(world):
    desk = world.desk(AUDITOR)
    units.page(desk)
    counts = []
    for limit in (1, 50):
        asked = []
        connection = world.database.db.connection()
        connection.set_trace_callback(asked.append)
        units.page(desk, limit=limit)
        connection.set_trace_callback(None)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_unit_without_an_id_gets_one_that_is_made_of_its_name(world):
    made = units.create(world.desk(ROOT), MeteringUnit("", "", "New line", "hududgaz"))
    assert made.id.startswith("new-line-")


def test_a_unit_that_was_changed_since_is_not_deleted(world):
    desk = world.desk(ROOT)
    seen = versions.of(units.find(desk, "mu-101"))
    units.update(desk, "mu-101", serial="S-2")
    with pytest.raises(Conflict):
        units.delete(desk, "mu-101", version=seen)
    units.delete(desk, "mu-101", version=versions.of(units.find(desk, "mu-101")))


def test_the_password_of_a_device_is_set_and_never_seen_again(world):
    desk, password = world.desk(ROOT), "canary-4711"
    assert units.device_password_set_at(desk, "mu-101") is None
    units.set_device_password(desk, "mu-101", password)
    units.set_device_password(desk, "mu-101", password)
    assert units.device_password_set_at(desk, "mu-101") == world.clock.now
    first, second = world.events("gasmeter-uz")[-2:]
    assert second.action == "metering_unit.device_password_set"
    assert (first.before, second.before) == (
        '{"device_password": null}',
        '{"device_password": "***"}',
    )
    world.close()
    for file in world.path.parent.glob("gatehouse.db*"):
        assert password.encode() not in file.read_bytes()


def test_the_password_of_a_device_goes_with_its_unit(world):
    desk = world.desk(ROOT)
    units.set_device_password(desk, "mu-101", "canary-4711")
    units.delete(desk, "mu-101")
    assert device_passwords.set_at(world.database, "gasmeter-uz", "mu-101") is None
    with pytest.raises(NotFound):
        units.set_device_password(desk, "mu-101", "canary-4711")


@pytest.mark.parametrize("password", ["", "     ", "short", "x" * 65, "with\x00nul"])
def test_a_bad_password_of_a_device_is_refused_at_its_field(world, password):
    with pytest.raises(InvalidChange) as refused:
        units.set_device_password(world.desk(ROOT), "mu-101", password)
    assert refused.value.field == "device_password"


@pytest.mark.parametrize("who", [TECH, HEAD, AUDITOR, BAKER])
def test_the_password_of_a_device_is_for_the_platform_administrator(world, who):
    with pytest.raises(Refused):
        units.set_device_password(world.desk(who), "mu-101", "canary-4711")
    with pytest.raises(Refused):
        units.device_password_set_at(world.desk(who), "mu-101")


def test_an_export_holds_what_the_filters_leave(world):
    wanted = Wanted(values=(("status", "sealed"),))
    text = units.report_csv(world.desk(TECH), wanted)
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["mu-103"]


def test_a_report_names_no_organization_that_its_reader_may_not_see(world):
    (row, *_) = units.report(world.desk(BRANCH)).rows
    assert (row.supplier, row.service) == ("Hududgaz Poytaxt", "techservice")
