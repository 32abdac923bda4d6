"""A user's access: what may be chosen, saving it whole, what it would change, and what
follows from it, with the reasons.
"""

from datetime import datetime

from msgspec import Struct

from authz.administration import comparison, effective, preview, rights
from authz.administration.access import held
from authz.administration.rights import Choice
from webapp.console.needs import SELF
from webapp.json_api.access_shapes import (
    AccessChange,
    Changed,
    Foreseen,
    Held,
    Permissions,
    WantedAccess,
    changed,
    foreseen,
    held_shape,
    permissions,
    wanted,
)
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present
from webapp.json_api.shapes import Person, person
from webapp.json_api.times import moment

routes = Routes("access", __name__, group="Access of a user")


class OfferedRole(Struct, frozen=True):
    """A role as it may be chosen, and what the policies want with it."""

    role: str
    may_give: bool
    is_held: bool
    ends_at: datetime | None
    #: Kinds of binding without which it opens nothing.
    requires: list[str]
    #: Kinds of binding that its reach depends on.
    bound_by: list[str]
    #: The options that a holder may have.
    options: list[str]
    permissions: list[str]


class BindingTarget(Struct, frozen=True):
    """Something that a person can be bound to."""

    id: str
    name: str
    #: Of a supply company: the one it is a branch of.
    parent: str | None


class AccessForm(Struct, frozen=True):
    """What a person has, and what may be chosen."""

    held: Held
    choices: list[OfferedRole]
    #: Whether there is one access level, and not several roles.
    is_single: bool
    #: Kind of binding -> what there is of it.
    targets: dict[str, list[BindingTarget]]
    #: To be sent with a change.
    version: str


class CompareQuery(Body, frozen=True):
    """The other person."""

    other: str


class Compared(Struct, frozen=True):
    """What each of two people may do that the other may not."""

    only_this: list[Changed]
    only_other: list[Changed]


@routes.route_of(
    "GET",
    "/users/<id>/access",
    "What a user has, and may be given",
    answer=AccessForm,
    action="user:read",
    on="user",
)
def form(who: Present, id: str) -> AccessForm:
    """The form, as the policies have it."""
    found = rights.form(who.desk, id)
    return AccessForm(
        held=held_shape(found.held),
        choices=[_offered(one) for one in found.choices],
        is_single=found.is_single,
        targets={
            kind: [BindingTarget(one.id, one.name, one.parent) for one in there]
            for kind, there in found.targets.items()
        },
        version=found.version,
    )


@routes.route_of(
    "PUT",
    "/users/<id>/access",
    "Set the access of a user",
    about="It is saved whole, or not at all.",
    body=AccessChange,
    answer=Person,
    action="user:read",
    on="user",
    confirmed=True,
)
def save(who: Present, id: str, body: AccessChange) -> Person:
    """Exactly this access."""
    had = held(rights.live_account(who.desk, id))
    saved = rights.save(who.desk, id, wanted(body, had), version=body.version)
    return person(saved)


@routes.route_of(
    "POST",
    "/users/<id>/access/preview",
    "What an access would change",
    about="Nothing is saved.",
    body=WantedAccess,
    answer=Foreseen,
    action="user:read",
    on="user",
)
def foresee(who: Present, id: str, body: WantedAccess) -> Foreseen:
    """Gains and losses."""
    had = held(rights.live_account(who.desk, id))
    return foreseen(preview.preview(who.desk, id, wanted(body, had)))


@routes.route_of(
    "GET",
    "/users/<id>/permissions",
    "What a user may do, and why",
    answer=Permissions,
    action="user:read",
    on="user",
)
def of_person(who: Present, id: str) -> Permissions:
    """Every action that is open, with the policy and what was given."""
    return permissions(effective.effective(who.desk, id))


@routes.route_of(
    "GET",
    "/profile/permissions",
    "What may I do, and why",
    answer=Permissions,
    action="profile:read",
    on=SELF,
)
def mine(who: Present) -> Permissions:
    """The same for the person of the token."""
    return permissions(effective.effective(who.desk, who.person.account))


@routes.route_of(
    "GET",
    "/users/<id>/comparison",
    "Compare two users",
    query=CompareQuery,
    answer=Compared,
    action="user:read",
    on="user",
)
def compare(who: Present, id: str, query: CompareQuery) -> Compared:
    """What each may do that the other may not."""
    found = comparison.compare(who.desk, id, query.other)
    return Compared(changed(found.only_one), changed(found.only_other))


def _offered(choice: Choice) -> OfferedRole:
    return OfferedRole(
        role=choice.role.id,
        may_give=choice.may_give,
        is_held=choice.is_held,
        ends_at=moment(choice.ends_at),
        requires=list(choice.role.requires),
        bound_by=list(choice.role.bound_by),
        options=list(choice.role.options),
        permissions=sorted(choice.role.permissions),
    )
