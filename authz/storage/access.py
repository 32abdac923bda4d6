"""Access of people: roles (or the access level), options and bindings.

`set_access` writes all of it in one transaction, so that a form is saved whole or not at
all; the other functions change one part.
"""

from collections.abc import Collection, Mapping
from typing import Any

from authz.errors import InvalidChange
from authz.said import said
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people import Account, find_account
from authz.storage.people_rows import live_row
from authz.storage.tables import Account as Row
from authz.storage.tables import (
    Binding,
    OptionGrant,
    Organization,
    Place,
    RoleAssignment,
    Tenant,
)
from authz.terms import term

BINDING_KINDS = (
    "cluster",
    "supply_company",
    "service_organization",
    "manufacturer",
    "consumer",
)


def set_access(
    database: Database,
    tenant: str,
    who: str,
    *,
    actor: Actor,
    roles: Mapping[str, float | None] | None = None,
    options: Collection[str] | None = None,
    bindings: Mapping[str, Collection[str]] | None = None,
) -> Account:
    """Exactly these roles, each until its epoch second or None, options and bindings.

    None keeps what is there. All of it is saved, or nothing. Raises: InvalidChange with the
    field `roles`, `options` or `bindings`; NotFound for an unknown person.
    """
    with database.transaction():
        before = find_account(database, tenant, live_row(database, tenant, who).id)
        wanted = _wanted(database, before, roles, options, bindings)
        held = _access(before)
        if wanted == held:
            return before
        with change(
            database,
            tenant,
            actor=actor,
            action="user.access_set",
            about=("user", before.id),
            label=before.email,
            before=_different(held, wanted),
            after=_different(wanted, held),
        ):
            _write(database, before, wanted, actor)
            newer = {Row.authz_version: Row.authz_version + 1}
            Row.update(newer).where(Row.id == before.id).execute(database.db)
        return find_account(database, tenant, before.id)


def set_roles(
    database: Database,
    tenant: str,
    who: str,
    roles: Collection[str],
    *,
    actor: Actor,
    expires_at: float | None = None,
) -> Account:
    """Exactly these roles, all of them until `expires_at`. Units: epoch seconds."""
    return set_access(
        database, tenant, who, actor=actor, roles=dict.fromkeys(roles, expires_at)
    )


def grant_role(
    database: Database,
    tenant: str,
    who: str,
    role: str,
    *,
    actor: Actor,
    expires_at: float | None = None,
) -> Account:
    """One role more, or the same role until another time. Units: epoch seconds."""
    with database.transaction():
        held = _access(find_account(database, tenant, who))["roles"]
        return set_access(
            database, tenant, who, actor=actor, roles=held | {role: expires_at}
        )


def revoke_role(
    database: Database, tenant: str, who: str, role: str, *, actor: Actor
) -> Account:
    """The person without that role."""
    with database.transaction():
        held = _access(find_account(database, tenant, who))["roles"]
        held.pop(role, None)
        return set_access(database, tenant, who, actor=actor, roles=held)


def set_options(
    database: Database, tenant: str, who: str, options: Collection[str], *, actor: Actor
) -> Account:
    """Exactly these additional options."""
    return set_access(database, tenant, who, actor=actor, options=options)


def bind(
    database: Database, tenant: str, who: str, kind: str, target: str, *, actor: Actor
) -> Account:
    """One binding more."""
    with database.transaction():
        held = _access(find_account(database, tenant, who))["bindings"]
        wanted = held | {kind: {*held.get(kind, ()), target}}
        return set_access(database, tenant, who, actor=actor, bindings=wanted)


def unbind(
    database: Database, tenant: str, who: str, kind: str, target: str, *, actor: Actor
) -> Account:
    """The person without that binding."""
    with database.transaction():
        held = _access(find_account(database, tenant, who))["bindings"]
        wanted = held | {kind: {*held.get(kind, ())} - {target}}
        return set_access(database, tenant, who, actor=actor, bindings=wanted)


def _access(account: Account) -> dict[str, Any]:
    """Roles, options and bindings in one form that can be compared and logged."""
    return {
        "roles": {held.role: held.expires_at for held in account.roles},
        "options": sorted(account.options),
        "bindings": {kind: sorted(targets) for kind, targets in account.bindings.items()},
    }


def _different(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {part: value for part, value in one.items() if value != other[part]}


def _wanted(
    database: Database,
    before: Account,
    roles: Mapping[str, float | None] | None,
    options: Collection[str] | None,
    bindings: Mapping[str, Collection[str]] | None,
) -> dict[str, Any]:
    wanted = _access(before)
    if roles is not None:
        wanted["roles"] = {
            fields.key(role, "roles"): until for role, until in roles.items()
        }
        _check_one_level(database, before.tenant, wanted["roles"])
    if options is not None:
        wanted["options"] = sorted({fields.key(option, "options") for option in options})
    if bindings is not None:
        for kind, targets in bindings.items():
            for target in sorted(set(targets) - set(before.bindings.get(kind, ()))):
                _check_target(database, before.tenant, kind, target)
        wanted["bindings"] = {
            kind: sorted(set(targets))
            for kind, targets in sorted(bindings.items())
            if targets
        }
    return wanted


def _check_one_level(database: Database, tenant: str, roles: Collection[str]) -> None:
    kind = Tenant.select(Tenant.kind).where(Tenant.slug == tenant).scalar(database.db)
    if kind == "metering" and len(roles) > 1:
        raise InvalidChange(said("an account here has one access level"), field="roles")


def _check_target(database: Database, tenant: str, kind: str, target: str) -> None:
    """Nothing, if that is a thing of the tenant that still exists."""
    if kind not in BINDING_KINDS:
        raise InvalidChange(
            said("unknown kind of binding `{kind}`", kind=kind), field="bindings"
        )
    table: Any = Place if kind == "cluster" else Organization
    named = (table.tenant == tenant) & (table.kind == kind) & (table.id == target)
    if not table.select().where(named & table.deleted_at.is_null()).exists(database.db):
        raise InvalidChange(
            said("there is no {kind} `{id}`", kind=term(kind), id=target),
            field="bindings",
        )


def _write(
    database: Database, before: Account, wanted: Mapping[str, Any], actor: Actor
) -> None:
    """Replace what differs; an assignment that stays keeps who gave it and when."""
    held = _access(before)
    whose: dict[str, Any] = {"tenant": before.tenant, "account": before.id}
    given = {"granted_by": actor.id, "granted_at": database.now()}

    def delete(table: Any, gone: Any) -> None:
        mine = (table.tenant == before.tenant) & (table.account == before.id)
        table.delete().where(mine & gone).execute(database.db)

    for role in held["roles"]:
        if held["roles"][role] != wanted["roles"].get(role, "gone"):
            delete(RoleAssignment, RoleAssignment.role == role)
    for role, until in wanted["roles"].items():
        if held["roles"].get(role, "new") != until:
            row = whose | given | {"role": role, "expires_at": until}
            RoleAssignment.insert(**row).execute(database.db)
    for option in set(held["options"]) - set(wanted["options"]):
        delete(OptionGrant, OptionGrant.option == option)
    for option in set(wanted["options"]) - set(held["options"]):
        OptionGrant.insert(**whose, **given, option=option).execute(database.db)
    had, has = _pairs(held["bindings"]), _pairs(wanted["bindings"])
    for kind, target in had - has:
        delete(Binding, (Binding.kind == kind) & (Binding.target == target))
    for kind, target in has - had:
        Binding.insert(**whose, kind=kind, target=target).execute(database.db)


def _pairs(bindings: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
    return {(kind, target) for kind, targets in bindings.items() for target in targets}
