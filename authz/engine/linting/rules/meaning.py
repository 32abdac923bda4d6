"""Rules about what policies mean together, and about what unfolding them finds."""

from authz.engine.linting.rules.rule import READ, Rule

_OWN = READ + "  document.owner = subject.id;\n"
_ABOVE = (
    'above("chief", "team-lead");\n'
    'above("team-lead", "member");\n'
    "{more}"
    "reaches(role, other) if above(role, other);\n"
    "reaches(role, other) if above(role, between) and reaches(between, other);\n"
)
_REACHING = READ + '  role in subject.roles and\n  reaches(role, "member") and\n'
_REACHING += "  document.owner = subject.id;\n"

MEANING = (
    Rule(
        "unconstrained-permit",
        "a permit of everything",
        "It allows everybody everything, tomorrow's types and actions too.",
        "Restrict the subject, the action or the resource.",
        'permit("docs.everything", _subject, _action, _resource, _context);\n',
        'permit("docs.everybody-reads", _subject: User, "document:read", '
        "_document: Document, _context);\n",
    ),
    Rule(
        "unreachable-policy",
        "a policy that holds for no request",
        "Its conditions contradict each other or the schema, so it does not say what it "
        "seems to say.",
        "Correct the contradiction, or delete the policy.",
        READ + '  document.owner = subject.id and\n  subject.name = "Ann" and\n'
        '  subject.name = "Bob";\n',
        READ + "  document.owner = subject.id and\n"
        '  (subject.name = "Ann" or subject.name = "Bob");\n',
        interpreted=True,
    ),
    Rule(
        "forbid-absent",
        "a forbid that reads what may be absent",
        "Without a value the comparison does not hold, and so the forbid does not forbid.",
        "Declare the attribute `required`, or give it a `default` with which the forbid "
        "means what it says.",
        _OWN
        + 'forbid("docs.locked-team", subject: User, _action, _document, _context) if\n'
        '  subject.team = "locked";\n',
        _OWN + 'forbid("docs.suspended", subject: User, _action, _document, _context) if\n'
        "  subject.suspended = true;\n",
        line=3,
    ),
    Rule(
        "repeated-parameter",
        "one name for two parameters",
        "Subject and resource are never the same thing, even where they are one person: "
        "the policy never holds.",
        "Name each parameter, and compare their `id`.",
        'permit("docs.of-oneself", thing, "document:read", thing, _context) if\n'
        '  thing.id != "nobody";\n',
        _OWN,
    ),
    Rule(
        "whole-record",
        "two things compared whole",
        "Subject, resource and context are never equal as such.",
        "Compare their `id`.",
        READ + "  document.owner = subject.id and\n  subject != document;\n",
        READ + "  document.owner = subject.id and\n  subject.id != document.id;\n",
    ),
    Rule(
        "second-name",
        "a second name for a parameter",
        "What is read by another name escapes the checks of its attributes.",
        "Use the name that the parameter has.",
        READ + "  somebody = subject and\n  document.owner = somebody.id;\n",
        _OWN,
    ),
    Rule(
        "endless-recursion",
        "a predicate that calls itself first",
        "Nothing has narrowed the question when it is asked again, so it never ends.",
        "Call a fact before the call of the predicate itself.",
        READ + '  role in subject.roles and\n  reaches(role, "member") and\n'
        "  document.owner = subject.id;\n"
        + _ABOVE.format(more="").replace(
            "above(role, between) and reaches(between, other)",
            "reaches(role, between) and above(between, other)",
        ),
        _REACHING + _ABOVE.format(more=""),
        line=8,
    ),
    Rule(
        "fact-cycle",
        "facts that lead back to where they began",
        "Recursion over a cycle of facts never ends: the engine runs out of stack where "
        "the answer is no.",
        "Remove the row that closes the cycle; the finding names it.",
        _REACHING + _ABOVE.format(more='above("member", "chief");\n'),
        _REACHING + _ABOVE.format(more=""),
        line=9,
        interpreted=True,
    ),
    Rule(
        "nil-join",
        "two attributes that may both be absent",
        "Two absent values are equal, so everybody without a team would be in the team of "
        "everything without one.",
        "Say `!= nil` of one of them as well.",
        READ + "  document.team = subject.team;\n",
        READ + "  document.team != nil and\n  document.team = subject.team;\n",
        interpreted=True,
    ),
    Rule(
        "ordered-nil",
        "an order of something that may be absent",
        "nil is neither less nor more than a number: the comparison is an error while the "
        "rule runs.",
        "Say `!= nil` before it, in the same conjunction.",
        READ + "  document.owner = subject.id and\n  document.grade < 3;\n",
        READ + "  document.owner = subject.id and\n  document.grade != nil and\n"
        "  document.grade < 3;\n",
        interpreted=True,
    ),
    Rule(
        "unbound-variable",
        "a variable that has no value yet",
        "Conditions are read from left to right. A test of a variable that only gets its "
        "value later does not hold, and under `not` it does.",
        "Put the condition that gives the variable its value before the test.",
        READ + "  document.owner = subject.id and\n"
        '  role != "guest" and\n  role in subject.roles;\n',
        READ + "  document.owner = subject.id and\n"
        '  role in subject.roles and\n  role in ["reader", "owner"];\n',
        interpreted=True,
    ),
    Rule(
        "type-mismatch",
        "values of two types",
        "A string equals no integer and no boolean, and an order between them is an error "
        "while the rule runs.",
        "Compare an attribute with a value of its own type; `schema.yaml` says which it "
        "is.",
        READ + '  document.owner = subject.id and\n  subject.level = "3";\n',
        READ + "  document.owner = subject.id and\n  subject.level = 3;\n",
        interpreted=True,
    ),
    Rule(
        "set-comparison",
        "a set compared whole",
        "Sets come to rules in an order that means nothing, so equality of two sets is "
        "luck.",
        "Ask for an element with `in`.",
        READ + "  document.owner = subject.id and\n  subject.roles = document.readers;\n",
        READ + "  document.owner = subject.id and\n  role in subject.roles and\n"
        "  role in document.readers;\n",
        interpreted=True,
    ),
    Rule(
        "element-misuse",
        "an element of a set that is not merely joined",
        "Of an element of a set of strings a condition can say that it is one of some "
        "values, or in another set as well; it cannot order it.",
        "Join it by `=`, `in` or facts; put an order into an attribute of its own.",
        READ + "  document.owner = subject.id and\n  role in subject.roles and\n"
        '  role < "m";\n',
        READ + "  document.owner = subject.id and\n  role in subject.roles and\n"
        '  role in ["guest", "member"];\n',
        interpreted=True,
    ),
    Rule(
        "second-record",
        "two records in one rule",
        "Each further record multiplies the combinations that have to be tried; with one, "
        "a look into an index is enough. Only a subject has records.",
        "Use one record in a rule, its helpers included; put what belongs together into "
        "the fields of one record.",
        READ + "  one in subject.bindings and\n  other in subject.bindings and\n"
        '  one.kind = "reader" and\n  other.kind = "team" and\n'
        "  document.owner = subject.id;\n",
        READ + '  one in subject.bindings and\n  one.kind = "reader" and\n'
        "  document.owner = subject.id;\n",
        interpreted=True,
    ),
    Rule(
        "free-variable",
        "a helper that joins what has no value",
        "It would hold for any two equal things, whatever they are: there is no condition "
        "to write down.",
        "Give the variables their values before the call.",
        READ + "  same(one, other) and\n  one in subject.roles and\n"
        "  other in document.readers;\nsame(x, x);\n",
        READ + "  one in subject.roles and\n  other in document.readers and\n"
        "  same(one, other);\nsame(x, x);\n",
        line=5,
        interpreted=True,
    ),
    Rule(
        "too-large",
        "too many ways to hold",
        "Each combination of alternatives is a condition of its own; more than 20,000 are "
        "no policy that a person can review.",
        "Put values into facts that are joined, instead of `or` beside `or`.",
        READ
        + "  document.owner = subject.id and\n  "
        + " and\n  ".join(
            "(" + " or\n   ".join(f'"{word}-{n}" in subject.roles' for n in range(28)) + ")"
            for word in ("red", "green", "blue")
        )
        + ";\n",
        READ + '  document.owner = subject.id and\n  ("red" in subject.roles or '
        '"green" in subject.roles);\n',
        interpreted=True,
    ),
)
