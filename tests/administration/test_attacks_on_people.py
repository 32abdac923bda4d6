"""What somebody with rights could do beyond them: to accounts, ends and bindings."""

import pytest

from authz.administration import clients, people, preview, rights
from authz.administration.access import BINDINGS_MAX, END_MAX, Access
from authz.errors import InvalidChange
from authz.storage import logins
from tests.administration.names import AMINA, JUMA, ROOT, SALUM, TECH

LATE = END_MAX + 1.0


def password_of(world, email):
    account = people.find(world.desk(email), email)
    return logins.by_id(world.database, account.tenant, account.id).password_hash


@pytest.mark.parametrize("who", [AMINA, JUMA, ROOT])
@pytest.mark.parametrize("named_by", ["email", "id"])
def test_nobody_takes_over_an_open_console_by_the_form_of_users(world, who, named_by):
    desk, before = world.desk(who), password_of(world, ROOT if who == ROOT else AMINA)
    target = who.upper() if named_by == "email" else world.id(who)
    with pytest.raises(InvalidChange, match="in your profile") as refused:
        people.edit(desk, target, password="meter2026y")
    assert refused.value.field == "password"
    assert password_of(world, ROOT if who == ROOT else AMINA) == before


def test_nobody_gives_access_until_a_time_that_no_page_can_show(world):
    desk, before = world.desk(AMINA), len(world.events("pwani"))
    with pytest.raises(InvalidChange, match="2100") as refused:
        rights.save(desk, SALUM, Access({"user": LATE}))
    assert refused.value.field == "expires_at"
    with pytest.raises(InvalidChange, match="2100"):
        clients.create(desk, name="Late", scopes=("decision:check",), expires_at=LATE)
    assert len(world.events("pwani")) == before
    assert rights.save(desk, SALUM, Access({"user": float(END_MAX)})).roles


def test_nobody_holds_up_the_database_with_endless_bindings(world):
    desk = world.desk(ROOT)
    many = frozenset(f"c-{number}" for number in range(BINDINGS_MAX + 1))
    wanted = Access({"supply_company_admin": None}, bindings={"supply_company": many})
    for asked in (rights.save, preview.preview):
        with pytest.raises(InvalidChange, match="more than") as refused:
            asked(desk, world.id(TECH), wanted)
        assert refused.value.field == "supply_company"
