"""What each way lacks, and which way is the nearest."""

import pytest

from authz.decisions.change import kinds_of
from authz.decisions.sentences import fact, need, printable, proposal
from authz.decisions.ways import Seen, reach, weigh
from authz.engine.conditions import Attr, Literal, Op, Ways
from tests.unit.decisions.conditions import READ, SCHEMA
from tests.unit.decisions.test_smallest import VALUES, attr, change, says, way

KINDS = kinds_of(SCHEMA, READ)


def weighed(*permits, forbids=(), values=VALUES):
    return weigh(Ways(permits, forbids), values, KINDS)


def test_a_way_says_which_of_its_literals_are_met_and_with_which_values():
    held = says("subject.roles", Op.HOLDS, "reader")
    joined = says("subject.place", Op.SAME, attr("resource.owner"))
    (found,) = weighed(way(held, joined)).permits
    assert found.met == (Seen(held, True, frozenset({"reader"}), None),)
    assert found.unmet == (Seen(joined, False, "north", "bob"),)
    assert not found.holds


def test_only_forbids_that_hold_are_listed():
    holds = way(says("resource.locked", Op.ONE_OF, True), id="p.locked")
    other = way(says("resource.locked", Op.ONE_OF, False), id="p.open")
    found = weighed(forbids=(holds, other)).forbids
    assert [one.condition.policies for one in found] == [("p.locked",)]


def test_of_several_records_the_one_that_fits_best_is_shown():
    records = ({"kind": "tin", "until": 1}, {"kind": "gold", "until": 1})
    values = VALUES | {"subject": VALUES["subject"] | {"badges": records}}
    literals = (says("record.kind", Op.ONE_OF, "gold"), says("record.until", Op.GREATER, 5))
    (found,) = weighed(way(*literals, records="badges"), values=values).permits
    assert [one.left for one in found.met] == ["gold"]
    assert [one.left for one in found.unmet] == [1]


def test_without_any_record_all_that_is_asked_of_one_is_unmet():
    literals = (
        says("record.kind", Op.NONE_OF, "gold"),
        says("subject.roles", Op.HOLDS, "reader"),
    )
    (found,) = weighed(way(*literals, records="badges")).permits
    assert [one.literal for one in found.unmet] == [literals[0]]
    assert not found.holds


RANKED = [
    way(says("subject.roles", Op.HOLDS, "reader"), id="p.holds"),
    way(says("subject.places", Op.HOLDS, "x"), id="p.binding"),
    way(says("resource.grade", Op.ONE_OF, 9), id="p.resource"),
    way(says("context.channel", Op.ONE_OF, "web"), id="p.context"),
    way(says("subject.roles", Op.HOLDS, "editor"), id="p.role"),
    way(says("subject.tenant_kind", Op.ONE_OF, "b"), id="p.never"),
]


@pytest.mark.parametrize("order", [RANKED, RANKED[::-1], RANKED[3:] + RANKED[:3]])
def test_ways_are_ranked_by_what_an_administrator_could_do(order):
    found = [one.condition.policies[0] for one in weighed(*order).permits]
    assert found == [one.policies[0] for one in RANKED]


def test_the_reach_of_a_role_is_how_many_ways_it_opens():
    one = way(says("subject.roles", Op.HOLDS, "admin", "clerk"))
    two = way(says("subject.roles", Op.HOLDS, "admin"))
    forbid = way(says("subject.roles", Op.HOLDS, "clerk"))
    assert reach([Ways((one,), (forbid,)), Ways((two,), ())]) == {"admin": 2, "clerk": 1}


