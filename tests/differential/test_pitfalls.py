"""Where logic engines and their partial evaluation go wrong: answered right, or refused."""

import pytest

from authz.errors import PolicyError
from tests.differential.pitfalls import (
    allowed,
    permit,
    policies,
    refused,
    refused_rules,
)


def test_an_equality_inside_a_helper_is_not_lost():
    held = permit(
        "s.id != r.id and same(r.tenant, r.company)", "same(a, b) if a = b and a != nil;"
    )
    assert not allowed(held)
    assert allowed(held, unit={"company": "t"})


def test_a_comparison_with_itself_under_not_never_holds():
    held = permit("s.tenant = r.tenant and not r.id = r.id")
    assert not allowed(held)


def test_second_names_on_both_sides_are_compared():
    held = permit("a = r.tenant and b = s.tenant and a = b")
    assert allowed(held)
    assert not allowed(held, unit={"tenant": "other"})


def test_a_list_under_not_stands_before_a_choice():
    held = permit(
        'g in s.grants and not (g.role in ["b", "a"]) and g.company in ["a", "b"]'
    )
    assert allowed(held, {"grants": [{"role": "z", "company": "a"}]})
    assert allowed(held, {"grants": [{"role": None, "company": "a"}]})
    assert not allowed(held, {"grants": [{"role": "b", "company": "a"}]})
    assert not allowed(
        held, {"grants": [{"role": "b", "company": "a"}, {"role": "z", "company": "c"}]}
    )


def test_nil_joined_with_nil_is_refused_and_with_a_guard_never_equal():
    assert refused("g in s.grants and g.company = r.company") == {("nil-join", 1)}
    held = permit("g in s.grants and g.company != nil and g.company = r.company")
    assert not allowed(held, {"grants": [{}]}, {"company": None})
    assert allowed(held, {"grants": [{"company": "k"}]})


def test_nil_joined_across_facts_and_second_names_is_refused():
    for body, *more in (
        ("x = s.nick and x = r.company",),
        ("same(s.nick, r.company)", "same(a, b) if a = b;"),
        ("same(s.nick, r.company)", "same(a, a);"),
        ("s.nick in [r.company, r.organization]",),
    ):
        assert refused(body, *more) == {("nil-join", 1)}, body


def test_an_ordered_comparison_is_not_asked_of_nil():
    held = permit("(r.size != nil and r.size < 3) or s.mfa = false")
    assert not allowed(held, unit={"size": None})
    assert allowed(held, unit={"size": 2})
    assert not allowed(held, unit={"size": 3})
    assert allowed(held, {"mfa": False}, {"size": None})


@pytest.mark.parametrize(("op", "holds"), [("<", 2), ("<=", 3), (">", 4), (">=", 3)])
def test_ordered_comparisons_mean_what_they_say_on_both_sides(op, holds):
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
    for body in (f"r.size {op} 3", f"3 {mirrored} r.size", f"not r.size {_not(op)} 3"):
        held = permit(f"r.size != nil and {body}")
        answers = [size for size in (2, 3, 4) if allowed(held, unit={"size": size})]
        assert holds in answers, body
        assert (3 in answers) is ("=" in op)
        assert len(answers) == (2 if "=" in op else 1)


