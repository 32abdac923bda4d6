"""Roles, and what they carry, as the policies say it."""

from msgspec import Struct

from authz.administration import matrix
from authz.administration.rules import Role
from webapp.json_api.access_shapes import listed
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present

routes = Routes("roles", __name__, group="Roles")


class RoleRow(Struct, frozen=True):
    """A role or access level."""

    id: str
    #: The permissions written for it.
    own: list[str]
    #: Those it has from another one: permission -> that role.
    inherited: dict[str, str]
    #: Kinds of binding without which it opens nothing.
    requires: list[str]
    options: list[str]
    #: How many people hold it.
    people: int
    gives: list[str]
    manages: list[str]
    removes: list[str]
    is_read_only: bool


class PermissionRow(Struct, frozen=True):
    """A permission, and the actions that need it."""

    id: str
    actions: list[str]
    #: Those of them that are done on the web only.
    web_only: list[str]


class Roles(Struct, frozen=True):
    """The roles of the company."""

    roles: list[RoleRow]
    permissions: list[PermissionRow]
    #: Option -> the permissions that it opens.
    options: dict[str, list[str]]
    #: Whether a person has one access level, and not several roles.
    is_single: bool
    #: Revision of the policies.
    revision: str


@routes.route_of("GET", "/roles", "List roles", answer=Roles, action="access:explain")
def list_roles(who: Present) -> Roles:
    """The matrix of roles and permissions."""
    found = matrix.matrix(who.desk)
    return Roles(
        roles=[_row(found, role) for role in found.roles],
        permissions=[
            PermissionRow(one.id, list(one.actions), list(one.web_only))
            for one in found.permissions
        ],
        options=listed(found.options),
        is_single=found.is_single,
        revision=found.revision,
    )


def _row(found: matrix.Matrix, role: Role) -> RoleRow:
    return RoleRow(
        id=role.id,
        own=sorted(role.own),
        inherited=dict(sorted(role.inherited.items())),
        requires=list(role.requires),
        options=list(role.options),
        people=found.people.get(role.id, 0),
        gives=list(found.gives[role.id]),
        manages=list(found.manages[role.id]),
        removes=list(found.removes[role.id]),
        is_read_only=role.is_read_only,
    )
