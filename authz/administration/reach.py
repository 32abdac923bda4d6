"""What a person reaches: for each action the things that it is open on, as a tree of tests.

It is worked out from the conditions that decide, with the access that a person has or would
have. Nothing is decided a second way: a tree holds for exactly the things for which the
decision would be allow.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from msgspec import Struct

from authz.administration.access import Access
from authz.administration.desk import PERSON, Desk
from authz.administration.rules import GIVE
from authz.decisions.attributes import of_context, of_entity
from authz.decisions.filter import filter_of
from authz.decisions.ports import Stored
from authz.decisions.tree import NEVER, Every, Tree
from authz.engine.conditions import Condition, Literal, Op, Signature, Ways
from authz.engine.policyset import PolicySet
from authz.errors import InterpretedOnly, NotFound
from authz.model import Action, Caller, Entity, Request
from authz.storage import organizations, places
from authz.storage.held import BOUND


class Circumstances(Struct, frozen=True):
    """In which a person would act."""

    channel: str = "web"
    #: Whether the protected pages are unlocked.
    unlocked: bool = True


USUAL = Circumstances()


class Viewpoint(Struct, frozen=True):
    """A person as conditions see them."""

    policies: PolicySet
    #: Root -> attribute -> value; all that is known without the resource.
    known: Mapping[str, Mapping[str, Any]]

    def ways(self, signature: Signature) -> Ways | None:
        """What decides such requests; None where only the reference could say."""
        with suppress(InterpretedOnly):
            return self.policies.ways(signature)
        return None

    def tree(self, signature: Signature, role: str = "") -> Tree:
        """The things for which such a request is allowed; `role` is the one it gives."""
        ways = self.ways(signature)
        return NEVER if ways is None else self._left(ways, signature, role)

    def opens(self, condition: Condition, signature: Signature, role: str = "") -> bool:
        """Whether the condition leaves anything open for this person."""
        return self._left(Ways((condition,), ()), signature, role) != NEVER

    def _left(self, ways: Ways, signature: Signature, role: str) -> Tree:
        kind = self.policies.schema.types[signature.resource]
        known = self.known
        if role:
            known = {**known, "context": {**known["context"], "action_role": role}}
        return filter_of(ways, kind, "resource", known)


def viewpoint(
    desk: Desk,
    account: str,
    wanted: Access | None = None,
    circumstances: Circumstances = USUAL,
) -> Viewpoint | None:
    """A person with the access that is recorded, or with the wanted one.

    None where the stored facts are such that everything is denied. Raises: NotFound.
    """
    policies = desk.policies
    kind = policies.schema.types[PERSON]
    stored = desk.parts.facts.find(desk.tenant, kind, account)
    if stored is None:
        raise NotFound(f"no account `{account}`")
    if wanted is not None:
        stored = replace(
            stored,
            attributes={**stored.attributes, **_held(desk, wanted)},
            valid_until=None,
        )
    subject = of_entity(kind, Entity(PERSON, stored.id), stored, desk.tenant)
    if subject.fault(""):
        return None
    context = _context(desk, policies, stored, circumstances)
    if context is None:
        return None
    shared = {"tenant": desk.tenant}
    return Viewpoint(
        policies, {"subject": subject.values, "resource": shared, "context": context}
    )


def signatures(policies: PolicySet) -> Iterator[Signature]:
    """Every kind of request that a person can make."""
    return (one for one in policies.signatures() if one.subject == PERSON)


def roles_to_give(signature: Signature, roles: Mapping[str, object]) -> tuple[str, ...]:
    """The roles that such a request is asked with, one at a time."""
    return tuple(roles) if signature.action == GIVE else ("",)


def is_everything(tree: Tree) -> bool:
    """Whether the tree asks nothing of a thing but that what must be there is there."""
    parts = tree.parts if isinstance(tree, Every) else (tree,)
    return all(
        isinstance(part, Literal) and part.op is Op.NONE_OF and part.right == (None,)
        for part in parts
    )


def _context(
    desk: Desk, policies: PolicySet, stored: Stored, circumstances: Circumstances
) -> dict[str, object] | None:
    schema = policies.schema
    asked = Request(Entity(PERSON, stored.id), Action(""), Entity("tenant", desk.tenant))
    caller = Caller(desk.tenant, circumstances.channel)
    gathered = of_context(schema, asked, caller, stored.id, desk.parts.facts, desk.clock)
    if gathered.fault(""):
        return None
    of_session = {
        name: circumstances.unlocked
        for name, attribute in schema.context.items()
        if attribute.source == "session"
    }
    return gathered.values | of_session


def _held(desk: Desk, wanted: Access) -> dict[str, object]:
    """The access as the store would say it after it was saved."""
    now = desk.clock()
    in_force = (r for r, end in wanted.roles.items() if end is None or end > now)
    there = {kind: _there(desk, kind, ids) for kind, ids in wanted.bindings.items()}
    kinds = {
        kind
        for kind, ids in wanted.bindings.items()
        if there[kind] or (ids and kind == "cluster")
    }
    return {
        "roles": tuple(sorted(in_force)),
        "options": tuple(sorted(wanted.options)),
        "binding_kinds": tuple(sorted(kinds)),
        **{name: there.get(kind, ()) for name, kind in BOUND.items()},
    }


def _there(desk: Desk, kind: str, ids: frozenset[str]) -> tuple[str, ...]:
    found = []
    for id in sorted(ids):
        with suppress(NotFound):
            if kind == "cluster":
                places.find_place(desk.database, desk.tenant, kind, id)
            else:
                organizations.find_organization(desk.database, desk.tenant, kind, id)
            found.append(id)
    return tuple(found)
