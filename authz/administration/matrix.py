"""Roles and what they carry, as the policies say it: the matrix of the console."""

from collections.abc import Mapping

from msgspec import Struct

from authz.administration.access import rules_of
from authz.administration.desk import Desk
from authz.administration.rules import Role, Rules
from authz.storage.role_holders import role_counts

LIST, EXPLAIN = "role:list", "access:explain"


class Permission(Struct, frozen=True):
    """A row of the matrix."""

    id: str
    #: What needs it.
    actions: tuple[str, ...]
    #: Those of them that are done on the web only.
    web_only: tuple[str, ...]


class Matrix(Struct, frozen=True):
    """Roles of a company and permissions; a cell is in `Role.own` or `Role.inherited`."""

    #: Order: the one that carries most first.
    roles: tuple[Role, ...]
    permissions: tuple[Permission, ...]
    #: Option -> the permissions that it opens.
    options: Mapping[str, tuple[str, ...]]
    #: Role -> the roles that a holder may give, manage, remove.
    gives: Mapping[str, tuple[str, ...]]
    manages: Mapping[str, tuple[str, ...]]
    removes: Mapping[str, tuple[str, ...]]
    #: Role -> how many people hold it now, `role_holders.COUNT_MAX` + 1 for any more;
    #: with "" those who hold none.
    people: Mapping[str, int]
    is_single: bool
    #: Revision of the policies that say so.
    revision: str


def matrix(desk: Desk) -> Matrix:
    """The roles of the person's company. Raises: Refused."""
    known = rules_of(desk)
    desk.require(_action(known), "tenant", desk.tenant)
    named = {p for role in known.roles.values() for p in role.permissions}
    named |= {p for opened in known.options.values() for p in opened}
    return Matrix(
        roles=tuple(known.roles.values()),
        permissions=tuple(_permission(known, id) for id in sorted(named)),
        options=known.options,
        gives=_whom(desk, known, "may_assign"),
        manages=_whom(desk, known, "may_manage"),
        removes=_whom(desk, known, "may_remove"),
        people=role_counts(desk.database, desk.tenant, known.roles),
        is_single=known.is_whole,
        revision=desk.policies.revision,
    )


def _action(known: Rules) -> str:
    """Where nobody looks after single roles, whoever may ask who can do what sees them."""
    needed = known.needs.get(LIST)
    listed = any(needed in role.permissions for role in known.roles.values())
    return LIST if listed else EXPLAIN


def _permission(known: Rules, id: str) -> Permission:
    actions = tuple(sorted(action for action, p in known.needs.items() if p == id))
    return Permission(id, actions, tuple(a for a in actions if a in known.web_only))


def _whom(desk: Desk, known: Rules, predicate: str) -> dict[str, tuple[str, ...]]:
    return {
        role: tuple(other for _, other in desk.policies.rows(predicate, role, None))
        for role in known.roles
    }
