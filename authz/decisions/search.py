"""Who can, what can be reached, which actions are open: the three searches, and the filter
that an app puts into its own query.

Nobody is asked one by one: the conditions of the policies become a tree over the side that
is searched for, and the store finds what it holds for. So a search and a decision cannot
disagree. Only stored things are found, with their stored values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from authz.decisions.attributes import of_context, of_entity
from authz.decisions.filter import filter_of
from authz.decisions.pdp import ATTEMPTS
from authz.decisions.ports import Clock, Facts, Matches, Search
from authz.decisions.tree import ALWAYS, NEVER, Tree
from authz.engine.conditions import Signature
from authz.engine.policyset import PolicySet
from authz.engine.schema import TypeSchema
from authz.errors import NotFound, Unavailable
from authz.model import NOTHING, Action, Caller, Entity, Request

T = TypeVar("T")
#: Ids on one page, unless the asker says otherwise.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what a search found."""

    #: Ids, or names of actions. Order: by code points.
    ids: tuple[str, ...]
    #: What to ask `after` for the next page; None when nothing follows.
    next: str | None
    #: The policy set that it was found by.
    policies: PolicySet = field(repr=False)
    #: Revision of the tenant's facts.
    data_revision: int

    @property
    def policy_revision(self) -> str:
        """Revision of that policy set."""
        return self.policies.revision


@dataclass(frozen=True, slots=True)
class Filter:
    """Under which condition a subject may do an action on things of a type."""

    #: The test of a thing; its attributes are those of `kind`.
    tree: Tree
    kind: TypeSchema
    policy_revision: str
    #: Revision of the tenant's facts.
    data_revision: int


