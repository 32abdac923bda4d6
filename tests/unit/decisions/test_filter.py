import pytest

from authz.decisions.filter import filter_of
from authz.decisions.tree import (
    ALWAYS,
    NEVER,
    Element,
    Every,
    Not,
    Rows,
    Some,
    as_json,
    every,
    holds,
    negated,
    some,
)
from authz.engine.conditions import Attr, Condition, Literal, Op, Ways
from authz.engine.schema_file import parse_schema
from authz.errors import PolicyError

SCHEMA = parse_schema("""
version: 1
types:
  user:
    subject: true
    attributes:
      team: {type: string}
      level: {type: integer}
      teams: {type: string-set, default: []}
      grants: {type: record-set, default: [], fields: {company: string, site: string}}
  unit:
    attributes:
      company: {type: string, source: vouched, required: true}
      site: {type: string}
      level: {type: integer}
      line: {type: string-set, default: []}
""")
UNIT, USER = SCHEMA.types["unit"], SCHEMA.types["user"]
NEEDED = Literal(Op.NONE_OF, Attr("resource", "company"), (None,))


def r(name):
    return Attr("resource", name)


def s(name):
    return Attr("subject", name)


def g(name):
    return Attr("record", name)


def when(*literals, records=""):
    return Condition(literals, ("a.b",), ("a.polar:1",), records)


def units(*permits, forbids=(), **subject):
    """The units that somebody with these values may reach."""
    known = {"subject": subject, "resource": {"tenant": "t"}, "context": {}}
    return filter_of(Ways(permits, forbids), UNIT, "resource", known)


def people(*permits, **resource):
    """The people who may reach a unit with these values."""
    known = {"subject": {"tenant": "t"}, "resource": resource, "context": {}}
    return filter_of(Ways(permits, ()), USER, "subject", known)


def test_no_policy_allows_nothing():
    assert units() == NEVER


def test_what_is_known_is_decided_and_leaves_nothing():
    condition = when(Literal(Op.ONE_OF, s("team"), ("red",)))
    assert units(condition, team="red") == NEEDED
    assert units(condition, team="blue") == NEVER
    same = when(Literal(Op.SAME, r("tenant"), s("tenant")))
    assert units(same, tenant="t") == NEEDED


@pytest.mark.parametrize(
    ("literal", "left"),
    [
        (
            Literal(Op.IN, r("site"), s("teams")),
            Literal(Op.ONE_OF, r("site"), ("a", "b")),
        ),
        (
            Literal(Op.NOT_IN, r("site"), s("teams")),
            Literal(Op.NONE_OF, r("site"), ("a", "b")),
        ),
        (Literal(Op.IN, s("team"), r("line")), Literal(Op.HOLDS, r("line"), ("red",))),
        (Literal(Op.NOT_IN, s("team"), r("line")), Literal(Op.LACKS, r("line"), ("red",))),
        (
            Literal(Op.OVERLAPS, s("teams"), r("line")),
            Literal(Op.HOLDS, r("line"), ("a", "b")),
        ),
        (Literal(Op.SAME, s("team"), r("site")), Literal(Op.ONE_OF, r("site"), ("red",))),
        (Literal(Op.SAME, r("site"), s("nil")), Literal(Op.ONE_OF, r("site"), (None,))),
        (
            Literal(Op.DIFFERS, r("site"), s("team")),
            Literal(Op.NONE_OF, r("site"), ("red",)),
        ),
        (
            Literal(Op.LESS, s("level"), r("level")),
            Literal(Op.GREATER, r("level"), (3,)),
        ),
        (
            Literal(Op.LESS, r("level"), s("level")),
            Literal(Op.LESS, r("level"), (3,)),
        ),
    ],
)
def test_a_comparison_with_the_known_side_is_a_test_of_values(literal, left):
    found = units(when(literal), team="red", teams=frozenset({"b", "a"}), level=3, nil=None)
    assert found == Every((NEEDED, left))


@pytest.mark.parametrize(
    "literal",
    [
        Literal(Op.LESS, r("level"), s("nil")),
        Literal(Op.IN, s("nil"), r("line")),
        Literal(Op.IN, r("site"), s("none")),
        Literal(Op.OVERLAPS, r("line"), s("none")),
        Literal(Op.SAME, r("level"), s("team")),
        Literal(Op.SAME, r("company"), s("nil")),
        Literal(Op.ONE_OF, r("level"), (True,)),
        Literal(Op.SAME, r("company"), r("level")),
        Literal(Op.SAME, r("site"), s("half")),
    ],
)
def test_what_no_value_can_pass_is_never(literal):
    assert (
        units(when(literal), nil=None, none=frozenset(), team="x", half="\ud800") == NEVER
    )


def test_two_absent_values_of_different_types_are_the_same():
    assert units(when(Literal(Op.SAME, r("site"), r("level")))) == Every(
        (
            NEEDED,
            Literal(Op.ONE_OF, r("site"), (None,)),
            Literal(Op.ONE_OF, r("level"), (None,)),
        )
    )


