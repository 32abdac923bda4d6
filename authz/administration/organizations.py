"""Organizations of a metering company: supply companies and their branches, service
organizations, manufacturers and consumers.
"""

import re
import secrets

from authz.administration import things, versions
from authz.administration.access import rules_of
from authz.administration.desk import PERSON, Desk
from authz.administration.things import Things
from authz.errors import Conflict
from authz.storage import fields, organizations
from authz.storage.directory import bound_people
from authz.storage.held import BOUND
from authz.storage.organizations import KINDS, Organization
from authz.storage.things import Wanted

#: How many people a sentence names.
NAMED_MAX = 3
COMPANY, CONSUMER = "supply_company", "consumer"


def page(
    desk: Desk,
    kind: str,
    wanted: Wanted = things.NOTHING,
    *,
    after: str = "",
    before: str = "",
    limit: int = 50,
) -> Things:
    """The organizations of that kind that the person may see. Raises: Refused, ..."""
    _check_kind(kind)
    desk.require(f"{kind}:list", "tenant", desk.tenant)
    marked = (f"{kind}:update", f"{kind}:delete")
    return things.page(
        desk, kind, wanted, marked=marked, after=after, before=before, limit=limit
    )


def tree(desk: Desk) -> tuple[Organization, ...]:
    """All supply companies that the person may see, by name. Raises: Refused."""
    desk.require(f"{COMPANY}:list", "tenant", desk.tenant)
    return things.all_of(desk, COMPANY)


def find(desk: Desk, kind: str, id: str) -> Organization:
    """One organization. Raises: Refused, NotFound."""
    _check_kind(kind)
    desk.require(f"{kind}:read", kind, id)
    return organizations.find_organization(desk.database, desk.tenant, kind, id)


def create(
    desk: Desk,
    kind: str,
    *,
    name: str,
    id: str = "",
    parent: str | None = None,
    supply_company: str | None = None,
    category: str | None = None,
) -> Organization:
    """A new organization; without an id it gets one that is made of its name.

    Raises: Refused; Conflict when the id is taken; InvalidChange with the field.
    """
    _check_kind(kind)
    with desk.deciding():
        # WHY: who looks after one supplier only makes consumers of that one.
        within = (COMPANY, supply_company) if kind == CONSUMER and supply_company else None
        actor = desk.require(f"{kind}:create", *(within or ("tenant", desk.tenant)))
        return organizations.create_organization(
            desk.database,
            desk.tenant,
            kind,
            id or made_id(name),
            actor=actor,
            name=name,
            parent=parent or None,
            supply_company=supply_company or None,
            category=category or None,
        )


def rename(
    desk: Desk, kind: str, id: str, name: str, *, version: str | None = None
) -> Organization:
    """The organization with another name. Raises: Refused, NotFound, Conflict, ..."""
    _check_kind(kind)
    with desk.deciding():
        actor = desk.require(f"{kind}:update", kind, id)
        before = organizations.find_organization(desk.database, desk.tenant, kind, id)
        versions.check(before, version)
        if before.name == name.strip():
            return before
        return organizations.rename_organization(
            desk.database, desk.tenant, kind, id, name, actor=actor
        )


def move(
    desk: Desk, kind: str, id: str, above: str | None, *, version: str | None = None
) -> Organization:
    """A supply company below another one, or a consumer with another supplier.

    Both ends need the right. Raises: Refused, NotFound, Conflict; InvalidChange with the
    field, as for a company below its own branch.
    """
    _check_kind(kind)
    with desk.deciding():
        actor = desk.require(f"{kind}:update", kind, id)
        before = organizations.find_organization(desk.database, desk.tenant, kind, id)
        versions.check(before, version)
        field = "parent" if kind == COMPANY else "supply_company"
        organizations.check_exists(desk.database, desk.tenant, COMPANY, above, field)
        if above is not None and kind == CONSUMER:
            desk.require("consumer:create", COMPANY, above)
        elif above is not None:
            desk.require(f"{COMPANY}:update", COMPANY, above)
        if getattr(before, field) == above:
            return before
        moved = organizations.move if kind == COMPANY else organizations.move_consumer
        return moved(desk.database, desk.tenant, id, above, actor=actor)


def delete(desk: Desk, kind: str, id: str, *, version: str | None = None) -> None:
    """Delete an organization that nothing and nobody needs.

    Raises: Refused; NotFound; Conflict while it is in use, or somebody would lose all
    access without it.
    """
    _check_kind(kind)
    with desk.deciding():
        actor = desk.require(f"{kind}:delete", kind, id)
        before = organizations.find_organization(desk.database, desk.tenant, kind, id)
        versions.check(before, version)
        if stranded := _stranded(desk, kind, id):
            raise Conflict(_needed(before.name, stranded))
        organizations.delete_organization(desk.database, desk.tenant, kind, id, actor=actor)


def made_id(name: str) -> str:
    """An id that is made of a name, with a part by chance."""
    words = re.findall(r"[a-z0-9]+", fields.text(name, "name").lower())
    return "-".join([*words, secrets.token_hex(3)])[-64:].lstrip("-")


def _stranded(desk: Desk, kind: str, id: str) -> list[str]:
    """The names of those whose role needs such a binding, and who have no other one."""
    known = rules_of(desk).roles
    return [
        name
        for account, name, roles in bound_people(desk.database, desk.tenant, kind, id)
        if any(role in known and kind in known[role].requires for role in roles)
        and not _has_another(desk, account, kind, id)
    ]


def _has_another(desk: Desk, account: str, kind: str, id: str) -> bool:
    stored = desk.parts.facts.find(desk.tenant, desk.policies.schema.types[PERSON], account)
    held = stored.attributes if stored else {}
    attribute = next(name for name, of in BOUND.items() if of == kind)
    targets = held.get(attribute, ())
    return isinstance(targets, tuple) and any(target != id for target in targets)


def _needed(name: str, people: list[str]) -> str:
    """As a person is told why it stays."""
    count = len(people)
    named = people[:NAMED_MAX]
    rest = count - len(named)
    listed = [*named, *([f"{rest} more"] if rest else [])]
    who = " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
    them = "1 person needs" if count == 1 else f"{count} people need"
    return f"{name} cannot be deleted now. {them} it: {who} would lose all access."


def _check_kind(kind: str) -> None:
    fields.choice(kind, "kind", KINDS)