SET = frozenset({"a", "b"})
SENTENCES = [
    # literal, left, right, what is so, what it would take
    (
        says("context.channel", Op.ONE_OF, "web", "api"),
        "android",
        None,
        "`channel` of the context is `android`",
        "`channel` of the context is `android`, needs `api` or `web`",
    ),
    (
        says("subject.status", Op.NONE_OF, "blocked"),
        "active",
        None,
        "`status` of the subject is `active`, not `blocked`",
        "`status` of the subject is `active`, needs another value",
    ),
    (
        says("subject.roles", Op.HOLDS, "a", "c"),
        SET,
        None,
        "`roles` of the subject holds `a`",
        "`roles` of the subject holds `a` and `b`, needs `a` or `c`",
    ),
    (
        says("subject.roles", Op.LACKS, "a"),
        SET,
        None,
        "`roles` of the subject lacks `a`",
        "`roles` of the subject holds `a`, must not",
    ),
    (
        says("subject.roles", Op.HOLDS_OTHER, "a"),
        SET,
        None,
        "`roles` of the subject holds `b`",
        "`roles` of the subject needs something other than `a`",
    ),
    (
        says("context.hour", Op.LESS, 8),
        9,
        None,
        "`hour` of the context is `9`, less than `8`",
        "`hour` of the context is `9`, needs less than `8`",
    ),
    (
        says("subject.place", Op.SAME, attr("resource.place")),
        "n",
        "s",
        "`place` of the subject is `n`, as is `place` of the resource",
        "`place` of the subject is `n`, `place` of the resource is `s`",
    ),
    (
        says("subject.tenant", Op.DIFFERS, attr("resource.tenant")),
        "n",
        "s",
        "`tenant` of the subject is `n`, `tenant` of the resource is `s`",
        "`tenant` of the subject is `n`, needs to differ from `tenant` of the resource",
    ),
    (
        says("resource.place", Op.IN, attr("subject.places")),
        "n",
        SET,
        "`place` of the resource is `n`, which `places` of the subject holds",
        "`place` of the resource is `n`, `places` of the subject holds `a` and `b`",
    ),
    (
        says("resource.place", Op.NOT_IN, attr("subject.places")),
        "n",
        SET,
        "`place` of the resource is `n`, which `places` of the subject lacks",
        "`place` of the resource is `n`, which `places` of the subject must not hold",
    ),
    (
        says("subject.places", Op.OVERLAPS, attr("resource.line")),
        frozenset({"b"}),
        SET,
        "`places` of the subject and `line` of the resource share `b`",
        "`places` of the subject holds `b`, needs one of `line` of the resource:"
        " `a` or `b`",
    ),
    (
        says("subject.level", Op.AT_LEAST, attr("resource.grade")),
        1,
        2,
        "`level` of the subject is `1`, at least `grade` of the resource, `2`",
        "`level` of the subject is `1`, needs at least `grade` of the resource, `2`",
    ),
]


@pytest.mark.parametrize(
    ("literal", "left", "right", "so", "takes"),
    SENTENCES,
    ids=[case[4] for case in SENTENCES],
)
def test_a_literal_is_said_in_plain_words(literal, left, right, so, takes):
    assert fact(Seen(literal, True, left, right)) == so
    assert need(Seen(literal, False, left, right)) == takes


def test_what_is_absent_needs_a_value():
    absent = Seen(says("subject.place", Op.NONE_OF, None), False, None, None)
    assert need(absent) == "`place` of the subject is nothing, needs a value"


def test_every_kind_of_literal_has_its_sentences():
    plain = {row[0].op for row in SENTENCES if not isinstance(row[0].right, Attr)}
    joined = {row[0].op for row in SENTENCES if isinstance(row[0].right, Attr)}
    ordered = {Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST}
    assert plain | joined | ordered == set(Op)
    assert plain & ordered
    assert joined & ordered


def test_a_large_set_is_named_in_part():
    literal = Literal(Op.HOLDS, attr("subject.roles"), ("x",))
    many = frozenset(f"role-{number:03}" for number in range(50))
    said = need(Seen(literal, False, many, None))
    assert "`role-009` and 40 more, needs `x`" in said


def test_nothing_that_a_terminal_obeys_is_said():
    assert printable("a\x1b[2Jb\n\u202ec") == "a\\x1b[2Jb\\n\\u202ec"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (change("subject.roles", "add", "x"), "add `x` to `roles` of the subject"),
        (change("subject.roles", "remove", "x"), "remove `x` from `roles` of the subject"),
        (
            change("resource.locked", "set", False),
            "set `locked` of the resource to `false`",
        ),
        (change("resource.place", "set", None), "set `place` of the resource to nothing"),
        (
            change("subject.badges", "add", (("kind", "gold"), ("until", None))),
            "add the record with kind `gold`, until nothing to `badges` of the subject",
        ),
    ],
    ids=str,
)
def test_a_change_is_said_as_an_instruction(made, said):
    assert proposal(made) == said
