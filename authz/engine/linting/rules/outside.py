"""Rules about single conditions of which nobody can say, for all requests at once, when
they hold: by their form alone.
"""

from authz.engine.linting.rules.rule import READ, Rule

_OWN = READ + "  document.owner = subject.id;\n"

OUTSIDE = (
    Rule(
        "print",
        "a `print`",
        "A policy has no effect but its answer, and values of a person do not belong in "
        "anybody's terminal.",
        "Ask `authz check --explain` why a decision came about.",
        READ + "  document.owner = subject.id and\n  print(subject.name);\n",
        _OWN,
        line=3,
        interpreted=True,
    ),
    Rule(
        "forall",
        "a `forall`",
        "A statement about all elements of a set has no exact form as a filter or as an "
        "explanation.",
        "Say what must not be there, in a forbid with one `in`.",
        READ + "  document.owner = subject.id and\n"
        '  forall(role in subject.roles, role != "guest");\n',
        _OWN + 'forbid("docs.no-guests", subject: User, _action, _document, _context) if\n'
        '  "guest" in subject.roles;\n',
        line=3,
        interpreted=True,
    ),
    Rule(
        "arithmetic",
        "a calculation",
        "A sum may overflow, and what it equals cannot be looked up in an index.",
        "Store the result as an attribute, or move the constant to the other side.",
        READ + "  document.owner = subject.id and\n  subject.level + 1 > 4;\n",
        READ + "  document.owner = subject.id and\n  subject.level > 3;\n",
        line=3,
        interpreted=True,
    ),
    Rule(
        "equality-operator",
        "`==` instead of `=`",
        "`==` takes `true` for `1`; `=` compares strictly.",
        "Write `=`.",
        READ + "  document.owner = subject.id and\n  subject.suspended == false;\n",
        READ + "  document.owner = subject.id and\n  subject.suspended = false;\n",
        line=3,
        interpreted=True,
    ),
    Rule(
        "assignment",
        "`:=` instead of `=`",
        "An assignment fails where the variable has a value already, and otherwise says no "
        "more than `=`.",
        "Write `=`.",
        READ + '  wanted := "reader" and\n  wanted in subject.roles and\n'
        "  document.owner = subject.id;\n",
        READ + '  wanted = "reader" and\n  wanted in subject.roles and\n'
        "  document.owner = subject.id;\n",
        line=2,
        interpreted=True,
    ),
    Rule(
        "bare-value",
        "a value where a condition is expected",
        "A value that is nil or no boolean is an error while the rule runs.",
        "Compare it: `subject.suspended = true`.",
        READ + "  document.owner = subject.id and\n  not subject.suspended;\n",
        READ + "  document.owner = subject.id and\n  not subject.suspended = true;\n",
        interpreted=True,
    ),
    Rule(
        "capital-variable",
        "a variable that begins with a capital",
        "Names with a capital are types. A variable named like a type never has the value "
        "that it seems to have.",
        "Write variables in lower case.",
        READ + "  Role in subject.roles and\n  Role in document.readers;\n",
        READ + "  role in subject.roles and\n  role in document.readers;\n",
        line=2,
        interpreted=True,
    ),
    Rule(
        "engine-variable",
        "a variable with `_` before and a digit behind",
        "The engine gives such names to values in between; one that you write as well is "
        "taken for the engine's, and the answer is wrong.",
        "End the name in a letter, or leave out the `_`.",
        READ + "  document.owner = subject.id and\n  _role_1 in subject.roles;\n",
        READ + "  document.owner = subject.id and\n  _role in subject.roles;\n",
        line=3,
        interpreted=True,
    ),
    Rule(
        "not-over-compound",
        "`not` before more than one test",
        "Only a single comparison or membership has an exact opposite. `not` before a "
        "conjunction, before another `not`, or before a helper of several tests has none.",
        "Write the opposites one by one, joined by `or`; or let each alternative of the "
        "helper come down, over facts, to one comparison or membership.",
        READ + "  document.owner = subject.id and\n"
        '  not (subject.level < 3 and "reader" in subject.roles);\n',
        READ + "  document.owner = subject.id and\n"
        '  (subject.level >= 3 or not "reader" in subject.roles);\n',
        line=3,
        interpreted=True,
    ),
    Rule(
        "in-over-string",
        "`in` over something that is no set",
        "`in` over a string goes through its characters, which nobody means; over anything "
        "else it is an error while the rule runs.",
        "Write `in` over a literal list or a set, else `=`.",
        READ + '  document.owner = subject.id and\n  subject.name in "Ann Bob";\n',
        READ + '  document.owner = subject.id and\n  subject.name in ["Ann", "Bob"];\n',
        interpreted=True,
    ),
)
