"""Access as it is wanted for a person, and whether it makes sense: every word must mean
something, and a role comes with the bindings without which it opens nothing.

All of it is read from the policies.
"""

import math
from collections.abc import Mapping

from msgspec import Struct, field

from authz.administration import labels
from authz.administration.desk import Desk
from authz.administration.rules import Role, Rules, rules
from authz.engine.place import near_miss
from authz.errors import InvalidChange, NotFound
from authz.said import each, said
from authz.storage import organizations, places
from authz.storage.access import BINDING_KINDS
from authz.storage.people import Account
from authz.storage.tenants import find_tenant
from authz.terms import term

#: What a form is named after in a sentence about what the policies deny.
UNITS = "metering_unit"
CLUSTER = "cluster"
#: So many of one kind. WHY a limit: each is looked up while nobody else can write.
BINDINGS_MAX = 200
#: Nothing ends later: 2100-01-01. WHY: a far time is none at all in some time zones. Units:
#: epoch seconds.
END_MAX = 4_102_444_800


class Incomplete(InvalidChange):
    """A role without a binding that it needs: with it nothing would be open."""

    def __init__(self, role: Role, kind: str):
        denied = said("every metering unit") if UNITS in role.opens else said("everything")
        super().__init__(
            said(
                "{role} needs {binding}. Without one the policy denies {denied}.",
                role=labels.role(role.id),
                binding=labels.one(kind),
                denied=denied,
            ),
            field=kind,
        )
        self.role = role.id
        self.kind = kind


class Access(Struct, frozen=True):
    """All that a person may be given."""

    #: Role -> epoch second at which it ends, or None.
    roles: Mapping[str, float | None] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    #: Kind -> ids of the organizations or clusters.
    bindings: Mapping[str, frozenset[str]] = field(default_factory=dict)


def held(account: Account) -> Access:
    """The access that is recorded of a person."""
    return Access(
        {one.role: one.expires_at for one in account.roles},
        frozenset(account.options),
        {kind: frozenset(targets) for kind, targets in account.bindings.items()},
    )


def rules_of(desk: Desk) -> Rules:
    """What the policies say of the roles of the person's company."""
    return rules(desk.policies, find_tenant(desk.database, desk.tenant).kind)


def check_whole(desk: Desk, known: Rules, before: Account | None, wanted: Access) -> None:
    """Nothing, if every word means something and nothing is missing.

    Raises: InvalidChange with the field.
    """
    check(desk, known, before, wanted)
    if missing := missing_bindings(desk, known, wanted):
        raise Incomplete(*missing[0])
    kept = held(before).bindings if before else {}
    for kind, chosen in wanted.bindings.items():
        for id in sorted(chosen - kept.get(kind, frozenset())):
            if kind not in BINDING_KINDS or not _is_there(desk, kind, id):
                raise InvalidChange(
                    said("there is no {kind} `{id}`", kind=term(kind), id=id),
                    field="bindings",
                )


def check(desk: Desk, known: Rules, before: Account | None, wanted: Access) -> None:
    """Nothing, if every word of the form means something.

    Raises: InvalidChange with the field.
    """
    for role in wanted.roles:
        if role not in known.roles:
            hint = near_miss(role, known.roles)
            raise InvalidChange(
                said("unknown role `{role}`{hint}", role=role, hint=hint), field="roles"
            )
    if known.is_whole and len(wanted.roles) > 1:
        raise InvalidChange(said("an account here has one access level"), field="roles")
    _check_ends(desk, before, wanted)
    for kind, chosen in wanted.bindings.items():
        if len(chosen) > BINDINGS_MAX:
            raise InvalidChange(
                said("more than {most} of a kind", most=BINDINGS_MAX), field=kind
            )
    for option in sorted(wanted.options):
        if option not in known.options:
            hint = near_miss(option, known.options)
            raise InvalidChange(
                said("unknown option `{option}`{hint}", option=option, hint=hint),
                field="options",
            )
        if not wanted.roles:
            raise InvalidChange(said("an option needs an access level"), field="options")
        if not any(option in known.roles[role].options for role in wanted.roles):
            raise InvalidChange(
                said(
                    "{roles} takes no option `{option}`",
                    roles=each([labels.role(role) for role in wanted.roles]),
                    option=labels.option(option),
                ),
                field="options",
            )


def missing_bindings(desk: Desk, known: Rules, wanted: Access) -> list[tuple[Role, str]]:
    """The roles that lack a binding, each with the kind of it."""
    there = live_kinds(desk, wanted)
    return [
        (known.roles[role], kind)
        for role in wanted.roles
        if role in known.roles
        for kind in known.roles[role].requires
        if kind not in there
    ]


def live_kinds(desk: Desk, wanted: Access) -> list[str]:
    """The kinds with a target that exists, as rules will see them.

    WHY a cluster that is gone counts: it narrows, and whoever was bound to it stays bound.
    """
    return sorted(
        kind
        for kind, chosen in wanted.bindings.items()
        if chosen and (kind == CLUSTER or any(_is_there(desk, kind, id) for id in chosen))
    )


def _is_there(desk: Desk, kind: str, id: str) -> bool:
    try:
        if kind == CLUSTER:
            places.find_place(desk.database, desk.tenant, kind, id)
        else:
            organizations.find_organization(desk.database, desk.tenant, kind, id)
    except NotFound:
        return False
    return True


def check_end(end: float | None, now: float) -> None:
    """Nothing, if access or a key can end then, or never. Units: epoch seconds.

    Raises: InvalidChange with the field `expires_at`.
    """
    if end is None:
        return
    if not math.isfinite(end) or end <= now:
        raise InvalidChange(said("the end must be in the future"), field="expires_at")
    if end > END_MAX:
        raise InvalidChange(
            said("the end must be before the year 2100"), field="expires_at"
        )


def _check_ends(desk: Desk, before: Account | None, wanted: Access) -> None:
    had = held(before).roles if before else {}
    for role, end in wanted.roles.items():
        if had.get(role) != end:
            check_end(end, desk.clock())


def properties_of(desk: Desk, wanted: Access) -> dict[str, object]:
    """What rules are told of an access that is given, but for the role."""
    return {"options": sorted(wanted.options), "binding_kinds": live_kinds(desk, wanted)}


def giving(desk: Desk, wanted: Access) -> list[dict[str, object]]:
    """What the action that makes a person says of the access, for each role once."""
    given = properties_of(desk, wanted)
    return [{"role": role, **given} for role in wanted.roles]
