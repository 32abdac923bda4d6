"""Policy texts whose white space, line ends and comments stand anywhere."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["subject", "resource", "role", "x", "android"])
ATTRIBUTES = st.sampled_from(["id", "team", "in", "if"])
VALUES = st.sampled_from(
    ['"a"', '"b;c # d"', r'"say \"no\""', '"' + "x" * 60 + '"', "1", "-1", "true", "nil"]
)
PATHS = st.tuples(NAMES, st.just("."), ATTRIBUTES)
TERMS = st.one_of(PATHS, NAMES.map(lambda name: (name,)), VALUES.map(lambda v: (v,)))
COMPARISONS = st.tuples(
    TERMS, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "in"]), PATHS
).map(lambda found: (*found[0], found[1], *found[2]))
COMMENTS = st.sampled_from(["#", "# why; and (so", '# "quoted', "# long" + " long" * 9])
SPACES = st.sampled_from([" ", "  ", "\n", "\n\n\n", "\t", " \r\n  "])


def _joined(parts, mark):
    words = []
    for part in parts:
        words += [*([mark] if words else []), *part]
    return tuple(words)


def _within(brackets, mark):
    return lambda parts: (brackets[0], *_joined(parts, mark), brackets[1])


LISTS = st.tuples(PATHS, st.lists(VALUES.map(lambda v: (v,)), min_size=1, max_size=9)).map(
    lambda found: (*found[0], "in", *_within("[]", ",")(found[1]))
)
CALLS = st.lists(TERMS, min_size=1, max_size=6).map(
    lambda terms: ("helper", *_within("()", ",")(terms))
)


def _compound(inner):
    several = st.lists(inner, min_size=1, max_size=4)
    joined = several.flatmap(
        lambda parts: st.sampled_from(["and", "or"]).map(
            lambda mark: _within("()", mark)(parts)
        )
    )
    return st.one_of(joined, joined.map(lambda words: ("not", *words)))


GOALS = st.recursive(st.one_of(COMPARISONS, LISTS, CALLS), _compound, max_leaves=8)
BODIES = st.lists(GOALS, min_size=1, max_size=4).flatmap(
    lambda goals: st.sampled_from(["and", "or"]).map(lambda mark: _joined(goals, mark))
)
FACTS = st.lists(VALUES, min_size=1, max_size=4).map(
    lambda values: ("fact", *_within("()", ",")([(value,) for value in values]), ";")
)
HEAD = _joined(
    [("subject", ":", "User"), ("role",), ("x",), ("android",), ("resource",)], ","
)
#: WHY: a name that stands in the head alone is refused.
USED = _joined([("subject",), ("role",), ("x",), ("android",), ("resource",)], ",")
RULES = st.tuples(st.sampled_from(["permit", "helper_with_a_long_name"]), BODIES).map(
    lambda found: (
        found[0],
        "(",
        *HEAD,
        ")",
        "if",
        *found[1],
        "and",
        "used",
        "(",
        *USED,
        ")",
        ";",
    )
)


@st.composite
def policies(draw):
    """A text of facts and rules, and what stands between its words."""
    rules = draw(st.lists(st.one_of(FACTS, RULES), max_size=4))
    random = draw(st.randoms(use_true_random=False))
    text = ""
    for word in (word for rule in rules for word in rule):
        text += word
        if random.random() < 0.06:
            text += " " * random.randrange(3) + draw(COMMENTS) + "\n"
        elif random.random() < 0.3:
            text += draw(SPACES)
        elif word not in "().,;[]":
            text += " "
    return text + draw(st.sampled_from(["", "\n", "# the end", "\n\n# the end\n\n"]))
