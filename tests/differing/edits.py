"""Random edits of policy files, such as a person makes: some of them do not load."""

import re
from collections.abc import Callable, Mapping
from random import Random

from tests.differential.vocabulary import STRINGS

_CONSTANT = re.compile(r'"[^"]*"')
_FACT = re.compile(r"^\w+\((?:[^()]*)\);$", re.M)
_STEP = re.compile(r" and (?!.*\()[^();]*(?=;)")
_OPERATORS = (("=", "!="), ("!=", "="), ("<", "<="), (">=", ">"))


def edited(random: Random, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with one or two edits."""
    found = dict(files)
    for _ in range(random.randint(1, 2)):
        if random.random() < 0.15:
            text = found["schema.yaml"].decode()
            found["schema.yaml"] = _declared_otherwise(random, text).encode()
        else:
            edit = random.choice(EDITS)
            found["made.polar"] = edit(random, found["made.polar"].decode()).encode()
    return found


def _line(random: Random, text: str, pattern: str = r"^(permit|forbid)") -> str:
    lines = [line for line in text.splitlines() if re.search(pattern, line)]
    return random.choice(lines) if lines else ""


def _constant(random: Random, text: str) -> str:
    """Another string in the body of a clause."""
    line = _line(random, text, r" if .*\"")
    head, _, body = line.partition(" if ")
    places = list(_CONSTANT.finditer(body))
    if not places:
        return text
    at = random.choice(places)
    value = f'"{random.choice(STRINGS)}"'
    return text.replace(line, f"{head} if {body[: at.start()]}{value}{body[at.end() :]}", 1)


def _operator(random: Random, text: str) -> str:
    line = _line(random, text, r" if ")
    old, new = random.choice(_OPERATORS)
    return text.replace(line, line.replace(f" {old} ", f" {new} ", 1), 1)


def _without_step(random: Random, text: str) -> str:
    """A clause without its last step."""
    line = _line(random, text, r" and ")
    return text.replace(line, _STEP.sub("", line), 1) if line else text


def _with_step(random: Random, text: str) -> str:
    """A policy with a further step."""
    line = _line(random, text, r"^(permit|forbid)\(.*\bs\b.*if ")
    step = random.choice(['s.id = "a"', 's.tenant != "b"', 's.id in ["a", "c"]'])
    return text.replace(line, f"{line[:-1]} and {step};", 1) if line else text


def _without_fact(random: Random, text: str) -> str:
    rows = _FACT.findall(text)
    return text.replace(random.choice(rows), "", 1) if rows else text


def _other_effect(random: Random, text: str) -> str:
    line = _line(random, text)
    old, new = (
        ("permit(", "forbid(") if line.startswith("permit") else ("forbid(", "permit(")
    )
    return text.replace(line, line.replace(old, new, 1), 1)


def _unconditional(random: Random, text: str) -> str:
    """A policy that asks nothing but who its subject is."""
    line = _line(random, text, r"^(permit|forbid)\(.*\bs\b")
    head = line.partition(" if ")[0]
    head = re.sub(r"\b([rc])(?=[:,)])", r"_\1", head)
    return text.replace(line, f'{head} if s.id != "nobody";', 1) if line else text


def _joining(random: Random, text: str) -> str:
    """A policy that compares its subject with a paper, a box or the context."""
    line = _line(random, text)
    effect, id = line.partition("(")[0], line.split('"')[1]
    body = random.choice(JOINS if effect == "permit" else SURE_JOINS)
    context = "c" if "c." in body else "_c"
    thing = random.choice(("Paper", "Box"))
    head = f'{effect}("{id}", s: User, _action, r: {thing}, {context}: Context)'
    return text.replace(line, f"{head} if {body};", 1)


def _declared_otherwise(random: Random, schema: str) -> str:
    """One attribute that is required, or has a default, and was not, or the reverse."""
    lines = [
        line
        for line in schema.splitlines()
        if re.search(r"type: (string|integer|boolean)[,}]", line)
    ]
    line = random.choice(lines)
    kind = re.search(r"type: (\w+)", line)
    assert kind is not None
    default = {"string": random.choice(['""', "a"]), "integer": "1", "boolean": "true"}[
        kind[1]
    ]
    how = random.choice(["", ", required: true", f", default: {default}"])
    bare = re.sub(r", (required|default): [^,}]*", "", line)
    return schema.replace(
        line, bare.replace(f"type: {kind[1]}", f"type: {kind[1]}{how}"), 1
    )


#: Bodies that join two sides of a request, or a record with one.
JOINS = (
    "r.owner = s.id",
    "r.owner in s.tags",
    "s.id in r.readers",
    "x1x in s.tags and x1x in r.readers",
    "b in s.badges and b.org = r.owner and b.org != nil",
    'b in s.badges and b.kind = r.id and b.org in ["a", "b"]',
    "b in s.badges and b.org = c.channel and b.org != nil and r.owner = s.id",
    "r.owner = c.channel and c.channel != nil and s.id in r.readers",
    "c.channel in s.tags and r.id in s.tags",
    "r.owner != s.id and x1x in r.readers and x1x in c.action_tags",
)
SURE_JOINS = ("r.id = s.id", "r.id in s.tags", "s.id in r.readers", "r.id != s.id")
EDITS: tuple[Callable[[Random, str], str], ...] = (
    _constant,
    _operator,
    _without_step,
    _with_step,
    _without_fact,
    _other_effect,
    _unconditional,
    _joining,
    _joining,
    _joining,
)
