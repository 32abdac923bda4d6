"""The words of generated policies: a schema by chance, and what a rule can read by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

STRINGS = ("a", "b", "c", "d", "A", "", "1", "é")
#: Attribute -> its type; the same in every type that has it.
KINDS = {
    "kind": "string",
    "nick": "string",
    "org": "string",
    "owner": "string",
    "zone": "string",
    "channel": "string",
    "action_kind": "string",
    "level": "integer",
    "rank": "integer",
    "grade": "integer",
    "hour": "integer",
    "now": "integer",
    "member": "boolean",
    "secret": "boolean",
    "open": "boolean",
    "tags": "string-set",
    "marks": "string-set",
    "readers": "string-set",
    "action_tags": "string-set",
}
TYPES = {
    "user": ("kind", "nick", "level", "rank", "member", "tags", "marks"),
    "robot": ("kind", "level", "tags"),
    "paper": ("owner", "org", "kind", "grade", "secret", "readers"),
    "box": ("owner", "org", "level", "secret", "readers", "tags"),
    "shelf": ("owner", "zone"),
}
SUBJECTS = ("user", "robot")
KEPT = ("paper", "box")
CONTEXT = ("channel", "zone", "hour", "now", "open", "action_kind", "action_tags")
ACTIONS = {
    "user": ("do:read",),
    "robot": ("do:read",),
    "paper": ("do:read", "do:edit"),
    "box": ("do:read", "do:open"),
    "shelf": ("do:read", "do:open"),
}
RECORD = {"kind": "string", "org": "string", "until": "integer", "valid": "boolean"}
#: Variable of a generated rule -> what it stands for.
ROOTS = {"s": "subject", "r": "resource", "c": "context", "b": "record"}
CLASSES = {name: (name,) for name in TYPES} | {"kept": KEPT}


@dataclass(frozen=True)
class Path:
    """An attribute as a rule reads it, `r.owner`."""

    variable: str
    name: str
    kind: str
    #: Never nil.
    sure: bool

    def __str__(self) -> str:
        return f"{self.variable}.{self.name}"

    @property
    def root(self) -> str:
        """What the variable stands for."""
        return ROOTS[self.variable]


class Vocabulary:
    """One schema: which attributes are there for certain is left to chance."""

    def __init__(self, random: Random):
        self._how = {name: _how(random, kind) for name, kind in KINDS.items()}
        self._how["now"] = ", required: true"

    def schema(self) -> str:
        """The text of `schema.yaml`."""
        lines = ["version: 1", "context:"]
        for name in CONTEXT:
            if not name.startswith("action_"):
                lines.append(f"  {name}: {{type: {KINDS[name]}{self._how[name]}}}")
        lines.append("action_properties:")
        for name in ("action_kind", "action_tags"):
            short = name.removeprefix("action_")
            lines.append(f"  {short}: {{type: {KINDS[name]}{self._how[name]}}}")
        lines += ["groups: [Kept]", "types:"]
        for name, attributes in TYPES.items():
            lines += [f"  {name}:", f"    subject: {str(name in SUBJECTS).lower()}"]
            lines += ["    group: Kept"] * (name in KEPT) + ["    attributes:"]
            for one in attributes:
                lines.append(f"      {one}: {{type: {KINDS[one]}{self._how[one]}}}")
            if name == "user":
                fields = ", ".join(f"{field}: {kind}" for field, kind in RECORD.items())
                how = f"type: record-set, fields: {{{fields}}}, default: []"
                lines.append(f"      badges: {{{how}}}")
            verbs = ", ".join(action.removeprefix("do:") for action in ACTIONS[name])
            lines.append(f"    actions: {{do: [{verbs}]}}")
        return "\n".join(lines) + "\n"

    def paths(self, variable: str, types: Iterable[str]) -> list[Path]:
        """What can be read of a thing that is of one of these types."""
        shared = set.intersection(*(set(TYPES[name]) for name in types))
        return [
            Path(variable, "id", "string", True),
            Path(variable, "tenant", "string", True),
            *(self._path(variable, name) for name in sorted(shared)),
        ]

    def context(self) -> list[Path]:
        """What can be read of the context."""
        return [self._path("c", name) for name in CONTEXT]

    def record(self) -> list[Path]:
        """What can be read of one badge of a user."""
        return [Path("b", name, kind, False) for name, kind in RECORD.items()]

    def _path(self, variable: str, name: str) -> Path:
        return Path(variable, name, KINDS[name], bool(self._how[name]))


def _how(random: Random, kind: str) -> str:
    """How the attribute is declared; nothing means that it may be nil."""
    if kind.endswith("-set"):
        return ", default: []"
    default = {"string": '""', "integer": "0", "boolean": "false"}[kind]
    return random.choice(["", "", ", required: true", f", default: {default}"])
