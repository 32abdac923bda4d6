"""What a policy set must be, beyond that it parses: nothing misspelt or said twice."""

import pytest

from authz.engine import checks, clauses, text
from authz.engine.schema_file import parse_schema
from authz.errors import PolicyError
from authz.model import Effect
from tests.unit.engine.sets import OWNER, SCHEMA

HEAD = "subject: User, {action}, paper: Paper, context: Context"


def check(rules):
    statements = text.statements("x.polar", rules)
    return checks.check([clauses.read(s) for s in statements], parse_schema(SCHEMA))


def policy(
    body="subject.id = paper.owner and context.hour = nil", action='"paper:read"', **kw
):
    effect, policy_id = kw.get("effect", "permit"), kw.get("id", "a.b")
    return f'{effect}("{policy_id}", {HEAD.format(action=action)}) if\n  {body};\n'


def test_policies_are_listed_with_effect_file_and_line():
    rules = (
        OWNER + "\n" + policy("paper.owner = subject.id and context.channel = subject.id")
    )
    found = [(h.id, h.effect, h.file, h.line) for h in check(rules)]
    assert found == [
        ("papers.owner-reads", Effect.PERMIT, "x.polar", 1),
        ("a.b", Effect.PERMIT, "x.polar", 4),
    ]


@pytest.mark.parametrize(
    ("rules", "message", "line"),
    [
        (policy() + policy(), "the id `a.b` is taken at x.polar:1", 3),
        (policy(id="a"), "is not a policy id", 1),
        (policy(id="a.B"), "is not a policy id", 1),
        (
            'permit(id, _s: User, "paper:read", _p: Paper, _c) if id = "a.b";',
            "written out",
            1,
        ),
        ('permit("a.b", _s, _a, _r);', "takes id, subject", 1),
        ('permit("a.b", _s, _a, _r, _c);', "constrains nothing", 1),
        ('permit("a.b", _s, _a, _r, _c) if 1 = 1;', "constrains nothing", 1),
        ('forbid("a.b", _s: Paper, _a, _r, _c);', "no subject is a `Paper`", 1),
        ('forbid("a.b", _s: String, _a, _r, _c);', "no subject is a `String`", 1),
        ('forbid("a.b", _s, _a: Paper, _r, _c);', "no action is a `Paper`", 1),
        ('forbid("a.b", _s, _a, _r: Context, _c);', "no resource is a `Context`", 1),
        ('forbid("a.b", _s, _a, _r, _c: Paper);', "no context is a `Paper`", 1),
        ('forbid("a.b", _s, a, _r, _c) if a = "paper:raed";', "mean `paper:read`", 1),
        ('forbid("a.b", _s, a, _r, _c) if not a = "paper:raed";', "mean `paper:read`", 1),
        ('forbid("a.b", _s, a, _r, _c) if a in ["open", "opne"];', "mean `open`", 1),
        ('forbid("a.b", _s, a, _r: Paper, _c) if a = "open";', "`open` of `Paper`", 1),
        (policy(action='"paper:red"'), "did you mean `paper:read`", 1),
        (policy(action='"open"'), "unknown action `open` of `Paper`", 1),
        (OWNER + 'web_only("paper:edi");', "did you mean `paper:edit`", 3),
        (OWNER + 'protected("x:y");', "unknown action `x:y`", 3),
        (policy("subject.nam = paper.owner and context.hour = 1"), "mean `name`", 2),
        (policy("subject.id = paper.owner and context.our = 1"), "mean `hour`", 2),
        (policy("subject.id = paper.owner.id and context.hour = 1"), "read of a value", 1),
        (policy("f(subject, paper, context)") + "f(s, _p, _c) if s.nme = 1;", "nme", 3),
        (
            policy("b in subject.badges and b.colour = paper.owner and context.hour = 1"),
            "unknown attribute `colour` of `b`",
            2,
        ),
        (OWNER.replace("paper: Paper", "paper"), "unknown attribute `owner` of `paper`", 2),
        (OWNER.replace("Paper,", "Papr,"), "did you mean `Paper`", 1),
        (policy("subject matches Usr and paper.owner = context.hour"), "mean `User`", 1),
        (policy(effect="forbid"), "reads `hour`, which may be absent", 1),
        (OWNER + OWNER.replace("permit", "forbd"), "did you mean `forbid`", 3),
        (
            OWNER
            + 'needs_permission("paper:read", "a");\nneeds_permission("paper:read", "b");',
            "needs a permission at x.polar:3 already",
            4,
        ),
        (
            OWNER + "q(x) if q(x);\np(x) if q(x);\nr(x) if p(x) or r(x);",
            "`q` calls itself",
            3,
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(rules, message, line):
    with pytest.raises(PolicyError, match=message) as caught:
        check(rules)
    assert (caught.value.file, caught.value.line) == ("x.polar", line)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("subject.id.upper() = paper.owner and context.hour = 1", "no methods: `upper`"),
        ("new User(id: paper.owner) = subject and context.hour = 1", "constructs nothing"),
        ("debug() and subject.id = paper.owner and context.hour = 1", "no debugger"),
        ("f([subject.id, paper.owner], context)", "to the right of `in`"),
        ("subject.id = [paper.owner] and context.hour = 1", "to the right of `in`"),
        ("subject.id in [[paper.owner]] and context.hour = 1", "to the right of `in`"),
        ("subject.id = {a: paper.owner} and context.hour = 1", "a dictionary as a value"),
        ("subject.(context.channel) = paper.owner", "written out, not computed"),
        ("f(subject, paper, c: context)", "did not expect to find|named arguments"),
    ],
)
def test_what_no_policy_may_contain_is_refused(body, message):
    with pytest.raises(PolicyError, match=message) as caught:
        check(policy(body))
    assert caught.value.file == "x.polar"
    assert caught.value.line in (1, 2)


def test_recursion_over_facts_is_fine():
    rules = policy("can(subject.name, paper.owner) and context.hour = 1") + (
        'inherits("a", "b");\n'
        "can(role, right) if role_permission(role, right);\n"
        "can(role, right) if inherits(role, base) and can(base, right);\n"
        'role_permission("b", "x");\n'
    )
    assert [head.id for head in check(rules)] == ["a.b"]


def test_recursion_by_a_detour_is_found():
    rules = OWNER + "p(x) if q(x);\nq(x) if r(x);\nr(x) if p(x);\n"
    with pytest.raises(PolicyError, match="never ends"):
        check(rules)


def test_a_forbid_may_read_what_is_required_or_has_a_default():
    rules = policy(
        "subject.id = paper.owner and context.channel = paper.owner", effect="forbid"
    )
    assert [head.effect for head in check(rules)] == [Effect.FORBID]
