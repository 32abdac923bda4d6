"""What rules come down to."""

import pytest

from authz.engine.conditions import Condition, Signature
from authz.engine.unfold import alternatives, problems, signatures, unfold, unreachable
from authz.engine.unfolding.simplify import simplify
from authz.engine.unfolding.terms import OutsideFragment
from tests.unit.engine.unfolding import (
    READ,
    SCHEMA,
    clauses,
    permit,
    said,
    unfolded,
    ways,
)

FACTS = (
    'carries("reader", "papers"); carries("editor", "papers"); carries("cook", "soup");\n'
)


@pytest.mark.parametrize(
    ("body", "more", "expected"),
    [
        ('subject.team = "a"', "", ['subject.team is "a"']),
        ("paper.team = subject.team", "", ["resource.team = subject.team"]),
        ("paper.team != subject.team", "", ["resource.team != subject.team"]),
        ("paper.owner = nil", "", ["resource.owner is nil"]),
        ("not paper.owner = nil", "", ["resource.owner is not nil"]),
        ("paper.team != nil and paper.secret = true", "", ["resource.secret is true"]),
        ('subject.team in ["a", "b"]', "", ['subject.team is "a" or "b"']),
        ('not subject.team in ["a", "b"]', "", ['subject.team is not "a" or "b"']),
        ('subject.team = "a" and subject.team = "b"', "", []),
        ('subject.team = "a" and subject.team != "a"', "", []),
        ('"x" in subject.roles', "", ['subject.roles holds "x"']),
        ('not "x" in subject.roles', "", ['subject.roles lacks "x"']),
        ("paper.owner in subject.roles", "", ["resource.owner in subject.roles"]),
        ("not paper.owner in subject.roles", "", ["resource.owner not in subject.roles"]),
        ("_x in subject.roles", "", ["subject.roles is not empty"]),
        (
            "x in subject.roles and x in paper.readers",
            "",
            ["resource.readers overlaps subject.roles"],
        ),
        (
            "x in subject.roles and y in paper.readers and x = y",
            "",
            ["resource.readers overlaps subject.roles"],
        ),
        (
            'x in subject.roles and carries(x, "papers")',
            FACTS,
            ['subject.roles holds "editor" or "reader"'],
        ),
        (
            'x in subject.roles and not carries(x, "papers")',
            FACTS,
            ['subject.roles holds other than "editor" or "reader"'],
        ),
        (
            'x in subject.roles and x in paper.readers and carries(x, "soup")',
            FACTS,
            ['resource.readers holds "cook" and subject.roles holds "cook"'],
        ),
        ('subject.team = "a" or subject.team = "b"', "", ['subject.team is "a" or "b"']),
        (
            'subject.team = "a" or subject.active = true',
            "",
            ["subject.active is true", 'subject.team is "a"'],
        ),
        (
            "paper.grade != nil and paper.grade < 3",
            "",
            ["resource.grade is not nil and resource.grade < 3"],
        ),
        (
            "paper.grade != nil and subject.level != nil and subject.level >= paper.grade",
            "",
            [
                "resource.grade is not nil and subject.level is not nil "
                "and subject.level >= resource.grade"
            ],
        ),
        (
            "paper.grade != nil and not paper.grade < 3",
            "",
            ["resource.grade is not nil and resource.grade >= 3"],
        ),
        ("paper.grade = 2 and paper.grade < 3", "", ["resource.grade is 2"]),
        ("paper.grade = 4 and paper.grade < 3", "", []),
        ("helps(subject, paper)", "helps(s, p) if s.team = p.team;", None),
        (
            "not helps(subject)",
            'helps(s) if carries(r, "papers") and r in s.roles;\n' + FACTS,
            ['subject.roles lacks "editor" or "reader"'],
        ),
        (
            "not pair(subject.team, paper.team)",
            'pair("a", "b");',
            ['resource.team is not "b"', 'subject.team is not "a"'],
        ),
        (
            'g in subject.grants and g.role = "editor" and g.team = paper.team',
            "",
            ['record.role is "editor" and resource.team = record.team'],
        ),
        (
            "subject.team matches String and paper.secret = true",
            "",
            ["resource.secret is true"],
        ),
        ("paper.owner matches String", "", ["resource.owner is not nil"]),
        ("paper matches Box", "", []),
        ("x = paper.team and y = subject.team and x = y", "", None),
    ],
)
def test_a_body_comes_down_to(body, more, expected):
    assert said(body, more) == (expected or [] if expected is not None else [JOINED])


