"""The shapes of a person's access: what is wanted, what follows from it, and why."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from authz.administration.access import Access
from authz.administration.effective import Effective
from authz.administration.preview import Difference, Preview
from authz.decisions.ports import Given
from authz.errors import InvalidChange
from webapp.json_api.bodies import Body
from webapp.json_api.shapes import HeldRole
from webapp.json_api.times import Moment, epoch, moment


class WantedRole(Body, frozen=True):
    """A role or access level to be held, and when it ends; null: never."""

    role: str
    expires_at: Moment | None = None


class WantedAccess(Body, frozen=True):
    """All that a person is to have: what is left out is taken away."""

    roles: list[WantedRole] = []
    options: list[str] = []
    #: Kind -> ids of the organizations or clusters.
    bindings: dict[str, list[str]] = {}


class AccessChange(WantedAccess, frozen=True):
    """The same for a person who is there."""

    version: str | None = None


class Held(Struct, frozen=True):
    """All that a person has."""

    roles: list[HeldRole]
    options: list[str]
    bindings: dict[str, list[str]]


class Gift(Struct, frozen=True):
    """A role, an option or a binding that somebody gave."""

    attribute: str
    value: str
    #: Empty where that is not recorded.
    given_by: str
    given_at: datetime | None
    expires_at: datetime | None


class Ground(Struct, frozen=True):
    """A ground for what a person may do: the policy, and what was given."""

    policy: str
    given: list[Gift]


class Allowed(Struct, frozen=True):
    """An action that is open to a person."""

    action: str
    type: str
    #: The permission that it needs; empty for what needs none.
    permission: str
    #: Whether it is open on every such thing of the company; else on some.
    is_everywhere: bool
    #: The role that is given, of the action that gives one.
    role: str
    ends_at: datetime | None
    because: list[Ground]


class Permissions(Struct, frozen=True):
    """Everything that a person may do, on the web and with protected pages unlocked."""

    permissions: list[Allowed]


class Changed(Struct, frozen=True):
    """Actions that become open, or are no longer, on things of a type."""

    actions: list[str]
    type: str
    #: The first of the things.
    ids: list[str]
    #: Whether there are others.
    more: bool


class Missing(Struct, frozen=True):
    """A role that opens nothing without a binding of that kind."""

    role: str
    kind: str


class Foreseen(Struct, frozen=True):
    """What an access would change; nothing was saved."""

    gains: list[Changed]
    loses: list[Changed]
    missing: list[Missing]
    #: What of the gains is open on the web only.
    web_only: list[str]
    #: What of the gains is behind the protected pages.
    behind_pages: list[str]


def wanted(body: WantedAccess, had: Access | None = None) -> Access:
    """What a body asks for. Raises: InvalidChange for a role that is there twice.

    had: what the person has now. WHY it is asked: times are sent in microseconds, and an
    end that nobody changed stays exactly as it is.
    """
    held = had.roles if had else {}
    roles: dict[str, float | None] = {}
    for one in body.roles:
        if one.role in roles:
            raise InvalidChange(f"the role `{one.role}` is there twice", field="roles")
        kept = held.get(one.role)
        roles[one.role] = kept if moment(kept) == one.expires_at else epoch(one.expires_at)
    bindings = {kind: frozenset(ids) for kind, ids in body.bindings.items()}
    return Access(roles, frozenset(body.options), bindings)


def held_shape(access: Access) -> Held:
    """What a person has, as it is sent."""
    return Held(
        [HeldRole(role, moment(end)) for role, end in sorted(access.roles.items())],
        sorted(access.options),
        {kind: sorted(ids) for kind, ids in sorted(access.bindings.items())},
    )


def gift(given: Given) -> Gift:
    """What was given, as it is sent."""
    return Gift(
        given.attribute,
        given.value,
        given.given_by,
        moment(given.given_at),
        moment(given.expires_at),
    )


def permissions(found: Iterable[Effective]) -> Permissions:
    """What a person may do, as it is sent."""
    return Permissions(
        [
            Allowed(
                action=one.action,
                type=one.type,
                permission=one.permission,
                is_everywhere=one.is_everywhere,
                role=one.role,
                ends_at=moment(one.ends_at),
                because=[
                    Ground(ground.policy, [gift(given) for given in ground.given])
                    for ground in one.because
                ],
            )
            for one in found
        ]
    )


def foreseen(shown: Preview) -> Foreseen:
    """What a change would mean, as it is sent."""
    return Foreseen(
        gains=changed(shown.gains),
        loses=changed(shown.loses),
        missing=[Missing(role, kind) for role, kind in shown.missing],
        web_only=list(shown.web_only),
        behind_pages=list(shown.behind_pages),
    )


def changed(differences: Iterable[Difference]) -> list[Changed]:
    """What is gained or lost, as it is sent."""
    return [
        Changed(list(one.actions), one.type, list(one.ids), one.more) for one in differences
    ]


def listed(found: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Words with words under them, sorted, as they are sent."""
    return {name: sorted(words) for name, words in sorted(found.items())}