class Searches:
    """Searches by the policies that are active now and the facts as they are now.

    Raises: from every method Unavailable when the facts cannot be reached or trusted, and
    NotFound for an unknown tenant.
    """

    def __init__(
        self,
        policies: Callable[[], PolicySet],
        facts: Facts,
        search: Search,
        clock: Clock,
    ):
        self._policies = policies
        self._facts = facts
        self._search = search
        self._clock = clock

    def subjects(
        self,
        type: str,
        action: Action,
        resource: Entity,
        caller: Caller,
        *,
        context: Mapping[str, object] = NOTHING,
        after: str = "",
        limit: int = PAGE,
    ) -> Page:
        """The subjects of a type that may do the action on the resource.

        A session that the caller names counts for none of them, for it is one person's.
        """
        one_for_all = Caller(caller.tenant, caller.channel)

        def matches(policies: PolicySet) -> Matches:
            kind = policies.schema.types.get(type)
            values = self._values(policies, resource, caller.tenant)
            request = Request(Entity(type, ""), action, resource, context)
            if kind is None or not kind.subject or values is None:
                return self._none(caller.tenant)
            known = {
                "subject": {"tenant": caller.tenant},
                "resource": values,
                "context": self._context(policies, request, one_for_all, ""),
            }
            signature = Signature(type, action.name, resource.type)
            tree = _tree(policies, signature, kind, "subject", known)
            return self._matching(caller.tenant, kind, tree, after, limit)

        return self._page(caller.tenant, matches, after)

    def resources(
        self,
        subject: Entity,
        action: Action,
        type: str,
        caller: Caller,
        *,
        context: Mapping[str, object] = NOTHING,
        after: str = "",
        limit: int = PAGE,
    ) -> Page:
        """The resources of a type on which the subject may do the action."""

        def matches(policies: PolicySet) -> Matches:
            kind = policies.schema.types.get(type)
            if kind is None:
                return self._none(caller.tenant)
            request = Request(subject, action, Entity(type, ""), context)
            shared = {"tenant": caller.tenant}
            tree = self._of_resource(policies, kind, request, caller, shared)
            return self._matching(caller.tenant, kind, tree, after, limit)

        return self._page(caller.tenant, matches, after)

    def actions(
        self,
        subject: Entity,
        resource: Entity,
        caller: Caller,
        *,
        context: Mapping[str, object] = NOTHING,
        after: str = "",
        limit: int = PAGE,
    ) -> Page:
        """What the subject may do on the resource, without any properties of the action."""

        def matches(policies: PolicySet) -> Matches:
            names = self._open_actions(policies, subject, resource, caller, context)
            left = [name for name in names if name > after]
            revision = self._facts.held_revision(caller.tenant) or 0
            return Matches(tuple(left[:limit]), len(left) > limit, revision)

        return self._page(caller.tenant, matches, after)

    def filter(
        self,
        subject: Entity,
        action: Action,
        type: str,
        caller: Caller,
        *,
        context: Mapping[str, object] = NOTHING,
        tenant_is_column: bool = False,
    ) -> Filter:
        """The test that the things of a type pass on which the subject may do the action.

        Things of the caller's tenant are meant, unless each says its own tenant.
        Raises: NotFound also for an unknown type.
        """

        def tree(policies: PolicySet) -> tuple[TypeSchema, Tree]:
            kind = policies.schema.types.get(type)
            if kind is None:
                raise NotFound(f"no resource is of the type `{type}`")
            request = Request(subject, action, Entity(type, ""), context)
            shared = {} if tenant_is_column else {"tenant": caller.tenant}
            return kind, self._of_resource(policies, kind, request, caller, shared)

        policies, revision, (kind, found) = self._of_one_revision(caller.tenant, tree)
        return Filter(found, kind, policies.revision, revision)

    def id_of(self, named: Entity, tenant: str) -> str:
        """The id under which it is stored: another one for an account named by e-mail."""
        kind = self._policies().schema.types.get(named.type)
        stored = self._facts.find(tenant, kind, named.id) if kind else None
        return stored.id if stored else named.id

    def _of_resource(
        self,
        policies: PolicySet,
        kind: TypeSchema,
        request: Request,
        caller: Caller,
        shared: Mapping[str, object],
    ) -> Tree:
        values = self._values(policies, request.subject, caller.tenant, subject=True)
        if values is None:
            return NEVER
        context = self._context(policies, request, caller, str(values["id"]))
        known = {"subject": values, "resource": shared, "context": context}
        signature = Signature(request.subject.type, request.action.name, kind.name)
        return _tree(policies, signature, kind, "resource", known)

    def _open_actions(
        self,
        policies: PolicySet,
        subject: Entity,
        resource: Entity,
        caller: Caller,
        context: Mapping[str, object],
    ) -> list[str]:
        """Sorted names."""
        s = self._values(policies, subject, caller.tenant, subject=True)
        r = self._values(policies, resource, caller.tenant)
        if s is None or r is None:
            return []
        request = Request(subject, Action(""), resource, context)
        c = self._context(policies, request, caller, str(s["id"]))
        if c is None:
            return []
        known = {"subject": s, "resource": r, "context": c}
        kind = policies.schema.types[resource.type]
        return [
            name
            for name in sorted(kind.actions)
            if _tree(
                policies, Signature(subject.type, name, kind.name), kind, "resource", known
            )
            == ALWAYS
        ]

    def _values(
        self, policies: PolicySet, entity: Entity, tenant: str, *, subject: bool = False
    ) -> Mapping[str, Any] | None:
        """The attributes of a known side; None when no decision can rest on them."""
        kind = policies.schema.types.get(entity.type)
        if kind is None or (subject and not kind.subject):
            return None
        stored = self._facts.find(tenant, kind, entity.id)
        if stored is None and not kind.unregistered:
            return None
        gathered = of_entity(kind, entity, stored, tenant)
        return None if gathered.fault("") else gathered.values

    def _context(
        self, policies: PolicySet, request: Request, caller: Caller, subject: str
    ) -> Mapping[str, Any] | None:
        schema = policies.schema
        gathered = of_context(schema, request, caller, subject, self._facts, self._clock)
        return None if gathered.fault("") else gathered.values

    def _matching(
        self, tenant: str, kind: TypeSchema, tree: Tree, after: str, limit: int
    ) -> Matches:
        if tree == NEVER:
            return self._none(tenant)
        return self._search.matching(tenant, kind, tree, after=after, limit=limit)

    def _none(self, tenant: str) -> Matches:
        return Matches((), False, self._facts.held_revision(tenant) or 0)

    def _page(
        self, tenant: str, matches: Callable[[PolicySet], Matches], after: str
    ) -> Page:
        policies, revision, found = self._of_one_revision(tenant, matches)
        next = (found.ids[-1] if found.ids else after) if found.more else None
        return Page(found.ids, next, policies, revision)

    def _of_one_revision(
        self, tenant: str, answer: Callable[[PolicySet], T]
    ) -> tuple[PolicySet, int, T]:
        """The answer, and the one revision that all of it is of."""
        for _ in range(ATTEMPTS):
            policies = self._policies()
            revision = self._facts.revision(tenant)
            found = answer(policies)
            seen = found.revision if isinstance(found, Matches) else revision
            if seen == revision == self._facts.held_revision(tenant):
                return policies, revision, found
        raise Unavailable("the facts keep changing while the search is made: ask again")


def _tree(
    policies: PolicySet,
    signature: Signature,
    kind: TypeSchema,
    root: str,
    known: Mapping[str, Mapping[str, Any] | None],
) -> Tree:
    """The things that are allowed: none, where a side is known to be unsound."""
    sides = {name: values for name, values in known.items() if values is not None}
    if len(sides) < len(known):
        return NEVER
    return filter_of(policies.ways(signature), kind, root, sides)