JOINED = "resource.team = subject.team"


@pytest.mark.parametrize(
    ("rule", "body", "more"),
    [
        ("nil-join", "paper.owner = subject.name", ""),
        ("ordered-nil", "paper.grade < 3", ""),
        ("ordered-nil", "paper.grade < 3 and paper.grade != nil", ""),
        ("type-mismatch", 'paper.grade = "3"', ""),
        ("type-mismatch", "paper.secret = 1", ""),
        ("type-mismatch", "paper.secret != 1", ""),
        ("type-mismatch", "paper.grade in subject.roles", ""),
        ("set-comparison", "subject.roles = paper.readers", ""),
        ("in-over-string", 'x in paper.team and x = "a"', ""),
        ("whole-record", "subject = paper", ""),
        (
            "second-record",
            "g in subject.grants and h in subject.grants and g.role = h.team",
            "",
        ),
        (
            "element-misuse",
            'g in subject.grants and g in subject.grants and g.role = "x"',
            "",
        ),
        ("unbound-variable", 'x != "a" and x = subject.team', ""),
        ("unbound-variable", 'not carries(x, "papers") and x in subject.roles', FACTS),
        ("element-misuse", "x in subject.roles and x != paper.team", ""),
        ("element-misuse", 'x in subject.roles and x < "b"', ""),
        ("element-misuse", "x in subject.roles and not x in paper.readers", ""),
        ("not-over-compound", 'not (subject.team = "a" and paper.team = "b")', ""),
        (
            "not-over-compound",
            "not helps(subject, paper)",
            "helps(s, p) if s.active = true and p.secret = true;",
        ),
        ("not-over-compound", "not helps(subject)", "helps(s) if _x in s.roles;"),
        ("fact-cycle", 'under("a", subject.team)', "UNDER"),
        ("equality-operator", "subject.team == paper.team", ""),
        ("bare-value", "subject.active", ""),
        ("forall", 'forall(x in subject.roles, x = "a")', ""),
        ("print", "print(subject.team)", ""),
        ("unknown-attribute", "paper.owner.name = subject.team", ""),
    ],
)
def test_what_has_no_exact_condition_is_refused_with_its_line(rule, body, more):
    under = 'up("a", "b"); up("b", "a");\nunder(x, z) if up(x, y) and under(y, z);\n'
    with pytest.raises(OutsideFragment) as caught:
        ways(permit(body) + (under if more == "UNDER" else more))
    assert (caught.value.rule, caught.value.file) == (rule, "f.polar")
    assert caught.value.line >= 1


def test_a_cycle_among_facts_is_named():
    cyclic = 'up("a", "b"); up("b", "a");\nover(x, z) if up(x, y) and over(y, z);\n'
    with pytest.raises(OutsideFragment) as caught:
        ways(permit('over("a", "c") and subject.active = true') + cyclic)
    assert caught.value.message == (
        'calls itself without end: over("a", "c") -> over("b", "c") -> over("a", "c")'
    )


def test_recursion_over_facts_without_a_cycle_ends():
    more = 'up("a", "b"); up("b", "c");\nover(x, y) if up(x, y);\n'
    more += "over(x, z) if up(x, y) and over(y, z);\n"
    assert said('over("a", paper.team)', more) == ['resource.team is "b" or "c"']


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("nil in subject.roles", []),
        ("not nil in subject.roles", ["always"]),
        ("paper.owner = nil and paper.owner in subject.roles", []),
        (
            "paper.owner = nil and not paper.owner in subject.roles",
            ["resource.owner is nil"],
        ),
    ],
)
def test_no_set_holds_nil(body, expected):
    assert said(body) == expected


def test_a_variable_named_like_those_of_the_engine_is_left_to_it():
    body = "_value_2 = subject.team and _value_2 != nil and paper.owner = _value_2"
    text = permit(f"paper.team = subject.team and {body}")
    assert READ in unfold(clauses(text), SCHEMA, interpreted=True).interpreted


