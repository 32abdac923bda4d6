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
from authz.storage import organizations, places
from authz.storage.access import BINDING_KINDS
from authz.storage.people import Account
from authz.storage.tenants import find_tenant

#: What a form is named after in a sentence about what the policies deny.
UNITS = "metering_unit"
CLUSTER = "cluster"


class Incomplete(InvalidChange):
    """A role without a binding that it needs: with it nothing would be open."""

    def __init__(self, role: Role, kind: str):
        denied = "every metering unit" if UNITS in role.opens else "everything"
        super().__init__(
            f"{labels.role(role.id)} needs {labels.one(kind)}. "
            f"Without one the policy denies {denied}.",
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
                raise InvalidChange(f"there is no {kind} `{id}`", field="bindings")


def check(desk: Desk, known: Rules, before: Account | None, wanted: Access) -> None:
    """Nothing, if every word of the form means something.

    Raises: InvalidChange with the field.
    """
    for role in wanted.roles:
        if role not in known.roles:
            hint = near_miss(role, known.roles)
            raise InvalidChange(f"unknown role `{role}`{hint}", field="roles")
    if known.is_whole and len(wanted.roles) > 1:
        raise InvalidChange("an account here has one access level", field="roles")
    _check_ends(desk, before, wanted)
    for option in sorted(wanted.options):
        if option not in known.options:
            hint = near_miss(option, known.options)
            raise InvalidChange(f"unknown option `{option}`{hint}", field="options")
        if not wanted.roles:
            raise InvalidChange("an option needs an access level", field="options")
        if not any(option in known.roles[role].options for role in wanted.roles):
            names = " and ".join(labels.role(role) for role in wanted.roles)
            raise InvalidChange(
                f"{names} takes no option `{labels.option(option)}`", field="options"
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


def _check_ends(desk: Desk, before: Account | None, wanted: Access) -> None:
    had = held(before).roles if before else {}
    for role, end in wanted.roles.items():
        if end is None or had.get(role) == end:
            continue
        if not math.isfinite(end) or end <= desk.clock():
            raise InvalidChange("the end must be in the future", field="expires_at")


def properties_of(desk: Desk, wanted: Access) -> dict[str, object]:
    """What rules are told of an access that is given, but for the role."""
    return {"options": sorted(wanted.options), "binding_kinds": live_kinds(desk, wanted)}


def giving(desk: Desk, wanted: Access) -> list[dict[str, object]]:
    """What the action that makes a person says of the access, for each role once."""
    given = properties_of(desk, wanted)
    return [{"role": role, **given} for role in wanted.roles]
