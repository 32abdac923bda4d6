import pytest

from authz.administration import matrix, questions
from authz.administration.desk import Refused
from tests.administration.names import (
    AMINA,
    AUDITOR,
    BAKER,
    BRANCH,
    GRACE,
    HEAD,
    MAKER,
    ROOT,
    SALUM,
    TECH,
)


def test_r28_r74_the_matrix_shows_the_roles_that_the_policies_know(world):
    found = matrix.matrix(world.desk(AMINA))
    assert [role.id for role in found.roles] == [
        "owner",
        "admin",
        "financial-manager",
        "user",
    ]
    assert [len(role.permissions) for role in found.roles] == [17, 16, 7, 3]
    assert found.people == {
        "owner": 1,
        "admin": 2,
        "financial-manager": 2,
        "user": 3,
        "": 1,
    }
    assert found.gives["admin"] == ("admin", "financial-manager", "user")
    assert found.removes["admin"] == ("financial-manager", "user")
    by_id = {one.id: one for one in found.permissions}
    assert "customer:create" in by_id["customers"].actions
    assert by_id["customers"].web_only == ("customer:delete", "customer:import")


def test_r77_the_matrix_of_levels_shows_their_options_and_bindings(world):
    found = matrix.matrix(world.desk(AUDITOR))
    by_id = {role.id: role for role in found.roles}
    assert len(by_id) == 7
    assert by_id["consumer"].options == by_id["branch"].options == ()
    assert by_id["platform_reader"].is_read_only
    assert found.options["reporting"] == ("reports.export", "reports.view")


@pytest.mark.parametrize("who", [GRACE, SALUM, TECH])
def test_the_matrix_is_not_for_everybody(world, who):
    with pytest.raises(Refused):
        matrix.matrix(world.desk(who))


def test_a_question_about_somebody_is_answered_with_the_smallest_change(world):
    found = questions.explain(
        world.desk(ROOT), TECH, "metering_unit:read", "metering_unit", "mu-102"
    )
    assert not found.allowed
    assert found.why["reason"] == "no_permit"
    assert found.why["smallest_change"]["changes"][0]["value"] == "gazservis"


def test_who_can_do_something_is_named(world):
    found = questions.who_can(
        world.desk(ROOT), "metering_unit:read", "metering_unit", "mu-101"
    )
    assert sorted(found.people.values()) == [
        AUDITOR,
        BAKER,
        HEAD,
        BRANCH,
        MAKER,
        ROOT,
        TECH,
        "tech2@techservice.example",
    ]
    assert found.next is None


@pytest.mark.parametrize("who", [TECH, SALUM])
def test_questions_about_others_are_not_for_everybody(world, who):
    desk = world.desk(who)
    with pytest.raises(Refused):
        questions.explain(desk, desk.person.account, "user:list", "tenant", desk.tenant)
    with pytest.raises(Refused):
        questions.who_can(desk, "user:list", "tenant", desk.tenant)
