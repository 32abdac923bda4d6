"""Rules about the form of a statement: what the reader of policies refuses at once."""

from authz.engine.linting.rules.rule import READ, Rule

_OWN = READ + "  document.owner = subject.id;\n"

LANGUAGE = (
    Rule(
        "syntax",
        "text that is no rule",
        "What does not parse as a rule could mean anything, so nothing is guessed.",
        "Write a head, `if`, conditions joined by `and` and `or`, and a `;` at the end. "
        "Strings stand on one line, in double quotes.",
        'role("minigrid", "owner")\nrole("minigrid", "admin");\n',
        'role("minigrid", "owner");\nrole("minigrid", "admin");\n' + _OWN,
        line=2,
    ),
    Rule(
        "nesting",
        "nested too deep",
        "Brackets and `not` deeper than 64, and terms of a thousand dots, exhaust the "
        "parser; and no reader follows them.",
        "Give the inner part a name: a helper with that part as its body.",
        READ + "  " + "(" * 65 + "document.owner = subject.id" + ")" * 65 + ";\n",
        READ + "  (document.owner = subject.id or subject.level > 3);\n",
        line=2,
    ),
    Rule(
        "too-long",
        "a rule of more than 8,192 characters",
        "The time to parse one rule grows with the square of its length, and no reviewer "
        "reads such a rule.",
        "Move values into facts, and parts into helpers.",
        READ
        + "  document.owner in [\n"
        + '    "one-of-very-many-names",\n' * 300
        + '    "the-last-of-them"\n  ] and\n  subject.level > 3;\n',
        'may_own("ann");\n'
        'may_own("bob");\n' + READ + "  subject.level > 3 and may_own(document.owner);\n",
    ),
    Rule(
        "inline-query",
        "a query in the policy text",
        "An inline query runs while policies load, before anything has been checked.",
        "Write a policy test in `<domain>_test.yaml`: it runs on purpose, and before a set "
        "becomes active.",
        _OWN + '?= role("minigrid", "owner");\n',
        _OWN,
        line=3,
    ),
    Rule(
        "resource-block",
        "a resource or actor block",
        "Blocks declare roles and permissions in a second notation, which decides beside "
        "the rules.",
        "Declare types and actions in `schema.yaml`; write roles as facts.",
        'resource Document {\n  permissions = ["read"];\n  roles = ["reader"];\n}\n',
        'role("minigrid", "reader");\n' + _OWN,
    ),
    Rule(
        "rule-type",
        "a declared rule type",
        "The engine declares the types of `permit` and `forbid` itself; a second "
        "declaration would let policies of another shape in.",
        "Leave it out, and restrict parameters in the heads of the rules.",
        "type permit(_id: String, _subject, _action, _resource, _context);\n",
        _OWN,
    ),
    Rule(
        "oso-name",
        "a name of oso's own",
        "`allow`, `has_permission`, `has_role` and their like mean something to the "
        "library; here nothing asks for them.",
        "Write `permit` or `forbid`; choose another name for a helper.",
        'allow(_subject, "document:read", _document);\n',
        _OWN,
    ),
    Rule(
        "no-parameters",
        "a predicate without parameters",
        "It would hold for every request alike: it is a switch, and switches are for the "
        "configuration.",
        "Give it what it is about.",
        READ + "  document.owner = subject.id and\n  open();\nopen();\n",
        READ
        + '  document.owner = subject.id and\n  open("documents");\nopen("documents");\n',
        line=4,
    ),
    Rule(
        "singleton-variable",
        "a variable that is used once",
        "A variable with one use constrains nothing; most often it is a misspelt one.",
        "Correct the name; where the value does not matter, begin the name with `_`.",
        READ + "  docment.owner = subject.id;\n",
        _OWN,
    ),
    Rule(
        "nested-term",
        "a test or a call inside a term",
        "Comparisons and calls are conditions; they have no value that could be compared "
        "or passed on.",
        "Write two conditions joined by `and`; let the helper take one more parameter.",
        READ + "  document.owner = owner_of(subject);\nowner_of(_subject);\n",
        READ + "  may_own(subject, document.owner);\n"
        "may_own(subject: User, owner) if owner = subject.id;\n",
        line=2,
    ),
    Rule(
        "integer-overflow",
        "an integer of more than 64 bits",
        "No attribute holds such a value, so the comparison says nothing.",
        "Write a value between -9223372036854775807 and 9223372036854775807.",
        READ
        + "  document.owner = subject.id and\n  subject.level < 9223372036854775808;\n",
        READ
        + "  document.owner = subject.id and\n  subject.level < 9223372036854775807;\n",
        line=3,
    ),
    Rule(
        "float",
        "a number with a fraction",
        "Two fractions that are written alike may differ after a calculation, and equality "
        "of `1` and `1.0` is no equality of types.",
        "Use integers: cents instead of euros, watts instead of kilowatts.",
        READ + "  document.owner = subject.id and\n  subject.level > 1.5;\n",
        READ + "  document.owner = subject.id and\n  subject.level > 1;\n",
    ),
    Rule(
        "dictionary",
        "a dictionary as a value",
        "Attributes are strings, integers, booleans and sets; none of them equals a "
        "dictionary.",
        "Compare single attributes.",
        READ + "  document.owner = subject.id and\n  subject.name = {first: 1};\n",
        READ + '  document.owner = subject.id and\n  subject.name = "Ann";\n',
    ),
    Rule(
        "list-place",
        "a list where none may stand",
        "Lists compare by order, and lists of lists grow without end; sets have no order.",
        "Write a list to the right of `in` alone, with strings, integers, booleans or nil "
        "in it.",
        READ + '  document.owner = subject.id and\n  subject.roles = ["owner", "admin"];\n',
        READ + '  document.owner = subject.id and\n  "owner" in subject.roles and\n'
        '  "admin" in subject.roles;\n',
    ),
    Rule(
        "named-arguments",
        "a call with named arguments",
        "Arguments have their meaning by their place; a named one would be passed over.",
        "Write the arguments in the order of the parameters.",
        READ + "  owns(subject, document, strict: true);\n"
        "owns(subject: User, document: Document) if document.owner = subject.id;\n",
        READ + "  owns(subject, document);\n"
        "owns(subject: User, document: Document) if document.owner = subject.id;\n",
    ),
    Rule(
        "field-pattern",
        "a parameter restricted by fields or by a value",
        "A pattern hides comparisons in the head, where no condition is expected, and any "
        "dictionary with such fields would fit.",
        "Restrict a parameter by a type alone, and compare attributes in the body.",
        'permit("docs.who-reads", subject: User{name: "Ann"}, "document:read",\n'
        "    document: Document, _context) if\n  document.owner = subject.id;\n",
        READ + '  subject.name = "Ann" and\n  document.owner = subject.id;\n',
    ),
    Rule(
        "computed-attribute",
        "an attribute whose name is a value",
        "Which attribute is read would depend on the request, so nobody could say what a "
        "rule reads.",
        "Write the name of the attribute.",
        READ + "  subject.(document.owner) = true;\n",
        READ + "  subject.suspended = false and\n  document.owner = subject.id;\n",
        line=2,
    ),
    Rule(
        "method-call",
        "a call of a method",
        "Methods are Python: any code could run, and what it answers is not a condition on "
        "attributes.",
        "Store what the method would compute as an attribute of its own, in the form that "
        "rules compare.",
        READ + "  document.owner = subject.id.lower();\n",
        _OWN,
    ),
    Rule(
        "new",
        "a constructed thing",
        "A policy that makes up a subject or a resource decides about something that "
        "nobody asked for.",
        "Compare attributes of what the request names.",
        READ + '  somebody = new User("ann") and\n  somebody.name = subject.name and\n'
        "  document.owner = subject.id;\n",
        READ + '  subject.name = "Ann" and\n  document.owner = subject.id;\n',
    ),
    Rule(
        "debug",
        "a call of the debugger",
        "It would stop the server and wait for somebody to type.",
        "Ask `authz check --explain`, or write a policy test.",
        READ + "  document.owner = subject.id and\n  debug();\n",
        _OWN,
    ),
    Rule(
        "cut",
        "a `cut`",
        "It ends the search among all clauses, and so hides other policies, forbids too.",
        "Say in each alternative when it holds; alternatives need no order.",
        READ + "  document.owner = subject.id and\n  cut;\n",
        _OWN,
    ),
)
