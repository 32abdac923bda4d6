"""The smallest change: it allows, and no part of it does."""

from itertools import combinations
from random import Random

import pytest

from authz.decisions.change import FIXED, Change, Operation, applied, kinds_of
from authz.decisions.smallest import Found, smallest_change
from authz.decisions.ways import allows
from authz.engine.conditions import Attr, Condition, Literal, Op, Signature, Ways
from tests.deep.explained import checked, denies
from tests.policies.support import shipped
from tests.unit.decisions import conditions
from tests.unit.decisions.conditions import READ, SCHEMA

KINDS = kinds_of(SCHEMA, READ)
VALUES = {
    "subject": {
        "id": "ann",
        "tenant": "t",
        "tenant_kind": "a",
        "status": "active",
        "place": "north",
        "level": None,
        "active": True,
        "roles": frozenset({"reader"}),
        "places": frozenset(),
        "badges": (),
    },
    "resource": {
        "id": "p1",
        "tenant": "t",
        "owner": "bob",
        "place": None,
        "grade": 2,
        "locked": True,
        "line": frozenset({"south", "west"}),
    },
    "context": {"channel": "android", "hour": 9, "now": 1_800_000_000},
}


def attr(path: str) -> Attr:
    return Attr(*path.split("."))


def says(left: str, op: Op, *right: object) -> Literal:
    if len(right) == 1 and isinstance(right[0], Attr):
        return Literal(op, attr(left), right[0])
    return Literal(op, attr(left), right)  # type: ignore[arg-type]


def way(*literals: Literal, id: str = "p.way", records: str = "") -> Condition:
    return Condition(literals, (id,), ("p.polar:1",), records)


def smallest(permits: list[Condition], *forbids: Condition, **more: object) -> Found:
    return smallest_change(Ways(tuple(permits), forbids), VALUES, KINDS, READ, **more)


def change(path: str, operation: str, value: object) -> Change:
    root, name = path.split(".")
    return Change(root, name, Operation(operation), value)  # type: ignore[arg-type]


HOLDS_EDITOR = says("subject.roles", Op.HOLDS, "editor")


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (HOLDS_EDITOR, change("subject.roles", "add", "editor")),
        (
            says("subject.roles", Op.LACKS, "reader", "x"),
            change("subject.roles", "remove", "reader"),
        ),
        (
            says("subject.places", Op.OVERLAPS, attr("resource.line")),
            change("subject.places", "add", "south"),
        ),
        (
            says("subject.place", Op.IN, attr("subject.places")),
            change("subject.places", "add", "north"),
        ),
        (
            says("subject.place", Op.SAME, attr("resource.owner")),
            change("subject.place", "set", "bob"),
        ),
        (
            says("resource.owner", Op.SAME, attr("subject.id")),
            change("resource.owner", "set", "ann"),
        ),
        (
            says("context.channel", Op.ONE_OF, "web"),
            change("context.channel", "set", "web"),
        ),
        (
            says("resource.locked", Op.NONE_OF, True),
            change("resource.locked", "set", False),
        ),
        (says("context.hour", Op.LESS, 8), change("context.hour", "set", 7)),
        (says("resource.grade", Op.AT_LEAST, 5), change("resource.grade", "set", 5)),
        (
            says("subject.level", Op.NONE_OF, None),
            change("subject.level", "set", 1),
        ),
        (
            says("subject.places", Op.HOLDS_OTHER),
            change("subject.places", "add", "another-places"),
        ),
    ],
    ids=str,
)
def test_one_unmet_literal_takes_one_change_on_the_cheapest_side(literal, expected):
    assert smallest([way(literal)]) == Found((expected,))


def test_a_record_that_is_missing_is_added_as_one_change():
    literals = (
        says("record.kind", Op.ONE_OF, "gold"),
        says("record.until", Op.GREATER, attr("context.hour")),
    )
    record = (("kind", "gold"), ("until", 10))
    assert smallest([way(*literals, records="badges")]) == Found(
        (change("subject.badges", "add", record),)
    )


def test_a_forbid_is_broken_without_breaking_the_way():
    way_by_role = way(HOLDS_EDITOR, says("subject.roles", Op.HOLDS, "reader"))
    forbid = way(
        says("subject.roles", Op.HOLDS, "reader"),
        says("context.channel", Op.NONE_OF, "web"),
        id="p.forbid",
    )
    assert smallest([way_by_role], forbid) == Found(
        (
            change("subject.roles", "add", "editor"),
            change("context.channel", "set", "web"),
        )
    )


