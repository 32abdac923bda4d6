import json

import pytest

from authz.administration import imports, sheets
from authz.administration.access import Access, held
from authz.administration.tables import plain, safe
from authz.errors import InvalidChange
from authz.storage import people
from tests.administration.names import AMINA, NEWCOMER, OTIENO, SALUM, WANJIKU


def found(world, email, tenant="pwani"):
    return people.find_account(world.database, tenant, email)


@pytest.mark.parametrize(
    "text",
    ["", "a", "=1", "'=1", "''=1", "'a", "+255", "|x", " =1", "'", "\ufeff=1", "%0A"],
)
def test_a_cell_that_was_made_safe_is_read_as_it_was(text):
    assert plain(safe(text)) == text


def test_json_and_csv_say_the_same():
    csv = "email,roles,cluster\nx@a.example,user; admin,mafia\n"
    item = {"email": "x@a.example", "roles": ["user", "admin"], "cluster": ["mafia"]}
    for text in ([item], {"schema": "authz.export/1", "of": "users", "items": [item]}):
        ((number, values),) = sheets.read(json.dumps(text), "json")
        ((line, cells),) = sheets.read(csv)
        assert (number, line) == (1, 2)
        assert sheets.access(Access(), values) == sheets.access(Access(), cells)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "it is no JSON"),
        ("7", "it is no list of people"),
        ('{"users": []}', "unknown member `users`"),
        ('{"of": "users"}', "it is no list of people"),
        ("[7]", "person 1 is no object"),
        ('[{"name": "X"}]', "the column `email` is missing"),
        ('[{"email": 7}]', "`email` of person 1 must be text"),
        ('[{"email": "x@a.example", "roles": [7]}]', "must be a list of texts"),
        ('[{"email": "x@a.example", "roles": ["a;b"]}]', "must be a list of texts"),
        ('[{"email": "x@a.example", "rolls": []}]', "unknown column `rolls`"),
        ('[{"email": "a", "email": "b"}]', "a member is named twice"),
        ('[{"email": "\\ud800@a.example"}]', "holds half of a character"),
        ('[{"email": "x@a.example"}, {"email": "X@a.example"}]', "people 1 and 2 name"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_no_json_of_people_is_refused(text, message):
    with pytest.raises(InvalidChange, match=message) as refused:
        sheets.read(text, "json")
    assert refused.value.field == "table"


def test_a_role_ends_when_the_row_says_and_else_as_before(world):
    end = 1_900_000_000.5
    before = Access({"user": end})
    assert sheets.access(before, {"roles": "user"}).roles == {"user": end}
    said = "user until 2030-03-17T17:46:40+00:00"
    assert sheets.access(before, {"roles": said}).roles == {"user": end}
    later = sheets.access(before, {"roles": "user until 2031-01-01T00:00Z"}).roles
    assert later == {"user": 1_924_992_000}
    for wrong in (
        "user until soon",
        "user until 2031-01-01",
        "user until 9999-99-99T00:00Z",
    ):
        with pytest.raises(InvalidChange) as refused:
            sheets.access(before, {"roles": wrong})
        assert refused.value.field == "roles"


def test_r39_an_import_that_removes_both_owners_removes_neither(world):
    desk = world.unlocked(OTIENO)
    imports.people_from(
        desk, "email,name,roles\nthird@ziwa.example,Third,owner\n", save=True
    )
    table = f"email,roles\n{WANJIKU},admin\nthird@ziwa.example,admin\n"
    assert imports.people_from(desk, table, save=True).is_saved
    last = f"email,roles\n{OTIENO},admin\n"
    for save in (False, True):
        assert imports.people_from(desk, last, save=save).problems
    assert held(found(world, OTIENO, "ziwa")).roles == {"owner": None}


def test_r39_an_owner_for_a_while_leaves_no_company_without_one(world):
    desk = world.desk(AMINA)
    made = "email,name,roles\nsecond@pwani.example,Second,owner until 2099-01-01T00:00Z\n"
    assert imports.people_from(desk, made, save=True).is_saved
    second = world.desk_of("pwani", "second@pwani.example")
    table = f"email,roles\n{AMINA},admin\nsecond@pwani.example,admin\n"
    for save in (False, True):
        assert imports.people_from(second, table, save=save).problems
    assert held(found(world, AMINA)).roles == {"owner": None}


def test_whoever_is_added_has_phone_and_street_and_the_next_import_changes_nothing(world):
    table = (
        "email,name,phone,street,status\n"
        "new@pwani.example,New,+255 700,Main Street 1,active\n"
    )
    assert imports.people_from(world.desk(AMINA), table, save=True).is_saved
    made = found(world, "new@pwani.example")
    assert (made.phone, made.street) == ("+255 700", "Main Street 1")
    again = imports.people_from(world.desk(AMINA), table, save=True)
    assert [row.does for row in again.rows] == ["same"]


@pytest.mark.parametrize("email", [NEWCOMER, "new@pwani.example"])
def test_an_import_blocks_nobody(world, email):
    table = f"email,name,status\n{email},New Hire,blocked\n"
    report = imports.people_from(world.desk(AMINA), table, save=True)
    assert [row.field for row in report.problems] == ["status"]
    assert found(world, SALUM).status == "active"


def test_the_progress_of_an_import_is_told(world):
    told = []
    table = "email,name\na@pwani.example,A\nb@pwani.example,B\n"
    imports.people_from(
        world.desk(AMINA), table, save=True, progress=lambda *step: told.append(step)
    )
    assert told == [
        (doing, count, 2)
        for doing in ("trying", "making passwords", "saving")
        for count in (1, 2)
    ]