def _not(op: str) -> str:
    return {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[op]


def test_one_record_has_all_that_a_policy_asks_of_it():
    held = permit('g in s.grants and g.role = "admin" and g.company = "k"')
    assert not allowed(
        held,
        {"grants": [{"role": "admin", "company": "x"}, {"role": "user", "company": "k"}]},
    )
    assert allowed(held, {"grants": [{"role": "x"}, {"role": "admin", "company": "k"}]})


def test_a_subject_without_records_has_none():
    held = permit('g in s.grants and g.role = "admin"')
    assert not allowed(held)


def test_two_elements_of_one_set_may_be_two():
    held = permit("x in s.options and y in s.options and pair(x, y)", 'pair("a", "b");')
    assert allowed(held, {"options": ("a", "b")})
    assert not allowed(held, {"options": ("a",)})


def test_one_element_of_two_sets_is_one():
    held = permit("x in s.options and x in r.line")
    assert allowed(held, {"options": ("a", "b")}, {"line": ("b", "c")})
    assert not allowed(held, {"options": ("a", "b")}, {"line": ("c",)})


def test_nil_is_in_no_set():
    held = permit("s.nick in r.line")
    assert not allowed(held, {"nick": None}, {"line": ("a",)})
    assert allowed(held, {"nick": "a"}, {"line": ("a",)})
    held = permit("not s.nick in r.line")
    assert allowed(held, {"nick": None}, {"line": ("a",)})


def test_nil_is_a_value_that_is_equal_to_itself():
    held = permit("s.nick = nil")
    assert allowed(held)
    assert not allowed(held, {"nick": ""})
    held = permit('s.nick != "a"')
    assert allowed(held)


def test_facts_of_several_types_are_refused_where_an_attribute_is_looked_up():
    for rows in ('fact("1"); fact(2);', "fact(true); fact(2);"):
        assert refused("fact(r.size)", rows) == {("type-mismatch", 2)}
    assert refused("fact(s.mfa)", "fact(1);") == {("type-mismatch", 2)}
    held = permit("fact(r.size)", "fact(1); fact(nil);")
    assert allowed(held)
    assert allowed(held, unit={"size": None})
    assert not allowed(held, unit={"size": 2})


def test_rows_of_other_types_do_not_match_what_a_constant_asks():
    held = permit("fact(1, x) and x = r.company", 'fact(1, "k"); fact(true, "o");')
    assert allowed(held)
    assert not allowed(held, unit={"company": "o"})


def test_a_fact_in_two_steps_is_found():
    held = permit(
        "x in s.options and reach(x, y) and y = r.company",
        'edge("a", "b"); edge("b", "k"); edge("z", "y");',
        "reach(x, y) if edge(x, y); reach(x, y) if edge(x, z) and reach(z, y);",
    )
    assert allowed(held, {"options": ("a",)})
    assert allowed(held, {"options": ("b", "z")})
    assert not allowed(held, {"options": ("z",)})


def test_not_over_facts_is_exact():
    held = permit("not pair(s.status, r.company)", 'pair("active", "k"); pair("x", "y");')
    assert not allowed(held)
    assert allowed(held, unit={"company": "y"})
    assert allowed(held, {"status": "x"})
    assert not allowed(held, {"status": "x"}, {"company": "y"})
    assert allowed(held, unit={"company": None})


def test_not_over_a_helper_of_single_tests_is_exact():
    held = permit(
        'not trusted(s, "k")',
        "trusted(s, k) if pair(x, k) and x in s.options;",
        'pair("a", "k"); pair("b", "k"); pair("c", "x");',
    )
    assert allowed(held)
    assert allowed(held, {"options": ("c",)})
    assert not allowed(held, {"options": ("b", "c")})


def test_a_forbid_over_a_helper_with_two_tests_is_refused():
    rules = (
        'forbid("one.unless", s: User, "unit:read", r: Unit, _c) if not exempt(s, r);\n'
        "exempt(s: User, r: Unit) if s.mfa = true and r.locked = true;\n"
        'permit("one.way", s: User, "unit:read", r: Unit, _c) if s.tenant = r.tenant;'
    )
    assert refused_rules(rules) == {("not-over-compound", 1)}


def test_two_record_sets_with_fields_of_one_name_are_told_apart():
    held = permit('g in s.grants and g.role = "admin"')
    assert allowed(held, {"grants": [{"role": "admin"}]})
    held = permit("k in s.keys and k.role = 1")
    assert allowed(held, {"keys": ({"door": None, "seal": None, "role": 1},)})
    assert not allowed(held, {"keys": ({"door": None, "seal": None, "role": 2},)})


def test_a_field_of_another_record_set_is_refused():
    assert refused('g in s.grants and g.door = "a"') == {("unknown-attribute", 1)}


def test_a_field_of_another_record_set_is_refused_in_a_helper_too():
    found = refused("g in s.grants and sealed(g)", 'sealed(g) if g.seal = "a";')
    assert found == {("unknown-attribute", 2)}


def test_an_action_that_a_policy_excludes_stays_excluded():
    rules = (
        'permit("one.way", s: User, action, r: Unit, _c) if\n'
        '  action != "unit:read" and s.id = r.id;'
    )
    assert not allowed(policies(rules, "one.way"), unit={"id": "u"})


REFUSED = {
    "cut": "r.locked = true and cut",
    "forall": 'forall(x in s.options, x in ["a", "b"])',
    "method-call": 's.id.startswith("x") and r.id = "y"',
    "not-over-compound": 'not (s.id = "x" and r.id = "y")',
    "arithmetic": "s.rank + 1 > 3 and r.id = s.id",
    "second-record": 'g in s.grants and h in s.grants and g.role = "a" and h.role = "b"',
    "bare-value": "s.mfa and r.id = s.id",
    "type-mismatch": "r.locked = 1 and s.id = r.id",
    "ordered-nil": 'r.company < "k" and s.id = r.id',
    "unbound-variable": 'x != "a" and x = s.id and x = r.id',
    "unknown-attribute": "r.serial = s.id",
    "set-comparison": "r.tenant = s.options",
    "print": "print(s, r)",
    "new": "x = new User(id: s.id) and x = r",
    "in-over-string": "s.id in r.id",
    "engine-variable": "_value_1 = s.id and _value_1 = r.id",
    "assignment": "x := s.id and x = r.id",
    "equality-operator": "s.mfa == true and s.id = r.id",
    "unknown-type": "r matches Zebra and s.id = r.id",
    "undefined-predicate": "zork(s, r)",
    "float": 'r.size = 1.5 and s.id = "a"',
    "capital-variable": "X = s.id and X = r.id",
}


@pytest.mark.parametrize(("rule", "body"), REFUSED.items(), ids=list(REFUSED))
def test_what_has_no_exact_condition_is_refused(rule, body):
    assert (rule, 1) in refused(body)


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("type-mismatch", 'r.id != 3 and s.id = "a"'),
        ("type-mismatch", "s.mfa = 1 and r.id = s.id"),
        ("type-mismatch", "r.size in s.options"),
        ("type-mismatch", "s.mfa != nil and s.mfa < true"),
        ("ordered-nil", "s.level < r.size"),
        ("ordered-nil", "r.size != nil and (s.level < r.size or s.id = r.id)"),
        ("ordered-nil", "r.size < 3 and r.size != nil"),
        ("not-over-compound", "not (not s.id = r.id)"),
        ("not-over-compound", "not (s.id = r.id or s.mfa = true)"),
        ("not-over-compound", "not r matches Unit"),
        ("unbound-variable", "not x in s.options and x in s.options"),
        ("unbound-variable", 'g.role = "a" and g in s.grants'),
        ("unbound-variable", "not edge(s.id, x) and x = r.id"),
        ("element-misuse", "x in s.options and not x in r.line"),
        ("element-misuse", "x in s.options and x != r.company"),
        ("element-misuse", "x in s.options and y in r.line and x != y"),
        ("element-misuse", 'x in s.options and x < "m"'),
        ("element-misuse", "x in s.options and x in s.tags and x in r.line"),
        ("whole-record", "s in [r]"),
        ("list-place", "x = [s.id] and r.id in x"),
    ],
)
def test_what_only_shows_when_unfolded_is_refused(rule, body):
    assert refused(body, 'edge("a", "b");' if "edge" in body else "") == {(rule, 1)}


def test_a_cycle_in_recursive_facts_is_refused_and_named():
    with pytest.raises(PolicyError) as raised:
        permit("s.id = r.id and can(s.id)", *_CYCLE)
    assert 'can("b") -> can("a") -> can("b")' in raised.value.message
    assert refused("s.id = r.id and can(s.id)", *_CYCLE) == {("fact-cycle", 3)}


_CYCLE = (
    'inh("a", "b"); inh("b", "a");',
    'can("c"); can(x) if inh(x, y) and can(y);',
)


def test_an_attribute_that_only_some_of_a_group_have_is_refused():
    rules = 'permit("one.way", s: User, "unit:read", r: Kept, _c) if r.seal = s.id;'
    assert refused_rules(rules) == {("unknown-attribute", 1)}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("inline-query", "?= permit(1, 2, 3, 4, 5);"),
        ("resource-block", 'resource Unit { permissions = ["a"]; }'),
        ("rule-type", "type permit(a, b);"),
    ],
)
def test_what_is_no_rule_is_refused(rule, text):
    assert refused("s.id = r.id", text) == {(rule, 2)}