COSTS = [
    (way(says("subject.places", Op.HOLDS, "x"), id="p.binding"), "places"),
    (way(says("subject.status", Op.ONE_OF, "b"), id="p.subject"), "status"),
    (way(says("resource.locked", Op.ONE_OF, False), id="p.resource"), "locked"),
    (way(HOLDS_EDITOR, id="p.role"), "roles"),
    (way(says("context.channel", Op.ONE_OF, "web"), id="p.context"), "channel"),
]


@pytest.mark.parametrize("first", range(len(COSTS)))
def test_the_cheapest_of_several_ways_is_completed(first):
    found = smallest([way for way, _ in reversed(COSTS[first:])])
    assert [change.attribute for change in found.changes] == [COSTS[first][1]]


def test_of_several_roles_the_one_that_opens_least_is_given():
    by_role = way(says("subject.roles", Op.HOLDS, "admin", "clerk"))
    found = smallest([by_role], reach={"admin": 9, "clerk": 2})
    assert found == Found((change("subject.roles", "add", "clerk"),))


def test_an_account_that_is_asked_about_itself_changes_on_both_sides():
    same = {**VALUES, "resource": {**VALUES["subject"]}}
    signature = Signature("user", "user:read", "user")
    kinds = kinds_of(SCHEMA, signature)
    ways = Ways((way(says("resource.roles", Op.HOLDS, "editor")),), ())
    found = smallest_change(ways, same, kinds, signature)
    assert found == Found((change("subject.roles", "add", "editor"),))
    after = applied(same, found.changes, mirrored=["roles"])
    assert after["resource"]["roles"] == frozenset({"reader", "editor"})


@pytest.mark.parametrize(
    ("permits", "forbids", "why"),
    [
        ([], [], "no policy permits this action on such a resource"),
        (
            [way(HOLDS_EDITOR)],
            [
                way(
                    says("subject.tenant", Op.DIFFERS, attr("subject.tenant_kind")),
                    id="p.f",
                )
            ],
            "`p.f` forbids it: `tenant` of the subject is `t`,"
            " `tenant_kind` of the subject is `a`",
        ),
        (
            [way(says("subject.tenant_kind", Op.ONE_OF, "b"))],
            [],
            "every way needs what nobody can change:"
            " `tenant_kind` of the subject is `a`, needs `b`",
        ),
        (
            [way(HOLDS_EDITOR)],
            [way(HOLDS_EDITOR, id="p.f")],
            "what a way needs is what a policy forbids",
        ),
    ],
)
def test_where_nothing_would_allow_it_says_why(permits, forbids, why):
    assert smallest(permits, *forbids) == Found((), why)


def test_a_search_that_comes_to_no_end_is_given_up():
    roles = [[f"{place}-{number}" for number in range(20)] for place in range(6)]
    needs = way(*(says("subject.roles", Op.HOLDS, *some) for some in roles))
    forbid = way(
        says("subject.roles", Op.HOLDS, *(one for some in roles for one in some[:-1])),
        id="p.forbid",
    )
    assert smallest([needs], forbid) == Found((), "none was found in 1500 steps")


@pytest.mark.parametrize("seed", range(20))
def test_for_random_conditions_it_allows_and_no_part_of_it_does(seed):
    random = Random(f"conditions {seed}")
    for _ in range(30):
        ways, values = conditions.ways(random), conditions.values(random)
        if allows(ways, values):
            continue
        found = smallest_change(ways, values, KINDS, READ)
        assert bool(found.changes) is not bool(found.impossible)
        assert FIXED.isdisjoint(one.attribute for one in found.changes)
        assert not found.changes or allows(ways, applied(values, found.changes))
        for size in range(len(found.changes)):
            for part in combinations(found.changes, size):
                assert not allows(ways, applied(values, part))
        if found.impossible:
            assert not any(allows(ways, other) for other in _others(random, values))


def _others(random, values):
    """Values that chance makes of what can be changed."""
    for _ in range(100):
        other = conditions.values(random)
        for root, name in (
            *(
                (root, name)
                for root in ("subject", "resource")
                for name in ("id", "tenant")
            ),
            ("subject", "tenant_kind"),
            ("context", "now"),
        ):
            other[root][name] = values[root][name]
        yield other


def test_for_the_shipped_policies_it_allows_and_no_part_of_it_does():
    sizes = []
    for answer in denies(Random(7), shipped()):
        if found := checked(answer).changes:
            sizes.append(len(found))
        if len(sizes) == 60:
            break
    assert max(sizes) > 1