def test_values_of_two_types_have_no_order():
    with pytest.raises(PolicyError, match="compare values of one type"):
        units(when(Literal(Op.LESS, r("site"), r("level"))))
    with pytest.raises(PolicyError, match="compare values of one type"):
        units(when(Literal(Op.LESS, r("site"), s("level"))), level=3)


GRANTED = when(
    Literal(Op.SAME, g("company"), r("company")),
    Literal(Op.SAME, g("site"), r("site")),
    records="grants",
)


def test_the_records_of_a_known_subject_are_rows():
    grants = [
        {"company": "b", "site": "y"},
        {"company": "a", "site": "x"},
        {"company": "a", "site": "x"},
        {"company": "c", "site": None},
        {"company": None, "site": "z"},
    ]
    columns = ((Op.ONE_OF, r("company")), (Op.ONE_OF, r("site")))
    without_site = Every(
        (
            Literal(Op.ONE_OF, r("site"), (None,)),
            Literal(Op.ONE_OF, r("company"), ("c",)),
        )
    )
    assert units(GRANTED, grants=grants) == Every(
        (NEEDED, Some((Rows(columns, (("a", "x"), ("b", "y"))), without_site)))
    )


def test_records_that_differ_in_one_value_are_one_test():
    grants = [{"company": company, "site": "x"} for company in ("b", "a")]
    assert units(GRANTED, grants=grants) == Every(
        (
            Literal(Op.ONE_OF, r("site"), ("x",)),
            Literal(Op.ONE_OF, r("company"), ("a", "b")),
        )
    )


def test_a_set_may_be_one_of_the_columns_of_rows():
    condition = when(
        Literal(Op.IN, g("company"), r("line")),
        Literal(Op.SAME, g("site"), r("site")),
        records="grants",
    )
    grants = [{"company": "a", "site": "x"}, {"company": "b", "site": "y"}]
    tree = units(condition, grants=grants)
    columns = ((Op.HOLDS, r("line")), (Op.ONE_OF, r("site")))
    assert tree == Every((NEEDED, Rows(columns, (("a", "x"), ("b", "y")))))
    assert holds(tree, {"company": "c", "line": ("b", "z"), "site": "y"})
    assert not holds(tree, {"company": "c", "line": ("b", "z"), "site": "x"})


def test_a_subject_without_records_reaches_nothing():
    assert units(GRANTED, grants=[]) == NEVER


def test_the_record_of_an_unknown_subject_stays_together():
    tests = (
        Literal(Op.ONE_OF, g("company"), ("a",)),
        Literal(Op.ONE_OF, g("site"), (None,)),
    )
    assert people(GRANTED, company="a", site=None) == Element(s("grants"), tests)


def test_a_forbid_takes_away():
    tree = units(
        when(),
        forbids=(when(Literal(Op.ONE_OF, r("site"), ("x",))),),
    )
    assert tree == Every((NEEDED, Not(Literal(Op.ONE_OF, r("site"), ("x",)))))
    assert not holds(tree, {"company": "a", "site": "x"})
    assert holds(tree, {"company": "a", "site": None})
    assert not holds(tree, {"company": None, "site": None})


def test_a_forbid_that_always_holds_leaves_nothing():
    assert units(when(), forbids=(when(),)) == NEVER


def test_trees_are_built_in_the_shortest_form():
    one, two = (Literal(Op.ONE_OF, r("site"), (v,)) for v in "ab")
    assert every([one, ALWAYS, one]) == one
    assert every([one, NEVER]) == NEVER
    assert some([one, NEVER, Some((one, two))]) == Some((one, two))
    assert some([one, ALWAYS]) == ALWAYS
    assert (negated(ALWAYS), negated(NEVER), negated(Not(one))) == (NEVER, ALWAYS, one)


def test_a_tree_is_json():
    rows = Rows(((Op.ONE_OF, r("company")), (Op.HOLDS, r("line"))), (("a", "b"),))
    element = Element(s("grants"), (Literal(Op.SAME, g("company"), s("team")),))
    tree = Every((Not(Literal(Op.SAME, r("site"), r("company"))), Some((rows, element))))
    assert as_json(tree) == {
        "all": [
            {"not": {"attribute": "site", "op": "=", "other": "company"}},
            {
                "any": [
                    {
                        "attributes": ["company", "line"],
                        "ops": ["is", "holds"],
                        "rows": [["a", "b"]],
                    },
                    {
                        "element_of": "grants",
                        "all": [
                            {"attribute": "record.company", "op": "=", "other": "team"}
                        ],
                    },
                ]
            },
        ]
    }
    assert (as_json(ALWAYS), as_json(NEVER)) == (True, False)
    assert as_json(Literal(Op.ONE_OF, r("site"), ("a", None))) == {
        "attribute": "site",
        "op": "is",
        "values": ["a", None],
    }
