"""The Polar host denies by default: a rule reads declared attributes, and no more."""

import pytest

from authz.engine.polar import EvaluationFailed, PolarEngine
from authz.engine.records import record_classes
from authz.engine.schema_file import parse_schema
from authz.errors import PolicyError, PolicyReferenceError
from tests.unit.engine.sets import SCHEMA

CLASSES = record_classes(parse_schema(SCHEMA))
ANN = CLASSES["User"](
    {
        "id": "ann",
        "tenant": "t",
        "roles": ("editor",),
        "level": 3,
        "badges": ({"kind": "x", "until": 9},),
    }
)
PAPER = CLASSES["Paper"]({"id": "p1", "tenant": "t", "owner": "ann"})
CONTEXT = CLASSES["Context"]({"channel": "web"})


def ask(condition, resource=PAPER, budget_ms=2000):
    head = 'permit("a.b", subject, "paper:read", paper, context) if'
    text = f"{head} touch(subject, paper, context) and {condition};"
    engine = PolarEngine({"x.polar": text + "\ntouch(_s, _p, _c);"}, CLASSES, budget_ms)
    return engine.ids("permit", (ANN, "paper:read", resource, CONTEXT))


@pytest.mark.parametrize(
    "condition",
    [
        "subject.id = paper.owner",
        '"editor" in subject.roles',
        'not "admin" in subject.roles',
        "paper matches Paper and paper matches Kept",
        "paper.grade = nil",
        "subject.level > 2",
        'b in subject.badges and b.kind = "x" and b.until > 8',
        "print(subject.id)",
    ],
)
def test_declared_attributes_can_be_read_and_compared(condition, capfd):
    assert ask(condition) == {"a.b"}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("subject.nothing = 1", "`User` has no `nothing`"),
        ("subject.__class__ = 1", "has no `__class__`"),
        ("subject._values = 1", "has no `_values`"),
        ("subject.FIELDS = 1", "has no `FIELDS`"),
        ('subject.read("id") = 1', "no methods"),
        ('subject.id.upper() = "ANN"', "no methods"),
        ("subject.id.__class__ = 1", "is no record"),
        ("subject.roles.__len__ = 1", "is no record"),
        ("new User(id: 1) = 1", "constructs nothing"),
        ("debug()", "no debugger"),
        ("x in paper.grade and x = 1", "no list"),
        ("paper.grade < 3", "ordered comparison with nil"),
        ("subject < paper", "ordered comparison"),
        ("x = subject and x = paper", "two records"),
        ("not subject = paper", "two records"),
        ("subject != paper", "two records"),
        ("b in subject.badges and b.other = 1", "has no `other`"),
    ],
)
def test_everything_else_fails(condition, message):
    with pytest.raises(EvaluationFailed, match=message):
        ask(condition)


def test_an_attribute_of_another_type_fails_instead_of_not_matching():
    box = CLASSES["Box"]({"id": "b", "tenant": "t", "owner": "ann"})
    with pytest.raises(EvaluationFailed, match="`Box` has no `grade`"):
        ask("paper.grade = nil", resource=box)


def test_a_query_that_takes_too_long_ends():
    with pytest.raises(EvaluationFailed, match="budget of 50 ms"):
        ask("p(1);\np(x) if q(x) and p(x);\nq(_)", budget_ms=50)


def test_rows_may_take_longer_than_a_decision_and_decisions_may_not_afterwards():
    facts = "".join(f'\nmay("role-{n}", "thing-{n}");' for n in range(3_000))
    endless = "\np(1);\np(x) if q(x) and p(x);\nq(_);"
    head = '\npermit("a.b", _s, "paper:read", _p, _c) if p(2);'
    engine = PolarEngine({"x.polar": facts + endless + head}, CLASSES, 20)
    assert len(engine.rows("may", [None, None])) == 3_000
    with pytest.raises(EvaluationFailed, match="budget of 20 ms"):
        engine.ids("permit", (ANN, "paper:read", PAPER, CONTEXT))


def test_an_unknown_type_is_an_error_and_not_a_warning():
    with pytest.raises(PolicyReferenceError, match="did you mean `Paper`") as caught:
        PolarEngine({"x.polar": '\npermit("a.b", _s, "r", _p: Papr, _c);'}, CLASSES, 100)
    assert (caught.value.file, caught.value.line) == ("x.polar", 2)


def test_a_message_holds_no_help_link_and_no_values():
    with pytest.raises(PolicyError) as caught:
        PolarEngine({"x.polar": "p(x) if\n  y;"}, CLASSES, 100)
    assert "osohq" not in str(caught.value)
    assert str(caught.value).startswith("x.polar:")
    with pytest.raises(EvaluationFailed) as failed:
        ask("subject.roles > paper")
    assert "editor" not in str(failed.value)


def test_a_record_is_frozen():
    with pytest.raises(AttributeError, match="frozen"):
        ANN.roles = ("owner",)


def test_rows_of_a_predicate_come_sorted_and_once():
    rows = 'gives("b", "y"); gives("a", "y"); gives("a", "x"); gives("a", "x");'
    text = f'permit("a.b", _s, "x", _r, _c); {rows}'
    engine = PolarEngine({"x.polar": text}, CLASSES, 100)
    assert engine.rows("gives", (None, "y")) == [("a", "y"), ("b", "y")]
    assert engine.rows("gives", (None, None)) == [("a", "x"), ("a", "y"), ("b", "y")]
    with pytest.raises(EvaluationFailed, match="undefined"):
        engine.rows("takes", (None,))
