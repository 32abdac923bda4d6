"""From what would allow a request, as an explanation says it, to the access of a form.

Nothing is given here: it is shown, and saved by whoever may, as every other access is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from authz.administration.access import Access
from authz.storage.held import BOUND

ADD, REMOVE = "add", "remove"
#: What an explanation changes of a person without giving it: it follows from the rest.
FOLLOWS = ("binding_kinds",)


class Step(Struct, frozen=True):
    """A role, an option or a binding that is added or removed."""

    operation: str
    #: `roles`, `options`, or an attribute of a binding, as `clusters`.
    attribute: str
    value: str


def steps(changes: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The changes of an explanation as steps; none, where one is nothing of the kind."""
    found = []
    for change in changes:
        step = Step(change["operation"], change["attribute"], str(change["value"]))
        if change["of"] != "subject" or not is_step(step):
            return ()
        if step.attribute not in FOLLOWS:
            found.append(step)
    return tuple(found)


def is_step(step: Step) -> bool:
    """Whether a form of somebody's access has a field for it."""
    known = ("roles", "options", *BOUND, *FOLLOWS)
    return step.operation in (ADD, REMOVE) and step.attribute in known


def mended(before: Access, wanted: Iterable[Step], *, is_single: bool) -> Access:
    """The access after the steps; is_single: a role that is added replaces the one held."""
    roles, options = dict(before.roles), set(before.options)
    bindings = {kind: set(ids) for kind, ids in before.bindings.items()}
    for step in wanted:
        if step.attribute == "roles":
            if is_single:
                roles = {}
            roles.pop(step.value, None)
            if step.operation == ADD:
                roles[step.value] = before.roles.get(step.value)
            continue
        held = options
        if step.attribute != "options":
            held = bindings.setdefault(BOUND[step.attribute], set())
        (held.add if step.operation == ADD else held.discard)(step.value)
    frozen = {kind: frozenset(ids) for kind, ids in bindings.items()}
    return Access(roles, frozenset(options), frozen)
