"""Requests that are made to tell right conditions from wrong ones."""

import pytest

from authz.engine.conditions import Attr, Condition, Literal, Op, Signature, Ways
from authz.engine.gate.aimed import About, requests
from authz.engine.gate.known import Known
from authz.engine.gate.reach import reaches
from authz.engine.gate.requests import Style, declared, holds, nullable
from authz.engine.gate.solve import solve
from authz.engine.schema_file import parse_schema

SCHEMA = parse_schema("""\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  now: {type: integer, source: clock, required: true}
  risk: {type: integer}
types:
  user:
    subject: true
    attributes:
      status: {type: string, required: true}
      boss: {type: string}
      level: {type: integer}
      trusted: {type: boolean, default: false}
      roles: {type: string-set, default: []}
      places: {type: string-set, default: []}
      badges: {type: record-set, fields: {kind: string, place: string}, default: []}
  paper:
    attributes:
      owner: {type: string}
      grade: {type: integer}
      places: {type: string-set, default: []}
    actions: {paper: [read]}
""")
SIGNATURE = Signature("user", "paper:read", "paper")


def s(name):
    return Attr("subject", name)


def r(name):
    return Attr("resource", name)


def c(name):
    return Attr("context", name)


def condition(*literals, records=""):
    return Condition(tuple(Literal(*x) for x in literals), ("papers.one",), (), records)


CONDITIONS = {
    "always": condition(),
    "one of": condition((Op.ONE_OF, s("status"), ("active", "new"))),
    "none of": condition((Op.NONE_OF, s("status"), ("active", "status", "x"))),
    "nil": condition((Op.ONE_OF, r("owner"), (None,))),
    "true": condition((Op.ONE_OF, s("trusted"), (True,))),
    "same": condition((Op.SAME, r("owner"), s("id")), (Op.SAME, s("boss"), s("id"))),
    "differs": condition(
        (Op.SAME, r("tenant"), s("id")), (Op.DIFFERS, r("tenant"), s("tenant"))
    ),
    "joined and listed": condition(
        (Op.SAME, s("boss"), r("owner")), (Op.ONE_OF, r("owner"), ("ann", "bob"))
    ),
    "ordered": condition(
        (Op.GREATER, s("level"), (3,)), (Op.AT_MOST, s("level"), r("grade"))
    ),
    "between": condition((Op.AT_LEAST, c("now"), (5,)), (Op.LESS, c("now"), (6,))),
    "ordered strings": condition((Op.LESS, s("status"), ("m",))),
    "in": condition((Op.IN, r("owner"), s("places")), (Op.LACKS, s("places"), ("x",))),
    "not in": condition(
        (Op.NOT_IN, s("status"), s("roles")), (Op.HOLDS, s("roles"), ("active", "b"))
    ),
    "holds": condition(
        (Op.HOLDS, s("roles"), ("a", "b")), (Op.LACKS, s("roles"), ("a", "c"))
    ),
    "twice": condition((Op.HOLDS, s("roles"), ("a",)), (Op.HOLDS, s("roles"), ("b",))),
    "other": condition(
        (Op.HOLDS_OTHER, s("roles"), ("a",)), (Op.LACKS, s("roles"), ("b",))
    ),
    "overlaps": condition((Op.OVERLAPS, r("places"), s("places"))),
    "record": condition(
        (Op.SAME, r("owner"), Attr("record", "place")),
        (Op.ONE_OF, Attr("record", "kind"), ("key", "card")),
        (Op.NONE_OF, r("owner"), (None,)),
        records="badges",
    ),
}


def found(one):
    return list(requests(SIGNATURE, Ways((one,), ()), SCHEMA))


def asked_of_text(one, *texts):
    """What is asked about the policy beside its conditions, which may be wrong."""
    ways = Ways((one,) if one else (), ())
    aimed = requests(SIGNATURE, ways, SCHEMA, Known([ways]), reaches(texts))
    return [x.request for x in aimed if x.about is About.POLICY]


