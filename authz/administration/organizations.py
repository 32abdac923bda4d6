"""Organizations of a metering company: supply companies and their branches, service
organizations, manufacturers and consumers.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from authz.administration import things, versions
from authz.administration.access import rules_of
from authz.administration.desk import PERSON, Desk
from authz.administration.things import Things
from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import each, said
from authz.storage import fields, organizations
from authz.storage.directory import bound_people
from authz.storage.events import Actor
from authz.storage.held import BOUND
from authz.storage.organizations import KINDS, Organization
from authz.storage.things import Wanted
from authz.terms import term

#: How many people a sentence names.
NAMED_MAX = 3
COMPANY, CONSUMER = "supply_company", "consumer"
#: Kind -> the field that says what it belongs to, which is a supply company.
ABOVE: Mapping[str, str] = MappingProxyType({COMPANY: "parent", CONSUMER: COMPANY})


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


def may_make(desk: Desk, kind: str) -> bool:
    """Whether the person may make one: for the company, or for a supplier of theirs."""
    _check_kind(kind)
    if desk.may(f"{kind}:create", "tenant", desk.tenant):
        return True
    return kind == CONSUMER and bool(things.all_of(desk, COMPANY, f"{kind}:create"))


def require_making(desk: Desk, kind: str) -> None:
    """Nothing, where the person may make one. Raises: Refused."""
    if not may_make(desk, kind):
        desk.require(f"{kind}:create", "tenant", desk.tenant)


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
        actor = _making(desk, kind, supply_company)
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
    with desk.deciding():
        before, actor = _updated(desk, kind, id, version)
        return _renamed(desk, before, name, actor)


def move(
    desk: Desk, kind: str, id: str, above: str | None, *, version: str | None = None
) -> Organization:
    """A supply company below another one, or a consumer with another supplier.

    Both ends need the right. Raises: Refused, NotFound, Conflict; InvalidChange with the
    field, as for a company below its own branch.
    """
    with desk.deciding():
        before, actor = _updated(desk, kind, id, version)
        return _moved(desk, before, above, actor)


def edit(
    desk: Desk,
    kind: str,
    id: str,
    *,
    name: str,
    above: str | None,
    version: str | None = None,
) -> Organization:
    """Both at once, or neither; what belongs nowhere is only renamed. Raises: as `move`."""
    with desk.deciding():
        before, actor = _updated(desk, kind, id, version)
        moved = before if kind not in ABOVE else _moved(desk, before, above, actor)
        if moved != before:
            # WHY without a revision: these are two changes, and nothing comes between.
            actor = replace(actor, decided_at=None)
        return _renamed(desk, moved, name, actor)


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
            raise Conflict(_needed(desk, before.name, stranded))
        organizations.delete_organization(desk.database, desk.tenant, kind, id, actor=actor)


def made_id(name: str) -> str:
    """An id that is made of a name, with a part by chance."""
    words = re.findall(r"[a-z0-9]+", fields.text(name, "name").lower())
    return "-".join([*words, secrets.token_hex(3)])[-64:].lstrip("-")


def _making(desk: Desk, kind: str, supply_company: str | None) -> Actor:
    """Who may make it where it belongs. Raises: Refused; InvalidChange with the field."""
    action = f"{kind}:create"
    if kind == CONSUMER and supply_company:
        # WHY: who looks after one supplier only makes consumers of that one.
        return desk.require(action, COMPANY, supply_company)
    if kind == CONSUMER and not desk.may(action, "tenant", desk.tenant):
        require_making(desk, kind)
        missing = said("`{field}` is missing", field=term(COMPANY))
        raise InvalidChange(missing, field=COMPANY)
    return desk.require(action, "tenant", desk.tenant)


def _updated(
    desk: Desk, kind: str, id: str, version: str | None
) -> tuple[Organization, Actor]:
    """What is there, and who may change it. Raises: Refused, NotFound, Conflict."""
    _check_kind(kind)
    actor = desk.require(f"{kind}:update", kind, id)
    before = organizations.find_organization(desk.database, desk.tenant, kind, id)
    versions.check(before, version)
    return before, actor


def _renamed(desk: Desk, before: Organization, name: str, actor: Actor) -> Organization:
    if before.name == name.strip():
        return before
    return organizations.rename_organization(
        desk.database, desk.tenant, before.kind, before.id, name, actor=actor
    )


def _moved(
    desk: Desk, before: Organization, above: str | None, actor: Actor
) -> Organization:
    if before.kind not in ABOVE:
        raise InvalidChange(
            said("a {kind} belongs nowhere", kind=term(before.kind)), field="kind"
        )
    field = ABOVE[before.kind]
    if getattr(before, field) == above:
        return before
    if above is not None:
        needed = "consumer:create" if before.kind == CONSUMER else f"{COMPANY}:update"
        # WHY before anybody looks: who may not see a company is not told that there is one.
        try:
            desk.require(needed, COMPANY, above)
        except NotFound as exc:
            raise InvalidChange(
                said("there is no {kind} `{id}`", kind=term(COMPANY), id=above),
                field=field,
            ) from exc
    moved = organizations.move if before.kind == COMPANY else organizations.move_consumer
    return moved(desk.database, desk.tenant, before.id, above, actor=actor)


def _stranded(desk: Desk, kind: str, id: str) -> list[tuple[str, str]]:
    """Id and name of those whose role needs such a binding, and who have no other one."""
    known = rules_of(desk).roles
    return [
        (account, name)
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


def _needed(desk: Desk, name: str, people: list[tuple[str, str]]) -> str:
    """As a person is told why it stays; only people whom that person may see are named."""
    count = len(people)
    seen = (called for id, called in people if desk.may("user:read", PERSON, id))
    named = list(islice(seen, NAMED_MAX))
    them = said("1 person needs")
    if count > 1:
        them = said("{count} people need", count=count)
    if not named:
        return said(
            "{name} cannot be deleted now. {them} it, and would lose all access.",
            name=name,
            them=them,
        )
    rest = count - len(named)
    listed = [*named, *([said("{number} more", number=rest)] if rest else [])]
    who = each([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
    return said(
        "{name} cannot be deleted now. {them} it: {who} would lose all access.",
        name=name,
        them=them,
        who=who,
    )


def _check_kind(kind: str) -> None:
    fields.choice(kind, "kind", KINDS)
