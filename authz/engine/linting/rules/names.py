"""Rules about names and ids: what is spelt wrong must not silently never match."""

from authz.engine.linting.rules.rule import READ, Rule

_OWN = READ + "  document.owner = subject.id;\n"
_ROLES = 'role("minigrid", "owner");\nrole("minigrid", "admin");\n'

NAMES = (
    Rule(
        "policy-parameters",
        "a policy with other parameters",
        "A policy with more or fewer parameters is never asked.",
        "Write five: id, subject, action, resource, context.",
        'forbid("docs.nobody-writes", _subject, "document:write", _document);\n',
        'forbid("docs.nobody-writes", _subject, "document:write", _document, _context);\n'
        + _OWN,
    ),
    Rule(
        "policy-id",
        "a policy without a proper id",
        "The id comes with every answer that the policy decides, in logs and explanations.",
        "Write it out as the first parameter, `domain.sentence-in-kebab-case`: small "
        "letters, digits and `-`.",
        READ.replace("docs.who-reads", "Owners read") + "  document.owner = subject.id;\n",
        _OWN,
    ),
    Rule(
        "duplicate-id",
        "an id that is taken",
        "Under one id nobody could tell which clause decided, and an error in one would "
        "hide the other.",
        "Give each alternative an id of its own, or put the alternatives into a helper.",
        READ
        + "  document.owner = subject.id;\n"
        + READ
        + "  subject.id in document.readers;\n",
        READ
        + "  document.owner = subject.id;\n"
        + READ.replace("who-reads", "readers-read")
        + "  subject.id in document.readers;\n",
        line=3,
    ),
    Rule(
        "unknown-type",
        "a type that the schema does not declare",
        "A parameter of an unknown type fits no request, so a forbid would never forbid.",
        "Correct the name, or declare the type in `schema.yaml`; its class is written in "
        "capitals: `metering_unit` is `MeteringUnit`.",
        _OWN + 'forbid("docs.nobody-writes", _subject: Usr, "document:write", _document, '
        "_context);\n",
        _OWN + 'forbid("docs.nobody-writes", _subject: User, "document:write", _document, '
        "_context);\n",
        line=3,
    ),
    Rule(
        "misplaced-type",
        "a type that cannot stand there",
        "No request has such a thing in that place, so the policy never holds.",
        "Restrict the subject by a type of subjects, the resource by any type, the context "
        "by `Context`, and the action not at all.",
        _OWN + 'forbid("docs.nobody-writes", _subject: Document, "document:write", '
        "_document, _context);\n",
        _OWN + 'forbid("docs.nobody-writes", _subject: User, "document:write", _document, '
        "_context);\n",
        line=3,
    ),
    Rule(
        "unknown-action",
        "an action that the schema does not declare",
        "It is never asked of that type, so the policy or the row says nothing.",
        "Correct the name, or add the action to the type in `schema.yaml`.",
        _OWN + 'web_only("document:wirte");\n',
        _OWN + 'web_only("document:write");\n',
        line=3,
    ),
    Rule(
        "unknown-attribute",
        "an attribute that the schema does not declare",
        "Rules see declared attributes alone; under `not`, a missing one would count as "
        "true.",
        "Correct the name, or declare the attribute. A parameter without a type has only "
        "what all types have.",
        READ + "  document.owner = subject.id and\n  not subject.supended = true;\n",
        READ + "  document.owner = subject.id and\n  not subject.suspended = true;\n",
        line=3,
    ),
    Rule(
        "attribute-of-value",
        "an attribute of a value",
        "Strings, integers and booleans have no attributes; only subjects, resources, "
        "contexts and records have.",
        "Declare what you need as an attribute of the thing itself.",
        READ + "  document.owner.id = subject.id;\n",
        _OWN,
    ),
    Rule(
        "undefined-predicate",
        "a call of a predicate that has no clause",
        "It never holds; under `not` it always does.",
        "Correct the name, or write the predicate: a predicate without any row is a "
        "misspelling.",
        READ + "  document.owner = subject.id and\n  may_read(subject);\n",
        READ + "  document.owner = subject.id and\n  may_read(subject);\n"
        "may_read(subject: User) if subject.level > 3;\n",
        line=3,
    ),
    Rule(
        "unasked-predicate",
        "a predicate that nothing asks for",
        "A forbid that is spelt `fobid` would forbid nothing.",
        "Correct the name, or delete what is not used.",
        _OWN + 'fobid("docs.nobody-writes", _subject, "document:write", _document, '
        "_context);\n",
        _OWN + 'forbid("docs.nobody-writes", _subject, "document:write", _document, '
        "_context);\n",
        line=3,
    ),
    Rule(
        "argument-count",
        "another number of arguments",
        "Clauses and calls with different numbers of arguments never meet.",
        "Use one number of arguments for one name.",
        _OWN + _ROLES + 'role("owner");\n',
        _OWN + _ROLES,
        line=5,
    ),
    Rule(
        "unknown-role",
        "a role that no kind of tenant has",
        "Nobody can hold it, so the row says nothing.",
        "Correct the name, or add a row `role(kind, role)`.",
        _OWN + _ROLES + 'role_permission("onwer", "documents");\n',
        _OWN + _ROLES + 'role_permission("owner", "documents");\n',
        line=5,
    ),
    Rule(
        "permission-row",
        "`needs_permission` with conditions",
        "The console reads these rows to say what a role may do; a rule cannot be listed.",
        "Write one row for each action; write a further need as a forbid.",
        _OWN + 'needs_permission("document:read", permission) if named(permission);\n'
        'named("documents");\n',
        _OWN + 'needs_permission("document:read", "documents");\n',
        line=3,
    ),
    Rule(
        "second-permission",
        "two needs of one action",
        "Two rows mean that either permission is enough, which reads as if both were "
        "needed.",
        "Keep one row; write the further need as a forbid.",
        _OWN + 'needs_permission("document:read", "documents");\n'
        'needs_permission("document:read", "archive");\n',
        _OWN + 'needs_permission("document:read", "documents");\n'
        'needs_permission("document:write", "archive");\n',
        line=4,
    ),
)
