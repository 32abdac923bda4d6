"""From the smallest change of an explanation to the access that a form starts with."""

import pytest

from authz.administration.access import Access
from authz.administration.mending import Step, mended, steps

HELD = Access(
    {"user": 1_900_000_000.0}, frozenset({"export"}), {"cluster": frozenset({"mafia"})}
)


def change(attribute, value, operation="add", of="subject"):
    return {"of": of, "attribute": attribute, "operation": operation, "value": value}


def test_changes_of_a_person_are_steps_and_what_follows_from_them_is_none():
    found = steps(
        [
            change("clusters", "pemba"),
            change("binding_kinds", "cluster"),
            change("roles", "a"),
        ]
    )
    assert found == (Step("add", "clusters", "pemba"), Step("add", "roles", "a"))


@pytest.mark.parametrize(
    "other",
    [
        change("cluster", "pemba", of="resource"),
        change("channel", "web", "set", of="context"),
        change("status", "active", "set"),
    ],
    ids=["resource", "context", "status"],
)
def test_where_something_else_must_change_too_there_are_no_steps(other):
    assert steps([change("clusters", "pemba"), other]) == ()


def test_bindings_and_options_are_added_and_taken_away():
    wanted = mended(
        HELD,
        [
            Step("add", "clusters", "pemba"),
            Step("add", "supply_companies", "hududgaz"),
            Step("remove", "options", "export"),
            Step("add", "options", "reporting"),
        ],
        is_single=False,
    )
    assert wanted == Access(
        HELD.roles,
        frozenset({"reporting"}),
        {
            "cluster": frozenset({"mafia", "pemba"}),
            "supply_company": frozenset({"hududgaz"}),
        },
    )


@pytest.mark.parametrize(
    ("is_single", "roles"),
    [(False, {"user": 1_900_000_000.0, "admin": None}), (True, {"admin": None})],
    ids=["several-roles", "one-level"],
)
def test_a_role_that_is_added_replaces_the_one_level(is_single, roles):
    wanted = mended(HELD, [Step("add", "roles", "admin")], is_single=is_single)
    assert wanted.roles == roles


def test_a_role_that_is_held_keeps_its_end_and_one_that_is_not_is_not_taken():
    kept = [Step("add", "roles", "user"), Step("remove", "roles", "admin")]
    assert mended(HELD, kept, is_single=False) == HELD
    gone = mended(HELD, [Step("remove", "roles", "user")], is_single=False)
    assert gone.roles == {}
