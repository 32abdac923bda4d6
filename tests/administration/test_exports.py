import csv
import io

import pytest

from authz.administration import exports, imports, people, records
from authz.administration.desk import Refused
from authz.administration.people import Profile
from authz.storage.directory import Wanted
from tests.administration.names import AMINA, GRACE, JUMA, OTIENO, SALUM, TECH


def csv_of(desk, what="users", **narrowed):
    return exports.text(desk, what, "csv", **narrowed)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_of_people_holds_whom_the_list_shows_with_their_rights(world):
    found = rows(csv_of(world.desk(AMINA), people=Wanted(text="salum")))
    assert [(one["email"], one["roles"], one["cluster"]) for one in found] == [
        (SALUM, "user", "mafia")
    ]
    everybody = rows(csv_of(world.desk(AMINA)))
    assert len(everybody) == 8
    assert exports.may(world.desk(AMINA), "users")
    assert not exports.may(world.desk(GRACE), "users")
    assert "password" not in " ".join(everybody[0])


def test_an_export_of_people_is_an_import_that_changes_nothing(world):
    people.edit(world.desk(AMINA), SALUM, profile=Profile(name="=1+1", phone="+255 700 1"))
    table = csv_of(world.desk(AMINA))
    assert "'=1+1" in table
    report = imports.people_from(world.desk(AMINA), table, save=True)
    assert {row.does for row in report.rows} == {"same"}


@pytest.mark.parametrize("who", [GRACE, SALUM, TECH])
def test_r32_an_export_of_people_is_for_who_looks_after_people(world, who):
    with pytest.raises(Refused):
        csv_of(world.desk(who))


def test_r14_an_export_of_people_waits_for_the_password_of_the_pages(world):
    with pytest.raises(Refused):
        csv_of(world.desk(OTIENO))
    assert len(rows(csv_of(world.unlocked(OTIENO)))) == 4


def test_r32_recorded_things_are_exported_by_who_may_export_and_sees_them(world):
    details = {"name": "March", "amount": "-12.50", "currency": "TZS"}
    records.create(world.desk(GRACE), "payment", attributes={}, details=details)
    (one,) = rows(csv_of(world.desk(GRACE), "payment"))
    assert (one["name"], one["amount"]) == ("March", "'-12.50")
    customers = rows(csv_of(world.desk(JUMA), "customer"))
    assert [(one["id"], one["cluster"]) for one in customers] == [
        ("cust-1", "mafia"),
        ("cust-2", "mafia"),
        ("cust-3", "pemba"),
    ]
    with pytest.raises(Refused):
        csv_of(world.desk(SALUM), "customer")


def test_what_no_rule_names_is_exported_by_who_looks_after_people(world):
    assert rows(csv_of(world.desk(AMINA), "tariff")) == []
    with pytest.raises(Refused):
        csv_of(world.desk(GRACE), "tariff")