def test_answers_of_two_types_are_two_answers():
    facts = 'row(1); row(true); named(1, "a"); named(true, "b");\n'
    body = "row(x) and named(x, name) and name = paper.team"
    assert said(body, facts) == ['resource.team is "a" or "b"']


def test_a_condition_names_its_policy_and_the_places_it_came_from():
    text = permit('x in subject.roles and\n  carries(x, "soup")') + FACTS
    (condition,) = ways(text).permits
    assert condition.policies == ("p.one",)
    assert condition.places == ("f.polar:1", "f.polar:4")


def test_alternatives_merge_for_each_policy_by_itself():
    text = "".join(
        permit(f'"{role}" in subject.roles', f"p.{name}")
        for name, role in (("one", "a"), ("two", "a"), ("three", "b"))
    )
    assert [(c.policies, str(c)) for c in ways(text).permits] == [
        (("p.one",), 'subject.roles holds "a"'),
        (("p.two",), 'subject.roles holds "a"'),
        (("p.three",), 'subject.roles holds "b"'),
    ]


def test_a_policy_of_a_group_holds_for_its_types_alone():
    found = unfolded(permit("subject.active = true").replace(": Paper", ": Kept")).ways
    assert sorted(found) == [Signature("user", "read", "box"), READ]


def test_an_attribute_that_one_type_of_a_group_lacks_is_refused():
    text = (
        'permit("p.one", subject: User, "read", thing: Kept, _context) if\n'
        "  same(subject, thing);\nsame(s, t) if s.team = t.team;\n"
    )
    with pytest.raises(OutsideFragment, match="`box` has no attribute `team`") as caught:
        unfolded(text)
    assert (caught.value.rule, caught.value.line) == ("unknown-attribute", 3)


def test_the_same_text_gives_the_same_conditions():
    text = permit('helps(subject, paper) and context.channel = "web"')
    text += "helps(s, p) if s.team = p.team;\nhelps(s, p) if s.id in p.readers;\n"
    assert repr(unfolded(text)) == repr(unfolded(text))


def test_with_permission_only_what_has_no_conditions_is_left_to_the_engine():
    text = permit("paper.grade < subject.level", action='"edit"')
    text += permit("subject.active = true", "p.two")
    found = unfold(clauses(text), SCHEMA, interpreted=True)
    assert found.interpreted == {Signature("user", "edit", "paper")}
    assert set(found.ways) == {READ}
    assert set(found.visited) == set(signatures(SCHEMA)) - found.interpreted


def test_every_policy_outside_the_fragment_is_found_once():
    text = permit("paper.grade < subject.level", action="_action")
    text += permit("subject.active", "p.two").replace(": Paper", ": Kept")
    found = [(p.rule, p.line) for p in problems(clauses(text), SCHEMA)]
    assert found == [("ordered-nil", 1), ("bare-value", 3)]


def test_a_policy_that_holds_for_nothing_is_found():
    text = permit('subject.team = "a" and subject.team = "b"')
    text += permit('subject.team = "a"', "p.two")
    assert [c.line for c in unreachable(clauses(text), SCHEMA)] == [1]


def test_a_condition_without_literals_always_holds():
    (forbid,) = ways('forbid("p.one", _s: User, "read", _paper: Paper, _context);').forbids
    assert forbid == Condition((), ("p.one",), ("f.polar:1",))


def test_clauses_that_no_head_fits_are_not_visited():
    text = permit('carries("cook", x) and x in subject.roles')
    seen = unfolded(text + FACTS).visited[READ]
    assert 'carries("cook", "soup");' in seen
    assert 'carries("reader", "papers");' not in seen


def test_alternatives_keep_apart_what_was_found_by_other_clauses():
    rules = FACTS + permit('role in subject.roles and carries(role, "papers")')
    (merged,) = ways(rules).permits
    found = alternatives(clauses(rules), SCHEMA)[READ]
    assert [str(one) for one in found] == [
        'subject.roles holds "reader"',
        'subject.roles holds "editor"',
    ]
    assert simplify(found) == [merged]


def test_a_policy_outside_the_fragment_has_no_alternatives():
    rules = permit('forall(role in subject.roles, role != "x")') + permit(
        'subject.team = "a"', "p.two"
    )
    found = alternatives(clauses(rules), SCHEMA)[READ]
    assert [one.policies for one in found] == [("p.two",)]