def is_met(one, request):
    records = request["subject"][one.records] if one.records else ({},)
    return any(
        all(holds(literal, {**request, "record": record}) for literal in one.literals)
        for record in records
    )


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_first_request_satisfies_the_condition(name):
    first = found(CONDITIONS[name])[0]
    assert first.policy == "papers.one"
    assert is_met(CONDITIONS[name], first.request)


@pytest.mark.parametrize("name", [name for name in CONDITIONS if name != "always"])
def test_some_request_fails_each_literal_alone(name):
    one = CONDITIONS[name]
    aimed = [x.request for x in found(one) if x.policy and x.request]
    for literal in one.literals:
        rest = Condition(
            tuple(x for x in one.literals if x != literal), one.policies, (), one.records
        )
        alone = [x for x in aimed if is_met(rest, x) and not is_met(one, x)]
        assert alone, str(literal)


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_request_has_all_attributes_with_values_of_their_type(name):
    types = {"string": str, "integer": int, "boolean": bool}
    for aimed in found(CONDITIONS[name]):
        assert aimed.request is not None
        for attr, of in declared(SCHEMA, SIGNATURE).items():
            value = aimed.request[attr.root][attr.name]
            if value is None:
                assert nullable(of), attr
            elif of.type in types:
                assert type(value) is types[of.type], attr
            else:
                assert of.check(value) == value, attr
        assert aimed.request.keys() == {"subject", "resource", "context"}


def test_each_value_of_a_list_is_the_only_reason_once():
    held = {
        tuple(v for v in x.request["subject"]["roles"] if v in ("a", "b"))
        for x in found(condition((Op.HOLDS, s("roles"), ("a", "b"))))
        if x.policy
    }
    assert {("a",), ("b",), ()} <= held


def test_both_sides_of_a_bound_are_asked():
    levels = {
        x.request["subject"]["level"]
        for x in found(
            condition((Op.NONE_OF, s("level"), (None,)), (Op.LESS, s("level"), (3,)))
        )
    }
    assert {2, 3, 4, None} <= levels


def test_what_a_record_must_have_is_spread_over_two():
    pairs = [
        x.request["subject"]["badges"]
        for x in found(CONDITIONS["record"])
        if len(x.request["subject"]["badges"]) == 2
    ]
    assert any(
        one["kind"] == "key" and one["place"] is None and other["kind"] is None
        for one, other in pairs
    )


def test_a_collapsed_request_has_one_value_for_everything():
    request = next(
        x.request for x in found(CONDITIONS["same"]) if x.request["context"]["risk"] == 1
    )
    assert set(request["subject"].values()) == {"x", 1, ("x",), ()}


def test_values_of_the_whole_set_are_tried_where_a_list_may_lack_one():
    known = Known([Ways((condition((Op.HOLDS, s("roles"), ("a", "b", "c"))),), ())])
    one = condition((Op.HOLDS, s("roles"), ("a", "b")))
    asked = requests(SIGNATURE, Ways((one,), ()), SCHEMA, known)
    assert any(
        x.request["subject"]["roles"] == ("c", "subject-roles-more")
        for x in asked
        if x.policy
    )


def test_the_strings_of_the_text_are_all_there_once():
    known = Known([], ["nobody-asks-for-it"])
    asked = requests(SIGNATURE, Ways((), ()), SCHEMA, known)
    assert any("nobody-asks-for-it" in x.request["subject"]["roles"] for x in asked)


def test_a_condition_that_nothing_satisfies_is_told():
    one = condition((Op.HOLDS, s("roles"), ("a",)), (Op.LACKS, s("roles"), ("a",)))
    assert [x.request for x in found(one) if x.policy] == [None]


def test_the_same_conditions_are_asked_the_same():
    assert found(CONDITIONS["record"]) == found(CONDITIONS["record"])


def test_a_value_that_the_condition_lost_is_asked_for():
    text = 'permit("papers.one", s: User, _a, _r, _c) if s.status != "left";'
    aimed = asked_of_text(condition(), text)
    assert {x["subject"]["status"] for x in aimed} >= {"left", ""}


