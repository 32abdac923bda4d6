import pytest

from authz.accounts import resets
from authz.administration import links, operators
from authz.administration.desk import Refused
from authz.administration.founding import Owner
from authz.errors import Conflict, InvalidChange
from authz.storage import tenants
from authz.storage.database import migrate
from authz.storage.events import Actor
from tests.administration.conftest import CHEAP, Clock, World
from tests.administration.names import AMINA, GRACE, JUMA
from tests.shipped import shipped

ADA = Owner("Ada Moe", "ada@example.org", "meter2026y")
MACHINE = Actor("command_line", "tom", "tom on the command line")


@pytest.fixture
def bare(tmp_path):
    migrate(tmp_path / "gatehouse.db")
    made = World(tmp_path / "gatehouse.db", Clock())
    yield made
    made.close()


def first(world, owner=ADA):
    return operators.first(world.database, CHEAP, shipped(), owner, actor=MACHINE)


def test_the_first_operator_may_do_what_operators_do(bare):
    made = first(bare)
    assert [one.role for one in made.roles] == ["operator"]
    assert bare.desk_of("system", ADA.email).may("tenant:create", "tenant", "system")


def test_there_is_no_second_first_operator(bare):
    first(bare)
    with pytest.raises(Conflict):
        first(bare, Owner("Eve", "eve@example.org", "meter2026y"))
    assert len(bare.events("system")) == 3


def test_a_first_operator_that_cannot_be_made_leaves_nothing(bare):
    with pytest.raises(InvalidChange):
        first(bare, Owner("Ada Moe", "ada@example.org", "ada@example.org"))
    assert tenants.list_tenants(bare.database) == []


def test_a_link_is_made_by_who_may_set_the_password_and_by_nobody_else(world):
    token = links.reset_token(world.desk(JUMA), GRACE)
    assert resets.is_good(world.database, token)
    assert world.events("pwani")[-1].action == "reset.login_requested"
    for who, about in ((JUMA, AMINA), (GRACE, JUMA)):
        with pytest.raises(Refused):
            links.reset_token(world.desk(who), about)
