import pytest

from authz.administration import imports
from authz.administration.access import held
from authz.administration.desk import Refused
from authz.errors import InvalidChange
from authz.storage import people
from tests.administration.conftest import CHEAP
from tests.administration.names import (
    AMINA,
    AUDITOR,
    FRESH,
    GRACE,
    JUMA,
    NEWCOMER,
    ROOT,
    SALUM,
)
from tests.administration.test_people import hash_of

HEAD = "email,name,roles,cluster\n"


def found(world, email, tenant="pwani"):
    return people.find_account(world.database, tenant, email)


def test_an_import_adds_and_changes_people_with_their_rights(world):
    table = (
        HEAD
        + "one@pwani.example,One New,user,mafia\n"
        + "two@pwani.example,Two New,user; financial-manager,\n"
        + "\n"
        + f"{NEWCOMER},,user,mafia;pemba\n"
        + f"{GRACE},Grace Mushi,financial-manager,\n"
    )
    trial = imports.people_from(world.desk(AMINA), table, save=False)
    assert [row.does for row in trial.rows] == ["added", "added", "changed", "same"]
    assert [row.line for row in trial.rows] == [2, 3, 5, 6]
    assert not trial.is_saved
    done = imports.people_from(world.desk(AMINA), table, save=True)
    assert [row.does for row in done.rows] == ["added", "added", "changed", "same"]
    assert done.is_saved
    one, newcomer = found(world, "one@pwani.example"), found(world, NEWCOMER)
    assert held(one).roles == held(newcomer).roles == {"user": None}
    assert held(newcomer).bindings == {"cluster": frozenset({"mafia", "pemba"})}
    assert newcomer.name == "New Hire"
    assert CHEAP.verify(hash_of(world, "one@pwani.example"), done.rows[0].password)
    assert done.rows[0].password not in repr(done)
    again = imports.people_from(world.desk(AMINA), table, save=True)
    assert [row.does for row in again.rows] == ["same"] * 4


def test_a_trial_writes_nothing_at_all(world):
    before = world.path.read_bytes(), len(world.events("pwani"))
    imports.people_from(
        world.desk(JUMA),
        HEAD + f"new@pwani.example,New,user,\n{AMINA},X,user,\n",
        save=False,
    )
    assert len(world.events("pwani")) == before[1]


def test_one_row_that_cannot_be_done_keeps_all_of_them_out(world):
    table = HEAD + "one@pwani.example,One,user,\nbad-mail,Two,user,\n"
    report = imports.people_from(world.desk(AMINA), table, save=True)
    assert not report.is_saved
    (problem,) = report.problems
    assert (problem.line, problem.field) == (3, "email")
    assert "one@pwani.example" not in [
        one.email for one in people.list_accounts(world.database, "pwani")
    ]


ROWS = {
    "an owner made by an admin": ("new@pwani.example,New,owner,", ""),
    "an owner unmade by an admin": (f"{AMINA},,user,", ""),
    "an owner renamed by an admin": (f"{AMINA},Other,owner,", ""),
    "an admin demoted by an admin": ("second.admin@pwani.example,,user,", ""),
    "the own role": (f"{JUMA},,user,", ""),
    "an unknown role": ("new@pwani.example,New,king,", "roles"),
    "a cluster elsewhere": ("new@pwani.example,New,user,ziwa-east", "bindings"),
    "somebody of another tenant": (f"{ROOT},New,user,", "email"),
    "no name": ("new@pwani.example,,user,", "name"),
    "no e-mail": (",New,user,", "email"),
}


@pytest.mark.parametrize(("row", "field"), ROWS.values(), ids=ROWS.keys())
def test_r31_r40_an_import_does_nothing_that_could_not_be_done_by_hand(world, row, field):
    before = len(world.events("pwani"))
    for save in (False, True):
        report = imports.people_from(world.desk(JUMA), HEAD + row + "\n", save=save)
        (problem,) = report.problems
        assert (problem.field, report.is_saved) == (field, False)
        assert problem.problem
    assert len(world.events("pwani")) == before


def test_r39_an_import_leaves_the_last_owner(world):
    report = imports.people_from(world.desk(AMINA), HEAD + f"{AMINA},,user,\n", save=True)
    assert report.problems
    assert held(found(world, AMINA)).roles == {"owner": None}


def test_r58_an_import_asks_for_the_bindings_of_a_level(world):
    head = "email,roles,options,supply_company,service_organization\n"
    row = f"{FRESH},service_company_admin,reporting,hududgaz,"
    desk = world.desk(ROOT)
    (problem,) = imports.people_from(desk, head + row + "\n", save=True).problems
    assert problem.field == "service_organization"
    assert imports.people_from(desk, head + row + "techservice\n", save=True).is_saved
    assert world.desk(FRESH).may("report:view", "metering_unit", "mu-101")


@pytest.mark.parametrize(
    "table",
    [
        "",
        "name\nX\n",
        "email,email\na@b.example,a@b.example\n",
        "email,password_hash\na@b.example,x\n",
        "email,tenant\na@b.example,ziwa\n",
        "email,name\na@b.example\n",
        'email,name\na@b.example,"open\n',
        "email\n" + "\n".join(f"p{n}@b.example" for n in range(1001)),
        "email,name\na@b.example,A\nA@B.example,B\n",
        "email,name\na@b.example," + "x" * 3000 + "\n",
    ],
)
def test_what_is_no_table_of_people_is_refused(world, table):
    with pytest.raises(InvalidChange) as refused:
        imports.people_from(world.desk(AMINA), table, save=True)
    assert refused.value.field == "table"


@pytest.mark.parametrize("who", [SALUM, GRACE, AUDITOR])
def test_who_adds_nobody_imports_nobody(world, who):
    with pytest.raises(Refused):
        imports.people_from(world.desk(who), HEAD, save=False)