def test_a_value_of_a_fact_that_the_conditions_lost_is_asked_for():
    texts = (
        'permit("papers.one", s: User, _a, _r, _c) if role(x) and not x in s.roles;',
        'role("clerk");',
    )
    aimed = asked_of_text(condition(), *texts)
    assert {x["subject"]["roles"] for x in aimed} >= {("clerk",), ()}


def test_a_policy_that_lost_all_conditions_is_asked_about():
    text = 'permit("papers.one", s: User, _a, _r, _c) if s.trusted = true;'
    aimed = asked_of_text(None, text)
    assert {x["subject"]["trusted"] for x in aimed} == {True, False}


def test_a_way_that_was_overlooked_shows_in_the_largest_sets_without_another():
    texts = (
        'permit("papers.one", s: User, _a, _r, _c) if role(x) and x in s.roles;',
        'role("clerk");',
        'role("guard");',
        'role("nurse");',
    )
    aimed = asked_of_text(condition((Op.HOLDS, s("roles"), ("clerk",))), *texts)
    assert any({"guard", "nurse"} == {*x["subject"]["roles"]} for x in aimed)


def test_integers_are_tried_beside_those_that_they_are_compared_with():
    text = 'permit("papers.one", s: User, _a, r: Paper, _c) if s.level < r.grade;'
    aimed = asked_of_text(condition(), text)
    pairs = [(x["subject"]["level"], x["resource"]["grade"]) for x in aimed]
    apart = {level - grade for level, grade in pairs if None not in (level, grade)}
    assert {-1, 0, 1} <= apart


def test_one_request_is_allowed_and_others_one_literal_away_from_it():
    permit = condition(
        (Op.ONE_OF, s("status"), ("active",)), (Op.HOLDS, s("roles"), ("a",))
    )
    other = condition((Op.DIFFERS, r("tenant"), s("tenant")))
    blocked = condition((Op.LACKS, s("places"), ("home",)))
    ways = Ways((permit,), (other, blocked))
    free = [
        x.request
        for x in requests(SIGNATURE, ways, SCHEMA)
        if x.about is not About.POLICY
        and not is_met(other, x.request)
        and not is_met(blocked, x.request)
    ]
    assert any(is_met(permit, request) for request in free)
    for literal in permit.literals:
        rest = [x for x in permit.literals if x != literal]
        assert any(
            all(holds(x, request) for x in rest) and not holds(literal, request)
            for request in free
        )


def test_a_literal_that_must_not_hold_does_not():
    attributes = declared(SCHEMA, SIGNATURE)
    overlap = Literal(Op.OVERLAPS, r("places"), s("places"))
    held = Literal(Op.HOLDS, s("places"), ("a",))
    request = solve([held], attributes, "", Style(full=True), never=[overlap])
    assert not set(request["subject"]["places"]) & set(request["resource"]["places"])


def test_a_policy_that_lost_all_conditions_is_asked_about_what_its_body_compares():
    text = (
        'permit("papers.one", s: User, _a, r: Paper, c: Context) if\n'
        '  # s.level < "a comment" and r.none = s.id\n'
        "  r.owner = s.boss and s.level > 3 and not s.trusted = false and\n"
        '  b in s.badges and b.kind in ["key", "card"] and b.place = r.owner and\n'
        '  "clerk" in s.roles and c.channel != "web";'
    )
    ways = Ways((), ())
    aimed = requests(SIGNATURE, ways, SCHEMA, Known([ways]), reaches([text]))
    first = next(aimed).request
    who, what, around = first["subject"], first["resource"], first["context"]
    (badge,) = who["badges"]
    assert what["owner"] == who["boss"] == badge["place"] != None  # noqa: E711
    assert who["level"] > 3
    assert who["trusted"]
    assert badge["kind"] == "key"
    assert "clerk" in who["roles"]
    assert around["channel"] != "web"
