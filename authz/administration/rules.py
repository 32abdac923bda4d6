"""What the policies say of roles, as data: forms, checks and the matrix are made of it.

Nothing here knows a role. A line changed in a policy file changes what is read here, so
that what cannot be saved and what is denied never differ.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct

from authz.decisions.ways import HELD_ROLES
from authz.engine.conditions import Attr, Condition, Op
from authz.engine.policyset import PolicySet
from authz.errors import InterpretedOnly
from authz.storage.held import BOUND

#: The action that sets a person's whole access at once, and those that change one role.
SET_ALL, GIVE, TAKE = "user:set_access", "role:assign", "user:demote"
BINDING_KINDS = Attr("subject", "binding_kinds")
#: Policy sets that are remembered: the one in force, one on its way in, one on its way out.
REMEMBERED = 3


class Role(Struct, frozen=True):
    """A role, or access level, of a kind of tenant."""

    id: str
    #: The permissions written for it, and those it has from another one: permission ->
    #: the role that it is written for.
    own: frozenset[str]
    inherited: Mapping[str, str]
    #: Kinds of binding without which it opens nothing.
    requires: tuple[str, ...]
    #: Kinds of binding that its reach depends on, required or not.
    bound_by: tuple[str, ...]
    #: The options that a holder may have.
    options: tuple[str, ...]
    #: Types of things that it opens.
    opens: frozenset[str]
    is_read_only: bool

    @property
    def permissions(self) -> frozenset[str]:
        """All permissions that it carries."""
        return self.own | frozenset(self.inherited)


class Rules(Struct, frozen=True):
    """What the policies say of the roles of one kind of tenant."""

    #: Id -> role. Order: the one that carries most first.
    roles: Mapping[str, Role]
    #: Option -> the permissions that it opens.
    options: Mapping[str, tuple[str, ...]]
    #: Whether all of a person's access is set at once, as a single access level.
    is_whole: bool
    #: Action -> the permission that it needs.
    needs: Mapping[str, str]
    #: Actions that are done on the web only.
    web_only: frozenset[str]


@lru_cache(maxsize=REMEMBERED * 3)
def rules(policies: PolicySet, kind: str) -> Rules:
    """What these policies say for tenants of that kind."""
    ids = [role for _, role in policies.rows("role", kind, None)]
    roles = [_role(policies, id) for id in ids]
    roles.sort(key=lambda role: (-len(role.permissions), role.id))
    needs = dict(policies.rows("needs_permission", None, None))
    return Rules(
        roles=MappingProxyType({role.id: role for role in roles}),
        options=_grouped(policies, "option_permission"),
        is_whole=any(needs.get(SET_ALL) in role.permissions for role in roles),
        needs=needs,
        web_only=frozenset(action for (action,) in policies.rows("web_only", None)),
    )


def _role(policies: PolicySet, id: str) -> Role:
    own = frozenset(p for _, p in policies.rows("role_permission", id, None))
    inherited: dict[str, str] = {}
    for base in _bases(policies, id):
        for _, permission in policies.rows("role_permission", base, None):
            if permission not in own:
                inherited.setdefault(permission, base)
    bound_by, opens = _reach(policies).get(id, (frozenset(), frozenset()))
    requires = tuple(k for _, k in policies.rows("role_requires_binding", id, None))
    return Role(
        id=id,
        own=own,
        inherited=inherited,
        requires=requires,
        bound_by=tuple(sorted({*bound_by, *requires})),
        options=tuple(o for _, o in policies.rows("role_allows_option", id, None)),
        opens=opens,
        is_read_only=bool(policies.rows("read_only_role", id)),
    )


def _bases(policies: PolicySet, id: str) -> Iterator[str]:
    """The roles that it inherits from, the nearest first. The facts have no cycle."""
    above = [base for _, base in policies.rows("role_inherits", id, None)]
    yield from above
    for base in above:
        yield from _bases(policies, base)


@lru_cache(maxsize=REMEMBERED)
def _reach(policies: PolicySet) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Role -> the kinds of binding that its ways look at, and the types that they open."""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for signature in policies.signatures():
        with suppress(InterpretedOnly):
            for condition in policies.ways(signature).permits:
                kinds = frozenset(_kinds(condition))
                for role in _roles(condition):
                    bound, opens = found.get(role, (frozenset(), frozenset()))
                    found[role] = bound | kinds, opens | {signature.resource}
    return found


def _roles(condition: Condition) -> Iterator[str]:
    for literal in condition.literals:
        if literal.op is Op.HOLDS and literal.left == HELD_ROLES:
            yield from map(str, literal.right if isinstance(literal.right, tuple) else ())


def _kinds(condition: Condition) -> Iterator[str]:
    for literal in condition.literals:
        for attr in literal.attributes():
            if attr.root == "subject" and attr.name in BOUND:
                yield BOUND[attr.name]
        if literal.left == BINDING_KINDS and isinstance(literal.right, tuple):
            yield from map(str, literal.right)


def _grouped(policies: PolicySet, predicate: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in policies.rows(predicate, None, None):
        found[key] = (*found.get(key, ()), value)
    return MappingProxyType(found)
